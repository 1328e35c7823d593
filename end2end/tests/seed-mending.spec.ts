// A seed file that lacks almost everything: columns are named, rows corrected and given their people, before the plan runs.
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { expectAccessibleEverywhere } from '../fixtures/accessible';
import { xlsx, zip } from '../fixtures/archive';
import { base32, csv, row, rowsFor } from '../fixtures/seed-file';
import { anotherFile, catchChoosers, choose, expectFinished, figure, importFile, open, planRow, press, saved, tabTo } from '../fixtures/steps';
import { secretSurfaces } from '../fixtures/secret-surfaces';
import { devices, members, statuses, users } from '../fixtures/tenant';
import { code } from '../fixtures/totp';

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '40'] });

const PASSWORD = 'only by telephone';

/** How a person works on the page. */
interface Hands {
  press(target: Locator): Promise<void>;
  fill(target: Locator, text: string): Promise<void>;
  select(target: Locator, option: string): Promise<void>;
  file(page: Page, name: string, content: Buffer): Promise<void>;
}

const MOUSE: Hands = {
  press: (target) => target.click(),
  fill: (target, text) => target.fill(text),
  select: async (target, option) => void (await target.selectOption(option)),
  file: (page, name, content) => choose(page, content, name),
};

const KEYBOARD: Hands = {
  async press(target) {
    await reach(target);
    await target.page().keyboard.press('Enter');
  },
  async fill(target, text) {
    await reach(target);
    await target.page().keyboard.press('ControlOrMeta+A');
    await target.page().keyboard.insertText(text);
    await target.page().keyboard.press('Tab');
  },
  async select(target, option) {
    await reach(target);
    await target.page().keyboard.type(option);
  },
  async file(page, name, buffer) {
    await tabTo(page, page.getByLabel('Choose a file'));
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Space')]);
    await chooser.setFiles({ name, mimeType: 'application/octet-stream', buffer });
  },
};

/** Moves to something by Tab, unless it has the focus. */
async function reach(target: Locator): Promise<void> {
  await target.waitFor();
  if (!(await target.evaluate((element) => element === document.activeElement))) await tabTo(target.page(), target);
}

