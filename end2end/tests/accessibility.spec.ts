// axe finds no violation on any page, including contrast, in light and dark mode.
import { expect, test } from '../fixtures/app';
import { expectAccessible } from '../fixtures/accessible';
import { csv, row, rowsFor } from '../fixtures/seed-file';
import { openByLink } from '../fixtures/first-page';
import { choose, expectFinished, follow, open, press } from '../fixtures/steps';
import { members } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '120', '--practice-users', '80', '--practice-latency-ms', '150'] });

test('the inventory', async ({ page, traffic }) => {
  traffic.allow(/Failed to load resource/);
  await page.route('**/api/tokens/list', (route) => route.abort(), { times: 1 });
  await openByLink(page);
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page, 'a failure');
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect(page.getByText('120 tokens', { exact: true })).toBeVisible();
  await expectAccessible(page, 'loaded');
  await page.getByRole('button', { name: /In stock$/ }).click();
  await page.getByRole('searchbox').fill('no such token');
  await expect(page.getByText('No token matches')).toBeVisible();
  await expectAccessible(page, 'no match');
});

test('the import', async ({ app, page }) => {
  const unknown = row('404', 'nobody@x.example');
  const excel = row('1.23457E+12', '', { interval: '' });
  const good = rowsFor(await members(app, 5), { interval: '' });
  await open(page, '/import');
  await page.getByText('Paste rows instead').click();
  await page.getByText('What the file must look like').click();
  await expectAccessible(page, 'choosing');
  await choose(page, '{"value":[', 'damaged.json');
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page, 'a damaged file');
  await choose(page, 'ann@x.example,00123,JBSWY3DPEHPK3PXP,30,Token2,C202\n', 'headless.csv');
  await expect(page.getByRole('heading', { name: 'headless.csv' })).toBeVisible();
  await expectAccessible(page, 'what the columns hold');
  await page.getByRole('button', { name: 'Choose another file' }).click();
  await choose(page, csv([...good, unknown, excel, good[0]!]));
  await expect(page.getByRole('button', { name: 'Import, assign and activate 5 tokens' })).toBeVisible();
  await expectAccessible(page, 'the plan');
  await press(page, 'Import, assign and activate 5 tokens');
  await expectFinished(page, '5 tokens done; 2 not possible');
  await expectAccessible(page, 'the end');
  await follow(page, 'Inventory');
});

test('the question before leaving, and the running import', async ({ app, page }) => {
  await open(page, '/import');
  await choose(page, csv(rowsFor(await members(app, 60))));
  await page.route('**/api/tokens/apply', () => {});
  await press(page, 'Import, assign and activate 60 tokens');
  await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible();
  await expectAccessible(page, 'running');
  await page.getByRole('link', { name: 'Inventory' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'the question');
});

test('the page that does not exist', async ({ page, traffic }) => {
  traffic.allow(/404/);
  await open(page, '/no/such/page');
  await expectAccessible(page, 'not found');
});
