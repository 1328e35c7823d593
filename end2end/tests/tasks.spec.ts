// How many clicks and keys the daily tasks take, and that they need no dialog. Characters that one has to type anyway, a
// serial number, a name, a code, are not counted.
import type { Page } from '@playwright/test';
import { expect, test, type App } from '../fixtures/app';
import { recorded } from '../fixtures/audit';
import { Colleague } from '../fixtures/colleague';
import { answerOf, free, held, named, tokenNow, tokenPanel, userWithoutToken } from '../fixtures/manage-one';
import { type Row, row } from '../fixtures/seed-file';
import { open, rows } from '../fixtures/steps';
import { type Device, type User, devices, users } from '../fixtures/tenant';
import { code, wrongCode } from '../fixtures/totp';

test.use({ practice: ['--practice-tokens', '60', '--practice-users', '60'] });

/** A hand that counts what it does. */
class Hand {
  clicks = 0;
  keys = 0;
  constructor(private readonly page: Page) {}

  async click(target: ReturnType<Page['locator']>): Promise<void> {
    this.clicks++;
    await target.click();
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      this.keys++;
      await this.page.keyboard.press(key);
    }
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }
}

/** Opens the inventory, searched for a token, whose row is shown. */
async function rowOf(page: Page, token: Device): Promise<ReturnType<Page['locator']>> {
  await open(page, `/?q=${token.serialNumber}`);
  const link = rows(page, 'Tokens').first().getByRole('link').first();
  await expect(link).toHaveText(token.serialNumber);
  return link;
}

/** A token in stock whose secret key is known, and a person who may get it. */
async function inStock(app: App): Promise<{ seed: Row; token: Device; user: User }> {
  const seed = row('5500000001');
  return { seed, token: await new Colleague(app).create(seed), user: await userWithoutToken(app) };
}

/** Counts the dialogs that open, other than panels. */
async function countDialogs(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const counted = window as unknown as { dialogs: number };
    counted.dialogs = 0;
    const show = HTMLDialogElement.prototype.showModal;
    HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
      if (!this.classList.contains('panel')) counted.dialogs++;
      show.call(this);
    };
  });
  return () => page.evaluate(() => (window as unknown as { dialogs: number }).dialogs);
}

test('a token is handed over with its code: 1 click, 3 keys, no dialog', async ({ app, page }) => {
  const { seed, token, user } = await inStock(app);
  const link = await rowOf(page, token);
  const [hand, dialogs] = [new Hand(page), await countDialogs(page)];
  await hand.click(link);
  const panel = tokenPanel(page, token);
  await expect(panel.getByRole('button', { name: 'Assign and activate …' })).toBeFocused();
  await hand.press('Enter');
  await expect(panel.getByRole('combobox', { name: 'Assign to' })).toBeFocused();
  await hand.type(user.userPrincipalName);
  await expect(panel.getByText('1 user found.')).toBeVisible();
  await hand.press('Enter');
  await expect(panel.getByRole('textbox', { name: /^Code on/ })).toBeFocused();
  await hand.type(code(seed));
  await hand.press('Enter');
  await expect(answerOf(page)).toContainText(`Token ${token.serialNumber}: Assigned and activated.`);
  expect(await tokenNow(app, token)).toMatchObject({ status: 'activated', assignedTo: { id: user.id } });
  expect([hand.clicks, hand.keys, await dialogs()]).toEqual([1, 3, 0]);

  await test.step('the answer offers Undo, and so does the bar when the panel is closed', async () => {
    await expect(answerOf(page).getByRole('button', { name: 'Undo' })).toBeVisible();
    await page.keyboard.press('Escape');
    const bar = page.getByRole('complementary', { name: 'Last action' });
    await expect(bar).toContainText(`Token ${token.serialNumber} assigned and activated for ${user.displayName}.`);
    await bar.getByRole('button', { name: 'Undo' }).click();
    await expect(bar).toContainText(`Token ${token.serialNumber} unassigned from ${user.displayName}.`);
    expect(await tokenNow(app, token)).toMatchObject({ status: 'available', assignedTo: null });
    expect(await dialogs()).toBe(0);
  });
});

