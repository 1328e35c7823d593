// All actions on a single token, by mouse, and the result in Graph.
import { expect, test } from '../fixtures/app';
import {
  act, confirm, described, dialogOf, exists, expectOutcome, find, free, held, named, userWithoutToken, openToken, person,
  tokenNow,
} from '../fixtures/manage-one';
import type { User } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '120', '--practice-users', '120'] });

const isMember = (user: User) => user.accountEnabled && user.userType === 'Member';

test.describe('is assigned to', () => {
  for (const [who, typed, fits] of [
    ["an O'Brien", () => "O'Brien", (user: User) => user.displayName.includes("O'Brien")],
    ['a user with an umlaut, by name', (user: User) => user.displayName, (user: User) => /[äöü]/.test(user.displayName)],
    ['a user by user principal name', (user: User) => user.userPrincipalName, (user: User) => user.displayName === 'Alex Kim'],
  ] as const) {
    test(who, async ({ app, page, traffic }) => {
      const token = await free(app);
      const user = await person(app, (user) => isMember(user) && fits(user));
      const panel = await openToken(page, token);
      await act(panel, 'Assign …');
      const entry = await find(panel, typed(user), user);
      await entry.click();
      const dialog = await confirm(page, 'Assign', `Assign ${described(token)} to ${named(user)}?`);
      await expectOutcome(dialog, token, 'Assigned');
      expect(await tokenNow(app, token)).toMatchObject({ status: 'assigned', assignedTo: { id: user.id } });
      await expect(panel.locator('.facts').getByRole('link', { name: user.displayName })).toBeVisible();
      expect((await app.stats()).writes).toBe(1);
      expect(traffic.requests.some(({ url }) => url.includes(encodeURIComponent(user.userPrincipalName)))).toBe(false);
    });
  }
});

test.describe('is not assigned to', () => {
  for (const [who, fits, why] of [
    ['a guest', (user: User) => user.userType === 'Guest', 'Guest: guests cannot hold a token.'],
    ['a disabled account', (user: User) => !user.accountEnabled && user.userType === 'Member', 'Disabled: enable the account first.'],
    ['somebody with five tokens', (user: User) => user.displayName === 'Petra Fivetokens', 'Holds 5 tokens, as many as Microsoft allows: unassign one first.'],
  ] as const) {
    test(`${who}: shown with the reason, and cannot be chosen`, async ({ app, page }) => {
      const token = await free(app);
      const user = await person(app, fits);
      const panel = await openToken(page, token);
      await act(panel, 'Assign …');
      const entry = await find(panel, user.userPrincipalName, user);
      await expect(entry).toContainText(why);
      await expect(entry).toHaveAttribute('aria-disabled', 'true');
      // Clicking it opens nothing; the reason is announced.
      await entry.click({ force: true });
      await expect(page.getByRole('status').filter({ hasText: why }).first()).toBeAttached();
      await expect(dialogOf(page, 'Assign')).toBeHidden();
      expect(await tokenNow(app, token)).toMatchObject({ status: 'available' });
      expect((await app.stats()).writes).toBe(0);
    });
  }
});

test('is unassigned, and Undo assigns it again and says that it needs a code', async ({ app, page }) => {
  const { token, holder } = await held(app, 'activated');
  const panel = await openToken(page, token);
  await act(panel, 'Unassign');
  const dialog = await confirm(page, 'Unassign', `Unassign ${described(token)} from ${named(holder)}?`);
  await expectOutcome(dialog, token, 'Unassigned');
  expect(await tokenNow(app, token)).toMatchObject({ status: 'available', assignedTo: null });
  await expect(dialog).toContainText('To activate it again, have a code from the token or its secret key at hand.');
  await dialog.getByRole('button', { name: 'Undo' }).click();
  const back = await confirm(page, 'Assign', `Assign ${described(token)} to ${named(holder)}?`);
  await expectOutcome(back, token, 'Assigned');
  expect(await tokenNow(app, token)).toMatchObject({ status: 'assigned', assignedTo: { id: holder.id } });
  await expect(panel.locator('.facts').getByRole('link', { name: holder.displayName })).toBeVisible();
});

test('is deactivated, and its holder keeps it', async ({ app, page }) => {
  const { token, holder } = await held(app, 'activated');
  const panel = await openToken(page, token);
  await act(panel, 'Deactivate');
  await expect(dialogOf(page, 'Deactivate')).toContainText('This has no undo');
  const dialog = await confirm(page, 'Deactivate', `Deactivate ${described(token)} of ${named(holder)}?`);
  await expectOutcome(dialog, token, 'Deactivated');
  await expect(dialog.getByRole('button', { name: 'Undo' })).toHaveCount(0);
  expect(await tokenNow(app, token)).toMatchObject({ status: 'assigned', assignedTo: { id: holder.id } });
});

