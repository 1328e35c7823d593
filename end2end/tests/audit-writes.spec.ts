// Changes of tokens are recorded in the audit log: an import as one run, single actions one by one.
import type { Page } from '@playwright/test';
import { lines, openAudit, recorded } from '../fixtures/audit';
import { expect, test } from '../fixtures/app';
import { Colleague } from '../fixtures/colleague';
import { act, confirm, expectOutcome, find, free, held, named, userWithoutToken, openToken } from '../fixtures/manage-one';
import { csv, row, rowsFor } from '../fixtures/seed-file';
import { expectFinished, follow, importFile, press, tabTo } from '../fixtures/steps';
import { type Device, members } from '../fixtures/tenant';
import { wrongCode } from '../fixtures/totp';

test.use({ practice: ['--practice-tokens', '40', '--practice-users', '60'] });

const run = (page: Page) => lines(page, 'Run: ').first();

test('an import is one run, which expands to its rows', async ({ app, page }) => {
  const rows = rowsFor(await members(app, 12));
  await importFile(page, csv(rows));
  await press(page, 'Import, assign and activate 12 tokens');
  await expectFinished(page, '12 tokens done');
  await page.getByRole('navigation').getByRole('link', { name: 'Audit' }).click();
  await expect(run(page)).toContainText('Create token, Assign and activate');
  await expect(run(page)).toContainText('24 operations');
  await expect(run(page)).toContainText('24 done');
  await expect(run(page)).toContainText('Practice administrator');
  await expect(lines(page, rows[0]!.serial), 'it is collapsed').toHaveCount(0);

  const button = run(page).getByRole('button', { name: /Run: / });
  await expect(button).toHaveAttribute('aria-expanded', 'false');
  await button.click();
  await expect(button).toHaveAttribute('aria-expanded', 'true');
  for (const { serial, upn } of rows.slice(-3)) {
    await expect(lines(page, serial, 'Assign and activate', 'Done')).toContainText(upn);
  }
  await button.press('Enter');
  await expect(button).toBeFocused();
  await expect(lines(page, rows.at(-1)!.serial)).toHaveCount(0);

  // The table filtered by the run.
  await run(page).getByRole('button', { name: /show the whole run$/ }).click();
  // 12 creations, 12 activations, and that no token of the delivery was asked.
  await expect(page.getByText('25 entries · live', { exact: true })).toBeVisible();
  await expect(page).toHaveURL(/\/audit\?run=[0-9a-f-]{36}$/);
  await expect(page.getByRole('paragraph').filter({ hasText: /^Run [0-9a-f]{8}\./ })).toContainText('24 operations');
  // Every row of the file is recorded with its line number.
  const entries = (await recorded(page, { action: 'assign_and_activate' })).filter((entry) => entry.run);
  const actual = entries.map((entry) => [entry.run!.row, entry.token!.serial, entry.person!.upn]);
  expect(actual.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(rows.map(({ serial, upn }, at) => [at + 2, serial, upn]));
});

test('single actions are recorded one by one, a refused one with its reason', async ({ app, page, traffic }) => {
  traffic.allow(/Failed to load resource/);
  const seed = row('5500000001');
  const colleague = new Colleague(app);
  const [token, user, spare] = [await colleague.create(seed), await userWithoutToken(app), await free(app)];
  const doing = async (of: Device, press: string, verb: string, question: string, outcome: string) => {
    const panel = await openToken(page, of);
    await act(panel, press);
    await expectOutcome(await confirm(page, verb, question), of, outcome);
  };

  const panel = await openToken(page, token);
  await act(panel, 'Assign …');
  await (await find(panel, user.userPrincipalName, user)).click();
  await expectOutcome(await confirm(page, 'Assign', named(user)), token, 'Assigned');

  const again = await openToken(page, token);
  await act(again, 'Activate …');
  await again.getByRole('textbox', { name: "Code on the token's display" }).fill(wrongCode(seed, 2 * 86_400));
  await act(again, 'Activate …');
  await expect(again.getByRole('alert')).toContainText('Microsoft refused the code');

  await doing(token, 'Unassign', 'Unassign', named(user), 'Unassigned');
  await doing(token, 'Delete', 'Delete', token.serialNumber, 'Deleted');
  const shelf = await openToken(page, spare);
  await act(shelf, 'Rename …');
  await shelf.getByRole('textbox', { name: /name/i }).fill('Spare of the front desk');
  await act(shelf, 'Rename …');
  await expectOutcome(await confirm(page, 'Rename', 'Spare of the front desk'), spare, 'Renamed');

  await openAudit(page, `?token=${token.serialNumber}`);
  await expect(lines(page)).toHaveCount(4);
  const at = (index: number) => lines(page).nth(index);
  await expect(at(3)).toContainText(/Assign.*Done/s);
  await expect(at(2)).toContainText(/Activate.*Refused/s);
  await expect(at(1)).toContainText(/Unassign.*Done/s);
  await expect(at(0)).toContainText(/Delete token.*Done/s);
  await expect(at(3)).toContainText(user.displayName);
  const [refused] = await recorded(page, { action: 'activate' });
  expect(refused!.reason).not.toBe('');
  await expect(at(2)).toContainText(refused!.reason);

  await openAudit(page, '?action=rename');
  await expect(lines(page)).toHaveCount(1);
  await expect(lines(page, spare.serialNumber, 'Done')).toContainText('Spare of the front desk');
});

test('the details of an entry, by keyboard alone', async ({ app, page }) => {
  const user = await userWithoutToken(app);
  const token = await free(app);
  const panel = await openToken(page, token);
  await act(panel, 'Assign …');
  await (await find(panel, user.userPrincipalName, user)).click();
  await expectOutcome(await confirm(page, 'Assign', named(user)), token, 'Assigned');
  await openAudit(page, `?token=${token.id}`);
  const details = page.getByRole('button', { name: /details of entry \d+$/ }).first();
  await tabTo(page, details);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: /^Entry \d+: Assign$/ });
  await expect(dialog.getByRole('heading', { level: 2 })).toBeFocused();
  for (const known of [
    'Practice administrator', 'administrator', token.serialNumber, token.id, user.displayName, user.userPrincipalName,
    user.id, '127.0.0.1', 'Microsoft took', 'Number in the chain', 'written down before it was done as',
  ]) await expect(dialog).toContainText(known);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(details).toBeFocused();

  await page.keyboard.press('Enter');
  await dialog.getByRole('link', { name: 'Open this token' }).click();
  await expect(page.getByRole('dialog', { name: `Token ${token.serialNumber}` })).toBeVisible();
});

