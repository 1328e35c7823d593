// Access of end users and signed-out users: pages without data, and rejected calls.
import type { Page } from '@playwright/test';
import { type App, expect, test } from '../fixtures/organisation';
import { signIn } from '../fixtures/people';
import { open } from '../fixtures/steps';
import { devices, users } from '../fixtures/tenant';
import { changes } from '../fixtures/changes';

test.use({ practice: ['--practice-tokens', '20', '--practice-users', '20'] });
test.beforeEach(({ traffic }) => traffic.allow(/status of 40[13]/));

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };
const ID = '11111111-1111-4111-8111-111111111111';
const TOKEN = { serial: '1', manufacturer: 'Token2', model: 'C202', seed: 'JBSWY3DPEHPK3PXP', interval: 30, hash: 'Sha1' };

/** Calls that an administrator makes. */
const CALLS: [path: string, body: unknown][] = [
  ['tokens/list', { after: null }],
  ['tokens/by_serial', { serial: '1' }],
  ['tokens/apply', changes('create', [TOKEN])],
  ['tokens/apply', changes('assign', [{ token: ID, user: ID }])],
  ['tokens/apply', changes('activate', [{ token: ID, user: ID, code: '123456' }])],
  ['tokens/apply', changes('assign_and_activate', [{ token: ID, user: ID, code: '123456' }])],
  ['users/by_upn', { upns: ['ann@contoso.example'] }],
  ['users/by_id', { ids: [ID] }],
  ['users/holdings', { users: [ID] }],
  ['tenant/policy', {}],
  ['tenant/missing', {}],
  ['settings/read', {}],
  ['settings/check', {}],
];
/** Calls of the local operator. */
const OPERATOR: [path: string, body: unknown][] = [
  ['settings/connect', { credentials: { tenant_id: 'contoso.example', client_id: 'app', client_secret: 'made-up' } }],
  ['settings/disconnect', {}],
];

async function expectRefused(app: App, page: Page, calls: typeof CALLS, status: number, fault: string): Promise<void> {
  const { requests, tokenRequests } = await app.stats();
  for (const [path, data] of calls) {
    const answer = await page.request.post(`/api/${path}`, { data, headers: SAME_ORIGIN });
    expect.soft(answer.status(), path).toBe(status);
    expect.soft(await answer.json(), path).toMatchObject({ fault });
  }
  expect(await app.stats(), 'Microsoft was not asked').toMatchObject({ requests, tokenRequests });
}

async function expectNoData(app: App, page: Page, heading: string, status: number): Promise<void> {
  const [tokens, people] = [await devices(app), await users(app)];
  for (const path of ['/', '/import', '/settings', '/?status=assigned']) {
    expect((await page.request.get(path)).status(), path).toBe(status);
    await open(page, path);
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    // The only link for an end user is to their own tokens.
    await expect(page.getByRole('navigation').getByRole('link')).toHaveText(status === 403 ? ['My tokens'] : []);
    await expect(page.locator('table')).toHaveCount(0);
    const text = await page.content();
    for (const { serialNumber } of tokens) expect(text.includes(serialNumber), serialNumber).toBe(false);
    const named = people.filter(({ userPrincipalName }) => text.includes(userPrincipalName));
    expect(named.length, 'nobody is named but the visitor').toBe(status === 403 ? 1 : 0);
  }
}

test('a signed-out visitor', async ({ app, page }) => {
  await expectNoData(app, page, 'Sign in', 401);
  await expectRefused(app, page, [...CALLS, ...OPERATOR, ['clock/read', {}]], 401, 'signed_out');
});

test('an end user', async ({ app, page }) => {
  await signIn(page, 'An end user');
  await expectNoData(app, page, 'This page is for administrators', 403);
  await expectRefused(app, page, CALLS, 403, 'not_allowed');
  await expectRefused(app, page, OPERATOR, 403, 'not_operator');
});

test('an administrator of an organisation has access, but cannot connect a tenant', async ({ app, page }) => {
  expect(app.operatorLink, 'no link is printed').toBe('');
  await signIn(page, 'An administrator');
  for (const [path, data] of CALLS.filter(([path]) => ['tokens/list', 'tenant/policy', 'settings/read'].includes(path))) {
    expect((await page.request.post(`/api/${path}`, { data, headers: SAME_ORIGIN })).status(), path).toBe(200);
  }
  await expectRefused(app, page, OPERATOR, 403, 'not_operator');
  await open(page, '/settings');
  await expect(page.getByText('These are set in the server')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Disconnect' })).toHaveCount(0);
  await expect(page.getByText(`${app.url}/auth/callback`, { exact: true })).toBeVisible();
  const { clientSecret } = await app.credentials();
  expect(await page.content()).not.toContain(clientSecret);
});

test('unknown calls answer 404 for everybody', async ({ page }) => {
  for (const who of [undefined, 'An end user', 'An administrator'] as const) {
    if (who) await signIn(page, who);
    expect((await page.request.post('/api/tokens/none', { data: {}, headers: SAME_ORIGIN })).status()).toBe(404);
  }
});
