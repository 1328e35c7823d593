// The inventory's table is a grid: one Tab stop, in which the keys move, open and select; the focus is never lost.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { expectAccessibleEverywhere } from '../fixtures/accessible';
import { open, rows, tabTo } from '../fixtures/steps';

test.use({ practice: ['--practice-tokens', '300', '--practice-users', '120'] });

/** Row and column of the focused cell, both from 1 on; the header is row 1. `null` when the focus is not in the grid. */
const place = (page: Page) => page.evaluate(() => {
  const cell = document.activeElement?.closest('[role=grid] :is(td, th)');
  const row = cell?.closest('tr')?.getAttribute('aria-rowindex');
  return cell && row ? [Number(row), (cell as HTMLTableCellElement).cellIndex + 1] : null;
});

/** The keys of a task, one after the other without a pause, as when a key is held down. */
async function keys(page: Page, ...pressed: string[]): Promise<void> {
  for (const key of pressed) await page.keyboard.press(key);
}

const first = (page: Page) => rows(page, 'Tokens').first().getByRole('link').first();

async function loaded(page: Page): Promise<void> {
  await open(page, '/');
  await expect(page.getByText('300 tokens', { exact: true })).toBeVisible();
}

test('at most 12 Tab stops before the first row, one in the table, and none behind it', async ({ page }) => {
  await loaded(page);
  const stops: string[] = [];
  while ((await place(page)) === null && stops.length < 40) {
    await page.keyboard.press('Tab');
    stops.push(await page.evaluate(() => document.activeElement?.textContent?.trim().slice(0, 30) ?? ''));
  }
  await expect(first(page)).toBeFocused();
  expect(stops.slice(0, -1).length, stops.join(', ')).toBeLessThanOrEqual(12);
  await page.keyboard.press('Tab');
  expect(await place(page)).toBe(null);
  await page.keyboard.press('Shift+Tab');
  await expect(first(page)).toBeFocused();
});

test('each key leads to its cell', async ({ page }) => {
  await loaded(page);
  await first(page).focus();
  for (const [pressed, expected] of [
    ['ArrowDown', [3, 2]],
    ['ArrowRight', [3, 3]],
    ['ArrowDown', [4, 3]],
    ['ArrowLeft', [4, 2]],
    ['ArrowLeft', [4, 1]],
    ['ArrowLeft', [4, 1]],
    ['ArrowUp', [3, 1]],
    ['End', [301, 1]],
    ['ArrowDown', [301, 1]],
    ['ArrowRight', [301, 2]],
    ['Home', [2, 2]],
    ['ArrowUp', [1, 2]],
    ['ArrowUp', [1, 2]],
    ['ArrowDown', [2, 2]],
  ] as const) {
    await page.keyboard.press(pressed);
    await expect.poll(() => place(page), { message: pressed }).toEqual(expected);
  }
  await page.keyboard.press('PageDown');
  await expect.poll(async () => (await place(page))?.[0]).toBeGreaterThan(8);
  await expect(page.locator('[role=grid] :focus')).toBeInViewport();
  await page.keyboard.press('PageUp');
  await expect.poll(() => place(page)).toEqual([2, 2]);
});

test('held down, a key goes on; and at the end of a scrolled table the focus is there', async ({ page }) => {
  await loaded(page);
  await first(page).focus();
  await keys(page, ...Array<string>(60).fill('ArrowDown'));
  await expect.poll(() => place(page)).toEqual([62, 2]);
  await expect(page.locator('[role=grid] :focus')).toBeInViewport();
  await keys(page, 'End', 'ArrowUp', 'ArrowUp', 'ArrowDown');
  await expect.poll(() => place(page)).toEqual([300, 2]);
  await expect(page.locator('[role=grid] :focus')).toBeInViewport();
  expect(await rows(page, 'Tokens').count()).toBeLessThan(60);

  await test.step('the wheel moves the table and not the focus', async () => {
    await page.locator('.table-scroll').evaluate((table) => table.scrollTo(0, 0));
    await expect(rows(page, 'Tokens').nth(3)).toHaveAttribute('aria-rowindex', '5');
    expect(await place(page)).toEqual([300, 2]);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => place(page)).toEqual([301, 2]);
    await expect(page.locator('[role=grid] :focus')).toBeInViewport();
  });

  await test.step('rows that are read anew keep it', async () => {
    await page.evaluate(() => {
      const refresh = [...document.querySelectorAll('button')].find((button) => button.textContent === 'Refresh');
      refresh?.click();
    });
    await expect(page.getByRole('button', { name: 'Refresh' })).toHaveAttribute('aria-disabled', 'false');
    await page.waitForFunction(() => document.activeElement?.closest('[role=grid]'));
  });
});

test('Space selects, Enter opens the token, and the focus returns to its row', async ({ page }) => {
  await loaded(page);
  await first(page).focus();
  await keys(page, ' ', 'ArrowDown', 'ArrowDown', 'Shift+ ');
  await expect(page.getByRole('toolbar', { name: 'Selected tokens' })).toContainText('3 selected');
  await expect(rows(page, 'Tokens').nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(rows(page, 'Tokens').nth(3)).toHaveAttribute('aria-selected', 'false');
  // A cell without a link opens the token as well.
  await keys(page, 'ArrowRight', 'Enter');
  await expect(page.getByRole('dialog').getByText('Just read from Microsoft.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect.poll(() => place(page)).toEqual([4, 3]);
});

test('a search moves the Tab stop to its first row', async ({ page }) => {
  await loaded(page);
  await first(page).focus();
  await page.keyboard.press('End');
  await expect.poll(() => place(page)).toEqual([301, 2]);
  await page.getByRole('searchbox', { name: 'Search' }).fill('feitian');
  await expect(page.getByText(/^\d+ of 300 tokens$/)).toBeVisible();
  await tabTo(page, first(page));
});

test('the ring of the focus is drawn around the whole cell', async ({ page }) => {
  await loaded(page);
  await first(page).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  const outline = await first(page).evaluate((link) => {
    const style = getComputedStyle(link.closest('td')!);
    return [style.outlineStyle, style.outlineWidth, style.outlineOffset];
  });
  expect(outline).toEqual(['solid', '2px', '-2px']);
  await expectAccessibleEverywhere(page, 'the grid');
});

test.describe('as cards', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the keys go from card to card, without a header', async ({ page }) => {
    await loaded(page);
    await first(page).focus();
    await keys(page, 'ArrowUp', 'ArrowDown', 'ArrowRight', 'ArrowRight');
    await expect.poll(() => place(page)).toEqual([3, 4]);
  });
});