for (const [how, hands] of [['mouse', MOUSE], ['keyboard alone', KEYBOARD]] as const) {
  test(`a workbook in an archive is mapped, corrected, given its users and imported, by ${how}`, async ({ app, page, traffic }) => {
    const people = (await users(app)).filter((user) => user.accountEnabled && user.userType === 'Member').slice(-5);
    const upns = people.map((user) => user.userPrincipalName);
    const seeds = rowsFor(['', '', '', '', '']);
    const [first, wrong, slow, fourth, fifth] = seeds as [typeof seeds[0], ...typeof seeds];
    const owners = [upns[0]!, 'nobody@wrong.example', upns[2]!, '', ''];
    const table = seeds.map((seed, index) => [seed.serial, seed.secret, owners[index]!, index === 2 ? '45' : '30']);
    const workbook = xlsx({ Seeds: [['Device', 'Content', 'Belongs to', 'Lasts'], ...table] });
    catchChoosers(page);
    await open(page, '/import');
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    await hands.file(page, 'delivery.zip', zip({ 'tokens.xlsx': workbook }, PASSWORD));
    await expect(page.getByLabel('Password of the archive')).toBeFocused();
    await hands.fill(page.getByLabel('Password of the archive'), PASSWORD);
    await hands.press(button('Open the file'));

    // The columns are guessed by their values; what no column holds is the same for all rows.
    const preview = page.getByRole('region', { name: 'The first rows' });
    await expect(preview.getByRole('row')).toHaveCount(6);
    await expect(preview).toContainText('The manufacturer is missing.');
    await expect(page.getByText('guessed by values with an @')).toBeVisible();
    for (const [field, value] of [['Manufacturer', 'Token2'], ['Model', 'C202']] as const) {
      await hands.select(page.getByRole('combobox', { name: field, exact: true }), 'The same for all rows');
      await hands.fill(page.getByLabel(`${field} of all rows`), value);
    }
    await expect(preview.getByRole('row').nth(3), 'half a minute for all rows').toContainText('Can be read');
    await hands.select(page.getByRole('combobox', { name: 'Time interval', exact: true }), 'Lasts');
    await expect(preview.getByRole('row').nth(1)).toContainText('Can be read');
    await expect(preview.getByRole('row').nth(3)).toContainText('neither 30 nor 60');
    for (const { secret } of seeds) expect(await secretSurfaces(page)).not.toContain(secret.slice(0, 12));
    if (hands === MOUSE) await expectAccessibleEverywhere(page, 'the mapping');
    await hands.press(button('Read the file'));
    await expect(page.getByText('Workbook (tokens.xlsx, Seeds): 5 rows, 1 of them with errors.')).toBeVisible();

    // Two rows are corrected in the plan.
    const dialog = page.getByRole('dialog', { name: 'Change a row' });
    await expect(planRow(page, wrong!.serial)).toContainText('The tenant has no user nobody@wrong.example');
    await hands.press(planRow(page, wrong!.serial).getByRole('button'));
    await expect(dialog.getByRole('combobox')).toBeFocused();
    await hands.fill(dialog.getByRole('combobox'), upns[1]!);
    const option = dialog.getByRole('option').filter({ hasText: upns[1]! });
    await expect(option).toBeVisible();
    if (hands === MOUSE) {
      await expectAccessibleEverywhere(page, 'a row that is changed');
      await option.click();
    } else {
      await tabTo(page, dialog.getByRole('combobox'), 'Shift+Tab');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
    }
    await expect(dialog.getByLabel('User principal name')).toHaveValue(upns[1]!);
    await hands.press(dialog.getByRole('button', { name: 'Change the row' }));
    await expect(planRow(page, wrong!.serial)).toContainText('Create, assign and activate');
    await expect(planRow(page, wrong!.serial)).toContainText('it was nobody@wrong.example');
    await expect(dialog).toHaveCount(0);

    await hands.press(planRow(page, slow!.serial).getByRole('button'));
    await hands.fill(dialog.getByLabel('Time interval, in seconds'), '60');
    await hands.press(dialog.getByRole('button', { name: 'Change the row' }));
    await expect(planRow(page, slow!.serial)).toContainText('SHA-1, 60 s');
    await expect(page.getByText('2 rows were changed here.')).toBeVisible();

    // The others get their people from a list; what was changed before stays.
    await hands.press(button('Give 2 rows their users …'));
    await hands.fill(page.getByRole('textbox', { name: 'User principal names, one a line' }), `${upns[3]!}\nsomebody@else.example\n`);
    await hands.press(button('Read the pasted text'));
    await expect(page.getByText('2 users in the list, paired in order with the rows that have nobody: 2 of 2 rows have a user.')).toBeVisible();
    await expect(page.getByLabel(`User for serial number ${fourth!.serial}`)).toHaveValue(upns[3]!);
    if (hands === MOUSE) await expectAccessibleEverywhere(page, 'the pairs');
    await hands.fill(page.getByLabel(`User for serial number ${fifth!.serial}`), upns[4]!);
    await hands.press(button('Back to the plan'));
    await hands.press(button('Give 2 rows their users …'));
    await expect(page.getByLabel(`User for serial number ${fifth!.serial}`), 'nothing is lost').toHaveValue(upns[4]!);
    await hands.press(button('Use these pairs'));

    await expect(page.getByText('4 rows were changed here.')).toBeVisible();
    expect(await secretSurfaces(page)).not.toContain(PASSWORD);
    await hands.press(button('Import, assign and activate 5 tokens'));
    await expectFinished(page, '5 tokens done');
    expect(Object.values(await statuses(app))).toEqual(Array(5).fill('activated'));
    const holders = Object.fromEntries((await devices(app)).map((device) => [device.serialNumber, device.assignedTo?.id]));
    expect(seeds.map((seed) => holders[seed.serial])).toEqual(people.map((user) => user.id));
    const report = await saved(page, 'Download the report (CSV)');
    expect(report.text).toContain('the time interval was changed here: it was 45');
    expect(report.text).toContain('the upn was filled in here');
    expect(traffic.carrying(PASSWORD)).toEqual([]);

    // A file with the same header is read at once.
    await hands.press(button('Choose another file'));
    await hands.file(page, 'next.xlsx', xlsx({ Seeds: [['Device', 'Content', 'Belongs to', 'Lasts'], ['A-1', row('A-1').secret, '', '30']] }));
    await expect(page.getByText('The columns are read as you said for an earlier file with the same header.')).toBeVisible();
    await expect(planRow(page, 'A-1')).toContainText('Token2 C202');
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    for (const secret of [first!.secret, first!.serial, 'wrong.example', 'Belongs', PASSWORD]) expect(kept).not.toContain(secret);

    // The mapping can be changed, and one can go back without losing what was begun.
    await hands.press(button('Change'));
    await hands.fill(page.getByLabel('Model of all rows'), 'C203');
    await hands.press(button('Back to the plan'));
    await expect(planRow(page, 'A-1')).toContainText('Token2 C202');
    await hands.press(button('Change'));
    await hands.press(button('Read the file'));
    await expect(planRow(page, 'A-1')).toContainText('Token2 C203');
  });
}

