// A scanner sends a serial and Enter: the token's panel opens, or the page gives the reason.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { changeTokens } from '../fixtures/first-page';
import { open, rows } from '../fixtures/steps';
import { devices } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '200', '--practice-users', '80'] });

const search = (page: Page) => page.getByRole('searchbox', { name: 'Search' });
const shownToken = (page: Page) => new URL(page.url()).searchParams.get('token');

async function loaded(page: Page, path = '/'): Promise<void> {
  await open(page, path);
  await expect(page.getByText('200 tokens', { exact: true }).or(page.getByText(/^\d+ of 200 tokens$/))).toBeVisible();
}

/** Types like a scanner: keystrokes without a pause, then Enter. */
async function scan(page: Page, serial: string): Promise<void> {
  await search(page).focus();
  await page.keyboard.type(serial);
  await page.keyboard.press('Enter');
}

test('a serial and Enter open its token, and the next scan takes its place', async ({ app, page }) => {
  const found = await devices(app);
  const [first, second] = [found[3]!, found[4]!];
  await loaded(page);
  await scan(page, first.serialNumber);
  await expect(page.getByRole('dialog')).toContainText(first.serialNumber);
  await expect.poll(() => shownToken(page)).toBe(first.id);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(search(page)).toBeFocused();
  await scan(page, second.serialNumber);
  await expect.poll(() => shownToken(page)).toBe(second.id);
  await expect(page.getByRole('dialog')).toContainText(second.serialNumber);
});

test('a scan during a pending Back is not overwritten by the previous one', async ({ app, page }) => {
  const found = await devices(app);
  const [first, second] = [found[3]!, found[4]!];
  // `history.back()` is delayed until the test triggers it.
  await page.addInitScript(() => {
    const back = History.prototype.back;
    History.prototype.back = function () {
      Object.assign(window, { goBack: () => back.call(this) });
    };
  });
  await loaded(page);
  await scan(page, first.serialNumber);
  await expect.poll(() => shownToken(page)).toBe(first.id);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => 'goBack' in window);
  await search(page).focus();
  await page.keyboard.type(second.serialNumber);
  await page.evaluate(() => (window as unknown as { goBack: () => void }).goBack());
  await expect.poll(() => shownToken(page)).toBeNull();
  await expect(search(page)).toHaveValue(second.serialNumber);
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe(second.serialNumber);
  await page.keyboard.press('Enter');
  await expect.poll(() => shownToken(page)).toBe(second.id);
});

test('case, surrounding spaces and filters do not matter', async ({ app, page }) => {
  const token = (await devices(app)).find((device) => device.serialNumber.startsWith('PSN') && device.status === 'activated')!;
  await loaded(page, '/?status=available');
  await scan(page, ` ${token.serialNumber.toLowerCase()} `);
  await expect.poll(() => shownToken(page)).toBe(token.id);
});

test('an unknown serial opens nothing and says so', async ({ page }) => {
  await loaded(page);
  await scan(page, '999999999999999');
  await expect(search(page)).toHaveAccessibleDescription('No token found');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(shownToken(page)).toBeNull();
  // The text is selected, so that the next scan replaces it.
  await page.keyboard.type('x');
  await expect(search(page)).toHaveValue('x');
  await expect(search(page)).toHaveAccessibleDescription('');
});

test('a serial that two makers use opens neither', async ({ app, page }) => {
  const found = await devices(app);
  const [one, other] = [found[0]!, found.find((device) => device.manufacturer !== found[0]!.manufacturer)!];
  // The practice tenant rejects duplicate serials.
  await changeTokens<{ serial: string }>(page, (token) => ({
    ...token,
    serial: token.serial === other.serialNumber ? one.serialNumber : token.serial,
  }));
  await loaded(page);
  await scan(page, one.serialNumber);
  await expect(search(page)).toHaveAccessibleDescription('2 tokens have this serial number: choose one below');
  await expect(rows(page, 'Tokens')).toHaveCount(2);
  expect(shownToken(page)).toBeNull();
  await rows(page, 'Tokens').filter({ hasText: other.manufacturer }).getByRole('link', { name: one.serialNumber }).click();
  await expect.poll(() => shownToken(page)).toBe(other.id);
});
