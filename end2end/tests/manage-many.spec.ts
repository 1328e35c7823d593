// Actions on many tokens: selection, plan, run; and the reasons for what is not possible.
import type { Page } from '@playwright/test';
import { type App, expect, test } from '../fixtures/app';
import { bar, chooseBySerial, held, isAble, spreadsheetText, paste, importAndAssign, records, taskRow, tokenRow, tokensThatAre, tool, typeCount } from '../fixtures/manage-many';
import { csv, row } from '../fixtures/seed-file';
import { expectFinished, figure, open, press, rows, saved } from '../fixtures/steps';
import { devices, members, type User, users } from '../fixtures/tenant';
import { withWrongKey } from '../fixtures/totp';

test.use({ practice: ['--practice-tokens', '300', '--practice-users', '150'] });

const serialsOf = (tokens: { serialNumber: string }[]) => tokens.map((token) => token.serialNumber);
const act = (page: Page, name: string) => tool(page, name).click();

async function loaded(page: Page, count = 300): Promise<void> {
  await open(page, '/');
  await expect(page.getByText(`${count} tokens`, { exact: true })).toBeVisible();
}

test('unassigning twelve asks for the number, and can be undone', async ({ app, page }) => {
  const tokens = await tokensThatAre(app, 'activated', 12);
  const serials = serialsOf(tokens);
  const before = await held(app, serials);
  await loaded(page);
  await app.resetStats();
  await chooseBySerial(page, serials);
  await act(page, 'Unassign');
  const dialog = page.getByRole('dialog', { name: 'Unassign 12 tokens' });
  await expect(figure(page, 12, 'To do')).toBeVisible();
  await expect(dialog).toContainText("Their users can't sign in with them any more.");
  await expect(taskRow(page, serials[0]!)).toContainText(tokens[0]!.assignedTo!.displayName);

  const go = dialog.getByRole('button', { name: 'Unassign 12 tokens', exact: true });
  await expect(go).toHaveAttribute('aria-disabled', 'true');
  await go.click({ force: true });
  const field = dialog.getByRole('textbox', { name: 'To go on, type the number of tokens: 12' });
  await field.fill('11');
  await field.press('Enter');
  await expect(go).toHaveAttribute('aria-disabled', 'true');
  expect((await app.stats()).writes, 'nothing is written before the number is typed').toBe(0);
  expect(await held(app, serials)).toEqual(before);

  await field.fill('12');
  await expect(go).toHaveAttribute('aria-disabled', 'false');
  await field.press('Enter');
  await expectFinished(page, '12 tokens done');
  expect(await held(app, serials)).toEqual(Object.fromEntries(serials.map((serial) => [serial, [undefined, 'available']])));
  expect((await app.stats()).writesByKind).toMatchObject({ unassign: 12, assign: 0, delete: 0, activate: 0 });

  await dialog.getByRole('button', { name: 'Undo 12 tokens' }).click();
  await press(page, 'Assign 12 tokens');
  await expectFinished(page, '12 tokens done');
  const back = serials.map((serial) => [serial, [before[serial]![0], 'assigned']]);
  expect(await held(app, serials), 'assigned to the same users, and not activated').toEqual(Object.fromEntries(back));
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('searchbox', { name: 'Search' }).fill(serials[0]!);
  await expect(tokenRow(page, serials[0]!)).toContainText(tokens[0]!.assignedTo!.displayName);
  await expect(tokenRow(page, serials[0]!)).toContainText('Assigned');
});

