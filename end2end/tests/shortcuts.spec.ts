// Keys that work wherever the focus is: the search, the list of keys, and the arrows in the panel of a token.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { expectAccessibleEverywhere } from '../fixtures/accessible';
import { open, rows } from '../fixtures/steps';
import { devices } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '120', '--practice-users', '60'] });

const search = (page: Page) => page.getByRole('searchbox', { name: 'Search' });
const keysDialog = (page: Page) => page.getByRole('dialog', { name: 'Keys' });

async function loaded(page: Page): Promise<void> {
  await open(page, '/');
  await expect(page.getByText('120 tokens', { exact: true })).toBeVisible();
}

test('/ goes to the search, from the table, from a panel over it and from another page', async ({ page }) => {
  await page.setViewportSize({ width: 1100, height: 720 });
  await loaded(page);
  await rows(page, 'Tokens').nth(2).getByRole('link').first().focus();
  await page.keyboard.press('/');
  await expect(search(page)).toBeFocused();
  await page.keyboard.type('a/b');
  await expect(search(page), 'in the field it is a sign').toHaveValue('a/b');
  await search(page).fill('');

  await rows(page, 'Tokens').nth(2).getByRole('link').first().click();
  await expect(page.getByRole('dialog').getByText('Just read from Microsoft.')).toBeVisible();
  await page.keyboard.press('/');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(search(page)).toBeFocused();

  await open(page, '/settings');
  await page.keyboard.press('/');
  await expect(search(page)).toBeFocused();
});

test('a scanned serial number opens its token, wherever the focus is', async ({ app, page }) => {
  const [first, second] = (await devices(app)).filter((device) => /^\d+$/.test(device.serialNumber));
  await loaded(page);
  // A scanner types the digits and Enter, without pauses.
  for (const token of [first!, second!]) {
    await page.keyboard.type(token.serialNumber);
    await page.keyboard.press('Enter');
    const panel = page.getByRole('dialog', { name: `Token ${token.serialNumber}`, exact: true });
    await expect(panel.getByText('Just read from Microsoft.'), 'the second one replaces the first').toBeVisible();
  }
});

test('? shows all keys, and they can be turned off', async ({ page }) => {
  await loaded(page);
  await page.keyboard.press('?');
  await expect(keysDialog(page)).toContainText('Go to the search');
  await expectAccessibleEverywhere(page, 'the keys');
  await page.keyboard.press('/');
  await expect(keysDialog(page), 'a dialog keeps its keys').toBeVisible();
  await keysDialog(page).getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await expect(keysDialog(page)).toHaveCount(0);
  await page.reload();
  await loaded(page);
  await page.keyboard.press('?');
  await page.keyboard.press('/');
  await page.keyboard.press('7');
  await expect(keysDialog(page)).toHaveCount(0);
  await expect(search(page)).not.toBeFocused();
  await expect(search(page)).toHaveValue('');
  // The palette lists them for those who turned the keys off.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('keyboard');
  await page.keyboard.press('Enter');
  await keysDialog(page).getByRole('checkbox').check();
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await expect(search(page)).toBeFocused();
});

test('the arrows go from token to token in the panel, and the focus returns to the row of the last one', async ({ page }) => {
  await loaded(page);
  const serial = (row: number) => rows(page, 'Tokens').nth(row).getByRole('link', { includeHidden: true }).first().innerText();
  const [first, second, third] = [await serial(0), await serial(1), await serial(2)];
  const panel = (name: string) => page.getByRole('dialog', { name: `Token ${name}`, exact: true });
  // Beside the table a key goes to the panel once the focus has moved there.
  const opened = (name: string) => expect(panel(name).locator(':focus')).toHaveCount(1);
  await rows(page, 'Tokens').first().getByRole('link').first().click();
  await opened(first);
  await page.keyboard.press('ArrowDown');
  await opened(second);
  await page.keyboard.press('ArrowDown');
  await opened(third);
  await page.keyboard.press('ArrowUp');
  await opened(second);
  await panel(second).getByRole('button', { name: 'Previous token' }).click();
  await opened(first);
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('status').filter({ hasText: 'This is the first token of the table' }).first()).toBeAttached();
  await panel(first).getByRole('button', { name: 'Next token' }).click();
  await opened(second);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(rows(page, 'Tokens').nth(1).getByRole('link').first()).toBeFocused();
});
