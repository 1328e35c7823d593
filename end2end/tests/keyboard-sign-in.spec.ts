// Signing in, connecting, checking and signing out by keyboard.
import type { Page } from '@playwright/test';
import { test as local } from '../fixtures/app';
import { expect, test } from '../fixtures/organisation';
import { PracticeTenant } from '../fixtures/program';
import { open, ready, tabTo } from '../fixtures/steps';

const COMPANY = ['--practice-tokens', '20', '--practice-users', '20'];

async function checkByKeyboard(page: Page): Promise<void> {
  await tabTo(page, page.getByRole('button', { name: 'Check the connection' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main').getByText('All is well.', { exact: true })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'All is well.' }), 'told to screen readers').toHaveCount(1);
}

test.describe('an organisation', () => {
  test.use({ practice: COMPANY });

  test('in, through the check, and out', async ({ page, traffic }) => {
    traffic.allow(/status of 401/);
    await open(page, '/settings');
    await tabTo(page, page.getByRole('link', { name: 'Sign in with Microsoft' }));
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('button', { name: /^An administrator:/ }));
    await page.keyboard.press('Enter');
    await ready(page);
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
    await checkByKeyboard(page);
    await page.keyboard.press('Shift+Tab');
    await tabTo(page, page.getByRole('button', { name: 'Check the connection' }));
    await open(page, '/');
    await tabTo(page, page.getByRole('button', { name: 'Sign out' }));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'You are signed out' })).toBeVisible();
    await tabTo(page, page.getByRole('link', { name: 'Sign in again' }));
  });
});

const connecting = local.extend<{ other: PracticeTenant }>({
  practice: COMPANY,
  other: async ({}, use) => {
    const other = await PracticeTenant.start(['--practice-seed', '9', ...COMPANY]);
    await use(other);
    await other.stop();
  },
  environment: async ({ other }, use) => {
    const { ENTRA_AUTHORITY = '', GRAPH_ENDPOINT = '' } = other.environment;
    await use({ ENTRA_AUTHORITY, GRAPH_ENDPOINT });
  },
});

connecting('connecting a tenant: from field to field, and Enter', async ({ app, other, page }) => {
  const { ENTRA_TENANT_ID = '', ENTRA_CLIENT_ID = '', ENTRA_CLIENT_SECRET = '' } = other.environment;
  await open(page, app.operatorLink);
  const values = { 'Tenant id': ENTRA_TENANT_ID, 'Client id': ENTRA_CLIENT_ID, 'Client secret': ENTRA_CLIENT_SECRET };
  for (const [label, value] of Object.entries(values)) {
    await tabTo(page, page.getByLabel(label));
    await page.keyboard.type(value);
  }
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Disconnect' })).toBeVisible();
  await checkByKeyboard(page);
});
