// Which requests the server accepts and which it rejects: origin, host, method, content.
import type { APIRequestContext } from '@playwright/test';
import { type App, expect, test } from '../fixtures/app';
import { graphToken, row } from '../fixtures/seed-file';
import { open } from '../fixtures/steps';
import { changes } from '../fixtures/changes';

test.use({ practice: ['--practice-tokens', '20', '--practice-users', '20'] });

const OWN = { 'sec-fetch-site': 'same-origin' };
const GUID = '11111111-1111-4111-8111-111111111111';

/** Sends a request that must be rejected without a call to Graph. */
async function refusal(app: App, request: APIRequestContext, path: string, data: unknown, headers: Record<string, string>) {
  const { requests, tokenRequests } = await app.stats();
  const answer = await request.post(path, { data, headers });
  const text = await answer.text();
  expect.soft(await app.stats(), `Graph was not called: ${text}`).toMatchObject({ requests, tokenRequests });
  return { status: answer.status(), text };
}

test('a cross-site request is rejected, a same-origin one is accepted', async ({ app, request }) => {
  const crossSite: Record<string, string>[] = [
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'null' },
    {},
  ];
  for (const headers of crossSite) {
    const { status, text } = await refusal(app, request, '/api/tokens/list', { after: null }, headers);
    expect(status, JSON.stringify(headers)).toBe(403);
    expect(text).toContain('another site');
  }
  for (const headers of [OWN, { origin: app.url }]) {
    const answer = await request.post('/api/tokens/list', { data: { after: null }, headers });
    expect(answer.status(), JSON.stringify(headers)).toBe(200);
  }
});

test('a form of another site is rejected', async ({ app, page, traffic }) => {
  traffic.allow(/403/);
  const { requests } = await app.stats();
  await page.route('http://evil.example/', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" enctype="text/plain" action="${app.url}/api/tokens/list"><input name='{"after":null,"a":"' value='"}'><button>Win</button></form>`,
    }),
  );
  await page.goto('http://evil.example/');
  await page.getByRole('button', { name: 'Win' }).click();
  await expect(page.getByText('Refused: the request comes from another site.')).toBeVisible();
  expect((await app.stats()).requests).toBe(requests);
});

test('a foreign host is refused, for pages and for calls', async ({ app, request }) => {
  const headers = { ...OWN, host: 'rebound.evil.example' };
  for (const path of ['/', '/import', '/practice/sample.csv', '/pkg/token-inventory.css']) {
    expect((await request.get(path, { headers })).status(), path).toBe(421);
  }
  const { status, text } = await refusal(app, request, '/api/tokens/list', { after: null }, headers);
  expect(status).toBe(421);
  expect(text).toContain('PUBLIC_URL');
});

test('a server function accepts only a POST of JSON', async ({ request, app }) => {
  const { requests } = await app.stats();
  expect((await request.get('/api/tokens/list?after=', { headers: OWN })).status()).toBeGreaterThanOrEqual(400);
  expect((await request.post('/api/tokens/list', { headers: OWN, form: { after: '' } })).status()).toBeGreaterThanOrEqual(400);
  expect((await app.stats()).requests).toBe(requests);
});