test('is renamed, and Undo takes the name away', async ({ app, page }) => {
  const token = await free(app);
  const panel = await openToken(page, token);
  await act(panel, 'Rename …');
  await panel.getByRole('textbox', { name: 'Display name' }).fill('Spare of the front desk');
  await act(panel, 'Rename …');
  const dialog = await confirm(page, 'Rename', `Name ${described(token)} “Spare of the front desk”?`);
  await expectOutcome(dialog, token, 'Renamed');
  expect((await tokenNow(app, token)).displayName).toBe('Spare of the front desk');
  await dialog.getByRole('button', { name: 'Undo' }).click();
  const back = await confirm(page, 'Rename', `Take the name away from ${described(token)}?`);
  await expectOutcome(back, token, 'Renamed');
  expect((await tokenNow(app, token)).displayName ?? '').toBe('');
});

for (const deleted of [false, true]) {
  test(`is replaced by another one, and the old one is ${deleted ? 'deleted' : 'kept'}`, async ({ app, page }) => {
    const { token, holder } = await held(app, 'activated');
    const by = await free(app);
    const panel = await openToken(page, token);
    await act(panel, 'Replace …');
    await panel.getByRole('textbox', { name: 'Serial number of the other token' }).fill(by.serialNumber);
    await act(panel, 'Find');
    await expect(panel.getByRole('radio', { name: 'Activate later' })).toBeChecked();
    await panel.getByRole('checkbox', { name: 'Delete the old token from the inventory' }).setChecked(deleted);
    await act(panel, 'Replace …');
    const question = `Replace ${described(token)} of ${named(holder)} by ${described(by)}`;
    const ending = deleted ? ', and delete the old one?' : '?';
    const dialog = await confirm(page, 'Replace', question + ending);
    await expectOutcome(dialog, token, 'Replaced');
    expect(await tokenNow(app, by)).toMatchObject({ status: 'assigned', assignedTo: { id: holder.id } });
    expect(await exists(app, token)).toBe(!deleted);
    if (!deleted) expect(await tokenNow(app, token)).toMatchObject({ status: 'available', assignedTo: null });
  });
}

test('is deleted from stock, after a question that says what is lost', async ({ app, page }) => {
  const token = await free(app);
  const panel = await openToken(page, token);
  await act(panel, 'Delete');
  const asked = dialogOf(page, 'Delete');
  await expect(asked).toContainText("This can't be undone");
  await asked.getByRole('button', { name: 'Cancel' }).click();
  expect(await exists(app, token), 'Cancel cancels').toBe(true);
  await act(panel, 'Delete');
  const dialog = await confirm(page, 'Delete', `Delete ${described(token)} from the inventory?`);
  await expectOutcome(dialog, token, 'Deleted');
  expect(await exists(app, token)).toBe(false);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByText('The inventory has no such token: it was deleted meanwhile, or it is too new to be seen everywhere.')).toBeVisible();
});

test('when assigned, is unassigned and deleted in one action', async ({ app, page }) => {
  const { token, holder } = await held(app, 'activated');
  const panel = await openToken(page, token);
  await expect(panel.getByRole('button', { name: 'Delete', exact: true }), 'it is held').toHaveCount(0);
  await act(panel, 'Unassign and delete');
  const words = `Unassign ${described(token)} from ${named(holder)} and delete it?`;
  const dialog = await confirm(page, 'Unassign and delete', words);
  await expectOutcome(dialog, token, 'Unassigned and deleted');
  expect(await exists(app, token)).toBe(false);
});

test('disabled actions give the reason', async ({ app, page }) => {
  const { token, holder } = await held(app, 'assigned');
  const panel = await openToken(page, token);
  await act(panel, 'More');
  for (const [name, why] of [
    ['Assign …', `The token is already assigned to ${holder.displayName}. Unassign it first.`],
    ['Deactivate', 'The token is not activated. There is nothing to deactivate.'],
    ['Rename …', 'Microsoft renames tokens only while nobody holds them: unassign it first.'],
  ] as const) {
    const button = panel.getByRole('button', { name, exact: true });
    await expect(button).toHaveAttribute('aria-disabled', 'true');
    await button.click({ force: true });
    await expect(panel.getByText(why).first()).toBeVisible();
  }
  expect((await app.stats()).writes).toBe(0);
});

test('a user without tokens is found', async ({ app, page }) => {
  const [token, user] = [await free(app), await userWithoutToken(app)];
  const panel = await openToken(page, token);
  await act(panel, 'Assign …');
  await expect(await find(panel, user.userPrincipalName, user)).toContainText('No tokens');
});
