// Signing in with Entra, signing out, and attacks on the sign-in.
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { type App, expect, test } from '../fixtures/organisation';
import { choosePerson, signIn, signOut } from '../fixtures/people';
import { csv, rowsFor } from '../fixtures/seed-file';
import { expectFinished, importFile, open, press, ready } from '../fixtures/steps';
import { members, statuses } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '20', '--practice-users', '40'] });

// Pages without a session answer 401, without the role 403; browsers log that to the console.
test.beforeEach(({ traffic }) => traffic.allow(/status of 40[13]/));

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };
const LIST = { data: { after: null }, headers: SAME_ORIGIN };
const CHOICE = 'Choose who you are';

const problem = (page: Page) => page.getByRole('alert').filter({ hasText: 'Signing in did not succeed.' });

/** Starts a sign-in, up to the choice of a person. */
async function begin(page: Page): Promise<void> {
  await page.goto('/auth/sign-in?choose=true');
  await expect(page.getByRole('heading', { name: CHOICE })).toBeVisible();
}

/** Signs in as the administrator up to Entra's redirect, and returns its URL without following it. */
async function answerOfEntra({ request }: BrowserContext, app: App): Promise<string> {
  const asked = await request.get(`${app.url}/auth/sign-in?choose=true`, { maxRedirects: 0 });
  const authorize = new URL(asked.headers().location ?? '');
  const { tenantId } = await app.credentials();
  const login = `${authorize.origin}/${tenantId}/login${authorize.search}`;
  const answer = await request.post(login, { form: { as: 'administrator' }, maxRedirects: 0 });
  return answer.headers().location ?? '';
}

test.describe('signing in', () => {
  for (const [path, title] of [['/?q=no+such+token', 'Inventory'], ['/import', 'Import'], ['/settings', 'Settings']] as const) {
    test(`from ${path} to Microsoft and back`, async ({ app, page }) => {
      await open(page, path);
      await expect(page).toHaveTitle('Sign in · Token Inventory');
      await expect(page.getByRole('navigation')).toHaveCount(0);
      await page.getByRole('link', { name: 'Sign in with Microsoft' }).click();
      await choosePerson(page, 'An administrator');
      await expect(page).toHaveURL(app.url + path);
      await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
      if (title === 'Inventory') await expect(page.getByRole('searchbox')).toHaveValue('no such token');
    });
  }

  for (const who of ['An administrator', 'An administrator who is Global Reader'] as const) {
    test(`${who} sees the tokens, and who they are`, async ({ page }) => {
      await begin(page);
      const name = await page.getByRole('button', { name: new RegExp(`^${who}:`) }).getByRole('strong').textContent();
      await choosePerson(page, who);
      await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();
      await expect(page.getByText(`Signed in as ${name?.slice(who.length + 2)}`)).toBeVisible();
    });
  }

  test('an end user learns which role to ask for', async ({ page }) => {
    await signIn(page, 'An end user', '/import');
    await expect(page.getByRole('heading', { level: 1, name: 'This page is for administrators' })).toBeVisible();
    await expect(page.getByRole('main')).toContainText('assign you the app role TokenInventory.Admin');
    await page.getByRole('link', { name: 'Use another account' }).click();
    await choosePerson(page, 'An administrator');
    await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();
  });

  test('somebody without access, and somebody who refuses, learn what to do', async ({ page }) => {
    await begin(page);
    await choosePerson(page, 'Somebody without access');
    await expect(problem(page)).toContainText('Your account is not assigned to Token Inventory. Ask your Entra administrator');
    await page.getByRole('link', { name: 'Use another account' }).click();
    await page.getByRole('button', { name: 'Refuse', exact: true }).click();
    await expect(problem(page)).toContainText('You did not agree to what Token Inventory asked for. Sign in again and accept');
    await open(page, '/');
    await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
    await page.getByRole('link', { name: 'Use another account' }).click();
    await choosePerson(page, 'An administrator');
    await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();
    await expect(problem(page)).toHaveCount(0);
  });

  test('the return URL is limited to pages of this server', async ({ app, page }) => {
    await signIn(page, 'An administrator');
    const elsewhere = [
      'https://evil.example/', '//evil.example/', '/\\evil.example/', '\\\\evil.example/', '/\t/evil.example/',
      '/x/..//evil.example/', '@evil.example/', '.evil.example/', 'javascript:alert(1)', '/auth/sign-in', '/signed-out', '/api/clock/read',
    ];
    for (const back of elsewhere) {
      await page.goto(`/auth/sign-in?return=${encodeURIComponent(back)}`);
      expect.soft(page.url(), back).toBe(`${app.url}/`);
    }
    await page.goto(`/auth/sign-in?return=${encodeURIComponent('/import?x=1')}`);
    expect(page.url(), 'but to those it does').toBe(`${app.url}/import?x=1`);
  });
});

