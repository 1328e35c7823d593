import { expect, test } from '../fixtures/app';

test('the first page is the inventory', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1, name: 'Inventory' })).toBeVisible();
});
