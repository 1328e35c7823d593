// GRAPH_ACCESS=delegated: administrators act with their own Entra roles.
import type { BrowserContext, Page } from '@playwright/test';
import { expect, test } from '../fixtures/organisation';
import { signIn } from '../fixtures/people';
import { csv, rowsFor } from '../fixtures/seed-file';
import { expectFinished, follow, importFile, planRow, press, ready } from '../fixtures/steps';
import { members, statuses } from '../fixtures/tenant';

const COMPANY = ['--practice-tokens', '20', '--practice-users', '40'];
test.use({ practice: COMPANY, environment: { GRAPH_ACCESS: 'delegated', RUST_LOG: 'trace' } });

const loaded = (page: Page) => page.getByText('20 tokens', { exact: true });

/** Signs in again in a new tab, by the link of the page. */
async function signInInNewTab(page: Page, context: BrowserContext, who?: RegExp): Promise<void> {
  const [tab] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: 'Sign in again in a new tab' }).click(),
  ]);
  if (who) await tab.getByRole('button', { name: who }).click();
  await expect(tab.getByRole('heading', { level: 1, name: 'You are signed in' })).toBeVisible();
  await tab.close();
}

test('a read-only administrator sees the tokens, and an import names the missing role', async ({ app, page, traffic }) => {
  traffic.allow(/status of 403/);
  const rows = rowsFor(await members(app, 2));
  await signIn(page, 'An administrator who is Global Reader');
  await expect(loaded(page)).toBeVisible();
  await importFile(page, csv(rows));
  await press(page, 'Import, assign and activate 2 tokens');
  const alert = page.getByRole('alert').filter({ hasText: 'The run was interrupted.' });
  await expect(alert).toContainText('to complete the operation. Either you lack the Entra role (Authentication Policy Administrator)');
  await expect(page.getByText('Interrupted: 0 tokens done, 2 left.')).toBeVisible();
  expect(Object.keys(await statuses(app))).toHaveLength(20);
});

test('an administrator imports in their own name', async ({ app, page }) => {
  const rows = rowsFor(await members(app, 3));
  await signIn(page, 'An administrator');
  await expect(loaded(page)).toBeVisible();
  await app.resetStats();
  await importFile(page, csv(rows));
  await press(page, 'Import, assign and activate 3 tokens');
  await expectFinished(page, '3 tokens done');
  expect(await app.stats(), 'the app asked for no token of its own').toMatchObject({ tokenRequests: 0 });
  const all = await statuses(app);
  for (const { serial } of rows) expect(all[serial]).toBe('activated');
  expect(/eyJ[\w-]{20,}\./.test(app.log()), 'no token of theirs was logged').toBe(false);
});

test('an expired token is refreshed silently', async ({ app, page }) => {
  await signIn(page, 'An administrator');
  await expect(loaded(page)).toBeVisible();
  await app.entra('age?seconds=4000');
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect.poll(async () => (await app.stats() as { refreshes?: number }).refreshes).toBe(1);
  await expect(loaded(page)).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(0);
});

test('when Microsoft has revoked the session, sign-in leads back to the page', async ({ app, page, traffic }) => {
  traffic.allow(/status of 401/);
  await signIn(page, 'An administrator', '/?q=7');
  await expect(page.getByText(/of 20 tokens$/)).toBeVisible();
  await app.entra('revoke-sessions');
  await app.entra('age?seconds=4000');
  await page.getByRole('button', { name: 'Refresh' }).click();
  const alert = page.getByRole('alert').filter({ hasText: 'Your session has ended' });
  await expect(alert).toBeVisible();
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await ready(page);
  await expect(page).toHaveURL(`${app.url}/?q=7`);
  await expect(alert).toHaveCount(0);
  await expect(page.getByText(/of 20 tokens$/)).toBeVisible();
});

test.describe('with a stronger sign-in for changes', () => {
  test.use({ practice: [...COMPANY, '--practice-step-up'] });

  for (const button of ['Resume', 'Retry']) {
    test(`an import halts, the user confirms who they are, ${button} finishes it`, async ({ app, page, context, traffic }) => {
      traffic.allow(/status of 40[13]/);
      const rows = rowsFor(await members(app, 5));
      await signIn(page, 'An administrator');
      await importFile(page, csv(rows));
      await press(page, 'Import, assign and activate 5 tokens');
      await expect(page.getByRole('alert').filter({ hasText: 'confirm who you are' })).toBeVisible();
      await expect(page.getByText('Interrupted: 0 tokens done, 5 left.')).toBeVisible();

      await signInInNewTab(page, context, /^An administrator:/);
      await page.getByRole('button', { name: button, exact: true }).click();
      await expectFinished(page, '5 tokens done');
      await expect(planRow(page, rows[0]!.serial)).toContainText(/done|activated/i);
      const all = await statuses(app);
      for (const { serial } of rows) expect(all[serial]).toBe('activated');
      expect(Object.keys(all), 'nothing twice').toHaveLength(25);
      await follow(page, 'Inventory');
    });
  }
});