test('the panels show the history of a token and a user, and link to the audit page', async ({ app, page }) => {
  const [token, user] = [await free(app), await userWithoutToken(app)];
  const panel = await openToken(page, token);
  const history = panel.getByRole('region', { name: 'History' });
  await expect(history).toContainText('Nothing has been recorded here yet.');
  await act(panel, 'Assign …');
  await (await find(panel, user.userPrincipalName, user)).click();
  const dialog = await confirm(page, 'Assign', named(user));
  await expectOutcome(dialog, token, 'Assigned');
  await expect(history.getByRole('listitem')).toContainText(/Assign.*Done.*Practice administrator/s);

  await expect(history.getByRole('listitem')).toContainText(`Assign: ${user.displayName}`);
  await panel.locator('.facts').getByRole('link', { name: user.displayName }).click();
  const person = page.getByRole('dialog').filter({ hasText: user.userPrincipalName });
  const theirs = person.getByRole('region', { name: 'History' });
  await expect(theirs.getByRole('listitem')).toContainText(new RegExp(`Assign: token ${token.serialNumber}.*Done`, 's'));
  await theirs.getByRole('link', { name: 'All of it in the audit trail' }).click();
  await expect(page).toHaveURL(new RegExp(`/audit\\?person=`));
  await expect(lines(page)).toHaveCount(1);
  await expect(lines(page, token.serialNumber)).toContainText(user.displayName);
});

