// All actions on a single token by keyboard, and the accessibility of the panels and dialogs.
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { expectAccessibleEverywhere } from '../fixtures/accessible';
import { Colleague } from '../fixtures/colleague';
import {
  act, answerOf, dialogOf, exists, expectOutcome, free, held, named, userWithoutToken, openToken, tokenNow, tokenPanel,
} from '../fixtures/manage-one';
import { row } from '../fixtures/seed-file';
import { open, tabTo } from '../fixtures/steps';
import type { Device } from '../fixtures/tenant';
import { code } from '../fixtures/totp';

test.use({ practice: ['--practice-tokens', '60', '--practice-users', '60'] });

/** Types a serial into the inventory's search, as a scanner does; Enter opens its panel. */
async function scan(page: Page, token: Device): Promise<Locator> {
  await tabTo(page, page.getByRole('searchbox', { name: 'Search' }));
  await page.keyboard.press('Control+A');
  await page.keyboard.type(token.serialNumber);
  await page.keyboard.press('Enter');
  const panel = tokenPanel(page, token);
  await expect(panel.getByText('Just read from Microsoft.')).toBeVisible();
  await expect(panel.locator('#panel-primary'), 'the next step has the focus').toBeFocused();
  return panel;
}

/** Moves to a button by Tab, behind *More* if need be, and presses it. */
async function go(page: Page, place: Locator, name: string): Promise<void> {
  const button = place.getByRole('button', { name, exact: true });
  const more = place.getByRole('button', { name: 'More', exact: true });
  await expect(button.or(more).first()).toBeVisible();
  if (!(await button.isVisible())) await go(page, place, 'More');
  await tabTo(page, button);
  await page.keyboard.press('Enter');
}

/** What the panel tells of an action that was done at once; it has the focus. */
async function answered(page: Page, token: Device, outcome: string): Promise<void> {
  await expectOutcome(answerOf(page), token, outcome);
  await expect(answerOf(page)).toBeFocused();
}

/** Confirms the dialog of what cannot be undone: Cancel has the focus. */
async function answer(page: Page, verb: string, question: string, token: Device, outcome: string): Promise<void> {
  const dialog = dialogOf(page, verb);
  await expect(dialog).toContainText(question);
  const button = dialog.getByRole('button', { name: verb, exact: true });
  await tabTo(page, button);
  await page.keyboard.press('Enter');
  await expectOutcome(dialog, token, outcome);
  await expect(dialog.getByRole('button', { name: 'Close' })).toBeFocused();
}

test('assign, activate, rename and take back by Tab, arrows, Enter and Escape', async ({ app, page }) => {
  const seed = row('5500000001');
  const [token, user] = [await new Colleague(app).create(seed), await userWithoutToken(app)];
  await open(page, '/');
  await expect(page.getByText('61 tokens', { exact: true })).toBeVisible();

  const panel = await test.step('the serial is scanned, and the token named', async () => {
    const panel = await scan(page, token);
    await go(page, panel, 'Rename …');
    await expect(panel.getByRole('textbox', { name: 'Display name' })).toBeFocused();
    await page.keyboard.type('Desk 7');
    await page.keyboard.press('Enter');
    await answered(page, token, 'Renamed');
    expect((await tokenNow(app, token)).displayName).toBe('Desk 7');
    await go(page, panel, 'Back to all actions');
    return panel;
  });

  await test.step('a user is found by the arrows', async () => {
    await expect(panel.getByRole('heading', { name: 'What you can do' })).toBeFocused();
    await go(page, panel, 'Assign …');
    const field = panel.getByRole('combobox', { name: 'Assign to' });
    await expect(field).toBeFocused();
    await page.keyboard.type('nobody at all');
    await page.keyboard.press('Escape');
    await expect(field).toHaveValue('');
    await expect(panel, "the first Escape is the field's").toBeVisible();
    await page.keyboard.type(user.userPrincipalName);
    const entry = panel.getByRole('option').filter({ hasText: user.userPrincipalName });
    await expect(entry).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await expect(entry).toHaveAttribute('aria-selected', 'true');
    await expect(field).toHaveAttribute('aria-activedescendant', (await entry.getAttribute('id'))!);
    await page.keyboard.press('Enter');
    await answered(page, token, 'Assigned');
    expect(await tokenNow(app, token)).toMatchObject({ status: 'assigned', assignedTo: { id: user.id } });
  });

  await test.step('the token is activated by its code', async () => {
    await go(page, panel, 'Activate …');
    await expect(panel.getByRole('textbox', { name: /^Code on/ })).toBeFocused();
    await page.keyboard.type(code(seed));
    await page.keyboard.press('Enter');
    await answered(page, token, 'Activated');
    expect(await tokenNow(app, token)).toMatchObject({ status: 'activated' });
  });

  await test.step('it is unassigned, and Undo assigns it again', async () => {
    await go(page, panel, 'Unassign');
    await answered(page, token, 'Unassigned');
    await go(page, answerOf(page), 'Undo');
    await answered(page, token, 'Assigned');
    expect(await tokenNow(app, token)).toMatchObject({ status: 'assigned', assignedTo: { id: user.id } });
  });

  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(await page.evaluate(() => document.activeElement?.tagName), 'the focus is not lost').not.toBe('BODY');
});

