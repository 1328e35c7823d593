// A seed file may be dropped on any page.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { follow, open } from '../fixtures/steps';
import { sample } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '3'] });

/**
 * Drags a file above the page, and drops it unless told otherwise. Returns whether the page kept each event from the browser, which would
 * open the file.
 */
async function dragOnto(page: Page, selector: string, text: string, drop = true): Promise<boolean[]> {
  return page.locator(selector).first().evaluate((element, { text, drop }) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'tokens.csv', { type: 'text/csv' }));
    const names = drop ? ['dragover', 'drop'] : ['dragover'];
    return names.map((name) =>
      !element.dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer: data })));
  }, { text, drop });
}

test('a seed file that is dropped on the inventory is imported', async ({ app, page }) => {
  const csv = await sample(app, 3);
  await open(page, '/');
  const hint = page.getByText('Drop the seed file to import it');
  expect(await dragOnto(page, 'main', csv, false)).toEqual([true]);
  await expect(hint).toBeVisible();
  expect(await dragOnto(page, 'main', csv)).toEqual([true, true]);
  await expect(hint).toHaveCount(0);
  await expect(page).toHaveURL(/\/import$/);
  await expect(page.getByRole('button', { name: 'Import, assign and activate 3 tokens' })).toBeEnabled();
  // Another one takes its place, since nothing was typed or written.
  await dragOnto(page, 'header', await sample(app, 2));
  await expect(page.getByRole('button', { name: 'Import, assign and activate 2 tokens' })).toBeEnabled();
});

test('a file is neither taken nor opened over a dialog', async ({ app, page }) => {
  await open(page, '/');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await dragOnto(page, 'main', await sample(app, 1))).toEqual([true, true]);
  await expect(page.getByText('Drop the seed file to import it')).toHaveCount(0);
  // A file that was taken would wait there, and be read.
  await page.keyboard.press('Escape');
  await follow(page, 'Import');
  await expect(page.getByText('Drop the seed file here')).toBeVisible();
});

test('after a run, its entries in the audit trail are a click away', async ({ app, page }) => {
  await open(page, '/');
  await dragOnto(page, 'main', await sample(app, 2));
  await page.getByRole('button', { name: 'Import, assign and activate 2 tokens' }).click();
  await expect(page.getByText('Finished: 2 tokens done')).toBeVisible();
  await page.getByRole('link', { name: 'Open the run in Audit' }).click();
  await expect(page).toHaveURL(/\/audit\?run=/);
  await expect(page.getByRole('row').filter({ hasText: 'run' })).not.toHaveCount(0);
});
