// Filter words in the search: suggested, shown as chips that can be removed, and kept in the URL.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { expectAccessibleEverywhere } from '../fixtures/accessible';
import { open } from '../fixtures/steps';
import { devices } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '300', '--practice-users', '120'] });

const search = (page: Page) => page.locator('#search');
const chips = (page: Page) => page.getByRole('list', { name: 'Filter words' }).getByRole('button');
const count = (page: Page, shown: number) => page.getByText(`${shown} of 300 tokens`, { exact: true });

test('words narrow the list, become chips, and stay in the URL', async ({ app, page }) => {
  const all = await devices(app);
  const assigned = all.filter((device) => device.status === 'assigned');
  const sha1 = assigned.filter((device) => device.hashFunction === 'hmacsha1');
  await open(page, '/');
  await expect(page.getByText('300 tokens', { exact: true })).toBeVisible();
  await search(page).focus();
  await page.keyboard.type('status:assigned ');
  await expect(chips(page)).toHaveText(['status:assigned ×']);
  await expect(search(page)).toHaveValue('');
  await expect(count(page, assigned.length)).toBeVisible();
  await page.keyboard.type('-sha256');
  await expect(count(page, sha1.length)).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(chips(page)).toHaveText(['status:assigned ×', '-sha256 ×']);
  await expectAccessibleEverywhere(page, 'filter words');
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('status:assigned -sha256');
  await page.reload();
  await expect(count(page, sha1.length)).toBeVisible();

  await page.getByRole('button', { name: 'Remove status:assigned' }).click();
  await expect(search(page), 'the focus is not lost').toBeFocused();
  await expect(count(page, all.filter((device) => device.hashFunction === 'hmacsha1').length)).toBeVisible();
});

test('what is typed is completed, and Backspace takes the last chip up again', async ({ app, page }) => {
  const c202 = (await devices(app)).filter((device) => device.model === 'C202').length;
  await open(page, '/');
  await expect(page.getByText('300 tokens', { exact: true })).toBeVisible();
  const suggested = () => page.locator('#search-words option').evaluateAll(
    (options) => options.map((option) => (option as HTMLOptionElement).value),
  );
  await search(page).focus();
  await page.keyboard.type('mod');
  await expect.poll(suggested).toEqual(['model:']);
  await page.keyboard.type('el:token2');
  await expect.poll(suggested).toContain('model:"Token2 C202" ');
  await search(page).fill('model:"Token2 C202" ');
  await expect(chips(page)).toHaveText(['model:"Token2 C202" ×']);
  await expect(count(page, c202)).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(chips(page)).toHaveCount(0);
  await expect(search(page)).toHaveValue('model:"Token2 C202');
});