test('a history that cannot be read shows the error, and can be retried', async ({ app, page, traffic }) => {
  traffic.allow(/status of 503/);
  const token = await free(app);
  await page.route(/\/api\/audit\/(list|newer)$/, (route) => {
    return route.fulfill({ status: 503, json: { fault: 'not_recorded', message: 'the disk is full' } });
  }, { times: 1 });
  const panel = await openToken(page, token);
  await expect(panel.getByRole('alert')).toContainText('The history could not be read. ');
  await expect(panel.getByRole('alert')).toContainText('the disk is full');
  await panel.getByRole('alert').getByRole('button', { name: 'Retry' }).click();
  await expect(panel.getByRole('region', { name: 'History' })).toContainText('Nothing has been recorded here yet.');
});

test('an export of the inventory is recorded before there is a file, or there is none', async ({ page, traffic }) => {
  traffic.allow(/status of 503/);
  await page.goto('/');
  await expect(page.getByText('40 tokens', { exact: true })).toBeVisible();
  let downloads = 0;
  page.on('download', () => downloads++);
  await page.route('**/api/audit/exported', (route) => {
    return route.fulfill({ status: 503, json: { fault: 'not_recorded', message: 'the disk is full. Make room on it.' } });
  }, { times: 1 });
  await page.getByRole('button', { name: 'Export' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export 40 tokens' });
  await expect(dialog.getByText('are not known yet')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'CSV' }).click();
  await expect(dialog.getByRole('alert')).toContainText('No file was made.');
  await expect(dialog.getByRole('alert')).toContainText('the disk is full. Make room on it.');
  expect(downloads).toBe(0);

  const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'JSON' }).click()]);
  expect(download.suggestedFilename()).toMatch(/^tokens-.*\.json$/);
  await follow(page, 'Import');
  const entries = await recorded(page, { action: 'export' });
  expect(entries.map(({ result }) => result)).toEqual(['done']);
});

test('when nothing can be recorded, nothing is changed, and the import is not lost', async ({ app, page, traffic }) => {
  traffic.allow(/status of 503/);
  const rows = rowsFor(await members(app, 3));
  await importFile(page, csv(rows));
  const refuse = { status: 503, json: { fault: 'not_recorded', message: 'the disk is full. Make room on it, then go on.' } };
  await page.route('**/api/tokens/apply', (route) => route.fulfill(refuse));
  await press(page, 'Import, assign and activate 3 tokens');
  const alert = page.getByRole('alert').filter({ hasText: 'audit trail' });
  await expect(alert).toContainText('Nothing more was changed, because the audit trail cannot be used: the disk is full.');
  expect((await app.stats()).writes).toBe(0);
  await page.unroute('**/api/tokens/apply');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expectFinished(page, '3 tokens done');
});

test('a single action that cannot be recorded changes nothing, says what to do, and goes on afterwards', async ({ app, page, traffic }) => {
  traffic.allow(/status of 503/);
  const { token, holder } = await held(app, 'assigned');
  const panel = await openToken(page, token);
  const refuse = { status: 503, json: { fault: 'not_recorded', message: 'the disk is full. Make room on it, then go on.' } };
  await page.route('**/api/tokens/apply', (route) => route.fulfill(refuse));
  await act(panel, 'Unassign');
  const dialog = await confirm(page, 'Unassign', named(holder));
  await expect(dialog).toContainText('Nothing more was changed, because the audit trail cannot be used: the disk is full. Make room on it, then go on.');
  expect((await app.stats()).writes).toBe(0);
  await page.unroute('**/api/tokens/apply');
  await dialog.getByRole('alert').getByRole('button', { name: 'Retry' }).click();
  await expectOutcome(dialog, token, 'Unassigned');
});
