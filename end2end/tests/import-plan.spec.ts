// The import plan: the action or the issue of each row, before anything is written.
import { type App, expect, test } from '../fixtures/app';
import { type Row, csv, row } from '../fixtures/seed-file';
import { chooseMode, expectFinished, figure, importFile, planRow, press, rows, saved } from '../fixtures/steps';
import { devices, members, users } from '../fixtures/tenant';

// Ten tokens: half of them are assigned to a person who cannot get a sixth.
test.use({ practice: ['--practice-tokens', '10', '--practice-users', '40'] });

const COMPANY = 'lindenbach.example';

/** Rows with every kind of issue, by name. */
async function rowsWithIssues(app: App) {
  const [anybody = '', somebody = ''] = await members(app, 2);
  const held = (await devices(app)).find((device) => device.assignedTo);
  const theirs = { interval: String(held?.timeIntervalInSeconds), manufacturer: held?.manufacturer, model: held?.model };
  return {
    good: row('501', `siobhan.o'brien@${COMPANY}`),
    unknown: row('502', `nobody@${COMPANY}`),
    guest: row('503', `ines.fontana_partner.example#EXT#@${COMPANY}`),
    disabled: row('504', `robin.left-already@${COMPANY}`),
    full: row('505', `petra.fivetokens@${COMPANY}`),
    repeated: row('501', `siobhan.o'brien@${COMPANY}`),
    oneOfTwo: row('506', anybody),
    otherOfTwo: row('506', somebody),
    held: row(held?.serialNumber ?? '', anybody, theirs),
    excel: row('1.23457E+12', anybody),
    interval: row('507', anybody, { interval: '45' }),
    seed: row('508', anybody, { secret: 'JBSWY3DPEHPK3PX1' }),
  } satisfies Record<string, Row>;
}

test('names every issue with its remedy, before anything is written', async ({ app, page }) => {
  const file = await rowsWithIssues(app);
  await importFile(page, csv(Object.values(file)));
  await expect(page.getByText('tokens.csv: 1 to create, assign and activate, 1 repeated in the file, 1 in conflict, 9 not possible.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Import, assign and activate 1 token', exact: true })).toBeVisible();

  const expected: [serial: string, words: (string | RegExp)[]][] = [
    ['502', [`The tenant has no user nobody@${COMPANY}`, 'create the user first']],
    ['503', ['is a guest', 'Guests cannot hold a token here']],
    ['504', [`robin.left-already@${COMPANY} is disabled`, 'Enable the account first']],
    ['505', [`Would be the 6th token of petra.fivetokens@${COMPANY}: five are allowed`, 'Unassign one']],
    [file.held.serial, ['Conflict', 'The token is already assigned to', 'Unassign it there first']],
    ['1.23457E+12', ['Excel has rounded the serial number: its digits are lost', 'From Text/CSV']],
    ['507', ['neither 30 nor 60', 'Write 30 or 60']],
    ['508', ['Base32 has no 0, 1, 8 or 9']],
  ];
  for (const [serial, words] of expected) {
    for (const word of words) await expect(planRow(page, serial)).toContainText(word);
  }
  await expect(planRow(page, '501').first()).toContainText("Siobhán O'Brien");
  await expect(planRow(page, '501').nth(1)).toContainText('Repeats line 2: the same token for the same user');
  await expect(planRow(page, '506').first()).toContainText('Line 9 gives the same serial number another secret key');
  await expect(planRow(page, '506').nth(1)).toContainText('Line 8 gives the same serial number another secret key');
  expect((await app.stats()).writes).toBe(0);
});

test('good rows go on, bad rows never block them', async ({ app, page }) => {
  const before = await devices(app);
  await importFile(page, csv(Object.values(await rowsWithIssues(app))));
  await press(page, 'Import, assign and activate 1 token');
  await expectFinished(page, '1 token done; 10 not possible');
  expect((await app.stats()).writes).toBe(2);
  const after = await devices(app);
  expect(after).toHaveLength(before.length + 1);
  const brien = (await users(app)).find((user) => user.displayName === "Siobhán O'Brien");
  expect(after.find((device) => device.serialNumber === '501')).toMatchObject({
    status: 'activated',
    assignedTo: { id: brien?.id },
  });
});

test('the counts filter the rows, and clear the filter when pressed again', async ({ app, page }) => {
  await importFile(page, csv(Object.values(await rowsWithIssues(app))));
  const shown = rows(page, 'Rows of the file');
  await expect(shown).toHaveCount(12);
  for (const [count, label] of [[1, 'To do'], [1, 'Nothing to do'], [1, 'Conflict'], [9, 'Not possible']] as const) {
    const filter = figure(page, count, label);
    await filter.click();
    await expect(filter).toHaveAttribute('aria-pressed', 'true');
    await expect(shown).toHaveCount(count);
    await expect(shown.first()).toContainText(label === 'To do' ? 'Create, assign and activate' : label);
    await filter.click();
    await expect(shown).toHaveCount(12);
  }
});

test('another mode makes another plan', async ({ app, page }) => {
  const file = await rowsWithIssues(app);
  await importFile(page, csv([file.good, file.unknown, file.guest, file.held]));
  await expect(page.getByRole('button', { name: 'Import, assign and activate 1 token', exact: true })).toBeVisible();
  await chooseMode(page, 'Import and assign');
  await expect(page.getByRole('button', { name: 'Import and assign 1 token', exact: true })).toBeVisible();
  await chooseMode(page, 'Import only');
  await expect(page.getByRole('button', { name: 'Import 3 tokens', exact: true })).toBeVisible();
  await expect(planRow(page, file.held.serial)).toContainText('Already in the inventory');
});

test('the plan is made anew when the tenant has changed', async ({ app, page, context }) => {
  const file = csv([(await rowsWithIssues(app)).good]);
  await importFile(page, file);
  await expect(page.getByRole('button', { name: 'Import, assign and activate 1 token' })).toBeVisible();
  const colleague = await context.newPage();
  await importFile(colleague, file);
  await press(colleague, 'Import, assign and activate 1 token');
  await expectFinished(colleague, '1 token done');

  await page.getByRole('button', { name: 'Check again' }).click();
  await expect(figure(page, 1, 'Nothing to do')).toBeVisible();
});

test('the plan can be downloaded', async ({ app, page }) => {
  await importFile(page, csv(Object.values(await rowsWithIssues(app))));
  const plan = await saved(page, 'Download the plan (CSV)');
  expect(plan.name).toBe('plan.csv');
  const lines = plan.text.trim().split('\r\n');
  expect(lines).toHaveLength(13);
  expect(lines[1]).toBe(`2,501,siobhan.o'brien@${COMPANY},Not run,"Create, assign and activate",,,`);
  expect(lines[2]).toContain('Not possible');
});