test('a seed file is dropped with its password and a list of users', async ({ app, page }) => {
  const upns = await members(app, 2);
  const rows = rowsFor(['', '']);
  await open(page, '/import');
  const input = page.getByLabel('Choose a file');
  const files = {
    'people.csv': `serial number,upn\n${rows[1]!.serial},${upns[0]!}\n${rows[0]!.serial},${upns[1]!}\n`,
    'password.txt': `${PASSWORD}\n`,
  };
  const texts = Object.entries(files).map(([name, text]) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) }));
  const seeds = { name: 'seeds.zip', mimeType: 'application/zip', buffer: zip({ 'seeds.csv': csv(rows) }, PASSWORD) };
  await input.setInputFiles(texts);
  await expect(page.getByRole('alert')).toContainText('None of the files that were dropped is a seed file (people.csv: list of users, password.txt: password or key).');
  await input.setInputFiles([...texts, seeds]);
  await expect(page.getByText('2 users in the list, paired by serial number: 2 of 2 rows have a user.')).toBeVisible();
  await expect(page.getByLabel(`User for serial number ${rows[0]!.serial}`)).toHaveValue(upns[1]!);
  await page.getByRole('radio', { name: 'In the order of the list' }).check();
  await expect(page.getByLabel(`User for serial number ${rows[0]!.serial}`)).toHaveValue(upns[0]!);
  await page.getByRole('radio', { name: 'By serial number' }).check();
  await press(page, 'Use these pairs');
  await expect(page.getByText('Dropped together: people.csv: list of users, password.txt: password or key, seeds.zip: seed file.')).toBeVisible();
  await press(page, 'Import, assign and activate 2 tokens');
  await expectFinished(page, '2 tokens done');
});

test('a text is replaced in a column, and a change counts for all rows of a user', async ({ app, page }) => {
  const upns = await members(app, 3);
  const wrong = upns.map((upn) => upn.replace(/@.*/, '@old.example'));
  const rows = rowsFor([...wrong, wrong[0]!]);
  await importFile(page, csv(rows));
  await expect(figure(page, 4, 'Not possible')).toBeVisible();
  await press(page, 'Find and replace …');
  const dialog = page.getByRole('dialog', { name: 'Find and replace' });
  await dialog.getByLabel('Find', { exact: true }).fill('@old.example');
  await dialog.getByLabel('Replace with').fill('@older.example');
  await expect(dialog.getByRole('listitem').first()).toContainText(`${wrong[0]!} becomes `);
  await expectAccessibleEverywhere(page, 'find and replace');
  await press(page, 'Replace in 4 rows');
  await expect(planRow(page, rows[0]!.serial)).toContainText('@older.example');

  await planRow(page, rows[0]!.serial).getByRole('button').click();
  const change = page.getByRole('dialog', { name: 'Change a row' });
  await change.getByLabel('User principal name').fill(upns[0]!);
  await change.getByRole('checkbox', { name: 'For all 2 rows that name this user' }).check();
  await press(page, 'Change the row');
  await expect(figure(page, 2, 'To do')).toBeVisible();
  await planRow(page, rows[3]!.serial).getByRole('button').click();
  await press(page, 'As in the file');
  await expect(planRow(page, rows[3]!.serial)).toContainText(`The tenant has no user ${wrong[0]!}`);
  await expect(figure(page, 1, 'To do')).toBeVisible();
});

