// From 1200 pixels on, the panel stands beside the table, which keeps usable; below that it is a modal dialog over it.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { expectAccessible } from '../fixtures/accessible';
import { open, rows } from '../fixtures/steps';

test.use({ practice: ['--practice-tokens', '120', '--practice-users', '60'], viewport: { width: 1440, height: 900 } });

const panel = (page: Page) => page.getByRole('dialog');
const link = (page: Page, row: number) => rows(page, 'Tokens').nth(row).getByRole('link').first();
const isModal = (page: Page) => panel(page).evaluate((dialog) => dialog.matches(':modal'));

async function opened(page: Page): Promise<void> {
  await open(page, '/');
  await expect(page.getByText('120 tokens', { exact: true })).toBeVisible();
  await link(page, 1).click();
  await expect(panel(page).getByText('Just read from Microsoft.')).toBeVisible();
}

for (const width of [1440, 1200]) {
  test(`at ${width} pixels it covers nothing of the table, whose rows stay where they are`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await open(page, '/');
    await expect(page.getByText('120 tokens', { exact: true })).toBeVisible();
    const before = await rows(page, 'Tokens').first().boundingBox();
    await link(page, 0).click();
    await expect(panel(page).getByText('Just read from Microsoft.')).toBeVisible();
    expect(await isModal(page)).toBe(false);
    const table = (await page.locator('.table-scroll').boundingBox())!;
    const beside = (await panel(page).boundingBox())!;
    expect(table.x + table.width).toBeLessThanOrEqual(beside.x);
    expect(beside.x + beside.width).toBeLessThanOrEqual(width);
    expect((await rows(page, 'Tokens').first().boundingBox())!.y).toBe(before!.y);
    expect(await page.locator('.table-scroll').evaluate((box) => box.scrollWidth - box.clientWidth), 'nothing is cut').toBe(0);
    await expect(page.getByRole('columnheader', { name: 'User' })).toBeVisible();
    await expectAccessible(page, 'a panel beside the table');
  });
}

test('the table keeps usable: a click on another row shows that token, rows are selected and searched', async ({ page }) => {
  await opened(page);
  const name = await link(page, 4).innerText();
  await link(page, 4).click();
  await expect(page.getByRole('dialog', { name: `Token ${name}`, exact: true })).toBeVisible();
  await expect(link(page, 4)).toHaveAttribute('aria-current', 'true');
  await expect(link(page, 1)).not.toHaveAttribute('aria-current');
  await rows(page, 'Tokens').nth(2).getByRole('checkbox').check();
  await expect(page.getByRole('toolbar', { name: 'Selected tokens' })).toContainText('1 selected');
  await page.keyboard.press('/');
  const search = page.getByRole('searchbox', { name: 'Search' });
  await expect(search).toBeFocused();
  await search.fill('token2');
  await expect(page.getByText(/^\d+ of 120 tokens$/)).toBeVisible();
  await expect(panel(page), 'it stays').toBeVisible();
});

test('Escape closes it from the table and from the panel, where the focus returns to the row', async ({ page }) => {
  await opened(page);
  await expect(page.locator('#panel-primary')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(panel(page)).toHaveAccessibleName(`Token ${await link(page, 2).innerText()}`);
  await page.keyboard.press('Escape');
  await expect(panel(page)).toHaveCount(0);
  await expect(link(page, 2)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#panel-primary')).toBeFocused();
  await link(page, 5).focus();
  await page.keyboard.press('Escape');
  await expect(panel(page)).toHaveCount(0);
  await expect(link(page, 5)).toBeFocused();
});

test('a window that becomes narrow makes it modal, and beside again', async ({ page }) => {
  await opened(page);
  await page.setViewportSize({ width: 1000, height: 900 });
  await expect.poll(() => isModal(page)).toBe(true);
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect.poll(() => isModal(page)).toBe(false);
  await expect(panel(page).getByRole('heading', { level: 2 })).toBeVisible();
});