const token = {
  serial: '1', manufacturer: 'Token2', model: 'C202', seed: row('1').secret, interval: 30, hash: 'Sha1',
};
const MALFORMED: [what: string, path: string, body: unknown][] = [
  ['a token id that climbs', 'tokens/apply', changes('assign', [{ token: '../../users', user: GUID }])],
  ['a user id with a query', 'tokens/apply', changes('assign', [{ token: GUID, user: `${GUID}?$select=*` }])],
  ['a user id that is a name', 'users/by_id', { ids: ['ann@contoso.com'] }],
  ['a holder that is no id', 'users/holdings', { users: ['me'] }],
  ['a code of letters', 'tokens/apply', changes('activate', [{ token: GUID, user: GUID, code: '12345x' }])],
  ['a code of seven digits', 'tokens/apply', changes('assign_and_activate', [{ token: GUID, user: GUID, code: '1234567' }])],
  ['a next page elsewhere', 'tokens/list', { after: 'https://evil.example/beta/directory' }],
  ['a next page of users', 'tokens/list', { after: 'PRACTICE/v1.0/users' }],
  ['an interval of 45', 'tokens/apply', changes('create', [{ ...token, interval: 45 }])],
  ['a seed that is none', 'tokens/apply', changes('create', [{ ...token, seed: 'not-base32-0189' }])],
  ['an empty serial', 'tokens/apply', changes('create', [{ ...token, serial: ' ' }])],
  ['a maker of two lines', 'tokens/apply', changes('create', [{ ...token, manufacturer: 'a\nb' }])],
  ['more tokens than a call takes', 'tokens/apply', changes('create', Array(101).fill(token))],
  ['more users than a call takes', 'users/by_upn', { upns: Array(301).fill('ann@contoso.com') }],
  ['a token to unassign that is no id', 'tokens/apply', changes('unassign', [{ token: '1', user: GUID }])],
  ['a holder to unassign that is a name', 'tokens/apply', changes('unassign', [{ token: GUID, user: 'ann@contoso.com' }])],
  ['a token to deactivate that climbs', 'tokens/apply', changes('deactivate', [{ token: `${GUID}/../x`, user: GUID }])],
  ['a holder to deactivate for that is me', 'tokens/apply', changes('deactivate', [{ token: GUID, user: 'me' }])],
  ['a token to delete that climbs', 'tokens/apply', changes('delete', ['../../users'])],
  ['a token to delete that is a serial', 'tokens/apply', changes('delete', [GUID, '0040159855'])],
  ['a token to rename with a query', 'tokens/apply', changes('rename', [{ token: `${GUID}?x=1`, name: 'Desk' }])],
  ['a name of two lines', 'tokens/apply', changes('rename', [{ token: GUID, name: 'a\nb' }])],
  ['a name without end', 'tokens/apply', changes('rename', [{ token: GUID, name: 'a'.repeat(5_000) }])],
  ['a token to read that is no id', 'tokens/by_id', { ids: [`${GUID}'`] }],
  ['a serial to look up that is empty', 'tokens/by_serial', { serials: [' '] }],
  ['a next page of a search elsewhere', 'users/search', { text: 'ann', after: 'https://evil.example/v1.0/users' }],
  ['a next page of a search among tokens', 'users/search', {
    text: 'ann', after: 'PRACTICE/beta/directory/authenticationMethodDevices/hardwareOathDevices',
  }],
  ['a search without end', 'users/search', { text: 'a'.repeat(5_000), after: null }],
  ['more to unassign than a call takes', 'tokens/apply', changes('unassign', Array(101).fill({ token: GUID, user: GUID }))],
  ['more to deactivate than a call takes', 'tokens/apply', changes('deactivate', Array(101).fill({ token: GUID, user: GUID }))],
  ['more to delete than a call takes', 'tokens/apply', changes('delete', Array(101).fill(GUID))],
  ['more to rename than a call takes', 'tokens/apply', changes('rename', Array(101).fill({ token: GUID, name: 'Desk' }))],
  ['more to read than a call takes', 'tokens/by_id', { ids: Array(101).fill(GUID) }],
  ['more lists than a call takes', 'users/holdings', { users: Array(101).fill(GUID) }],
  ['more users than a call takes', 'users/by_id', { ids: Array(301).fill(GUID) }],
  ['a missing field', 'tokens/apply', changes('create', [graphToken(row('1'))])],
  ['no JSON', 'tokens/apply', '{"changes":['],
];
test('invalid input is rejected before Graph is called', async ({ app, request }) => {
  for (const [what, path, body] of MALFORMED) {
    const text = (typeof body === 'string' ? body : JSON.stringify(body)).replace('PRACTICE', app.practiceUrl);
    const headers = { ...OWN, 'content-type': 'application/json' };
    const answer = await refusal(app, request, `/api/${path}`, Buffer.from(text), headers);
    expect.soft(answer.status, `${what}: ${answer.text}`).toBe(422);
    expect.soft(answer.text, `${what}: the answer repeats no seed`).not.toContain(token.seed);
  }
  expect(app.log(), 'nor does the log').not.toContain(token.seed);
});

test('a call of a megabyte is not read', async ({ app, request }) => {
  const { status } = await refusal(app, request, '/api/users/by_upn', { upns: ['a'.repeat(2 ** 20)] }, OWN);
  expect(status).toBe(413);
});

test('pages allow their own scripts alone', async ({ page, request }) => {
  const policies = new Set<string>();
  for (const path of ['/', '/import', '/no/such/page']) {
    const answer = await request.get(path);
    const policy = answer.headers()['content-security-policy'] ?? '';
    const nonce = /script-src (?:'self' )?'nonce-([\w+/=-]{16,})'(?: 'wasm-unsafe-eval')?;/.exec(policy)?.[1];
    expect(nonce, policy).toBeTruthy();
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-inline');
    policies.add(policy);

    const html = await answer.text();
    const scripts = html.match(/<script\b[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
    expect(html, 'no inline handler, no inline style').not.toMatch(/<[^>]+\s(on\w+|style)=/);
    expect(answer.headers()).toMatchObject({
      'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin', 'cross-origin-opener-policy': 'same-origin',
    });
  }
  expect(policies.size, 'a nonce is used once').toBe(3);

  // No page violates the policy: the browser would log an error, and every test would fail.
  await open(page, '/');
  await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();
});

test('an unknown URL answers 404', async ({ page, request, traffic }) => {
  traffic.allow(/404/);
  for (const path of ['/no/such/page', '/imports', '/pkg/none.js', '/api/none']) {
    expect((await request.get(path)).status(), path).toBe(404);
  }
  await open(page, '/no/such/page');
  await expect(page).toHaveTitle('Page not found · Token Inventory');
  await page.getByRole('link', { name: 'Go to the inventory' }).click();
  await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();
});

test('the health check does not call Graph', async ({ app, request }) => {
  const { requests } = await app.stats();
  expect((await request.get('/healthz')).status()).toBe(200);
  expect((await app.stats()).requests).toBe(requests);
});
