// The practice tenant signs users in as its administrator, and lets them switch to another person.
import { expect, test } from '../fixtures/app';
import { choosePerson, signOut } from '../fixtures/people';
import { open } from '../fixtures/steps';

test.use({ practice: ['--practice-tokens', '20', '--practice-users', '20'] });
test.beforeEach(({ traffic }) => traffic.allow(/status of 40[13]/));

test('switching from the practice administrator to an end user and back', async ({ app, page }) => {
  await open(page, '/');
  await expect(page.getByText('Signed in as Practice administrator')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign out' }), 'there is no session to end').toHaveCount(0);
  await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();

  await page.getByRole('link', { name: 'Switch user' }).click();
  await choosePerson(page, 'An end user');
  await expect(page.getByRole('heading', { level: 1, name: 'My tokens' })).toBeVisible();
  await open(page, '/');
  await expect(page.getByRole('heading', { level: 1, name: 'This page is for administrators' })).toBeVisible();
  await expect(page.getByText(/^Signed in as .* \(not an administrator\)$/)).toBeVisible();
  expect((await page.request.post('/api/tokens/list', { data: { after: null }, headers: { origin: app.url } })).status()).toBe(403);

  await page.getByRole('link', { name: 'Switch user' }).click();
  await choosePerson(page, 'An administrator');
  await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();
  await expect(page.getByText(/not an administrator/)).toHaveCount(0);
});

test('after signing out, any user can sign in', async ({ page }) => {
  await open(page, '/');
  await page.getByRole('link', { name: 'Switch user' }).click();
  await choosePerson(page, 'An end user');
  await signOut(page);
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await choosePerson(page, 'An end user');
  await expect(page.getByRole('heading', { level: 1, name: 'My tokens' })).toBeVisible();
  await signOut(page);
  await page.getByRole('link', { name: 'Go on as the practice administrator' }).click();
  await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();
});

test('the settings explain how to connect a tenant', async ({ page }) => {
  await open(page, '/settings');
  await expect(page.getByText('open the link that Token Inventory printed in the terminal')).toBeVisible();
  await page.getByRole('button', { name: 'Check the connection' }).click();
  await expect(page.getByRole('main').getByText('All is well.', { exact: true })).toBeVisible();
});
