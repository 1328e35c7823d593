// The local operator connects a tenant; nobody else can.
import type { Page } from '@playwright/test';
import { expect, test as base } from '../fixtures/app';
import { collectResponses, secretSurfaces } from '../fixtures/secret-surfaces';
import { PracticeTenant } from '../fixtures/program';
import { closeAndPress, open, ready, tabTo } from '../fixtures/steps';

const OWN = { 'sec-fetch-site': 'same-origin' };
const TRACE = { RUST_LOG: 'trace' };

/** The program with its practice tenant, and another tenant to connect to. */
const test = base.extend<{ other: PracticeTenant }>({
  practice: ['--practice-tokens', '20', '--practice-users', '20'],
  other: async ({}, use) => {
    const other = await PracticeTenant.start(['--practice-seed', '9', '--practice-tokens', '33', '--practice-users', '20']);
    await use(other);
    await other.stop();
  },
  environment: async ({ other }, use) => {
    const { ENTRA_AUTHORITY = '', GRAPH_ENDPOINT = '' } = other.environment;
    await use({ ENTRA_AUTHORITY, GRAPH_ENDPOINT, ...TRACE });
  },
});

interface Entry {
  tenant: string;
  client: string;
  secret: string;
}

/** The correct input of the form. */
function rightEntry({ environment }: PracticeTenant): Entry {
  const { ENTRA_TENANT_ID = '', ENTRA_CLIENT_ID = '', ENTRA_CLIENT_SECRET = '' } = environment;
  return { tenant: ENTRA_TENANT_ID, client: ENTRA_CLIENT_ID, secret: ENTRA_CLIENT_SECRET };
}

async function openLink(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await ready(page);
  await expect(page.getByRole('heading', { name: 'Connect your tenant' })).toBeVisible();
}

async function connect(page: Page, { tenant, client, secret }: Entry): Promise<void> {
  await page.getByLabel('Tenant id').fill(tenant);
  await page.getByLabel('Client id').fill(client);
  await page.getByLabel('Client secret').fill(secret);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
}

async function expectConnected(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: 'Disconnect' })).toBeVisible();
  await expect(page.getByRole('main').getByText('All is well.', { exact: true })).toBeVisible();
}

test('the link opens once; another browser is not the operator and learns how', async ({ app, page, browser }) => {
  await openLink(page, app.operatorLink);
  expect(page.url(), 'the key leaves the address').toBe(`${app.url}/settings`);
  await expect(page.getByText('Signed in as Local operator')).toBeVisible();

  const context = await browser.newContext();
  try {
    const late = await context.newPage();
    expect((await late.goto(app.operatorLink))?.status()).toBe(403);
    await expect(late.getByText('has been opened already')).toBeVisible();
    await expect(late.getByText('Start Token Inventory again')).toBeVisible();
    await open(late, `${app.url}/settings`);
    await expect(late.getByText('open the link that Token Inventory printed')).toBeVisible();
    await expect(late.getByRole('button', { name: 'Connect', exact: true })).toHaveCount(0);
    const data = { credentials: { tenant_id: 'a', client_id: 'b', client_secret: 'c' } };
    const answer = await context.request.post(`${app.url}/api/settings/connect`, { data, headers: OWN });
    expect(answer.status()).toBe(403);
    expect(await answer.json()).toMatchObject({ fault: 'not_operator' });
  } finally {
    await context.close();
  }
  await open(page, '/settings');
  await expect(page.getByRole('button', { name: 'Connect', exact: true }), 'the first one still is').toBeVisible();
});

test('a wrong key is rejected and does not consume the link', async ({ app, page, request }) => {
  for (const key of ['', 'x', `${new URL(app.operatorLink).searchParams.get('key')}x`]) {
    expect((await request.get('/auth/operator', { params: { key } })).status()).toBe(403);
  }
  await openLink(page, app.operatorLink);
});

