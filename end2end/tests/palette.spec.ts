// The command palette: pages, actions, tokens and people, found by a few letters from anywhere.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { expectAccessibleEverywhere } from '../fixtures/accessible';
import { answerOf, free, tokenNow, userWithoutToken } from '../fixtures/manage-one';
import { Colleague } from '../fixtures/colleague';
import { row } from '../fixtures/seed-file';
import { open, rows } from '../fixtures/steps';
import { devices } from '../fixtures/tenant';
import { code } from '../fixtures/totp';

test.use({ practice: ['--practice-tokens', '120', '--practice-users', '60'] });

const palette = (page: Page) => page.getByRole('dialog', { name: 'Go to …' });
const field = (page: Page) => palette(page).getByRole('combobox');
const active = (page: Page) => palette(page).getByRole('option', { selected: true });

async function loaded(page: Page, count = 120): Promise<void> {
  await open(page, '/');
  await expect(page.getByText(`${count} tokens`, { exact: true })).toBeVisible();
}

test('it opens from a field and from a panel, and the focus returns', async ({ page }) => {
  await loaded(page);
  const search = page.getByRole('searchbox', { name: 'Search' });
  await search.focus();
  await page.keyboard.press('Control+k');
  await expect(field(page)).toBeFocused();
  await expect(active(page)).toHaveText(/^Inventory/);
  await expectAccessibleEverywhere(page, 'the palette');
  await page.keyboard.press('Escape');
  await expect(palette(page)).toHaveCount(0);
  await expect(search).toBeFocused();

  await rows(page, 'Tokens').first().getByRole('link').first().click();
  await expect(page.getByRole('dialog').getByText('Just read from Microsoft.')).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(field(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(palette(page)).toHaveCount(0);
  await expect(page.locator('#panel-primary')).toBeFocused();
});

test('a few letters and Enter open a page, a token, and an action', async ({ app, page }) => {
  const [token] = await devices(app);
  await loaded(page);
  await page.keyboard.press('Control+k');
  await field(page).pressSequentially('sett');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  await expect(page.locator('#main')).toBeFocused();

  await test.step('a token, from another page', async () => {
    await page.keyboard.press('Control+k');
    await field(page).pressSequentially(token!.serialNumber);
    await expect(active(page)).toContainText(`Token ${token!.serialNumber}`);
    await expectAccessibleEverywhere(page, 'a token in the palette');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: `Token ${token!.serialNumber}`, exact: true })).toBeVisible();
    await expect.poll(() => new URL(page.url()).searchParams.get('token')).toBe(token!.id);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  await test.step('an action, by another word for it; the arrows go round', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.press('ArrowUp');
    await expect(active(page)).toHaveText(/^Keys/);
    await field(page).pressSequentially('download');
    await expect(active(page)).toHaveText(/^Export tokens/);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: /^Export/ })).toBeVisible();
  });
});

test('somebody who holds no token is found, and given one with its code by serial and code in one step', async ({ app, page }) => {
  const seed = row('5500000003');
  const token = await new Colleague(app).create(seed);
  const user = await userWithoutToken(app);
  await loaded(page, 121);
  await page.getByRole('searchbox', { name: 'Search' }).fill(user.userPrincipalName);
  await page.getByRole('button', { name: `Look for “${user.userPrincipalName}” among all users` }).click();
  await expect(field(page)).toHaveValue(user.userPrincipalName);
  await expect(active(page)).toContainText('No tokens');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('dialog', { name: user.displayName, exact: true });
  const serial = panel.getByRole('textbox', { name: 'Serial number, typed or scanned' });
  await serial.fill(token.serialNumber);
  await serial.press('Enter');
  await expect(panel.getByRole('textbox', { name: /^Code on/ })).toBeFocused();
  await page.keyboard.type('12');
  await page.keyboard.press('Enter');
  await expect(panel.getByText('Type the six digits that the token shows now, or nothing.')).toBeVisible();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(code(seed));
  await page.keyboard.press('Enter');
  await expect(answerOf(page)).toContainText(`Token ${token.serialNumber}: Assigned and activated.`);
  expect(await tokenNow(app, token)).toMatchObject({ status: 'activated', assignedTo: { id: user.id } });
});

test('a token is chosen from the palette while another one is open, and the search stays', async ({ app, page }) => {
  const token = await free(app);
  await loaded(page);
  await page.getByRole('searchbox', { name: 'Search' }).fill('token2');
  await rows(page, 'Tokens').first().getByRole('link').first().click();
  await expect(page.getByRole('dialog').getByText('Just read from Microsoft.')).toBeVisible();
  for (let times = 0; times < 2; times++) {
    await page.keyboard.press('Control+k');
    await field(page).pressSequentially(token.serialNumber);
    await page.keyboard.press('Enter');
    const panel = page.getByRole('dialog', { name: `Token ${token.serialNumber}`, exact: true });
    await expect(panel).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(panel).toHaveCount(0);
  }
  await expect(page.getByRole('searchbox', { name: 'Search' })).toHaveValue('token2');
});
