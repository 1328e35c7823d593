// The panels of tokens and persons over the inventory, in the URL and in the browser history.
import type { Page } from '@playwright/test';
import { expect, test, type App } from '../fixtures/app';
import { Colleague } from '../fixtures/colleague';
import { act, confirm, expectOutcome, free, held, openToken, tokenPanel } from '../fixtures/manage-one';
import { row } from '../fixtures/seed-file';
import { closeAndPress, open, rows } from '../fixtures/steps';
import { type Device, devices, type User, users } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '120', '--practice-users', '80'] });

const personPanel = (page: Page, user: User) => page.getByRole('dialog', { name: user.displayName, exact: true });
const query = (page: Page) => new URL(page.url()).search;

/** A user with legacy tokens, which the inventory does not list, and one of these. */
async function legacy(app: App): Promise<{ user: User; token: Device }> {
  const known = new Set((await devices(app)).map((device) => device.id));
  for (const user of await users(app)) {
    if (!user.accountEnabled || user.userType !== 'Member') continue;
    const list = await app.graphAll<{ id: string; device: Device }>(methods(user));
    const hidden = list.find(({ id }) => !known.has(id));
    if (hidden && list.length < 5) return { user, token: { ...hidden.device, id: hidden.id } };
  }
  throw new Error('nobody holds a token that came by CSV');
}

/** A user's own list, which also contains legacy tokens. */
const methods = (user: User) => `/beta/users/${user.id}/authentication/hardwareOathMethods`;

test('a row opens its panel, Back closes it, Forward opens it again', async ({ app, page }) => {
  await open(page, '/?sort=user');
  await expect(page.getByText('120 tokens', { exact: true })).toBeVisible();
  const before = query(page);
  const link = rows(page, 'Tokens').first().getByRole('link').first();
  const serial = await link.innerText();
  const token = (await devices(app)).find((device) => device.serialNumber === serial)!;
  await link.click();
  const panel = tokenPanel(page, token);
  await expect(panel).toBeVisible();
  await expect.poll(() => new URL(page.url()).searchParams.get('token')).toBe(token.id);
  await page.goBack();
  await expect(panel).toBeHidden();
  expect(query(page), 'the URL is restored').toBe(before);
  await page.goForward();
  await expect(panel).toBeVisible();
  await page.reload();
  await expect(panel).toBeVisible();
});

test('clicking a row right after closing a panel opens the panel of that row', async ({ page }) => {
  await open(page, '/');
  await expect(page.getByText('120 tokens', { exact: true })).toBeVisible();
  const link = (row: number) => page.locator('table').getByRole('row').nth(row).getByRole('link', { includeHidden: true }).first();
  await link(1).click();
  const [first, second] = await Promise.all([link(1).innerText(), link(2).innerText()]);
  await expect(page.getByRole('dialog', { name: `Token ${first}` })).toBeVisible();
  await closeAndPress(page.getByRole('dialog', { name: `Token ${first}` }), link(2));
  await expect(page.getByRole('dialog', { name: `Token ${second}` })).toBeVisible();
});

test('over the table, Escape, Close and a click beside the panel close it, and the focus returns to the row', async ({ page }) => {
  await page.setViewportSize({ width: 1100, height: 720 });
  await open(page, '/');
  await expect(page.getByText('120 tokens', { exact: true })).toBeVisible();
  const link = rows(page, 'Tokens').first().getByRole('link').first();
  const panel = page.getByRole('dialog', { name: /^Token / });
  const ways = [
    () => page.keyboard.press('Escape'),
    () => panel.getByRole('button', { name: 'Close' }).click(),
    () => page.mouse.click(5, 300),
  ];
  for (const close of ways) {
    await link.focus();
    await page.keyboard.press('Enter');
    await expect(panel.locator('#panel-primary')).toBeFocused();
    await expect(panel.getByText('Just read from Microsoft.')).toBeVisible();
    await close();
    await expect(panel).toBeHidden();
    await expect(link).toBeFocused();
    await expect.poll(() => query(page)).toBe('');
  }
});

test('a token shows its fields as Graph has them', async ({ app, page }) => {
  const { token, holder } = await held(app, 'assigned');
  const panel = await openToken(page, token);
  for (const text of ['Assigned', holder.userPrincipalName, token.manufacturer, token.model]) {
    await expect(panel.getByRole('definition').filter({ hasText: text }).first()).toBeVisible();
  }
  const hash = token.hashFunction === 'hmacsha256' ? 'SHA-256' : 'SHA-1';
  await expect(panel.getByText(`${hash}, ${token.timeIntervalInSeconds} s`)).toBeVisible();
});