test.describe('with another app role', () => {
  test.use({ environment: { ADMIN_ROLE: 'Tokens.Boss' } });

  test('a user without the configured role is told its name', async ({ page }) => {
    await signIn(page, 'An administrator', '/import');
    await expect(page.getByRole('main')).toContainText('assign you the app role Tokens.Boss');
  });
});

test.describe('rejected sign-ins', () => {
  test('a forged state', async ({ page }) => {
    await begin(page);
    await page.goto('/auth/callback?code=made-up&state=made-up');
    await expect(problem(page)).toContainText('was not begun in this browser');
    await page.goto('/auth/callback?error=access_denied&error_description=%3Cb%3EAADSTS50105%3C/b%3E%20call%20evil.example&state=x');
    await expect(problem(page)).toContainText('was not begun in this browser');
    await expect(page.getByText('evil.example')).toHaveCount(0);
  });

  test('a redirect to another browser, and its second use', async ({ app, page, browser, context }) => {
    const answer = await answerOfEntra(context, app);
    const otherBrowser = await browser.newContext();
    try {
      const victim = await otherBrowser.newPage();
      await victim.goto(`${app.url}/auth/sign-in`);
      await victim.goto(answer);
      await expect(problem(victim)).toContainText('was not begun in this browser');
      expect((await otherBrowser.request.post(`${app.url}/api/tokens/list`, LIST)).status()).toBe(401);
    } finally {
      await otherBrowser.close();
    }
    await page.goto(answer);
    await expect(page.getByText('20 tokens', { exact: true }), 'the browser that began it goes on').toBeVisible();
    await page.goto(answer);
    await expect(problem(page)).toContainText('has been used already');
  });

  test('a replayed redirect: by its URL, and by Back', async ({ app, page, context, traffic }) => {
    await signIn(page, 'An administrator');
    const callback = traffic.requests.find(({ url }) => url.includes('/auth/callback'))?.url ?? '';
    const session = async () => (await context.cookies(app.url)).filter(({ name }) => name.includes('-session'));
    const before = await session();
    expect(before).toHaveLength(1);
    await page.goto(callback);
    await expect(problem(page)).toContainText('has been used already');
    expect(await session(), 'no other session').toEqual(before);
    await context.clearCookies({ name: /session/ });
    await page.goto(callback);
    await expect(problem(page)).toContainText('has been used already');
    expect((await page.request.post('/api/tokens/list', LIST)).status()).toBe(401);

    await begin(page);
    await choosePerson(page, 'An administrator');
    await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();
    await page.goBack();
    await choosePerson(page, 'An end user');
    await expect(problem(page)).toContainText('has been used already');
  });

  test('an invalid id_token', async ({ app, page }) => {
    await app.entra('next-id-token?wrong=signature');
    await begin(page);
    await choosePerson(page, 'An administrator');
    await expect(problem(page)).toContainText('signature is wrong');
    expect((await page.request.post('/api/tokens/list', LIST)).status()).toBe(401);
    expect(/eyJ[\w-]{20,}\./.test(app.log()), 'no token was logged').toBe(false);
    await begin(page);
    await choosePerson(page, 'An administrator');
    await expect(page.getByText('20 tokens', { exact: true }), 'a right one is').toBeVisible();
  });
});

