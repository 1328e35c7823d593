// Forced colours, as in Windows' contrast themes: backgrounds and shadows are gone, and what they tell is told otherwise.
import type { Locator } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { open, rows } from '../fixtures/steps';

test.use({ practice: ['--practice-tokens', '40', '--practice-users', '30'] });

const style = (button: Locator) =>
  button.evaluate((element) => {
    const { color, borderTopColor, borderTopWidth } = getComputedStyle(element);
    return { color, border: `${borderTopWidth} ${borderTopColor}` };
  });

const underline = (link: Locator) => link.evaluate((element) => getComputedStyle(element).borderBottomColor);

test('the current page, and disabled and pressed buttons, look different from others', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await open(page, '/');
  await expect(rows(page, 'Tokens').first()).toBeVisible();
  const nav = page.getByRole('navigation');
  const borders = await Promise.all(['Inventory', 'Import'].map((name) => underline(nav.getByRole('link', { name }))));
  expect(borders[0], 'the current page').not.toBe(borders[1]);
  const filters = page.locator('button[aria-pressed]');
  await filters.first().click();
  const [pressed, other] = [await style(filters.first()), await style(filters.nth(1))];
  expect(pressed.border).not.toBe(other.border);

  await rows(page, 'Tokens').first().getByRole('link').first().click();
  const panel = page.getByRole('dialog');
  const disabled = panel.locator('button[aria-disabled="true"]').first();
  const enabled = panel.locator('button[aria-disabled="false"]').first();
  expect((await style(disabled)).color).not.toBe((await style(enabled)).color);
});

test('the row whose panel is open, statuses and chosen options are told without backgrounds', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ forcedColors: 'active' });
  await open(page, '/');
  const outline = (place: Locator) => place.evaluate((element) => getComputedStyle(element).outlineStyle);
  const [first, second] = [rows(page, 'Tokens').first(), rows(page, 'Tokens').nth(1)];
  await first.getByRole('link').first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  expect([await outline(first), await outline(second)]).toEqual(['solid', 'none']);
  expect(await outline(second.locator('.badge'))).toBe('solid');
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+k');
  const options = page.getByRole('dialog', { name: 'Go to …' }).getByRole('option');
  expect([await outline(options.first()), await outline(options.nth(1))]).toEqual(['solid', 'none']);
});

test('the focus ring of a link in a table is inside of its cell, which would cut it off', async ({ page }) => {
  await open(page, '/');
  const link = rows(page, 'Tokens').first().getByRole('link').first();
  await link.focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await expect(link).toBeFocused();
  expect(await link.evaluate((element) => getComputedStyle(element).outlineOffset)).toBe('-2px');
});
