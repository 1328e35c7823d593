// Who may read the audit log: auditors, who see nothing else, and administrators. And the entries of signing in and out.
import type { Page } from '@playwright/test';
import { lines, openAudit, recorded } from '../fixtures/audit';
import { expect, test } from '../fixtures/organisation';
import { choosePerson, signIn, signOut } from '../fixtures/people';
import { open } from '../fixtures/steps';
import { devices } from '../fixtures/tenant';
import { changes } from '../fixtures/changes';

test.use({ practice: ['--practice-tokens', '20', '--practice-users', '20'] });
test.beforeEach(({ traffic }) => traffic.allow(/status of 40[13]/));

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };
const ID = '11111111-1111-4111-8111-111111111111';
const ASK = { filter: {}, before: null, after: null, folded: true, limit: 10 };

/** Calls that read the audit log. */
const AUDITOR_CALLS: [path: string, body: unknown][] = [
  ['audit/list', { ask: ASK }],
  ['audit/run', { id: ID }],
  ['audit/status', {}],
];
/** Calls that only an administrator may make. */
const ADMIN_CALLS: [path: string, body: unknown][] = [
  ['audit/exported', { kind: 'csv', count: 1 }],
  ['tokens/list', { after: null }],
  ['tokens/by_id', { ids: [ID] }],
  ['tokens/apply', changes('assign', [{ token: ID, user: ID }])],
  ['tokens/apply', changes('delete', [ID])],
  ['users/search', { text: 'a', after: null }],
  ['users/holdings', { users: [ID] }],
  ['settings/read', {}],
  ['settings/check', {}],
  ['tenant/policy', {}],
];

async function statusOf(page: Page, path: string, data: unknown): Promise<number> {
  return (await page.request.post(`/api/${path}`, { data, headers: SAME_ORIGIN })).status();
}

test('an auditor sees the audit log and nothing else', async ({ app, page }) => {
  await signIn(page, 'An auditor', '/audit');
  await expect(page.getByRole('heading', { level: 1, name: 'Audit' })).toBeVisible();
  await expect(page.getByText(/^Signed in as .* \(auditor\)$/)).toBeVisible();
  await expect(lines(page, 'Sign in')).not.toHaveCount(0);
  const nav = page.getByRole('navigation', { name: 'Pages' });
  await expect(nav.getByRole('link', { name: 'Audit' })).toBeVisible();
  for (const name of ['Inventory', 'Import', 'Settings']) await expect(nav.getByRole('link', { name })).toHaveCount(0);
  await expect(lines(page).getByRole('link')).toHaveCount(0);

  const tokens = await devices(app);
  for (const path of ['/', '/import', '/settings', `/?token=${tokens[0]!.id}`]) {
    expect((await page.request.get(path)).status(), path).toBe(403);
    await open(page, path);
    await expect(page.getByRole('heading', { level: 1, name: 'This page is for administrators' })).toBeVisible();
    const text = await page.content();
    for (const { serialNumber } of tokens) expect(text.includes(serialNumber), serialNumber).toBe(false);
  }
  const { writes } = await app.stats();
  for (const [path, data] of ADMIN_CALLS) expect.soft(await statusOf(page, path, data), path).toBe(403);
  for (const [path, data] of AUDITOR_CALLS) expect.soft(await statusOf(page, path, data), path).toBe(200);
  expect((await app.stats()).writes).toBe(writes);
  expect((await page.request.get('/audit/export?format=csv', { headers: SAME_ORIGIN })).status()).toBe(200);

  await page.getByRole('link', { name: 'Open the audit trail' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Audit' })).toBeVisible();
  await expect(lines(page, 'Refused for want of a role').first()).toContainText('Refused');
  await signOut(page);
});

test('an administrator reads it too, with the ways into the inventory', async ({ page }) => {
  await signIn(page, 'An administrator', '/audit');
  await expect(lines(page, 'Sign in').first()).toContainText('administrator');
  for (const [path, data] of AUDITOR_CALLS) expect.soft(await statusOf(page, path, data), path).toBe(200);
  for (const name of ['Inventory', 'Import', 'Audit', 'Settings']) {
    await expect(page.getByRole('navigation').getByRole('link', { name })).toBeVisible();
  }
});

test('an end user and a signed-out visitor do not', async ({ page }) => {
  for (const status of [401, 403]) {
    if (status === 403) await signIn(page, 'An end user');
    for (const [path, data] of AUDITOR_CALLS) expect.soft(await statusOf(page, path, data), path).toBe(status);
    expect((await page.request.get('/audit/export?format=csv', { headers: SAME_ORIGIN })).status()).toBe(status);
    expect((await page.request.get('/audit')).status()).toBe(status);
    await open(page, '/audit');
    const heading = status === 403 ? 'This page is for administrators' : 'Sign in';
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    await expect(page.locator('table')).toHaveCount(0);
    await expect(page.getByRole('link', { name: 'Audit' })).toHaveCount(0);
  }
});

test('signing in, a refused sign-in and signing out are recorded', async ({ page }) => {
  await page.goto('/auth/sign-in?choose=true');
  await choosePerson(page, 'Somebody without access');
  await signIn(page, 'An end user');
  await signOut(page);
  await signIn(page, 'An administrator');
  await openAudit(page);
  const entries = await recorded(page);
  const actual = entries.map(({ action, role, result }) => [action, role, result]);
  expect(actual).toContainEqual(['sign_in_refused', 'signed out', 'refused']);
  expect(actual).toContainEqual(['sign_in', 'end user', 'done']);
  expect(actual).toContainEqual(['sign_out', 'end user', 'done']);
  expect(actual).toContainEqual(['sign_in', 'administrator', 'done']);
  const refused = entries.find(({ action }) => action === 'sign_in_refused');
  await expect(lines(page, 'Sign-in refused')).toContainText(refused!.reason);
});
