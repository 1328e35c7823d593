// Loading the inventory: page by page, with errors that are never mistaken for an empty tenant.
import { expect, test } from '../fixtures/app';
import { openByLink } from '../fixtures/first-page';
import { figure, follow, open, rows } from '../fixtures/steps';
import { devices, users } from '../fixtures/tenant';

test.describe('of 2,500 tokens in pages of 100', () => {
  test.use({ practice: ['--practice-page-size', '100'] });

  test('is read to its end, and counted right', async ({ app, page, traffic }) => {
    await open(page, '/');
    await expect(page.getByText('2,500 tokens', { exact: true })).toBeVisible();
    // The first page comes with the document.
    expect(traffic.requests.filter(({ url }) => url.endsWith('/api/tokens/list'))).toHaveLength(24);

    const found = await devices(app);
    const count = (status: string) => found.filter((device) => device.status === status).length.toLocaleString('en');
    await expect(figure(page, count('activated'), 'Activated')).toBeVisible();
    await expect(figure(page, count('assigned'), 'Assigned')).toBeVisible();
    await expect(figure(page, count('available'), 'In stock')).toBeVisible();
    await expect(figure(page, count('failedActivation'), 'Activation failed')).toBeVisible();
  });

  test('keeps only what is in view in the document, and its end is reached', async ({ page }) => {
    await open(page, '/');
    await expect(page.getByText('2,500 tokens', { exact: true })).toBeVisible();
    const table = page.getByRole('grid', { name: 'Tokens' });
    await expect(table).toHaveAttribute('aria-rowcount', '2501');
    const shown = rows(page, 'Tokens');
    expect(await shown.count()).toBeLessThan(60);

    await page.locator('[role=grid] tbody a').first().press('End');
    await expect(shown.last()).toHaveAttribute('aria-rowindex', '2501');
    await expect(shown.last()).toBeInViewport();
    expect(await shown.count()).toBeLessThan(60);

    // With the reverse order, the last row is the first, and the table is scrolled to its top.
    // The first cell contains the checkbox.
    const last = await shown.last().getByRole('gridcell').nth(1).innerText();
    await page.getByRole('button', { name: 'Serial number' }).click();
    await expect(shown.first().getByRole('gridcell').nth(1)).toHaveText(last);
    await expect(shown.first()).toBeInViewport();
    await expect(page.getByRole('columnheader', { name: 'Serial number' })).toHaveAttribute('aria-sort', 'descending');
  });
});

test.describe('from a slow tenant', () => {
  test.use({ practice: ['--practice-tokens', '600', '--practice-page-size', '100'] });

  test('shows its first rows, which can be searched while the count goes on', async ({ page }) => {
    // The pages after the second one are blocked until the search has been checked. The first one comes with the document.
    let unblock = () => {};
    const unblocked = new Promise<void>((resolve) => (unblock = resolve));
    let pages = 0;
    await page.route('**/api/tokens/list', async (route) => {
      if (++pages > 1) await unblocked;
      await route.continue();
    });
    await open(page, '/');
    await expect(page.getByText('200 tokens …', { exact: true })).toBeVisible();
    const shown = rows(page, 'Tokens');
    await expect(shown.first()).toBeVisible();
    await page.getByRole('searchbox', { name: 'Search' }).fill('SHA-256');
    await expect(page.getByText(/^\d+ of 200 tokens …$/)).toBeVisible();
    await expect(shown.first()).toContainText('SHA-256');
    unblock();
    await expect(page.getByText(/^\d+ of 600 tokens$/)).toBeVisible();
    await expect(shown.first()).toContainText('SHA-256');
  });
});

