// axe finds no violation on the pages of signing in, connecting and checking, in light and dark mode.
import { test as local } from '../fixtures/app';
import { expectAccessible } from '../fixtures/accessible';
import { expect, test } from '../fixtures/organisation';
import { choosePerson, signIn, signOut } from '../fixtures/people';
import { open } from '../fixtures/steps';

// One permission is missing and one is too broad, so that the check has findings of each level.
const GRANTED = 'Policy.ReadWrite.AuthenticationMethod,User.Read.All,UserAuthenticationMethod.Read.All';
const COMPANY = ['--practice-tokens', '20', '--practice-users', '20', '--practice-grant', GRANTED];

test.use({ practice: COMPANY });

test.beforeEach(({ traffic }) => traffic.allow(/status of 40[13]/));

test('on the way in', async ({ page }) => {
  await open(page, '/');
  await expectAccessible(page, 'signed out');
  await page.getByRole('link', { name: 'Sign in with Microsoft' }).click();
  await expectAccessible(page, 'the choice of the practice Entra');
  await choosePerson(page, 'Somebody without access');
  await expect(page.getByRole('alert').filter({ hasText: 'Signing in did not succeed.' })).toBeVisible();
  await expectAccessible(page, 'a sign-in that failed');
});

test('without the role, and out', async ({ page }) => {
  await signIn(page, 'An end user');
  await expectAccessible(page, 'no access');
  await open(page, '/signed-in');
  await expectAccessible(page, 'signed in beside');
  await signOut(page);
  await expectAccessible(page, 'signed out again');
});

test('the check', async ({ page }) => {
  await signIn(page, 'An administrator', '/settings');
  await page.getByRole('button', { name: 'Check the connection' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Advice' }).first()).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Problem' }).first()).toBeVisible();
  await expectAccessible(page, 'settings, checked');
  await page.goto((await page.getByRole('link', { name: 'Give admin consent' }).getAttribute('href')) ?? '');
  await expectAccessible(page, 'consent at the practice Entra');
});

local.describe('at the machine', () => {
  local.use({ practice: ['--practice-tokens', '20', '--practice-users', '20'] });

  local('the way to a tenant, and its form', async ({ app, page, traffic }) => {
    traffic.allow(/status of 422/);
    await open(page, '/settings');
    await expectAccessible(page, 'how to connect');
    await open(page, app.operatorLink);
    await expectAccessible(page, 'the form');
    for (const label of ['Tenant id', 'Client id', 'Client secret']) await page.getByLabel(label).fill('not / valid');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'Not connected.' })).toBeVisible();
    await expectAccessible(page, 'the form, refused');
  });
});
