// Activating a single token: by the code on its display, or by its secret key, which stays in the browser.
import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessible';
import { expect, test, type App } from '../fixtures/app';
import { Colleague } from '../fixtures/colleague';
import { clocks, shown, signsIn } from '../fixtures/desk';
import {
  act, answerOf, confirm, described, dialogOf, expectOutcome, find, named, userWithoutToken, openToken, tokenNow, tokenPanel,
} from '../fixtures/manage-one';
import { secretSurfaces } from '../fixtures/secret-surfaces';
import { type Row, row } from '../fixtures/seed-file';
import { tabTo } from '../fixtures/steps';
import type { Device, User } from '../fixtures/tenant';
import { bytes, code, codeWithLeadingZero, wrongCode } from '../fixtures/totp';

// The time window in which Entra searches for a code, to either side, in seconds.
const DAY = 86_400;

test.use({ practice: ['--practice-tokens', '20', '--practice-users', '60'] });

interface Given {
  seed: Row;
  token: Device;
  user: User;
}

/** Creates a token with a known secret; assigned, unless `inStock`. */
async function given(app: App, fields: Partial<Row> = {}, inStock = false): Promise<Given> {
  const seed = row('5500000001', '', fields);
  const colleague = new Colleague(app);
  const [token, user] = [await colleague.create(seed), await userWithoutToken(app)];
  if (!inStock) await colleague.assign(token, user);
  await app.resetStats();
  return { seed, token, user };
}

const digits = (panel: Locator) => panel.getByRole('textbox', { name: 'Code on the token\'s display' });
const secret = (panel: Locator) => panel.getByRole('textbox', { name: /^Secret key/ });

async function activate(page: Page, token: Device): Promise<Locator> {
  const panel = await openToken(page, token);
  await act(panel, 'Activate …');
  return panel;
}

for (const [hash, interval] of [['SHA-1', '30'], ['SHA-256', '60']] as const) {
  test(`by six digits of ${hash} and ${interval} s`, async ({ app, page, traffic }) => {
    const { seed, token, user } = await given(app, { hash, interval });
    const panel = await activate(page, token);
    await expect(panel).toContainText('Microsoft Entra learns how far the token\'s clock is off');
    const typed = code(seed);
    await digits(panel).fill(`${typed.slice(0, 3)} ${typed.slice(3)}`);
    await act(panel, 'Activate …');
    const dialog = await confirm(page, 'Activate', `Activate ${described(token)} for ${named(user)}?`);
    await expectOutcome(dialog, token, 'Activated');
    expect(await tokenNow(app, token)).toMatchObject({ status: 'activated', assignedTo: { id: user.id } });
    expect(traffic.carrying(typed).map(({ url }) => new URL(url).pathname)).toEqual(['/api/tokens/apply']);
  });
}

test('by a code that begins with zero, and that a slow or fast clock shows', async ({ app, page }) => {
  const { seed, token, user } = await given(app);
  const panel = await activate(page, token);
  await digits(panel).fill(codeWithLeadingZero(seed, DAY / 2));
  await act(panel, 'Activate …');
  const dialog = await confirm(page, 'Activate', `for ${named(user)}?`);
  await expectOutcome(dialog, token, 'Activated');
  expect(await tokenNow(app, token)).toMatchObject({ status: 'activated' });
});

test('a wrong code is refused with advice, and the right one then works', async ({ app, page, traffic }) => {
  traffic.allow(/Failed to load resource/);
  const { seed, token, user } = await given(app);
  const panel = await activate(page, token);
  await digits(panel).fill('12 34');
  await act(panel, 'Activate …');
  await expect(panel.getByRole('alert')).toHaveText('Type the six digits that the token shows now.');
  await expect(digits(panel), 'it can be corrected').toHaveValue('12 34');

  await digits(panel).fill(wrongCode(seed, 2 * DAY));
  await act(panel, 'Activate …');
  const why = panel.getByRole('alert');
  await expect(why).toContainText('Microsoft refused the code');
  await expect(why).toContainText("Wait for the token's next code and type that one. Check that it is this token.");
  await expect(why).toContainText("the token's clock may have drifted");
  await expect(digits(panel), 'the next one is typed at once').toBeFocused();
  await expect(digits(panel), 'no code is sent twice').toHaveValue('');
  await expect(digits(panel)).toHaveAccessibleDescription(/Microsoft refused the code/);
  await expect(panel.getByRole('button', { name: 'Try again' }), 'a typed code counts once').toHaveCount(0);
  expect(await tokenNow(app, token)).toMatchObject({ status: 'failedActivation', assignedTo: { id: user.id } });
  expect((await app.stats()).writesByKind.activate, 'it is sent once').toBe(1);

  await digits(panel).fill(code(seed));
  await act(panel, 'Activate …');
  await expectOutcome(await confirm(page, 'Activate', `for ${named(user)}?`), token, 'Activated');
  expect(await tokenNow(app, token)).toMatchObject({ status: 'activated' });
});