test.describe('the end of a session', () => {
  test('signing out ends the session here and at Microsoft', async ({ app, page, context }) => {
    await signIn(page, 'An administrator');
    const cookies = await context.cookies(app.url);
    await signOut(page);
    expect(page.url()).toBe(`${app.url}/signed-out`);

    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const kept = await fetch(`${app.url}/api/tokens/list`, {
      method: 'POST', body: '{"after":null}', headers: { ...SAME_ORIGIN, cookie, 'content-type': 'application/json' },
    });
    expect(kept.status, 'the old cookie is rejected').toBe(401);

    await page.getByRole('link', { name: 'Sign in again' }).click();
    await expect(page.getByRole('heading', { name: CHOICE }), 'Microsoft asks who one is').toBeVisible();
  });

  test('another sign-in ends the previous session', async ({ app, page, context }) => {
    await signIn(page, 'An administrator');
    const [before] = (await context.cookies(app.url)).filter(({ name }) => name.includes('session'));
    expect(before).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    await signIn(page, 'An administrator');
    const [after] = (await context.cookies(app.url)).filter(({ name }) => name.includes('session'));
    expect(after?.value).not.toBe(before?.value);
    const cookie = `${before?.name}=${before?.value}`;
    const kept = await fetch(`${app.url}/api/tokens/list`, {
      method: 'POST', body: '{"after":null}', headers: { ...SAME_ORIGIN, cookie, 'content-type': 'application/json' },
    });
    expect(kept.status).toBe(401);
  });

  test.describe('from elsewhere', () => {
    /** Ends the only session, as an administrator does in another browser. One that was idle for too long ends alike. */
    async function endOtherSession(browser: Browser, app: App): Promise<void> {
      const context = await browser.newContext({ baseURL: app.url });
      try {
        await signIn(await context.newPage(), 'An administrator');
        const call = async (path: string, data: unknown): Promise<unknown> => {
          const answer = await context.request.post(`/api/session/${path}`, { data, headers: SAME_ORIGIN });
          expect(answer.status(), path).toBe(200);
          return answer.json();
        };
        const sessions = (await call('list_all', {})) as { key: string; is_current: boolean }[];
        const others = sessions.filter(({ is_current }) => !is_current);
        expect(others).toHaveLength(1);
        await call('end_any', { key: others[0]!.key, all_of_person: false });
      } finally {
        await context.close();
      }
    }

    test('the inventory leads to sign-in and back', async ({ app, page, browser }) => {
      await signIn(page, 'An administrator');
      await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();
      await page.getByRole('searchbox').fill("O'Brien & Co");
      await expect(page).toHaveURL(/q=/);
      const here = page.url();
      await endOtherSession(browser, app);
      await page.getByRole('button', { name: 'Refresh' }).click();
      await expect(page.getByRole('alert').filter({ hasText: 'Your session has ended' })).toContainText('Sign in again');
      await page.getByRole('link', { name: 'Sign in again' }).click();
      await ready(page);
      await expect(page).toHaveURL(here);
      await expect(page.getByRole('searchbox')).toHaveValue("O'Brien & Co");
      await expect(page.getByText('0 of 20 tokens')).toBeVisible();
      await expect(page.getByRole('alert').filter({ hasText: 'Your session has ended' })).toHaveCount(0);
    });

    test('an import is kept while the user signs in in another tab', async ({ app, page, context, browser }) => {
      const file = csv(rowsFor(await members(app, 4)));
      await signIn(page, 'An administrator');
      await importFile(page, file);
      await expect(page.getByRole('button', { name: 'Import, assign and activate 4 tokens' })).toBeVisible();
      await endOtherSession(browser, app);
      await press(page, 'Import, assign and activate 4 tokens');
      await expect(page.getByRole('alert').filter({ hasText: 'Your session has ended' })).toBeVisible();
      const [tab] = await Promise.all([
        context.waitForEvent('page'),
        page.getByRole('link', { name: 'Sign in again in a new tab' }).click(),
      ]);
      await expect(tab.getByRole('heading', { level: 1, name: 'You are signed in' })).toBeVisible();
      await tab.close();
      await page.getByRole('button', { name: 'Resume' }).click();
      await expectFinished(page, '4 tokens done');
      expect((await app.stats()).writesByKind).toMatchObject({ create: 4 });
      const all = await statuses(app);
      for (const { serial } of rowsFor(Array(4).fill(''))) expect(all[serial]).toBe('activated');
    });
  });
});