test('ten are unassigned without typing the number; an unassigned one is skipped', async ({ app, page }) => {
  const tokens = serialsOf(await tokensThatAre(app, 'activated', 10));
  const [free = ''] = serialsOf(await tokensThatAre(app, 'available', 1));
  await loaded(page);
  await chooseBySerial(page, [...tokens, free]);
  await act(page, 'Unassign');
  await expect(page.getByRole('button', { name: 'Unassign 10 tokens', exact: true })).toHaveAttribute('aria-disabled', 'false');
  await expect(page.getByRole('dialog').getByRole('textbox')).toHaveCount(0);
  await expect(taskRow(page, free)).toContainText('Nobody holds it: it is in stock');
  const plan = await saved(page, 'Download the plan (CSV)');
  expect(records(plan.text).filter((record) => record[3] === 'Not run')).toHaveLength(10);
  await app.resetStats();
  await press(page, 'Unassign 10 tokens');
  await expectFinished(page, '10 tokens done');
  expect((await app.stats()).writes).toBe(10);
  const report = records((await saved(page, 'Download the report (CSV)')).text);
  expect(report[0]).toEqual(['line', 'serial number', 'user', 'outcome', 'reason', 'remedy', 'request id', 'notes']);
  const actual = Object.fromEntries(report.slice(1).map((record) => [spreadsheetText(record[1]), record[3]]));
  expect(actual).toEqual({ ...Object.fromEntries(tokens.map((serial) => [serial, 'Unassigned'])), [free]: 'Skipped' });
});

test('all that match a filter: chosen, counted, and unassigned', async ({ app, page }) => {
  const wanted = (await devices(app)).filter((device) => device.status === 'failedActivation');
  const others = (await devices(app)).filter((device) => device.status !== 'failedActivation');
  await loaded(page);
  await figure(page, wanted.length, 'Activation failed').click();
  await expect(page.getByText(`${wanted.length} of 300 tokens`, { exact: true })).toBeVisible();
  await page.getByRole('grid').getByRole('checkbox', { name: `Select all ${wanted.length} shown` }).check();
  await expect(bar(page)).toContainText(`${wanted.length} selected`);
  await act(page, 'Unassign');
  if (wanted.length > 10) await typeCount(page, wanted.length);
  await press(page, `Unassign ${wanted.length} tokens`);
  await expectFinished(page, `${wanted.length} tokens done`);
  const now = new Map((await devices(app)).map((device) => [device.serialNumber, device]));
  for (const device of wanted) expect(now.get(device.serialNumber)?.status).toBe('available');
  for (const device of others) expect(now.get(device.serialNumber)).toEqual(device);
});

test('a list of unknown serials selects nothing', async ({ page }) => {
  await loaded(page);
  await page.getByRole('button', { name: 'Select by list' }).click();
  const dialog = page.getByRole('dialog', { name: 'Select by a list' });
  await paste(dialog, 'serial number\nnone-1\nnone-2');
  await expect(dialog.getByRole('status')).toHaveText('The list names no token of the inventory; 2 serial numbers are unknown.');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(bar(page)).toHaveCount(0);
});

test('only unassigned tokens are deleted, and the others stay assigned', async ({ app, page }) => {
  const stock = serialsOf(await tokensThatAre(app, 'available', 3));
  const [kept = ''] = serialsOf(await tokensThatAre(app, 'activated', 1));
  const before = await held(app, [kept]);
  await loaded(page);
  await chooseBySerial(page, [...stock, kept]);
  await act(page, 'Delete');
  const question = page.getByRole('dialog', { name: 'Delete 4 tokens' });
  await expect(question).toContainText('1 of the 4 tokens selected has a user');
  await question.getByRole('button', { name: 'Delete only 3 tokens in stock' }).click();
  await expect(page.getByRole('dialog', { name: 'Delete 3 tokens' })).toContainText("This can't be undone");
  expect(Object.keys(await held(app, stock)), 'the plan deletes nothing').toHaveLength(3);
  await press(page, 'Delete 3 tokens');
  await expectFinished(page, '3 tokens done');
  await expect(page.getByRole('button', { name: /^Undo/ })).toHaveCount(0);
  expect(await held(app, [...stock, kept])).toEqual(before);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await expect(page.getByText('297 tokens', { exact: true })).toBeVisible();
  await expect(bar(page)).toContainText('1 selected');
});