test('by the secret key, which no request carries', async ({ app, page, traffic }) => {
  const { seed, token, user } = await given(app, { hash: 'SHA-256', interval: '60' });
  const panel = await activate(page, token);
  await panel.getByRole('radio', { name: 'Secret key' }).check();
  await act(panel, 'Activate …');
  await expect(panel.getByRole('alert')).toHaveText('Enter the secret key, or choose the file that has it.');
  await secret(panel).fill('no secret key!');
  await expect(panel.getByRole('status').filter({ hasText: 'The secret key is neither' })).toBeVisible();
  await secret(panel).fill(seed.secret);
  await expect(panel.getByRole('status').filter({ hasText: 'A secret key of 32 bytes.' })).toBeVisible();
  await expect(panel.getByText('until the code changes')).toBeVisible();
  await act(panel, 'Activate …');
  const dialog = await confirm(page, 'Activate', `for ${named(user)}?`);
  await expectOutcome(dialog, token, 'Activated');
  expect(await tokenNow(app, token)).toMatchObject({ status: 'activated' });
  const hex = bytes(seed.secret).toString('hex');
  for (const form of [seed.secret, seed.secret.toLowerCase(), hex]) expect(traffic.carrying(form)).toEqual([]);
  expect(traffic.requests.filter(({ url }) => url.endsWith('/api/tokens/apply'))).toHaveLength(1);
  expect(app.log()).not.toContain(seed.secret);
});

test('the fields are wiped when their form or the panel closes', async ({ app, page }) => {
  const { seed, token } = await given(app);
  const panel = await activate(page, token);
  const code = await digits(panel).elementHandle();
  await digits(panel).fill('123456');
  await panel.getByRole('radio', { name: 'Secret key' }).check();
  expect(await code!.evaluate((input: HTMLInputElement) => input.value), 'the other code source was chosen').toBe('');

  const first = await secret(panel).elementHandle();
  await secret(panel).fill(seed.secret);
  await act(panel, 'Back to all actions');
  await expect(panel.getByRole('button', { name: 'Activate …', exact: true })).toBeVisible();
  expect(await first!.evaluate((input: HTMLInputElement) => input.value), 'the form was closed').toBe('');

  await act(panel, 'Activate …');
  await panel.getByRole('radio', { name: 'Secret key' }).check();
  await expect(secret(panel)).toHaveValue('');
  const second = await secret(panel).elementHandle();
  await secret(panel).fill(seed.secret);
  await panel.getByRole('button', { name: 'Close' }).click();
  await expect(tokenPanel(page, token)).toBeHidden();
  expect(await second!.evaluate((input: HTMLInputElement) => input.value), 'the panel was closed').toBe('');
  expect((await secretSurfaces(page)).includes(seed.secret), 'the page keeps the secret key').toBe(false);
});

test('after three refused codes of a token no other one is sent, also when its panel is opened again', async ({ app, page, traffic }) => {
  traffic.allow(/Failed to load resource/);
  const { seed, token } = await given(app);
  const panel = await activate(page, token);
  for (const refused of [1, 2, 3]) {
    await digits(panel).fill(wrongCode(seed, 2 * DAY + refused * 3_600));
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await app.stats()).writes).toBe(refused);
    const why = refused === 3 ? 'Three codes of this token were refused.' : 'Microsoft refused the code';
    await expect(panel.getByRole('alert').filter({ hasText: /./ })).toHaveText(new RegExp(`^${why}`));
    // The field that told the others is gone.
    if (refused === 3) await expect(answerOf(page)).toContainText('Microsoft refused the code');
  }
  await expect(digits(panel)).toHaveCount(0);
  await panel.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('link', { name: token.serialNumber, exact: true }).click();
  await act(panel, 'Activate …');
  await expect(panel.getByRole('alert').filter({ hasText: /./ })).toContainText('Stop here: find out why before another one is sent.');
  await expect(digits(panel)).toHaveCount(0);
  expect((await app.stats()).writes).toBe(3);
});