test('wrong credentials are reported at the form, with the remedy, and the input is kept', async ({
  app, other, page, traffic,
}) => {
  traffic.allow(/Failed to load resource/);
  const { expiredSecret, secretId } = await other.graph().refusedCredentials();
  const right = rightEntry(other);
  const mistakes: [what: string, entry: Entry, words: RegExp][] = [
    ['a wrong secret', { ...right, secret: 'practice~wrong' }, /client secret is wrong.*create a new secret/],
    ['an expired secret', { ...right, secret: expiredSecret }, /client secret has expired. Create a new one/],
    ['the id of the secret', { ...right, secret: secretId }, /Enter the secret's Value, not its Secret ID/],
    ['an unknown client', { ...right, client: '11111111-1111-4111-8111-111111111111' }, /does not know this client id/],
    ['an unknown tenant', { ...right, tenant: 'nobody.example' }, /tenant does not exist. Check the tenant id/],
    ['a tenant of anybody', { ...right, tenant: 'common' }, /enter your own tenant's id/],
    ['an address in place of an id', { ...right, client: 'https://x.example/' }, /client id: .* is neither an id nor a domain/],
  ];
  await openLink(page, app.operatorLink);
  for (const [what, entry, words] of mistakes) {
    await connect(page, entry);
    const alert = page.getByRole('alert').filter({ hasText: 'Not connected.' });
    await expect.soft(alert, what).toContainText(words);
    await expect.soft(page.getByLabel('Tenant id'), what).toHaveValue(entry.tenant);
    await expect.soft(page.getByLabel('Client id'), what).toHaveValue(entry.client);
    await expect.soft(page.getByLabel('Client secret'), what).toHaveValue(entry.secret);
    await expect.soft(page.getByText('Practice tenant', { exact: true }), 'still the practice tenant').toBeVisible();
    if (entry.secret !== right.secret) expect(await alert.textContent()).not.toContain(entry.secret);
  }
  await connect(page, right);
  await expectConnected(page);
  for (const [, { secret }] of mistakes) expect(app.log()).not.toContain(secret);
});

base.describe('where nobody answers', () => {
  base.use({
    practice: ['--practice-tokens', '1', '--practice-users', '10'],
    environment: { ENTRA_AUTHORITY: 'http://127.0.0.1:1', GRAPH_ENDPOINT: 'http://127.0.0.1:1', ...TRACE },
  });

  base('the form reports a network error', async ({ app, page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    await openLink(page, app.operatorLink);
    await connect(page, { tenant: 'contoso.example', client: 'app', secret: 'never-to-be-seen' });
    const alert = page.getByRole('alert').filter({ hasText: 'Not connected.' });
    await expect(alert).toContainText('Microsoft could not be reached', { timeout: 0 });
    await expect(alert).toContainText('the connection was refused. Check the address and its port');
    await expect(page.getByLabel('Client secret')).toHaveValue('never-to-be-seen');
    expect(app.log()).not.toContain('never-to-be-seen');
  });
});

test('the correct credentials connect the other tenant, and the check runs', async ({
  app, other, page, browser, context, traffic,
}) => {
  const answers = collectResponses(context, app.url);
  const entry = rightEntry(other);
  const shown: string[] = [];
  await openLink(page, app.operatorLink);
  await connect(page, entry);
  await expectConnected(page);
  await expect(page).toHaveURL(/\/settings\?check=now$/);
  await expect(page.getByText(entry.tenant, { exact: true })).toBeVisible();
  await expect(page.getByText('Practice tenant', { exact: true })).toHaveCount(0);
  shown.push(await secretSurfaces(page));
  await page.getByRole('link', { name: 'Inventory' }).click();
  await expect(page.getByText('33 tokens', { exact: true })).toBeVisible();
  shown.push(await secretSurfaces(page));

  await test.step('nobody else may use it', async () => {
    const context = await browser.newContext();
    try {
      const visitor = await context.newPage();
      for (const path of ['/', '/import', '/settings']) {
        expect((await visitor.goto(app.url + path))?.status(), path).toBe(401);
        await expect(visitor.getByText('nobody else may use it')).toBeVisible();
        await expect(visitor.getByText('the browser in which you opened the link')).toBeVisible();
      }
      const call = await context.request.post(`${app.url}/api/tokens/list`, { data: { after: null }, headers: OWN });
      expect(call.status()).toBe(401);
    } finally {
      await context.close();
    }
  });

  await test.step('the secret was sent to the server once, and never returned', async () => {
    expect(traffic.carrying(entry.secret).map(({ url }) => new URL(url).pathname)).toEqual(['/api/settings/connect']);
    const exposed = [...shown, ...(await Promise.all(answers)), app.log()].join('\n');
    expect(app.log(), 'the log level is trace').toContain(' DEBUG ');
    expect(exposed.includes(entry.secret), 'the client secret was shown, sent back or logged').toBe(false);
    expect(app.log().includes(encodeURIComponent(entry.secret)), 'the client secret was logged as a form').toBe(false);
    expect(/eyJ[\w-]{20,}\./.test(exposed), 'an access token was shown or logged').toBe(false);
  });
});

test('disconnecting, by keyboard, returns to the practice tenant and drops the credentials', async ({ app, other, page }) => {
  await openLink(page, app.operatorLink);
  await connect(page, rightEntry(other));
  await expectConnected(page);
  const question = page.getByRole('dialog', { name: 'Disconnect this tenant?' });

  await tabTo(page, page.getByRole('button', { name: 'Disconnect' }));
  await page.keyboard.press('Enter');
  await expect(question.getByRole('button', { name: 'Stay connected' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(question).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(question).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(question, 'Escape stays, too').toBeHidden();
  await expect(page.getByRole('button', { name: 'Disconnect' })).toBeFocused();

  await page.keyboard.press('Enter');
  await tabTo(page, question.getByRole('button', { name: 'Disconnect' }));
  await page.keyboard.press('Enter');
  await expect(page.getByText('Practice tenant', { exact: true })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Connect your tenant' })).toBeVisible();
  for (const label of ['Tenant id', 'Client id', 'Client secret']) await expect(page.getByLabel(label)).toHaveValue('');
  await page.getByRole('link', { name: 'Inventory' }).click();
  await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();
});

test('a dialog that is opened again right after closing stays open', async ({ app, other, page }) => {
  await openLink(page, app.operatorLink);
  await connect(page, rightEntry(other));
  await expectConnected(page);
  const question = page.getByRole('dialog', { name: 'Disconnect this tenant?' });
  const ask = page.getByRole('main').getByRole('button', { name: 'Disconnect', includeHidden: true }).first();
  await ask.click();
  await expect(question).toBeVisible();
  await closeAndPress(question, ask);
  await expect(question).toBeVisible();
});

test('in local mode there is no self-service', async ({ app, other, page }) => {
  await openLink(page, app.operatorLink);
  await connect(page, rightEntry(other));
  await expectConnected(page);
  await page.reload();
  await ready(page);
  await expect(page.getByRole('navigation', { name: 'Pages' }).getByRole('link')).toHaveText(['Inventory', 'Import', 'Audit', 'Settings']);
  await open(page, '/my');
  await expect(page.getByText('Only the person at this machine works here, and nobody signs in.')).toBeVisible();
  await expect(page.getByRole('main').getByRole('button')).toHaveCount(0);
});