test('another spelling of the maker is one question for the file', async ({ page }) => {
  const rows = rowsFor(['', '', '']);
  await importFile(page, csv(rows.slice(0, 2)));
  await press(page, 'Import 2 tokens');
  await expectFinished(page, '2 tokens done');
  await anotherFile(page);
  await choose(page, csv(rows.map((row) => ({ ...row, manufacturer: 'Token 2 SA' }))));
  await expect(figure(page, 2, 'Conflict')).toBeVisible();
  const question = page.getByRole('group', { name: 'Spelling of the maker' });
  await expect(question).toContainText('2 serial numbers of the file are in the tenant already. The tenant calls the maker Token2, the file Token 2 SA.');
  await expectAccessibleEverywhere(page, 'the spelling of the maker');
  await question.getByRole('button', { name: 'The same: write Token2' }).click();
  await expect(question).toHaveCount(0);
  await expect(figure(page, 2, 'Nothing to do')).toBeVisible();
  await expect(planRow(page, rows[2]!.serial)).toContainText('Token2 C202');
});

test('keys that fit Base32 and hex are asked for, with the codes of the first token', async ({ page }) => {
  const secret = 'ABCDEF23'.repeat(5);
  await importFile(page, csv([{ ...row('S-1'), secret, hash: '' }, { ...row('S-2'), secret, hash: '' }]));
  await expect(page.getByText('2 secret keys fit Base32 and hex')).toBeVisible();
  const shown = (key: string) => code({ ...row('S-1'), secret: key }).replace(/^.../, '$& ');
  await expect(async () => {
    await expect(page.getByText('Token S-1 now shows')).toHaveText(
      `Token S-1 now shows ${shown(secret)} if its key is Base32, and ${shown(base32(Buffer.from(secret, 'hex')))} if it is hex. Compare with its display.`,
      { timeout: 500 },
    );
  }).toPass();
  await expectAccessibleEverywhere(page, 'keys that fit both');
  await expect(planRow(page, 'S-1')).toContainText('read as hex');
  await page.getByRole('group', { name: 'Read them as' }).getByRole('radio', { name: 'Base32' }).check();
  await expect(planRow(page, 'S-1')).not.toContainText('read as hex');
  await page.getByRole('group', { name: '2 rows name no hash' }).getByRole('radio', { name: 'SHA-256' }).check();
  await expect(planRow(page, 'S-2')).toContainText('SHA-256, 30 s');
  await expect(page.getByRole('radio', { name: 'Base32' })).toBeChecked();
});

test('nothing scrolls sideways on a phone but the table of the first rows', async ({ app, page }) => {
  await page.setViewportSize({ width: 390, height: 780 });
  const width = () => page.evaluate(() => document.documentElement.scrollWidth);
  const [upn] = await members(app, 1);
  const seeds = rowsFor(['', '']);
  const table = seeds.map((seed) => `${seed.serial},${seed.secret},a value that is long enough for more than one line,Token2,C202`);
  await importFile(page, `Device,Content,Remark of the vendor,maker,model\n${table.join('\n')}\n`);
  await expect(page.getByRole('region', { name: 'The first rows' })).toBeVisible();
  expect(await width(), 'the mapping').toBe(390);
  await press(page, 'Read the file');
  await press(page, 'Give 2 rows their users …');
  expect(await width(), 'the list').toBe(390);
  await page.getByRole('textbox', { name: 'User principal names, one a line' }).fill(`${upn!}\nsomebody.with.a.very.long.name.indeed@a.very.long.domain.example`);
  await press(page, 'Read the pasted text');
  await expect(page.getByLabel(`User for serial number ${seeds[0]!.serial}`)).toHaveValue(upn!);
  expect(await width(), 'the pairs').toBe(390);
  await press(page, 'Use these pairs');
  await planRow(page, seeds[1]!.serial).getByRole('button').click();
  await expect(page.getByRole('dialog', { name: 'Change a row' })).toBeVisible();
  expect(await width(), 'the dialog').toBe(390);
});
