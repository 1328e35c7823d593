// Actions on a single token that fail: concurrent changes, missing permissions, throttling, hostile names and ids.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { Colleague } from '../fixtures/colleague';
import {
  act, answerOf, confirm, described, dialogOf, exists, expectOutcome, find, free, held, named, userWithoutToken, openToken, tokenNow,
} from '../fixtures/manage-one';
import { open, rows } from '../fixtures/steps';

const SMALL = ['--practice-tokens', '60', '--practice-users', '60'];
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

test.describe('with a colleague at work', () => {
  test.use({ practice: SMALL });

  /** The colleague does something after the plan was made and before it is run. */
  async function beforeTheRun(page: Page, meanwhile: () => Promise<unknown>): Promise<void> {
    await page.route('**/api/tokens/apply', async (route) => {
      await meanwhile();
      await route.continue();
    }, { times: 1 });
  }

  test('a token that they assign between plan and run is not overwritten', async ({ app, page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    const [token, mine, theirs] = [await free(app), await userWithoutToken(app, 0), await userWithoutToken(app, 1)];
    const panel = await openToken(page, token);
    await act(panel, 'Assign …');
    await beforeTheRun(page, () => new Colleague(app).assign(token, theirs));
    await (await find(panel, mine.userPrincipalName, mine)).click();
    const dialog = await confirm(page, 'Assign', `to ${named(mine)}?`);
    await expectOutcome(dialog, token, 'Assign: failed');
    await expect(dialog).toContainText(`The token was meanwhile assigned to ${theirs.displayName}`);
    expect(await tokenNow(app, token)).toMatchObject({ assignedTo: { id: theirs.id } });
    await expect(panel.locator('.facts').getByRole('link', { name: theirs.displayName }), 'the panel shows the current user').toBeVisible();
  });

  test('a token that they assign before the plan says so in the plan', async ({ app, page }) => {
    const [token, mine, theirs] = [await free(app), await userWithoutToken(app, 0), await userWithoutToken(app, 1)];
    const panel = await openToken(page, token);
    await act(panel, 'Assign …');
    const entry = await find(panel, mine.userPrincipalName, mine);
    await new Colleague(app).assign(token, theirs);
    await app.resetStats();
    await entry.click();
    const dialog = answerOf(page);
    await expect(dialog).toContainText(`The token is already assigned to ${theirs.displayName}`);
    await expect(dialog).toContainText('Unassign it there first');
    await expect(dialog.getByRole('button', { name: 'Assign', exact: true })).toHaveCount(0);
    expect((await app.stats()).writes).toBe(0);
  });

  test('a token that they hand to somebody else meanwhile is not unassigned from them', async ({ app, page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    const { token, holder } = await held(app, 'activated');
    const theirs = await userWithoutToken(app);
    const panel = await openToken(page, token);
    await beforeTheRun(page, async () => {
      const colleague = new Colleague(app);
      await colleague.unassign(token, holder.id);
      await colleague.assign(token, theirs);
    });
    await act(panel, 'Unassign');
    const dialog = await confirm(page, 'Unassign', `from ${named(holder)}?`);
    await expect(dialog).toContainText(`Token ${token.serialNumber}: `);
    await expect(dialog).not.toContainText(`Token ${token.serialNumber}: Unassigned.`);
    expect(await tokenNow(app, token)).toMatchObject({ status: 'assigned', assignedTo: { id: theirs.id } });
  });

  test('a token that they assign before it is deleted stays, and unassigning it first is offered', async ({ app, page }) => {
    const [token, theirs] = [await free(app), await userWithoutToken(app)];
    const panel = await openToken(page, token);
    await new Colleague(app).assign(token, theirs);
    await act(panel, 'Delete');
    const refused = page.getByRole('dialog').filter({ has: page.getByRole('button', { name: 'Unassign and delete …' }) });
    await expect(refused).toContainText(`The token is assigned to ${theirs.displayName}`);
    expect(await exists(app, token)).toBe(true);
    await refused.getByRole('button', { name: 'Unassign and delete …' }).click();
    const words = `Unassign ${described(token)} from ${named(theirs)} and delete it?`;
    const dialog = await confirm(page, 'Unassign and delete', words);
    await expectOutcome(dialog, token, 'Unassigned and deleted');
    expect(await exists(app, token)).toBe(false);
  });

  test('a token that they assign while its deletion is asked for is not deleted', async ({ app, page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    const [token, theirs] = [await free(app), await userWithoutToken(app)];
    const panel = await openToken(page, token);
    await act(panel, 'Delete');
    await expect(dialogOf(page, 'Delete')).toContainText(`Delete ${described(token)} from the inventory?`);
    await new Colleague(app).assign(token, theirs);
    const dialog = await confirm(page, 'Delete', 'from the inventory?');
    await expectOutcome(dialog, token, 'Delete: failed');
    await expect(dialog).toContainText(theirs.displayName);
    expect(await tokenNow(app, token)).toMatchObject({ assignedTo: { id: theirs.id } });
  });

  test('a token that they delete meanwhile is reported as deleted', async ({ app, page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    const [token, user] = [await free(app), await userWithoutToken(app)];
    const panel = await openToken(page, token);
    await act(panel, 'Assign …');
    await beforeTheRun(page, () => new Colleague(app).delete(token));
    await (await find(panel, user.userPrincipalName, user)).click();
    const dialog = await confirm(page, 'Assign', `to ${named(user)}?`);
    await expectOutcome(dialog, token, 'Assign: failed');
    await expect(dialog).toContainText('The token is no longer in the inventory: it was deleted meanwhile');
    await expect(page.getByText('The inventory has no such token: it was deleted meanwhile, or it is too new to be seen everywhere.')).toBeVisible();
  });
});

test.describe('an app that may not assign', () => {
  // The first one is the least permission that reads the inventory.
  const granted = ['Policy.ReadWrite.AuthenticationMethod', 'User.Read.All', 'UserAuthMethod-HardwareOATH.Read.All'];
  test.use({ practice: [...SMALL, '--practice-grant', granted.join(',')] });

  test('names the missing permission beforehand and writes nothing', async ({ app, page }) => {
    const { token } = await held(app, 'activated');
    await act(await openToken(page, token), 'Unassign');
    const dialog = dialogOf(page, 'Unassign');
    await expect(dialog).toContainText('Not possible yet: UserAuthMethod-HardwareOATH.ReadWrite.All is missing. Settings → Check says how to get it.');
    await expect(dialog.getByRole('button', { name: 'Unassign', exact: true })).toHaveCount(0);
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
    expect((await app.stats()).writes).toBe(0);
  });

  test('reports the refusal of Microsoft, when it was not known beforehand', async ({ app, page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    await page.route('**/api/tenant/missing', (route) => route.abort());
    const { token, holder } = await held(app, 'activated');
    await act(await openToken(page, token), 'Unassign');
    const dialog = await confirm(page, 'Unassign', `from ${named(holder)}?`);
    await expectOutcome(dialog, token, 'Unassign: failed');
    await expect(dialog).toContainText(/permission/);
    expect(await tokenNow(app, token)).toMatchObject({ status: 'activated', assignedTo: { id: holder.id } });
  });
});

test.describe('a tenant that throttles', () => {
  test.use({ practice: [...SMALL, '--practice-throttle-rate', '0.3'] });

  test('succeeds, and nothing is done twice', async ({ app, page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    const [{ token, holder }, by] = [await held(app, 'activated'), await free(app)];
    await app.resetStats();
    const panel = page.getByRole('dialog', { name: `Token ${token.serialNumber}`, exact: true });
    await open(page, `/?token=${token.id}`);
    await expect(panel.getByText('Just read from Microsoft.')).toBeVisible({ timeout: 0 });
    await act(panel, 'Replace …');
    await panel.getByRole('textbox', { name: 'Serial number of the other token' }).fill(by.serialNumber);
    await act(panel, 'Find');
    await expect(panel.getByRole('radio', { name: 'Activate later' })).toBeVisible({ timeout: 0 });
    await act(panel, 'Replace …');
    const dialog = answerOf(page);
    await expect(dialog).toContainText(`Token ${token.serialNumber}: Replaced.`, { timeout: 0 });
    expect((await app.stats()).throttled, 'answers 429').toBeGreaterThan(0);
    expect(await tokenNow(app, token)).toMatchObject({ status: 'available', assignedTo: null });
    expect(await tokenNow(app, by)).toMatchObject({ status: 'assigned', assignedTo: { id: holder.id } });
    const theirs = await app.graphAll<{ id: string }>(`/beta/users/${holder.id}/authentication/hardwareOathMethods`);
    expect(theirs.filter(({ id }) => id === by.id)).toHaveLength(1);
  });
});

test.describe('hostile names', () => {
  test.use({ practice: SMALL });
  const NAMES = [`<img src=x onerror="window.hacked=1">`, `Ann's "desk" & <b>bold</b>`, '\u202Etxet desrever\u202C', 'שלום token'];

  /** Checks that no part of a name became markup. */
  async function expectNoMarkup(page: Page): Promise<void> {
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(await page.evaluate(() => document.querySelectorAll('img[src="x"], [onerror]').length)).toBe(0);
  }

  test('of tokens are text in the panel, the form and the question', async ({ app, page }) => {
    const token = await free(app);
    const colleague = new Colleague(app);
    for (const name of NAMES) {
      await colleague.rename(token, name);
      const panel = await openToken(page, token);
      const shown = panel.getByRole('definition').filter({ hasText: name });
      await expect(shown).toHaveText(name);
      // Isolated, so that it does not change the direction of the surrounding text.
      expect(await shown.evaluate((element) => element.querySelector('bdi')?.textContent)).toBe(name);
      await act(panel, 'Rename …');
      const field = panel.getByRole('textbox', { name: 'Display name' });
      await expect(field).toHaveValue(name);
      await field.fill(`${name}!`);
      await act(panel, 'Rename …');
      const dialog = await confirm(page, 'Rename', `Name ${described(token)} “${name}!”?`);
      await expectOutcome(dialog, token, 'Renamed');
      expect((await tokenNow(app, token)).displayName).toBe(`${name}!`);
      await expectNoMarkup(page);
    }
  });

  test('typed into the search for a user find nobody and do no harm', async ({ app, page, traffic }) => {
    const panel = await openToken(page, await free(app));
    await act(panel, 'Assign …');
    for (const text of [...NAMES, `' or 1 eq 1`, `") or startswith(displayName,"`]) {
      await panel.getByRole('combobox', { name: 'Assign to' }).fill(text);
      await expect.poll(() => traffic.carrying(JSON.stringify(text).slice(1, -1)).length, text).toBeGreaterThan(0);
      await expect(panel.getByRole('listbox')).toHaveAttribute('aria-busy', 'false');
      await expect(panel.getByRole('option')).toHaveCount(0);
      await expect(panel.getByRole('alert')).toHaveCount(0);
    }
    await expectNoMarkup(page);
  });
});

test.describe('an id in the address', () => {
  test.use({ practice: SMALL });

  for (const id of ['1', '../../users', `' or 1 eq 1`, '<img src=x onerror=alert(1)>']) {
    test(`that is no GUID opens nothing and asks nothing: ${id}`, async ({ page, traffic }) => {
      await open(page, `/?token=${encodeURIComponent(id)}`);
      await expect(page.getByText('60 tokens', { exact: true })).toBeVisible();
      await expect(page.getByRole('dialog')).toHaveCount(0);
      await expect(rows(page, 'Tokens').first()).toBeVisible();
      // /api/users/by_id is called for the names of the assigned users.
      expect(traffic.requests.filter(({ url }) => url.includes('/api/tokens/by_id'))).toEqual([]);
    });
  }

  test('that is unknown says so', async ({ page }) => {
    await open(page, `/?token=${UNKNOWN}`);
    await expect(page.getByRole('dialog')).toContainText('The inventory has no such token');
    await open(page, `/?person=${UNKNOWN}`);
    await expect(page.getByRole('dialog')).toContainText('This user is no longer in the directory.');
  });
});
