// Actions on many tokens by keyboard, and the accessibility of each dialog.
import type { Locator, Page } from '@playwright/test';
import { type App, expect, test } from '../fixtures/app';
import { expectAccessible, expectAccessibleEverywhere } from '../fixtures/accessible';
import { bar, held, isAble, importAndAssign, tokensThatAre, tool } from '../fixtures/manage-many';
import { csv, row } from '../fixtures/seed-file';
import { catchChoosers, contents, expectFinished, open, tabTo } from '../fixtures/steps';
import { devices, members, users } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '120', '--practice-users', '120'] });

async function loaded(page: Page, count = 120): Promise<void> {
  await open(page, '/');
  await expect(page.getByText(`${count} tokens`, { exact: true })).toBeVisible();
}

/** Moves to a button by Tab and presses it. */
async function go(page: Page, button: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await tabTo(page, button, key);
  await page.keyboard.press('Enter');
}

/** Selects tokens by typing a list. */
async function choose(page: Page, serials: string[], key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await go(page, page.getByRole('button', { name: 'Select by list' }), key);
  const dialog = page.getByRole('dialog', { name: 'Select by a list' });
  await tabTo(page, dialog.getByRole('textbox'));
  await page.keyboard.insertText(serials.join('\n'));
  await go(page, dialog.getByRole('button', { name: 'Read the pasted text' }));
  await expect(dialog.getByRole('status').first()).toContainText('of the list selected');
  await expectAccessible(page, 'a list of serials');
  await go(page, dialog.getByRole('button', { name: 'Done' }));
  await expect(dialog).toHaveCount(0);
  await expect(bar(page)).toContainText(`${serials.length} selected`);
  await expectFocus(page);
}

/** Checks that an element of the page has the focus. */
async function expectFocus(page: Page): Promise<void> {
  const focused = () => page.evaluate(() => document.activeElement?.tagName);
  await expect.poll(focused, 'the focus is not lost').not.toBe('BODY');
}

const act = (page: Page, name: string, key: 'Tab' | 'Shift+Tab' = 'Tab') =>
  go(page, tool(page, name), key);
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });
const verb = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true });

/** Closes the dialog by Escape, and checks that the page has the focus. */
async function leave(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expectFocus(page);
}

/** Eligible users without a token. */
async function idle(app: App) {
  const holding = new Set((await devices(app)).map((device) => device.assignedTo?.id));
  return (await users(app)).filter((user) => isAble(user) && !holding.has(user.id));
}

test('twelve are unassigned with the number typed, then deleted', async ({ app, page }) => {
  const serials = (await tokensThatAre(app, 'activated', 12)).map((token) => token.serialNumber);
  await loaded(page);
  await choose(page, serials);
  await act(page, 'Unassign');
  const field = page.getByRole('textbox', { name: 'To go on, type the number of tokens: 12' });
  await expect(field).toBeVisible();
  await expectAccessibleEverywhere(page, 'a plan that asks for the number');
  await tabTo(page, field);
  await page.keyboard.type('12');
  await page.keyboard.press('Enter');
  await expectFinished(page, '12 tokens done');
  await expectAccessibleEverywhere(page, 'what came of it');
  expect(Object.values(await held(app, serials))).toEqual(serials.map(() => [undefined, 'available']));
  await leave(page);
  await act(page, 'Delete');
  const number = page.getByRole('textbox', { name: 'To go on, type the number of tokens: 12' });
  await expect(number).toBeVisible();
  await tabTo(page, number);
  await page.keyboard.type('12');
  await go(page, verb(page, 'Delete 12 tokens'));
  await expectFinished(page, '12 tokens done');
  expect(await held(app, serials)).toEqual({});
  await leave(page);
});

test('the focus moves as soon as a dialog closes', async ({ app, page }) => {
  const serials = (await tokensThatAre(app, 'available', 2)).map((token) => token.serialNumber);
  await loaded(page);
  await go(page, page.getByRole('button', { name: 'Select by list' }));
  const list = dialog(page, 'Select by a list');
  await tabTo(page, list.getByRole('textbox'));
  await page.keyboard.insertText(serials.join('\n'));
  await go(page, list.getByRole('button', { name: 'Read the pasted text' }));
  await expect(list.getByRole('status').first()).toContainText('of the list selected');
  // The button that opened the dialog is removed with the first selection. No frame is rendered before the check.
  const focused = await list.getByRole('button', { name: 'Done' }).evaluate(async (button: HTMLButtonElement) => {
    button.click();
    await Promise.resolve();
    await new Promise((next) => setTimeout(next));
    return document.activeElement?.getAttribute('aria-label');
  });
  expect(focused).toBe('Selected tokens');
});

test('cancelling the file chooser leaves the dialog open', async ({ page }) => {
  await loaded(page);
  await go(page, page.getByRole('button', { name: 'Select by list' }));
  const list = dialog(page, 'Select by a list');
  await list.getByLabel('Choose a file').dispatchEvent('cancel', { bubbles: true });
  await expect(list).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(list).toHaveCount(0);
});

