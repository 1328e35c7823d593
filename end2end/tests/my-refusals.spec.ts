// The error messages for end users, each with a next step.
import { expectAccessible } from '../fixtures/accessible';
import { expect, test } from '../fixtures/organisation';
import { activate, alert, digits, signInWithoutTokens, expectFits, give, openMine, part, PHONE, serialField } from '../fixtures/my-tokens';
import { row } from '../fixtures/seed-file';
import { Colleague } from '../fixtures/colleague';
import { hasScripts } from '../fixtures/steps';
import { code, wrongCode } from '../fixtures/totp';

test.use({ ...PHONE, environment: { HELP_DESK: 'Room 12, phone 4711' } });

const HELP = 'Help desk: Room 12, phone 4711';

test('a tenant in which the method is switched off', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-3001');
  await give(app, mine, me);
  await openMine(page);
  await app.patch('/beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath', {
    '@odata.type': '#microsoft.graph.hardwareOathAuthenticationMethodConfiguration', state: 'disabled',
  });
  await digits(page).fill('135790');
  await activate(page).click();
  await expect(alert(page)).toContainText('Your account may not use hardware tokens');
  await expect(alert(page)).toContainText(HELP);
  await expect(digits(page)).toHaveValue(hasScripts() ? '135790' : '');
  await expectFits(page, 'refused');
  await expectAccessible(page, 'refused');
});

test('after three refused codes the help desk takes over', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-3007');
  await give(app, mine, me);
  await openMine(page);
  for (let refusals = 1; refusals <= 3; refusals++) {
    await digits(page).fill(wrongCode(mine, 86_400 * 2));
    await activate(page).click();
    const expected = refusals < 3 ? 'These digits were not accepted.' : 'were refused three times';
    await expect(alert(page)).toContainText(expected);
    if (refusals < 3) await expect(alert(page)).toContainText('Wait until the token shows new digits');
    await expect(alert(page).getByText(HELP), 'after one refusal the next code is typed first').toHaveCount(refusals === 2 ? 1 : 0);
    await expect(digits(page)).toHaveValue('');
  }
  await expect(activate(page)).toHaveCount(0);
  await expect(part(page, 'S-3007')).toContainText(HELP);
});

test('a session that has ended', async ({ app, page, context }) => {
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-3008');
  await give(app, mine, me);
  await openMine(page);
  await context.clearCookies();
  await digits(page).fill(code(mine));
  await activate(page).click();
  await expect(alert(page)).toContainText('Please sign in again.');
  await expect(page.getByRole('link', { name: 'Sign in', exact: true })).toBeVisible();
  await expectFits(page, 'signed out');
});

test('after a lost response, reloading shows that the token is activated', async ({ app, page, traffic }) => {
  test.skip(!hasScripts(), 'without scripts the browser itself says so');
  traffic.allow(/ERR_FAILED|Failed to fetch/);
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-3002');
  await give(app, mine, me);
  await openMine(page);
  await page.route('**/my', async (route) => {
    await route.fetch({ maxRedirects: 0 });
    await route.abort();
  });
  await digits(page).fill(code(mine));
  await activate(page).click();
  await expect(alert(page)).toContainText('Check whether you are online.');
  await page.getByRole('button', { name: 'Look now' }).click();
  await expect(page.getByRole('heading', { name: 'Token S-3002 is ready to use' })).toBeFocused();
});

test('a token that was taken away meanwhile', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-3003');
  const token = await give(app, mine, me);
  await openMine(page);
  await new Colleague(app).unassign(token, me.id);
  await digits(page).fill(code(mine));
  await activate(page).click();
  await expect(alert(page)).toContainText('This token is no longer yours.');
  await expect(alert(page)).toContainText(HELP);
  await expect(part(page, 'S-3003')).toHaveCount(0);
});

test('a token that works already', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-3004');
  await give(app, mine, me);
  await openMine(page);
  await digits(page).fill(code(mine));
  await activate(page).click();
  await expect(page.getByRole('heading', { name: 'Token S-3004 is ready to use' })).toBeFocused();
  await page.getByRole('button', { name: 'Activate another token' }).click();
  await serialField(page).fill('S-3004');
  await digits(page).fill(code(mine));
  await activate(page).click();
  await expect(alert(page)).toContainText('This token is ready to use already');
});

test.describe('with one token a user', () => {
  test.use({ environment: { SELF_SERVICE_MOST_TOKENS: '1', HELP_DESK: 'Room 12, phone 4711' } });

  test('a second one is one too many', async ({ app, page }) => {
    const me = await signInWithoutTokens(app, page);
    const [mine, free] = [row('S-3005'), row('S-3006')];
    await give(app, mine, me);
    await give(app, free);
    await openMine(page, '?serial=S-3006');
    await digits(page).fill(code(free));
    await activate(page).click();
    await expect(alert(page)).toContainText('more are not possible');
    await expect(alert(page)).toContainText(HELP);
  });
});