test('assigned tokens are unassigned and deleted', async ({ app, page }) => {
  const serials = serialsOf([...(await tokensThatAre(app, 'activated', 2)), ...(await tokensThatAre(app, 'available', 1))]);
  await loaded(page);
  await app.resetStats();
  await chooseBySerial(page, serials);
  await act(page, 'Delete');
  await page.getByRole('button', { name: 'Unassign and delete 3 tokens' }).click();
  const dialog = page.getByRole('dialog').filter({ has: page.getByRole('table', { name: 'Tokens of the plan' }) });
  await dialog.getByRole('button', { name: 'Unassign and delete 3 tokens', exact: true }).click();
  await expectFinished(page, '3 tokens done');
  expect(await held(app, serials)).toEqual({});
  expect((await app.stats()).writesByKind).toMatchObject({ unassign: 2, delete: 3 });
});

test('deactivated tokens stay assigned; one that is not activated is reported', async ({ app, page }) => {
  const active = await tokensThatAre(app, 'activated', 3);
  const [assigned = ''] = serialsOf(await tokensThatAre(app, 'assigned', 1));
  const [free = ''] = serialsOf(await tokensThatAre(app, 'available', 1));
  await loaded(page);
  await chooseBySerial(page, [...serialsOf(active), assigned, free]);
  await act(page, 'Deactivate');
  await expect(taskRow(page, assigned)).toContainText('Not activated');
  await expect(taskRow(page, free)).toContainText('Not possible');
  await expect(page.getByRole('dialog')).toContainText('This has no undo');
  await press(page, 'Deactivate 3 tokens');
  await expectFinished(page, '3 tokens done; 1 not possible');
  const expected = active.map((device) => [device.serialNumber, [device.assignedTo!.id, 'assigned']]);
  expect(await held(app, serialsOf(active))).toEqual(Object.fromEntries(expected));
});

test('pairs are assigned; every bad line says what is wrong with it', async ({ app, page }) => {
  const people = await users(app);
  const guest = people.find((user) => user.userType === 'Guest')!;
  const disabled = people.find((user) => !user.accountEnabled && user.userType === 'Member')!;
  const full = people.find((user) => user.displayName === 'Petra Fivetokens')!;
  const stock = serialsOf(await tokensThatAre(app, 'available', 9));
  const elsewhere = (await tokensThatAre(app, 'activated', 1))[0]!;
  const holding = new Set((await devices(app)).map((device) => device.assignedTo?.id));
  const [ann, bob, cem] = people.filter((user) => isAble(user) && !holding.has(user.id));
  const lines: [upn: string, serial: string, message: string | RegExp][] = [
    ['nobody@lindenbach.example', stock[0]!, 'The tenant has no user nobody@lindenbach.example'],
    [guest.userPrincipalName, stock[1]!, `${guest.userPrincipalName} is a guest`],
    [disabled.userPrincipalName, stock[2]!, `${disabled.userPrincipalName} is disabled`],
    [full.userPrincipalName, stock[3]!, `Would be the 6th token of ${full.userPrincipalName}: five are allowed`],
    [ann!.userPrincipalName, 'no-such-serial', 'The inventory has no token no-such-serial'],
    [ann!.userPrincipalName, elsewhere.serialNumber, `The token is already assigned to ${elsewhere.assignedTo!.displayName}`],
    [ann!.userPrincipalName, stock[4]!, ''],
    [bob!.userPrincipalName.toUpperCase(), stock[5]!, ''],
    [cem!.userPrincipalName, stock[4]!, 'Line 8 wants something else of the same token'],
    [bob!.userPrincipalName, stock[5]!, 'Repeats line 9'],
    ['', stock[6]!, 'The user principal name is missing'],
  ];
  await loaded(page);
  await app.resetStats();
  await page.getByRole('button', { name: 'Assign by list' }).click();
  const dialog = page.getByRole('dialog', { name: 'Assign by a list' });
  await paste(dialog, ['upn,serial number', ...lines.map(([upn, serial]) => `${upn},${serial}`)].join('\n'));
  await expect(dialog.getByRole('heading', { name: '3 rows cannot be used' })).toBeVisible();
  await expect(dialog).toContainText('Line 2, upn: The tenant has no user nobody@lindenbach.example.');
  await expect(dialog).toContainText('Line 6, serial number: The inventory has no token no-such-serial.');
  await expect(dialog).toContainText('Line 12, upn: The user principal name is missing.');
  await dialog.getByRole('button', { name: 'Go on with 8 tokens' }).click();

  await expect(page.getByRole('button', { name: 'Assign 2 tokens', exact: true })).toBeVisible();
  const plan = records((await saved(page, 'Download the plan (CSV)')).text).slice(1);
  for (const [index, [, , message]] of lines.entries()) {
    const line = plan.find((record) => record[0] === String(index + 2));
    if (message === '') expect(line?.[3]).toBe('Not run');
    else expect(line?.join(' ')).toContain(message);
  }
  expect((await app.stats()).writes).toBe(0);
  await press(page, 'Assign 2 tokens');
  await expectFinished(page, /^Finished: 2 tokens done; \d not possible\.$/);
  expect((await app.stats()).writes).toBe(2);
  expect(await held(app, [...stock, elsewhere.serialNumber])).toEqual({
    ...Object.fromEntries(stock.map((serial) => [serial, [undefined, 'available']])),
    [elsewhere.serialNumber]: [elsewhere.assignedTo!.id, 'activated'],
    [stock[4]!]: [ann!.id, 'assigned'],
    [stock[5]!]: [bob!.id, 'assigned'],
  });
});