test('Measure says in words whether it is this token and how far its clock is off', async ({ app, page }) => {
  const { seed, token } = await given(app);
  const panel = await activate(page, token);
  await panel.getByRole('radio', { name: 'Secret key' }).check();
  await secret(panel).fill(seed.secret);
  await panel.getByText('Measure: is it this token, and is its clock right?').click();
  const measure = async (typed: string) => {
    await digits(panel).fill(typed);
    await act(panel, 'Measure');
  };
  await measure(code(seed));
  await expect(panel.getByText(/^The token's clock is right \(.*\): its codes are accepted\.$/)).toBeVisible();
  // A code says the clock to half a minute, depending on the moment.
  await measure(code(seed, -240));
  await expect(panel.getByText(/^The token's clock is (3|4) min( \d+ s)? slow: activated by its secret key alone/)).toBeVisible();
  // Far from now one code does not decide.
  await measure(code(seed, 7200));
  await expect(panel.getByText('One more: wait until the digits change')).toBeVisible();
  await measure(code(seed, 7200));
  await expect(panel.getByText('The digits have not changed yet')).toBeVisible();
  await measure(code(seed, 7230));
  await expect(panel.getByText(/^The token's clock is (1 h 59 min|2 h) fast: /)).toBeVisible();
  await measure('12');
  await expect(panel.getByText('Type the six digits that the token shows now.')).toBeVisible();
  expect((await app.stats()).writes, 'measuring writes nothing').toBe(0);
});

test('a token is measured by keyboard', async ({ app, page }) => {
  const { seed, token } = await given(app);
  const panel = await activate(page, token);
  await tabTo(page, panel.getByRole('radio', { name: 'Six digits from the token' }));
  await page.keyboard.press('ArrowDown');
  await tabTo(page, secret(panel));
  await page.keyboard.type(seed.secret);
  await tabTo(page, panel.getByText('Measure: is it this token, and is its clock right?'));
  await page.keyboard.press('Enter');
  await tabTo(page, digits(panel));
  await page.keyboard.type(code(seed));
  await page.keyboard.press('Enter');
  await expect(panel.getByText(/^The token's clock is right \(.*\): its codes are accepted\.$/)).toBeVisible();
  await expectAccessible(page, 'measured');
  expect((await app.stats()).writes).toBe(0);
});

test('a slow token is activated at its own drift, so that its codes are accepted', async ({ app, page }) => {
  const { seed, token, user } = await given(app);
  await clocks(app, { [token.serialNumber]: -200 });
  const panel = await activate(page, token);
  await panel.getByRole('radio', { name: 'Secret key' }).check();
  await secret(panel).fill(seed.secret);
  await panel.getByText('Measure: is it this token, and is its clock right?').click();
  await digits(panel).fill(await shown(app, token.serialNumber));
  await act(panel, 'Measure');
  await expect(panel.getByText(/^The token's clock is 3 min( \d+ s)? slow/)).toBeVisible();
  await act(panel, 'Activate …');
  // The code that was typed is not sent: the next one is waited for.
  await expectOutcome(await confirm(page, 'Activate', `for ${named(user)}?`), token, 'Activated');
  expect(await signsIn(app, token.serialNumber)).toBe(true);
});

for (const codeSource of ['Six digits from the token', 'Secret key'] as const) {
  test(`assigns and activates in one step by: ${codeSource}`, async ({ app, page, traffic }) => {
    const { seed, token, user } = await given(app, {}, true);
    const panel = await openToken(page, token);
    await act(panel, 'Assign and activate …');
    await (await find(panel, user.userPrincipalName, user)).click();
    await panel.getByRole('radio', { name: codeSource }).check();
    await (codeSource === 'Secret key' ? secret(panel).fill(seed.secret) : digits(panel).fill(code(seed)));
    await act(panel, 'Assign and activate …');
    const words = `Assign ${described(token)} to ${named(user)} and activate it?`;
    const dialog = await confirm(page, 'Assign and activate', words);
    await expectOutcome(dialog, token, 'Assigned and activated');
    expect(await tokenNow(app, token)).toMatchObject({ status: 'activated', assignedTo: { id: user.id } });
    expect((await app.stats()).writes, 'one write').toBe(1);
    expect(traffic.carrying(seed.secret)).toEqual([]);
    await expect(dialogOf(page, 'Assign and activate')).toHaveCount(0);
  });
}