test('deactivate, replace, delete and unassign', async ({ app, page }) => {
  const [{ token, holder }, by] = [await held(app, 'activated'), await free(app)];
  await open(page, '/');
  await expect(page.getByText('60 tokens', { exact: true })).toBeVisible();
  const panel = await scan(page, token);

  await go(page, panel, 'Deactivate');
  await answer(page, 'Deactivate', `of ${named(holder)}?`, token, 'Deactivated');
  await page.keyboard.press('Enter');

  await go(page, panel, 'Replace …');
  await expect(panel.getByRole('textbox', { name: 'Serial number of the other token' })).toBeFocused();
  await page.keyboard.type(by.serialNumber);
  await page.keyboard.press('Enter');
  await expect(panel.getByRole('radio', { name: 'Activate later' })).toBeVisible();
  await go(page, panel, 'Replace');
  await answered(page, token, 'Replaced');
  expect(await tokenNow(app, by)).toMatchObject({ assignedTo: { id: holder.id } });

  await go(page, panel, 'Delete');
  await page.keyboard.press('Escape');
  await expect(dialogOf(page, 'Delete'), 'Escape is no').toBeHidden();
  expect(await exists(app, token)).toBe(true);
  await go(page, panel, 'Delete');
  await answer(page, 'Delete', 'from the inventory?', token, 'Deleted');
  expect(await exists(app, token)).toBe(false);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  const other = await scan(page, by);
  await go(page, other, 'Unassign');
  await answered(page, by, 'Unassigned');
  expect(await tokenNow(app, by)).toMatchObject({ status: 'available', assignedTo: null });
  await expect(other.getByText('Nobody: in stock')).toBeVisible();
});

test('panels, forms and dialogs are accessible', async ({ app, page }) => {
  const { token, holder } = await held(app, 'assigned');
  const panel = await openToken(page, token);
  await expectAccessibleEverywhere(page, 'the panel of a token');
  await act(panel, 'Activate …');
  await expectAccessibleEverywhere(page, 'a code');
  await panel.getByRole('radio', { name: 'Secret key' }).check();
  await panel.getByRole('textbox', { name: /^Secret key/ }).fill(row('1').secret);
  await expect(panel.getByText('until the code changes')).toBeVisible();
  await expectAccessibleEverywhere(page, 'a secret key');
  await act(panel, 'Back to all actions');
  await act(panel, 'Unassign and delete');
  const dialog = dialogOf(page, 'Unassign and delete');
  await expect(dialog).toContainText(named(holder));
  await expectAccessibleEverywhere(page, 'a question');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await act(panel, 'Unassign');
  await expectOutcome(answerOf(page), token, 'Unassigned');
  await expectAccessibleEverywhere(page, 'what came of it');
  await act(panel, 'Assign …');
  await panel.getByRole('combobox', { name: 'Assign to' }).fill('Alex');
  await expect(panel.getByRole('option').first()).toBeVisible();
  await expectAccessibleEverywhere(page, 'the search for a user');
  await open(page, `/?person=${holder.id}`);
  await expect(page.getByRole('dialog', { name: holder.displayName, exact: true })).toBeVisible();
  await expectAccessibleEverywhere(page, 'the panel of a user');
});