test('a list without its header says what to put first', async ({ page }) => {
  await loaded(page);
  await page.getByRole('button', { name: 'Assign by list' }).click();
  const dialog = page.getByRole('dialog', { name: 'Assign by a list' });
  await paste(dialog, 'ann@lindenbach.example,123');
  await expect(dialog.getByRole('alert')).toContainText('The header line lacks "upn".');
  await expect(dialog.getByRole('alert')).toContainText('upn,serial number');
});

const ownList = (app: App, user: string) => app.graphAll(`/beta/users/${user}/authentication/hardwareOathMethods`);

async function firstWithHidden(app: App, people: User[]): Promise<User> {
  for (const person of people) {
    if ((await ownList(app, person.id)).length > 0) return person;
  }
  throw new Error('nobody holds a token that the inventory hides');
}

test('a user gets at most the allowed number of tokens, unlisted ones included', async ({ app, page }) => {
  const holding = new Set((await devices(app)).map((device) => device.assignedTo?.id));
  const idle = (await users(app)).filter((user) => isAble(user) && !holding.has(user.id));
  const person = await firstWithHidden(app, idle);
  // Including tokens from the legacy CSV upload, which the inventory does not list.
  const room = 5 - (await ownList(app, person.id)).length;
  const serials = serialsOf(await tokensThatAre(app, 'available', 5));
  await loaded(page);
  await chooseBySerial(page, serials);
  await act(page, 'Assign …');
  const dialog = page.getByRole('dialog', { name: 'Assign 5 tokens' });
  await dialog.getByRole('combobox').fill(person.userPrincipalName);
  await dialog.getByRole('option').filter({ hasText: person.userPrincipalName }).first().click();
  await press(page, `Assign ${room} tokens`);
  await expectFinished(page, `${room} tokens done; ${5 - room} not possible`);
  const got = Object.values(await held(app, serials)).filter(([holder]) => holder === person.id);
  expect(got).toHaveLength(room);
  await expect(page.getByRole('table', { name: 'Tokens of the plan' })).toContainText(`Would be the 6th token of ${person.userPrincipalName}: five are allowed`);
});

