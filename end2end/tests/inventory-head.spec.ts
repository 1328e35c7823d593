// What stands above the table: two lines, so that most of the screen has rows.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { expectAccessible, expectAccessibleEverywhere } from '../fixtures/accessible';
import { openByLink } from '../fixtures/first-page';
import { figure, open, rows } from '../fixtures/steps';
import { devices } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '120', '--practice-users', '60'] });

const READ = /^120 tokens · read \d\d:\d\d$/;

async function loaded(page: Page): Promise<void> {
  await open(page, '/');
  await expect(page.getByRole('status').filter({ hasText: READ })).toBeVisible();
}

/** In the page: adds up by how much its content shifts. */
function countShifts(): void {
  let moved = 0;
  const add = (entries: PerformanceEntryList) => {
    for (const entry of entries) moved += (entry as PerformanceEntry & { value: number }).value;
  };
  const observer = new PerformanceObserver((list) => add(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  // With those that were not handed over yet.
  (window as unknown as { moved: () => number }).moved = () => {
    add(observer.takeRecords());
    return moved;
  };
}

/** How much the content of the page has shifted so far. */
const moved = (page: Page) => page.evaluate(() => (window as unknown as { moved: () => number }).moved());

/** How many rows are in sight as a whole. */
const wholeRows = (page: Page) => page.evaluate(() => {
  const head = document.querySelector('[role=grid] thead')!.getBoundingClientRect().bottom;
  const end = document.querySelector('.table-scroll')!.getBoundingClientRect().bottom;
  const boxes = [...document.querySelectorAll('[role=grid] tbody .row')].map((row) => row.getBoundingClientRect());
  return boxes.filter(({ top, bottom }) => top >= head - 1 && bottom <= Math.min(end, innerHeight) + 1).length;
});

/** By how much what is wider than its box sticks out: the page, the table, each bar. */
const cut = (page: Page) => page.evaluate(() => {
  const boxes = [document.documentElement, ...document.querySelectorAll('.table-scroll, [role=toolbar], [role=search]')];
  return boxes.map((box) => box.scrollWidth - box.clientWidth).filter((more) => more > 0);
});

/** The serial numbers that are not shown as a whole. */
const cutSerials = (page: Page) => page.evaluate(() => {
  const links = [...document.querySelectorAll('.cell--serial .cell__link')];
  return links.filter((link) => link.scrollWidth > link.clientWidth).map((link) => link.textContent);
});

for (const [width, height] of [[1440, 900], [1024, 768]] as const) {
  test.describe(`at ${width} pixels`, () => {
    test.use({ viewport: { width, height } });

    test('rows begin within 200 pixels, and a selection moves none of them', async ({ page }) => {
      await open(page, '/');
      await expect(page.getByRole('status').filter({ hasText: READ })).toBeVisible();
      const first = rows(page, 'Tokens').first();
      const before = await first.boundingBox();
      expect(before?.y).toBeLessThanOrEqual(200);
      await first.getByRole('checkbox').check();
      await expect(page.getByRole('toolbar', { name: 'Selected tokens' })).toBeInViewport();
      expect(await first.boundingBox()).toEqual(before);
      const last = await page.locator('.table-scroll').boundingBox();
      const bar = await page.getByRole('toolbar', { name: 'Selected tokens' }).boundingBox();
      expect(last!.y + last!.height, 'the bar covers no row').toBeLessThanOrEqual(bar!.y);
    });
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the filters are behind a button, which counts those that are set', async ({ page }) => {
    await open(page, '/');
    await expect(page.getByRole('status').filter({ hasText: READ })).toBeVisible();
    const view = page.getByRole('combobox', { name: 'View' });
    await expect(view).toBeHidden();
    const filters = page.getByRole('button', { name: 'Filters', exact: true });
    await filters.press('Enter');
    await expect(filters).toHaveAttribute('aria-expanded', 'true');
    await view.selectOption('stock');
    await expectAccessible(page, 'filters on a phone');
    await page.getByRole('combobox', { name: 'Status' }).selectOption('In stock');
    await page.getByRole('button', { name: 'Filters (2)' }).click();
    await expect(view).toBeHidden();
  });

  test('the lists are behind a button, the bar of a selection fits, and values have labels', async ({ page }) => {
    await loaded(page);
    const [more, list] = [page.getByRole('button', { name: 'More' }), page.getByRole('button', { name: 'Export …' })];
    await expect(list).toBeHidden();
    await more.click();
    await expect(list).toBeVisible();
    await expectAccessible(page, 'the lists on a phone');
    expect(await cut(page)).toEqual([]);
    for (const row of [0, 1, 2]) await rows(page, 'Tokens').nth(row).getByRole('checkbox').check();
    await expect(page.getByRole('toolbar', { name: 'Selected tokens' })).toBeInViewport();
    expect(await cut(page)).toEqual([]);
    const labels = await rows(page, 'Tokens').first().getByRole('gridcell').evaluateAll((cells) =>
      cells.map((cell) => getComputedStyle(cell, '::before').content).filter((content) => content !== 'none'));
    expect(labels).toEqual(expect.arrayContaining(['"Model "', '"Hash "']));
  });
});

test('zoomed by 200 %, filter words are in sight as a whole', async ({ page }) => {
  await page.setViewportSize({ width: 720, height: 450 });
  await open(page, '/?q=status%3Aassigned%20-sha256%20token');
  const words = page.getByRole('list', { name: 'Filter words' });
  await expect(words.getByRole('button')).toHaveText(['status:assigned ×', '-sha256 ×']);
  const [list, word] = await Promise.all([words.boundingBox(), words.getByRole('button').first().boundingBox()]);
  expect(list!.height).toBeGreaterThanOrEqual(word!.height);
});

test.describe('at 1440 by 900 pixels', () => {
  test.use({ viewport: { width: 1440, height: 900 } });

  test('15 rows are in sight, and 21 compact ones, which this browser remembers', async ({ page }) => {
    await loaded(page);
    await expect.poll(() => wholeRows(page)).toBeGreaterThanOrEqual(15);
    await page.getByRole('button', { name: 'Columns and views …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Columns and views' });
    await dialog.getByRole('checkbox', { name: /^Compact/ }).check();
    await dialog.getByRole('checkbox', { name: 'Last used' }).uncheck();
    await expectAccessibleEverywhere(page, 'the choice of columns');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: 'Columns and views …' })).toBeFocused();
    const look = async () => {
      await expect.poll(() => wholeRows(page)).toBeGreaterThanOrEqual(21);
      await expect(page.getByRole('columnheader', { name: 'Status' })).toBeVisible();
      await expect(page.getByRole('columnheader', { name: 'Last used' })).toBeHidden();
    };
    await look();
    await expectAccessible(page, 'compact rows');
    await page.reload();
    await loaded(page);
    await look();
  });

  test('what is made for the filters leaves the fields of dialogs as they are', async ({ page }) => {
    await loaded(page);
    await page.getByRole('button', { name: 'Assign by list …' }).click();
    const dialog = page.getByRole('dialog');
    const label = await dialog.locator('.field__label').boundingBox();
    const [text, read] = await Promise.all([dialog.getByRole('textbox'), dialog.getByRole('button', { name: 'Read the pasted text' })].map((one) => one.boundingBox()));
    expect(label!.height, 'the label is seen').toBeGreaterThan(10);
    expect(read!.y - text!.y - text!.height, 'no gap').toBeLessThan(40);
  });

  test('the counts are those of the search and the view', async ({ app, page }) => {
    const found = (await devices(app)).filter(({ manufacturer }) => manufacturer === 'Token2');
    const count = (status: string) => found.filter((device) => device.status === status).length;
    await loaded(page);
    await page.getByRole('searchbox', { name: 'Search' }).fill('token2');
    await expect(figure(page, count('activated'), 'Activated')).toBeVisible();
    await figure(page, count('available'), 'In stock').click();
    await expect(page.getByText(`${count('available')} of 120 tokens`, { exact: true })).toBeVisible();
    await expect(figure(page, count('activated'), 'Activated'), 'what a click on it would show').toBeVisible();
  });
});

