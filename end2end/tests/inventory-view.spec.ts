// Search, filters and sort order, as you type and in the URL, so that a view can be bookmarked and shared.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { figure, follow, open, rows } from '../fixtures/steps';
import { devices } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '300', '--practice-users', '120'] });

const search = (page: Page) => page.getByRole('searchbox', { name: 'Search' });
const model = (page: Page) => page.getByRole('combobox', { name: 'Model' });
const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

test('the search looks through all columns, for all words', async ({ app, page }) => {
  const found = await devices(app);
  const count = (test: (device: (typeof found)[number]) => boolean) => found.filter(test).length;
  await open(page, '/');
  await expect(page.getByText('300 tokens', { exact: true })).toBeVisible();
  const searches: [text: string, count: number][] = [
    ['feitian', count((device) => device.manufacturer === 'Feitian')],
    ['ACTIVATED token2', count((device) => device.status === 'activated' && device.manufacturer === 'Token2')],
    ['feitian SHA-256', count((device) => device.manufacturer === 'Feitian' && device.hashFunction === 'hmacsha256')],
    [found[7]?.serialNumber ?? '', 1],
  ];
  for (const [text, expected] of searches) {
    await search(page).fill(text);
    await expect(page.getByText(`${expected} of 300 tokens`, { exact: true }), text).toBeVisible();
  }
});

test('a search without a match says so and can be cleared', async ({ page }) => {
  await open(page, '/?q=nothing+is+called+so');
  await expect(page.getByText('No token matches this search and these filters.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear search and filters' }).click();
  await expect(page.getByText('300 tokens', { exact: true })).toBeVisible();
  await expect(search(page)).toHaveValue('');
  await expect.poll(() => query(page)).toEqual({});
});

test('figures and models filter, and say how many', async ({ app, page }) => {
  const activated = (await devices(app)).filter((device) => device.status === 'activated');
  const c202 = activated.filter((device) => device.model === 'C202');
  await open(page, '/');
  await figure(page, activated.length, 'Activated').click();
  await expect(page.getByText(`${activated.length} of 300 tokens`, { exact: true })).toBeVisible();
  await model(page).selectOption({ label: (await model(page).getByRole('option', { name: 'Token2 C202' }).innerText()) });
  await expect(page.getByText(`${c202.length} of 300 tokens`, { exact: true })).toBeVisible();
  await expect(rows(page, 'Tokens').first()).toContainText('C202');
  await expect.poll(() => query(page)).toEqual({ status: 'activated', model: 'Token2:C202' });
});

test('every column sorts both ways', async ({ page }) => {
  await open(page, '/');
  await expect(page.getByText('300 tokens', { exact: true })).toBeVisible();
  const first = rows(page, 'Tokens').first();
  for (const name of ['Manufacturer and model', 'Hash, interval', 'User', 'Status', 'Last used', 'Serial number']) {
    const header = page.getByRole('columnheader', { name });
    const button = header.getByRole('button');
    await button.click();
    await expect(header).toHaveAttribute('aria-sort', 'ascending');
    const lowest = await first.innerText();
    await button.click();
    await expect(header).toHaveAttribute('aria-sort', 'descending');
    await expect(first).not.toHaveText(lowest, { useInnerText: true });
  }
});

test('a view is restored on reload, by its link, and on the way back', async ({ page }) => {
  await open(page, '/');
  await search(page).fill('token2');
  await page.getByRole('button', { name: /Activated$/ }).click();
  await page.getByRole('button', { name: 'User' }).click();
  await page.getByRole('button', { name: 'User' }).click();
  const view = { q: 'token2', status: 'activated', sort: '-user' };
  await expect.poll(() => query(page)).toEqual(view);
  const shown = rows(page, 'Tokens');
  const expectRestored = async (first: string) => {
    await expect(search(page)).toHaveValue('token2');
    await expect(page.getByRole('button', { name: /Activated$/ })).toHaveAttribute('aria-pressed', 'true');
    await expect(page.getByRole('columnheader', { name: 'User' })).toHaveAttribute('aria-sort', 'descending');
    await expect(shown.first()).toHaveText(first);
    expect(query(page)).toEqual(view);
  };
  await expect(shown.first()).toContainText('@');
  const first = (await shown.first().textContent()) ?? '';

  await page.reload();
  await expectRestored(first);
  await follow(page, 'Import');
  await page.goBack();
  await expectRestored(first);
  await follow(page, 'Inventory');
  await expect(search(page)).toHaveValue('');
  await page.goBack();
  await expectRestored(first);
});