test('a seed file activates its tokens, and the seeds are not sent', async ({ app, page, traffic }) => {
  const upns = await members(app, 4);
  const people = new Map((await users(app)).map((user) => [user.userPrincipalName, user.id]));
  const all = upns.map((upn, index) => row(`55000${index}`, upn));
  await importAndAssign(page, all);
  const [good, also, wrong, absent] = all;
  const unfit = withWrongKey(wrong!);
  await loaded(page, 304);
  await app.resetStats();
  await chooseBySerial(page, all.map((one) => one.serial));
  await act(page, 'Activate …');
  const dialog = page.getByRole('dialog', { name: 'Activate 4 tokens' });
  await dialog.getByLabel('Choose a file').setInputFiles({
    name: 'seeds.csv', mimeType: 'text/csv', buffer: Buffer.from(csv([good!, also!, unfit])),
  });
  await expect(dialog.getByRole('heading', { name: 'The file does not prove 1 of the selected tokens' })).toBeVisible();
  await expect(dialog).toContainText(`The seed file has no row for token ${absent!.serial}.`);
  await dialog.getByRole('button', { name: 'Go on with 3 tokens' }).click();
  await expect(taskRow(page, good!.serial)).toContainText('Activate');
  expect((await app.stats()).writes).toBe(0);
  await press(page, 'Activate 3 tokens');
  await expectFinished(page, '2 tokens done, 1 failed; 1 not possible');
  const now = await held(app, all.map((one) => one.serial));
  expect(all.map((one) => now[one.serial])).toEqual([
    [people.get(good!.upn), 'activated'],
    [people.get(also!.upn), 'activated'],
    [people.get(wrong!.upn), 'failedActivation'],
    [people.get(absent!.upn), 'assigned'],
  ]);
  const report = await saved(page, 'Download the report (CSV)');
  const actual = Object.fromEntries(records(report.text).slice(1).map((record) => [spreadsheetText(record[1]), record[3]]));
  expect(actual).toEqual({ [good!.serial]: 'Activated', [also!.serial]: 'Activated', [wrong!.serial]: 'Failed', [absent!.serial]: 'Not possible' });
  for (const secret of [good!.secret, also!.secret, unfit.secret]) {
    expect(report.text).not.toContain(secret);
    expect(traffic.carrying(secret).map(({ url }) => new URL(url).pathname), 'sent by the import alone').toEqual(
      secret === unfit.secret ? [] : ['/api/tokens/apply'],
    );
    expect(app.log()).not.toContain(secret);
  }
});

test('a token that a colleague reassigns meanwhile is not unassigned', async ({ app, page, context }) => {
  const tokens = await tokensThatAre(app, 'activated', 3);
  const [mine, ...rest] = tokens;
  await loaded(page);
  await chooseBySerial(page, serialsOf(tokens));
  const colleague = await context.newPage();
  await loaded(colleague);
  await chooseBySerial(colleague, [mine!.serialNumber]);
  await act(colleague, 'Unassign');
  await colleague.getByRole('dialog').getByRole('button', { name: 'Unassign', exact: true }).click();
  await expect.poll(() => held(app, [mine!.serialNumber])).toEqual({ [mine!.serialNumber]: [undefined, 'available'] });
  const [other] = await members(app, 1);
  const people = new Map((await users(app)).map((user) => [user.userPrincipalName, user.id]));
  await colleague.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await act(colleague, 'Assign …');
  await colleague.getByRole('combobox', { name: 'Search for a user' }).fill(other!);
  await colleague.getByRole('option').filter({ hasText: other! }).first().click();
  await colleague.getByRole('dialog').getByRole('button', { name: 'Assign', exact: true }).click();
  await expect.poll(() => held(app, [mine!.serialNumber])).toEqual({ [mine!.serialNumber]: [people.get(other!), 'assigned'] });

  await act(page, 'Unassign');
  await expect(taskRow(page, mine!.serialNumber)).toContainText('The token was meanwhile assigned to');
  await press(page, 'Unassign 2 tokens');
  await expectFinished(page, '2 tokens done; 1 not possible');
  expect(await held(app, serialsOf(tokens))).toEqual({
    [mine!.serialNumber]: [people.get(other!), 'assigned'],
    ...Object.fromEntries(rest.map((device) => [device.serialNumber, [undefined, 'available']])),
  });
});

test('the action applies to a range by Shift and to single clicks', async ({ page }) => {
  await loaded(page);
  const box = (index: number) => rows(page, 'Tokens').nth(index).getByRole('checkbox');
  const serial = (index: number) => rows(page, 'Tokens').nth(index).getByRole('gridcell').nth(1).innerText();
  await box(2).click();
  await box(5).click({ modifiers: ['Shift'] });
  await box(4).click();
  await box(9).click();
  const chosen = await Promise.all([2, 3, 5, 9].map(serial));
  await act(page, 'Deactivate');
  const plan = records((await saved(page, 'Download the plan (CSV)')).text).slice(1);
  expect(plan.map((record) => spreadsheetText(record[1])).sort()).toEqual(chosen.sort());
});
