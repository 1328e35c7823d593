// Access of end users and signed-out users: pages without data. That each call is refused: server/tests/server/auth/access.rs.
import type { Page } from '@playwright/test';
import { type App, expect, test } from '../fixtures/organisation';
import { signIn } from '../fixtures/people';
import { open } from '../fixtures/steps';
import { devices, users } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '20', '--practice-users', '20'] });
test.beforeEach(({ traffic }) => traffic.allow(/status of 40[13]/));

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
});

test('an end user', async ({ app, page }) => {
  await signIn(page, 'An end user');
  await expectNoData(app, page, 'This page is for administrators', 403);
});

test('an administrator of an organisation has access, but cannot connect a tenant', async ({ app, page }) => {
  expect(app.operatorLink, 'no link is printed').toBe('');
  await signIn(page, 'An administrator');
  await open(page, '/settings');
  await expect(page.getByText('These are set in the server')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Disconnect' })).toHaveCount(0);
  await expect(page.getByText(`${app.url}/auth/callback`, { exact: true })).toBeVisible();
  const { clientSecret } = await app.credentials();
  expect(await page.content()).not.toContain(clientSecret);
});