test.describe('of 500 tokens', () => {
  test.use({ practice: ['--practice-tokens', '500', '--practice-users', '150', '--practice-page-size', '100'] });

  test('shows and finds users by name and by user principal name', async ({ app, page }) => {
    const people = new Map((await users(app)).map((user) => [user.id, user]));
    const token = (await devices(app)).find((device) => device.assignedTo?.displayName.includes("O'Brien"));
    const holder = people.get(token?.assignedTo?.id ?? '');
    await open(page, '/');
    await page.getByRole('searchbox', { name: 'Search' }).fill(token?.serialNumber ?? 'none');
    const shown = rows(page, 'Tokens');
    await expect(shown).toHaveCount(1);
    await expect(shown).toContainText(`${holder?.displayName} ${holder?.userPrincipalName}`);
    await page.getByRole('searchbox', { name: 'Search' }).fill(holder?.userPrincipalName ?? 'nobody');
    await expect(shown.first()).toContainText(holder?.displayName ?? 'nobody');
  });

  test('keeps what was loaded when a page fails, and Retry goes on from there', async ({ page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    let pages = 0;
    await page.route('**/api/tokens/list', (route) => (++pages === 2 ? route.abort() : route.continue()));
    await open(page, '/');
    const alert = page.getByRole('alert');
    await expect(alert).toContainText('Only 200 tokens could be read; the rest is missing.');
    await expect(alert).toContainText('The Token Inventory server did not answer.');
    await expect(rows(page, 'Tokens').first()).toBeVisible();
    await expect(page.getByText('200 tokens', { exact: true })).toBeVisible();

    await alert.getByRole('button', { name: 'Retry' }).click();
    await expect(page.getByText('500 tokens', { exact: true })).toBeVisible();
    await expect(alert).toBeHidden();
    expect(pages, 'four pages and the one that failed').toBe(5);
  });

  test('is one failure when the names cannot be read either, and one Retry reads both', async ({ page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    const broken = new Set(['users/by_id']);
    for (const call of ['tokens/list', 'users/by_id']) {
      await page.route(`**/api/${call}`, (route) => (broken.has(call) ? route.abort() : route.continue()));
    }
    await open(page, '/');
    const alert = page.getByRole('alert');
    await expect(alert).toContainText('User principal names could not be read.');
    await expect(page.getByText('500 tokens', { exact: true })).toBeVisible();

    broken.add('tokens/list');
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect(alert).toContainText('The inventory could not be read anew; below is what was read before.');
    await expect(alert).toHaveCount(1);
    broken.clear();
    await alert.getByRole('button', { name: 'Retry' }).click();
    await expect(alert).toHaveCount(0);
    await expect(rows(page, 'Tokens').filter({ hasText: '@' }).first()).toBeVisible();
  });

  test('is no empty table when not even the first page arrives', async ({ page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    await page.route('**/api/tokens/list', (route) => route.abort(), { times: 1 });
    await openByLink(page);
    await expect(page.getByRole('alert')).toContainText('The inventory could not be read.');
    await expect(page.locator('table')).toHaveCount(0);
    await expect(page.getByText('no hardware tokens')).toHaveCount(0);
    await page.getByRole('button', { name: 'Retry' }).click();
    await expect(page.getByText('500 tokens', { exact: true })).toBeVisible();
  });

  test('is read anew on request', async ({ page, traffic }) => {
    await open(page, '/');
    await expect(page.getByText('500 tokens', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(() => traffic.requests.filter(({ url }) => url.endsWith('/api/tokens/list')).length).toBe(9);
    await expect(page.getByText('500 tokens', { exact: true })).toBeVisible();
  });
});

test.describe('without the permission to read it', () => {
  test.use({ practice: ['--practice-tokens', '20', '--practice-grant', 'User.Read.All'] });

  test('names the permission and where to grant it', async ({ page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    await open(page, '/');
    await expect(page.getByRole('alert')).toContainText(/the app lacks the permission Policy\.\S+/);
    await expect(page.getByRole('alert')).toContainText('API permissions');
    await expect(page.locator('table')).toHaveCount(0);
  });
});

test.describe('of a new tenant', () => {
  test.use({ practice: ['--practice-tokens', '0', '--practice-users', '10'] });

  test('leads to the import', async ({ page }) => {
    await open(page, '/');
    await expect(page.getByText('This tenant has no hardware tokens yet.')).toBeVisible();
    await page.getByRole('link', { name: 'Import tokens' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Import' })).toBeVisible();
    await follow(page, 'Inventory');
  });
});
