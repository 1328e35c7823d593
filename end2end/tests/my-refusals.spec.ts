// The error messages for end users, each with a next step.
import { expectAccessible } from '../fixtures/accessible';
import { expect, test } from '../fixtures/organisation';
import { activate, alert, digits, signInWithoutTokens, expectFits, give, openMine, part, PHONE, serialField } from '../fixtures/my-tokens';
import { signIn } from '../fixtures/people';
import { row } from '../fixtures/seed-file';
import { Colleague } from '../fixtures/colleague';
import { code } from '../fixtures/totp';

test.use({ ...PHONE, environment: { HELP_DESK: 'Room 12, phone 4711' } });

const HELP = 'Help desk: Room 12, phone 4711';

/** The response of the server, the message, and whether the code stays in its field. */
const ANSWERS: [answer: unknown, status: number, messages: (string | RegExp)[], keeps: boolean][] = [
  [{ denied: 'code_refused' }, 200, ['These digits were not accepted.', 'Wait until the token shows new digits', HELP], false],
  [{ denied: { full: { most: 5 } } }, 200, ['You have 5 tokens already', HELP], true],
  [{ denied: 'not_allowed' }, 200, ['Your account may not use hardware tokens', HELP], true],
  [{ denied: { later: { after_ms: 20_000 } } }, 200, ['Microsoft is busy', 'Try again in 20 seconds'], true],
  [{ denied: { later: { after_ms: null } } }, 200, ['Microsoft is busy', 'Try again in a few minutes'], true],
  [{ denied: 'unclear' }, 200, ['it is not known whether the token was activated'], true],
  [{ fault: 'too_many', after_ms: 300_000 }, 429, ['too many attempts', 'Try again in 5 minutes'], true],
  [{ fault: 'signed_out' }, 401, ['Please sign in again.'], true],
  [{ fault: 'step_up' }, 401, ['Microsoft asks you to confirm who you are.'], true],
  [{ fault: 'not_offered' }, 403, ['your organisation does not permit it here', HELP], true],
  [{ fault: 'internal', reference: 'ref-77' }, 500, ['Something does not work', 'For the help desk: ref-77', HELP], true],
  [{ fault: 'upstream', status: 500, message: 'Gx17', request_id: 'req-9' }, 502, ['Something does not work', 'req-9'], true],
];

test('each refusal of one’s own token', async ({ app, page, traffic }) => {
  traffic.allow(/status of (401|403|429|500|502)/);
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-3001');
  await give(app, mine, me);
  await openMine(page);
  for (const [answer, status, messages, keeps] of ANSWERS) {
    const body = JSON.stringify(answer);
    await page.route('**/api/my/activate', (route) => route.fulfill({ status, contentType: 'application/json', body }));
    await digits(page).fill('135790');
    await activate(page).click();
    for (const text of messages) await expect(alert(page), body).toContainText(text);
    await expect(alert(page), body).not.toContainText('Gx17');
    await expect(digits(page), body).toHaveValue(keeps ? '135790' : '');
    await expectFits(page, body);
    await page.unroute('**/api/my/activate');
  }
  await expectAccessible(page, 'refused');
});

test('after a lost response, reloading shows that the token is activated', async ({ app, page, traffic }) => {
  traffic.allow(/ERR_FAILED|Failed to fetch/);
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-3002');
  await give(app, mine, me);
  await openMine(page);
  await page.route('**/api/my/activate', async (route) => {
    await route.fetch();
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

test('tokens that cannot be read are read again', async ({ app, page, traffic }) => {
  traffic.allow(/status of 502/);
  await signInWithoutTokens(app, page);
  await page.route('**/api/my/tokens', (route) =>
    route.fulfill({ status: 502, contentType: 'application/json', body: '{"fault":"unreachable","message":"x"}' }),
  );
  await page.reload();
  await expect(alert(page)).toContainText('Your tokens could not be looked up.');
  await expect(page.getByRole('button', { name: 'Look now' })).toHaveCount(0);
  await expectFits(page, 'unread');
  await page.unroute('**/api/my/tokens');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('You have no token yet.')).toBeVisible();
  await expect(alert(page)).toHaveCount(0);
});

test.describe('with one token a person', () => {
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

test('the page is left while the tokens are still read', async ({ page }) => {
  let answer = () => {};
  const left = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/api/my/tokens', async (route) => {
    await left;
    await route.continue();
  });
  await signIn(page, 'An administrator', '/my');
  const read = page.waitForResponse('**/api/my/tokens');
  await page.getByRole('navigation').getByRole('link', { name: 'Inventory' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Inventory' })).toBeVisible();
  answer();
  await read;
  // Any exception in the page fails the test.
  await expect(page.getByRole('status').filter({ hasText: / tokens · read / })).toBeVisible();
});
