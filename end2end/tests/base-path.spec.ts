// With a base path on a shared host: every page, call and file is below it.
import type { Page } from '@playwright/test';
import { type App, expect, provideApp, test as base } from '../fixtures/app';
import { BASE, reserveBasePath } from '../fixtures/base-path';
import { Graph } from '../fixtures/graph';
import { choosePerson, signOut } from '../fixtures/people';
import { PracticeTenant, Program } from '../fixtures/program';
import { contents, expectFinished, follow, importFile, open, press, ready, rows } from '../fixtures/steps';

const PRACTICE = ['--practice-tokens', '20', '--practice-users', '60'];
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

/** The requests of the page to the program's host outside of the base path. */
function outsideBasePath(app: App, requests: { url: string }[]): string[] {
  const own = new URL(app.url).origin;
  const isBelow = (url: string) => url === app.url || url.startsWith(`${app.url}/`);
  return requests.map(({ url }) => url).filter((url) => url.startsWith(own) && !isBelow(url));
}

base.describe('the practice tenant', () => {
  const test = base.extend({
    app: async ({}, use, testInfo) => {
      const { port, environment } = await reserveBasePath();
      const program = await Program.start(PRACTICE, environment, port);
      await provideApp(program, new Graph(program.practiceUrl), use, testInfo);
      await program.stop();
    },
  });

  test('pages link to each other, and each opens by its URL', async ({ app, page, traffic }) => {
    await open(page, app.url);
    await expect(page).toHaveURL(`${app.url}/`);
    await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();
    for (const [name, path] of [['Import', '/import'], ['Audit', '/audit'], ['Settings', '/settings'], ['Inventory', '/']] as const) {
      await follow(page, name);
      await expect(page).toHaveURL(app.url + path);
      await expect(page.getByRole('navigation').getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
    }
    for (const [path, name] of [['/import', 'Import'], ['/my?lang=de', 'Meine Token'], ['/signed-out', 'You are signed out']] as const) {
      await open(page, app.url + path);
      await expect(heading(page, name)).toBeVisible();
    }
    await page.goBack();
    await expect(heading(page, 'Meine Token')).toBeVisible();
    expect(outsideBasePath(app, traffic.requests)).toEqual([]);
  });

  test('importing a sample, and following its links', async ({ app, page, traffic }) => {
    await open(page, `${app.url}/import`);
    const [sample] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /sample/i }).click()]);
    const [header = '', first = ''] = (await contents(sample)).split(/\r?\n/);
    await importFile(page, `${header}\n${first}\n`, undefined, app.url);
    await press(page, 'Import, assign and activate 1 token');
    await expectFinished(page, '1 token done');
    await follow(page, 'Inventory');
    await page.getByRole('searchbox').fill(first.split(',')[1] ?? '');
    await expect(rows(page, 'Tokens')).toHaveCount(1);
    await rows(page, 'Tokens').getByRole('link').first().click();
    await expect(page).toHaveURL(new RegExp(`^${app.url}/\\?q=.*token=`));
    await page.reload();
    await ready(page);
    await page.getByRole('link', { name: 'All of it in the audit trail' }).click();
    await expect(page).toHaveURL(new RegExp(`^${app.url}/audit\\?token=`));
    await expect(heading(page, 'Audit')).toBeVisible();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const [exported] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV, for spreadsheets' }).click()]);
    expect(await contents(exported)).toContain(first.split(',')[1]);
    await follow(page, 'Inventory');
    await rows(page, 'Tokens').first().getByRole('checkbox').click();
    await page.getByRole('button', { name: 'Print slips …' }).click();
    await expect(page).toHaveURL(new RegExp(`^${app.url}/slips\\?tokens=`));
    await expect(page.getByRole('article')).toContainText(`${app.url}/my?serial=`);
    expect(outsideBasePath(app, traffic.requests)).toEqual([]);
  });

  test('a request outside of the base path is answered with its location', async ({ app, request }) => {
    const answer = await request.get(`${new URL(app.url).origin}/import`);
    expect(answer.status()).toBe(404);
    expect(await answer.text()).toContain(`${BASE}/`);
  });
});

base.describe('an organisation', () => {
  const test = base.extend({
    app: async ({}, use, testInfo) => {
      const tenant = await PracticeTenant.start(PRACTICE);
      const { port, environment } = await reserveBasePath();
      const program = await Program.start([], { ...tenant.environment, ...environment }, port);
      await provideApp(program, tenant.graph(), use, testInfo);
      await Promise.all([program.stop(), tenant.stop()]);
    },
  });

  test('users sign in, return to their page, and sign out', async ({ app, page, traffic }) => {
    // Pages without a session answer 401; browsers log that to the console.
    traffic.allow(/status of 401/);
    await open(page, `${app.url}/audit?action=sign_in`);
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).click();
    await choosePerson(page, 'An administrator');
    await expect(page).toHaveURL(`${app.url}/audit?action=sign_in`);
    await expect(heading(page, 'Audit')).toBeVisible();
    await signOut(page);
    await expect(page).toHaveURL(`${app.url}/signed-out`);
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await choosePerson(page, 'An end user');
    await expect(page).toHaveURL(`${app.url}/my`);
    expect(outsideBasePath(app, traffic.requests)).toEqual([]);
  });
});
