// Selecting tokens by click, by range, by filter and by list; and exporting the selected or shown ones.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { contents, open, rows } from '../fixtures/steps';
import { devices } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '300', '--practice-users', '120'] });

const box = (page: Page, row: number) => rows(page, 'Tokens').nth(row).getByRole('checkbox');
const all = (page: Page) => page.getByRole('grid').getByRole('checkbox', { name: /^Select all/ });
const search = (page: Page) => page.getByRole('searchbox', { name: 'Search' });
const bar = (page: Page) => page.getByRole('toolbar', { name: 'Selected tokens' });

async function loaded(page: Page): Promise<void> {
  await open(page, '/');
  await expect(page.getByText('300 tokens', { exact: true })).toBeVisible();
}

/** Exports by a button of the dialog. */
async function exported(page: Page, button: string): Promise<{ name: string; text: string }> {
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('dialog').getByRole('button', { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), text: await contents(download) };
}

test('a click, a range, and all that match, while the table stays where it is', async ({ page }) => {
  await loaded(page);
  const before = await rows(page, 'Tokens').first().boundingBox();
  await box(page, 1).click();
  await expect(bar(page)).toContainText('1 selected');
  expect(await rows(page, 'Tokens').first().boundingBox()).toEqual(before);
  await box(page, 5).click({ modifiers: ['Shift'] });
  await expect(bar(page)).toContainText('5 selected');
  await box(page, 3).click();
  await expect(bar(page)).toContainText('4 selected');
  await expect(box(page, 3)).not.toBeChecked();
  expect(await all(page).evaluate((input: HTMLInputElement) => input.indeterminate)).toBe(true);

  await search(page).fill('feitian');
  await expect(page.getByText(/^\d+ of 300 tokens$/)).toBeVisible();
  await all(page).click();
  await expect(all(page)).toBeChecked();
  await search(page).fill('');
  await expect(all(page)).not.toBeChecked();
  await bar(page).getByRole('button', { name: 'Clear' }).click();
  await expect(bar(page)).toHaveCount(0);
  await expect(page.locator('[role=grid] [tabindex="0"]')).toBeFocused();
  await expect(box(page, 1)).not.toBeChecked();
});

test('by keyboard: the arrows go from box to box, Space chooses', async ({ page }) => {
  await loaded(page);
  await box(page, 0).focus();
  await page.keyboard.press('Space');
  for (let row = 0; row < 30; row++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+Space');
  await expect(bar(page)).toContainText('31 selected');
  const focused = page.locator('tr:has(input:focus)');
  await expect(focused).toHaveAttribute('aria-rowindex', '32');
  await expect(focused).toBeInViewport();
});

test('a pasted list selects tokens, and unknown serials are reported', async ({ app, page }) => {
  const serials = (await devices(app)).slice(0, 3).map((device) => device.serialNumber);
  await loaded(page);
  await page.getByRole('button', { name: 'Select by list' }).click();
  const dialog = page.getByRole('dialog', { name: 'Select by a list' });
  await dialog.getByRole('textbox').fill([...serials, 'no-such-serial', serials[0]].join('\n'));
  await dialog.getByRole('button', { name: 'Read the pasted text' }).click();
  await expect(dialog.getByRole('status')).toHaveText('3 tokens of the list selected; 1 serial number is unknown.');
  await expect(dialog).toContainText('Line 4: no-such-serial');
  await expect(dialog).toContainText(`Line 5: ${serials[0]}`);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(bar(page)).toContainText('3 selected');
});

test('Enter opens the scanned token, or the page says why none opens', async ({ app, page }) => {
  const token = (await devices(app))[9];
  await loaded(page);
  await search(page).fill('token2');
  await search(page).press('Enter');
  await expect(page.getByText(/^\d+ tokens found, none with exactly this serial$/).first()).toBeVisible();
  await search(page).fill(token?.serialNumber ?? '');
  await search(page).press('Enter');
  await expect(page.locator('#search-told')).toHaveText('');
  await expect.poll(() => new URL(page.url()).searchParams.get('token')).toBe(token?.id);
});

test('the selected tokens are exported, or else the shown ones', async ({ app, page }) => {
  const found = await devices(app);
  const c202 = found.filter((device) => device.model === 'C202');
  await open(page, '/?model=Token2:C202');
  await expect(page.getByText(`${c202.length} of 300 tokens`, { exact: true })).toBeVisible();
  // The names of users are loaded after the tokens.
  await expect(rows(page, 'Tokens').filter({ hasText: '@' }).first()).toBeVisible();
  const json = await exported(page, 'JSON');
  expect(json.name).toMatch(/^tokens-\d{4}-\d\d-\d\d\.json$/);
  const saved = JSON.parse(json.text) as { serialNumber: string }[];
  expect(saved.map((token) => token.serialNumber).sort()).toEqual(c202.map((token) => token.serialNumber).sort());
  await box(page, 0).click();
  await box(page, 1).click();
  const csv = await exported(page, 'CSV');
  expect(csv.text.trim().split('\r\n')).toHaveLength(3);
});

test('a saved view is a filter with a count, and is kept in the URL', async ({ app, page }) => {
  const unused = (await devices(app)).filter(({ assignedTo, lastUsedDateTime }) => assignedTo && !lastUsedDateTime).length;
  await loaded(page);
  const view = page.getByRole('combobox', { name: 'View' });
  await view.selectOption('never-used');
  await expect(view.getByRole('option', { name: `Never used (${unused})` })).toBeAttached();
  await expect(page.getByText(`${unused} of 300 tokens`, { exact: true })).toBeVisible();
  await expect.poll(() => new URL(page.url()).search).toBe('?report=never-used&sort=user');
  await page.reload();
  await expect(page.getByText(`${unused} of 300 tokens`, { exact: true })).toBeVisible();
  await view.selectOption('stock');
  await expect(page.getByRole('list', { name: 'Stock by model' })).toContainText('Token2 C202:');
});