test('a list is exported and given to one user', async ({ app, page }) => {
  const [user] = await idle(app);
  const [first, second] = await tokensThatAre(app, 'available', 2);
  await loaded(page);
  await choose(page, [first!.serialNumber, second!.serialNumber]);
  await act(page, 'Export …');
  const form = page.getByRole('dialog');
  await expect(form.getByText('are not known yet')).toHaveCount(0);
  await expectAccessible(page, 'the export');
  await tabTo(page, form.getByRole('button', { name: 'CSV' }));
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect((await contents(download)).trim().split('\n')).toHaveLength(3);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expectFocus(page);

  await act(page, 'Assign …', 'Shift+Tab');
  const search = dialog(page, 'Assign 2 tokens').getByRole('combobox');
  await expect(search).toBeFocused();
  await page.keyboard.type(user!.userPrincipalName);
  await expect(page.getByRole('option').filter({ hasText: user!.userPrincipalName })).toBeVisible();
  await expectAccessible(page, 'the search for a user');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(verb(page, 'Assign 2 tokens')).toBeVisible();
  await go(page, verb(page, 'Assign 2 tokens'));
  await expectFinished(page, '2 tokens done');
  expect(await held(app, [first!.serialNumber, second!.serialNumber])).toEqual({
    [first!.serialNumber]: [user!.id, 'assigned'],
    [second!.serialNumber]: [user!.id, 'assigned'],
  });
  await leave(page);
});

test('pairs are typed and assigned, and a seed file activates them', async ({ app, page }) => {
  catchChoosers(page);
  const upns = await members(app, 2);
  const own = upns.map((upn, index) => row(`77000${index}`, upn));
  await importAndAssign(page, own);
  const stock = (await tokensThatAre(app, 'available', 1))[0]!;
  await loaded(page, 122);

  await test.step('by a list of pairs', async () => {
    await go(page, page.getByRole('button', { name: 'Assign by list' }));
    const form = dialog(page, 'Assign by a list');
    await tabTo(page, form.getByRole('textbox'));
    await page.keyboard.insertText(`upn,serial number\n${upns[0]},${stock.serialNumber}\nnobody@nowhere.example,77`);
    await go(page, form.getByRole('button', { name: 'Read the pasted text' }));
    await expect(form.getByRole('button', { name: /^Go on with 1 token/ })).toBeVisible();
    await expectAccessible(page, 'a list of pairs with a mistake');
    await go(page, form.getByRole('button', { name: /^Go on with 1 token/ }));
    await expect(verb(page, 'Assign 1 token')).toBeVisible();
    await expectAccessible(page, 'the plan of a list');
    await go(page, verb(page, 'Assign 1 token'));
    await expectFinished(page, '1 token done; 1 not possible');
    expect((await held(app, [stock.serialNumber]))[stock.serialNumber]![1]).toBe('assigned');
    await leave(page);
  });

  await test.step('by a seed file', async () => {
    await choose(page, own.map((one) => one.serial), 'Shift+Tab');
    await act(page, 'Activate …');
    const form = dialog(page, 'Activate 2 tokens');
    await expectAccessible(page, 'the choice of a seed file');
    await tabTo(page, form.getByLabel('Choose a file'));
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Enter');
    await (await chooser).setFiles({ name: 'seeds.csv', mimeType: 'text/csv', buffer: Buffer.from(csv(own)) });
    await expect(verb(page, 'Activate 2 tokens')).toBeVisible();
    await go(page, verb(page, 'Activate 2 tokens'));
    await expectFinished(page, '2 tokens done');
    expect(Object.values(await held(app, own.map((one) => one.serial))).map(([, status]) => status)).toEqual(['activated', 'activated']);
    await leave(page);
  });
});

test('a run is stopped and resumed', async ({ app, page }) => {
  const serials = (await tokensThatAre(app, 'activated', 50)).map((token) => token.serialNumber);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/api/tokens/apply', async (route) => {
    await released;
    await route.continue();
  });
  await loaded(page);
  await choose(page, serials);
  await act(page, 'Unassign');
  await tabTo(page, page.getByRole('textbox', { name: 'To go on, type the number of tokens: 50' }));
  await page.keyboard.type('50');
  await app.resetStats();
  await page.keyboard.press('Enter');
  await go(page, verb(page, 'Stop'));
  await expect(page.getByRole('button', { name: 'Stopping …' })).toBeVisible();
  await expectAccessible(page, 'a run that is being stopped');
  release();
  const stopped = page.getByText(/^Stopped: \d+ tokens done, \d+ left\.$/);
  await expect(stopped.or(page.getByText(/^Finished: 50 tokens done/))).toBeVisible();
  if (await stopped.isVisible()) await go(page, verb(page, 'Resume'));
  await expectFinished(page, '50 tokens done');
  expect((await app.stats()).writesByKind).toMatchObject({ unassign: 50 });
});