test('a refused code after a token was assigned: both halves are told, and the next code is typed at once', async ({ app, page, traffic }) => {
  traffic.allow(/Failed to load resource/);
  const { seed, token, user } = await inStock(app);
  const link = await rowOf(page, token);
  await link.click();
  const panel = tokenPanel(page, token);
  await page.keyboard.press('Enter');
  await expect(panel.getByRole('combobox', { name: 'Assign to' })).toBeFocused();
  await page.keyboard.type(user.userPrincipalName);
  await expect(panel.getByText('1 user found.')).toBeVisible();
  await page.keyboard.press('Enter');
  const field = panel.getByRole('textbox', { name: /^Code on/ });
  await expect(field).toBeFocused();
  await page.keyboard.type(wrongCode(seed, 2 * 86_400));
  await page.keyboard.press('Enter');
  await expect(panel.getByRole('heading', { name: 'Activate', exact: true })).toBeVisible();
  const why = panel.getByRole('alert');
  await expect(why).toContainText('The token is assigned to its user, but not activated: Microsoft refused the code');
  await expect(field).toBeFocused();
  expect(await tokenNow(app, token)).toMatchObject({ status: 'failedActivation', assignedTo: { id: user.id } });
  const entries = await recorded(page, { token: token.serialNumber });
  expect(entries.find(({ action }) => action === 'assign_and_activate')).toMatchObject({
    result: 'refused', reason: expect.stringMatching(/^The token was assigned to the user, and not activated\. ./) as unknown as string,
  });
  await page.keyboard.type(code(seed));
  await page.keyboard.press('Enter');
  await expect(answerOf(page)).toContainText(`Token ${token.serialNumber}: Activated.`);
  expect(await tokenNow(app, token)).toMatchObject({ status: 'activated', assignedTo: { id: user.id } });
});

test('a lost token is replaced: 2 clicks, 2 keys, no dialog', async ({ app, page }) => {
  const [{ token, holder }, by] = [await held(app, 'activated'), await free(app)];
  const link = await rowOf(page, token);
  const [hand, dialogs] = [new Hand(page), await countDialogs(page)];
  await hand.click(link);
  const panel = tokenPanel(page, token);
  await hand.click(panel.getByRole('button', { name: 'Replace …' }));
  await expect(panel.getByRole('textbox', { name: 'Serial number of the other token' })).toBeFocused();
  await hand.type(by.serialNumber);
  await hand.press('Enter');
  await expect(panel.getByRole('radio', { name: 'Activate later' })).toBeFocused();
  await hand.press('Enter');
  await expect(answerOf(page)).toContainText(`Token ${token.serialNumber}: Replaced.`);
  expect(await tokenNow(app, by)).toMatchObject({ status: 'assigned', assignedTo: { id: holder.id } });
  expect([hand.clicks, hand.keys, await dialogs()]).toEqual([2, 2, 0]);
});

test("a leaver's tokens are taken back: 2 clicks, no dialog, and Undo", async ({ app, page }) => {
  const all = await devices(app);
  const people = await users(app);
  const of = (user: User) => all.filter((device) => device.assignedTo?.id === user.id);
  const own = (user: User) => app.graphAll(`/beta/users/${user.id}/authentication/hardwareOathMethods`);
  let leaver: User | undefined;
  for (const user of people) {
    if (of(user).length > 1 && (await own(user)).length === of(user).length) leaver ??= user;
  }
  const tokens = of(leaver!);
  await open(page, `/?q=${leaver!.userPrincipalName}`);
  const link = rows(page, 'Tokens').first().getByRole('link').nth(1);
  await expect(link).toHaveText(leaver!.displayName);
  const [hand, dialogs] = [new Hand(page), await countDialogs(page)];
  await hand.click(link);
  const panel = page.getByRole('dialog', { name: leaver!.displayName, exact: true });
  await hand.click(panel.getByRole('button', { name: `Unassign all ${tokens.length}` }));
  await expect(answerOf(page)).toContainText(`${tokens.length} tokens unassigned from ${leaver!.displayName}.`);
  expect([hand.clicks, hand.keys, await dialogs()], named(leaver!)).toEqual([2, 0, 0]);
  for (const token of tokens) expect(await tokenNow(app, token)).toMatchObject({ status: 'available' });
  await page.keyboard.press('Escape');
  const bar = page.getByRole('complementary', { name: 'Last action' });
  await bar.getByRole('button', { name: 'Undo' }).click();
  await expect(bar).toContainText(`${tokens.length} tokens assigned to ${leaver!.displayName}.`);
  for (const token of tokens) expect(await tokenNow(app, token)).toMatchObject({ assignedTo: { id: leaver!.id } });
});
