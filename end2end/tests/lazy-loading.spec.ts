import { expect, test } from '../fixtures/app';
import { open } from '../fixtures/steps';

const PAGES = [
  { name: 'Inventory', path: '/' },
  { name: 'Import', path: '/import' },
  { name: 'Settings', path: '/settings' },
];

for (const { name, path } of PAGES) {
  test(`${path} comes with its content and works when it is opened by its address`, async ({ page, request, app }) => {
    const html = await (await request.get(new URL(path, app.url).href)).text();
    expect(html).toContain(`<h1>${name}</h1>`);
    await open(page, path);
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  });
}

test('every page opens from every other', async ({ page }) => {
  await open(page, '/settings');
  for (const { name } of [...PAGES, ...PAGES.toReversed()]) {
    await page.getByRole('link', { name, exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  }
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: 'Import' })).toBeVisible();
});

test.describe('a build with code splitting', () => {
  test.beforeEach(async ({ request, app }) => {
    const manifest = await request.get(new URL('/pkg/__wasm_split_manifest.json', app.url).href);
    test.skip(!manifest.ok(), 'a debug build is not split');
  });

  test('loads the other pages and pieces when the first page is done', async ({ page }) => {
    const parts: string[] = [];
    page.on('response', (response) => {
      const part = /split_(\w+)\S*\.wasm/.exec(response.url())?.[1];
      if (part !== undefined && response.ok()) parts.push(part);
    });
    await page.goto('/');
    await expect.poll(() => parts.toSorted()).toEqual(['audit', 'bulk', 'first_steps', 'import', 'keys', 'palette', 'panels', 'settings', 'slips', 'token_actions']);
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
    expect(parts).toHaveLength(10);
  });

  test('hydrates a page whose part comes late', async ({ page }) => {
    await page.route(/\/(split_import|chunk)[^/]*$/, async (route) => {
      // All that does not wait for the part has happened by then.
      for (let times = 0; times < 5; times++) await page.evaluate(() => new Promise<void>((idle) => requestIdleCallback(() => idle())));
      await route.continue();
    });
    await open(page, '/import');
    await expect(page.getByText('Drop the seed file here')).toBeVisible();
    // Other parts still come.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('says so when a part does not come, and loads it when it can', async ({ page, traffic }) => {
    traffic.allow(/ERR_FAILED|Failed to fetch/);
    await page.route('**/split_*', (route) => route.abort());
    await open(page, '/');
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'This page could not be loaded' })).toBeVisible();
    await page.getByRole('link', { name: 'Inventory', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Inventory' })).toBeVisible();
    await page.unroute('**/split_*');
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  });
});
