// What a browser sends and enforces: the forms of other sites, the content security policy. Which calls are rejected is
// tested at the router, in server/tests/server/auth.
import type { APIRequestContext } from '@playwright/test';
import { type App, expect, test } from '../fixtures/app';
import { row } from '../fixtures/seed-file';
import { open } from '../fixtures/steps';
import { changes } from '../fixtures/changes';

test.use({ practice: ['--practice-tokens', '20', '--practice-users', '20'] });

const OWN = { 'sec-fetch-site': 'same-origin' };

/** Sends a request that must be rejected without a call to Graph. */
async function refusal(app: App, request: APIRequestContext, path: string, data: unknown, headers: Record<string, string>) {
  const { requests, tokenRequests } = await app.stats();
  const answer = await request.post(path, { data, headers });
  const text = await answer.text();
  expect.soft(await app.stats(), `Graph was not called: ${text}`).toMatchObject({ requests, tokenRequests });
  return { status: answer.status(), text };
}

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

test('a seed that is refused is neither repeated nor logged', async ({ app, request }) => {
  const seed = row('1').secret;
  const token = { serial: '1', manufacturer: 'Token2', model: 'C202', seed, interval: 45, hash: 'Sha1' };
  const { status, text } = await refusal(app, request, '/api/tokens/apply', changes('create', [token]), OWN);
  expect(status, text).toBe(422);
  expect(text).not.toContain(seed);
  expect(app.log()).not.toContain(seed);
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
    // Data is none.
    const scripts = html.match(/<script\b(?![^>]*type="application\/json")[^>]*>/g) ?? [];
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