for (const width of [1440, 1200, 1024, 960, 640, 390, 320]) {
  test.describe(`${width} pixels wide`, () => {
    test.use({ viewport: { width, height: 800 } });

    test('nothing is cut, and nothing moves while the inventory is read', async ({ page }) => {
      await page.addInitScript(countShifts);
      await loaded(page);
      await expect(rows(page, 'Tokens').filter({ hasText: '@' }).first()).toBeVisible();
      expect(await cut(page)).toEqual([]);
      expect(await cutSerials(page)).toEqual([]);
      expect(await moved(page)).toBeLessThan(0.02);
    });

    test('"–" stands for what is not known yet', async ({ page }) => {
      let answer = () => {};
      const answered = new Promise<void>((resolve) => (answer = resolve));
      await page.route('**/api/tokens/list', async (route) => {
        await answered;
        await route.continue();
      });
      await page.addInitScript(countShifts);
      await openByLink(page);
      await expect(page.getByRole('status').filter({ hasText: /^–$/ })).toBeVisible();
      const before = await moved(page);
      // On a phone they are in a list.
      if (width >= 640) await expect(figure(page, '–', 'Activated')).toBeVisible();
      expect(await cut(page)).toEqual([]);
      answer();
      await expect(page.getByRole('status').filter({ hasText: READ })).toBeVisible();
      await expect(rows(page, 'Tokens').filter({ hasText: '@' }).first()).toBeVisible();
      expect(await moved(page) - before, 'nothing moves when they are known').toBeLessThan(0.02);
    });
  });
}
