// What stands above the table: two lines, so that most of the screen has rows.
import { expect, test } from '../fixtures/app';
import { expectAccessible } from '../fixtures/accessible';
import { open, rows } from '../fixtures/steps';

test.use({ practice: ['--practice-tokens', '120', '--practice-users', '60'] });

const READ = /^120 tokens · read \d\d:\d\d$/;

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
    await page.getByRole('button', { name: 'Filters (1)' }).click();
    await expect(view).toBeHidden();
  });
});