test('panels link to each other, and one Back closes them', async ({ app, page }) => {
  const { token, holder } = await held(app, 'activated');
  await open(page, '/');
  await page.getByRole('searchbox', { name: 'Search' }).fill(token.serialNumber);
  await rows(page, 'Tokens').first().getByRole('link').first().click();
  const panel = tokenPanel(page, token);
  await panel.getByRole('link', { name: holder.displayName }).click();
  const person = personPanel(page, holder);
  await expect(person).toBeVisible();
  await expect(person.getByText(holder.userPrincipalName, { exact: true })).toBeVisible();
  await expect.poll(() => new URL(page.url()).searchParams.get('person')).toBe(holder.id);
  expect(new URL(page.url()).searchParams.has('token')).toBe(false);
  await person.getByRole('link', { name: token.serialNumber }).click();
  await expect(panel).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test("a holder's name in the table opens their panel", async ({ app, page }) => {
  const { token, holder } = await held(app, 'activated');
  await open(page, '/');
  await page.getByRole('searchbox', { name: 'Search' }).fill(token.serialNumber);
  await page.getByRole('link', { name: holder.displayName }).click();
  await expect(personPanel(page, holder).getByRole('link', { name: token.serialNumber })).toBeVisible();
});

test('a legacy token in the panel of a user is explained and cleaned up', async ({ app, page }) => {
  const { user, token } = await legacy(app);
  await open(page, `/?person=${user.id}`);
  const panel = personPanel(page, user);
  const item = panel.getByRole('region', { name: /^Tokens:/ }).getByRole('listitem').filter({ hasText: token.serialNumber });
  await expect(item).toContainText('Uploaded by CSV, so it is missing from the inventory. To manage it here, unassign and delete it, then import it again with its secret key.');
  await item.getByRole('button', { name: /^Unassign and delete / }).click();
  const dialog = page.getByRole('dialog', { name: /^Unassign/ });
  await expect(dialog).toContainText(`${user.displayName} (${user.userPrincipalName})`);
  await dialog.getByRole('button', { name: /^Unassign/ }).click();
  await expect(dialog).toContainText(/: (Unassigned|Deleted|Unassigned and deleted)\./);
  const left = await app.graphAll<{ id: string }>(methods(user));
  expect(left.map(({ id }) => id)).not.toContain(token.id);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(item).toHaveCount(0);
});

test('duplicate serials are marked, with advice on which to keep', async ({ app, page }) => {
  const { user, token } = await legacy(app);
  const colleague = new Colleague(app);
  await colleague.assign(await colleague.create(row(token.serialNumber)), user);
  await open(page, `/?person=${user.id}`);
  const panel = personPanel(page, user);
  const marked = panel.getByRole('listitem').filter({ hasText: 'Duplicate serial' });
  await expect(marked).toHaveCount(2);
  const csv = marked.filter({ hasText: 'Uploaded by CSV' });
  await expect(csv).toContainText('Uploaded by CSV, and in the inventory too. If the other one works, unassign and delete this one.');
  await expect(marked.filter({ hasNotText: 'Uploaded by CSV' })).toContainText('Another token of this user has this serial number. Keep one of them.');
});

test("another token is assigned from the user's panel by its serial, typed or scanned", async ({ app, page }) => {
  const [{ holder }, token] = [await held(app, 'activated'), await free(app)];
  await open(page, `/?person=${holder.id}`);
  const field = personPanel(page, holder).getByRole('textbox', { name: 'Serial number, typed or scanned' });
  await field.fill('no such serial');
  // The first one goes to the code, which may be left out.
  await field.press('Enter');
  await page.keyboard.press('Enter');
  await expect(personPanel(page, holder).getByText('The inventory has no token no such serial.')).toBeVisible();
  await field.fill(token.serialNumber);
  await field.press('Enter');
  await page.keyboard.press('Enter');
  const dialog = await confirm(page, 'Assign', `to ${holder.displayName} (${holder.userPrincipalName})?`);
  await expectOutcome(dialog, token, 'Assigned');
  const theirs = personPanel(page, holder).getByRole('region', { name: /^Tokens:/ });
  await expect(theirs.getByRole('link', { name: token.serialNumber })).toBeVisible();
});

test('a guest, a disabled account and a user with five tokens cannot get another', async ({ app, page }) => {
  for (const [fits, why] of [
    [(user: User) => user.userType === 'Guest', 'Guest: guests cannot hold a token.'],
    [(user: User) => !user.accountEnabled && user.userType === 'Member', 'Disabled: enable the account first.'],
    [(user: User) => user.displayName === 'Petra Fivetokens', 'Holds 5 tokens, as many as Microsoft allows'],
  ] as const) {
    const user = (await users(app)).find(fits)!;
    await open(page, `/?person=${user.id}`);
    await expect(personPanel(page, user).getByText(why)).toBeVisible();
    await expect(personPanel(page, user).getByRole('textbox', { name: /^Serial number/ })).toHaveCount(0);
  }
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the panel fits, and nothing sticks out', async ({ app, page }) => {
    const { token } = await held(app, 'activated');
    const panel = await openToken(page, token);
    const box = await panel.boundingBox();
    expect(box!.x).toBeGreaterThanOrEqual(0);
    expect(box!.x + box!.width).toBeLessThanOrEqual(390);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(390);
    await act(panel, 'Unassign and delete');
    const asked = await page.getByRole('dialog', { name: 'Unassign and delete', exact: true }).boundingBox();
    expect(asked!.x).toBeGreaterThanOrEqual(0);
    expect(asked!.x + asked!.width).toBeLessThanOrEqual(390);
  });
});
