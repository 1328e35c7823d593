// The settings of self-service, and the practice tenant.
import { test as practice } from '../fixtures/app';
import { expect, test } from '../fixtures/organisation';
import { activate, digits, signInWithoutTokens, expectFits, expectReady, give, openMine, PHONE, serialField } from '../fixtures/my-tokens';
import { choosePerson, signIn } from '../fixtures/people';
import { row } from '../fixtures/seed-file';
import { open, ready } from '../fixtures/steps';
import { code } from '../fixtures/totp';

test.use(PHONE);
practice.use(PHONE);

test.describe('only what was assigned', () => {
  test.use({ environment: { SELF_SERVICE: 'activate', HELP_DESK: 'helpdesk@contoso.example' } });

  test('claiming is off, with a hint to the help desk', async ({ app, page }) => {
    const me = await signInWithoutTokens(app, page);
    await openMine(page, '?serial=S-5001');
    await expect(page.getByText('Your help desk hands out tokens.')).toBeVisible();
    await expect(page.getByText('Help desk: helpdesk@contoso.example')).toBeVisible();
    await expect(serialField(page)).toHaveCount(0);
    await expect(page.getByRole('button', { name: /another|new token/ })).toHaveCount(0);
    const mine = row('S-5001');
    await give(app, mine, me);
    await openMine(page, '?serial=S-5001');
    await digits(page).fill(code(mine));
    await activate(page).click();
    await expectReady(app, page, mine, me);
  });
});

test.describe('off', () => {
  test.use({ environment: { SELF_SERVICE: 'off', HELP_DESK: 'helpdesk@contoso.example' } });

  test('says so, and whom to ask', async ({ page }) => {
    await signIn(page, 'An end user', '/my');
    await expect(page.getByText('In your organisation, tokens are not activated on this page.')).toBeVisible();
    await expect(page.getByText('Help desk: helpdesk@contoso.example')).toBeVisible();
    await expect(page.getByRole('textbox')).toHaveCount(0);
    await expect(page.getByRole('main').getByRole('button')).toHaveCount(0);
  });
});

practice('in the practice tenant a user must be chosen first', async ({ page }) => {
  await open(page, '/my?serial=S-5002');
  await expect(page.getByText('You are the practice administrator')).toBeVisible();
  await expectFits(page, 'the practice administrator');
  await page.getByRole('link', { name: 'Choose a user' }).click();
  await choosePerson(page, 'An end user');
  await ready(page);
  await expect(page).toHaveURL(/\/my\?serial=S-5002$/);
  await expect(serialField(page)).toHaveValue('S-5002');
});

practice('a page for administrators links to My tokens', async ({ page, traffic }) => {
  traffic.allow(/status of 403/);
  await signIn(page, 'An end user');
  await expect(page.getByRole('heading', { level: 1, name: 'My tokens' }), 'nothing else is theirs').toBeVisible();
  await open(page, '/');
  await expect(page.getByRole('heading', { level: 1, name: 'This page is for administrators' })).toBeVisible();
  await expectFits(page, 'no access');
  await page.getByRole('main').getByRole('link', { name: 'My tokens' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'My tokens' })).toBeVisible();
  const header = page.getByRole('banner');
  await expect(header.getByRole('link')).toHaveText(['My tokens', 'Switch user']);
  await expect(header.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await expect(header).not.toContainText('not an administrator');
});

test('an end user has access to no other page', async ({ page, traffic }) => {
  traffic.allow(/status of 403/);
  await signIn(page, 'An end user', '/my');
  for (const path of ['/', '/import', '/settings', '/slips', '/slips?tokens=11111111-1111-4111-8111-111111111111']) {
    expect((await page.request.get(path)).status(), path).toBe(403);
    await open(page, path);
    await expect(page.getByRole('heading', { level: 1, name: 'This page is for administrators' })).toBeVisible();
  }
});
