// Seed files in archives and workbooks, and lists whose columns are named by hand.
import { expectAccessible } from '../fixtures/accessible';
import { expect, test } from '../fixtures/app';
import { xlsx, zip } from '../fixtures/archive';
import { encryptedPskc, PRE_SHARED } from '../fixtures/pskc';
import { secretSurfaces } from '../fixtures/secret-surfaces';
import { csv, rowsFor } from '../fixtures/seed-file';
import { anotherFile, choose, expectFinished, importFile, planRow, press } from '../fixtures/steps';
import { members, statuses } from '../fixtures/tenant';
import { bytes } from '../fixtures/totp';

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '40'] });

const PASSWORD = 'only by telephone';

test('opens a workbook in an archive with its password, and imports the sheet that is chosen', async ({ app, page, traffic }) => {
  const rows = rowsFor(await members(app, 2));
  const seeds = csv(rows).trim().split('\r\n').map((line) => line.split(','));
  const workbook = xlsx({ Order: [['order', 'date'], ['A-17', '2026-01-01']], Seeds: seeds });
  await importFile(page, zip({ 'read me.txt': 'Seeds of order A-17', 'tokens.xlsx': workbook }, PASSWORD), 'delivery.zip');

  const member = page.getByRole('combobox', { name: 'File with the seeds' });
  await member.selectOption('tokens.xlsx');
  await press(page, 'Read it');

  const password = page.getByLabel('Password of the archive');
  await expect(password).toBeFocused();
  await page.keyboard.type('a guess');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The password of the archive is wrong.')).toBeVisible();
  await expect(password).toBeFocused();
  await expect(password).toHaveValue('');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');

  await page.getByRole('combobox', { name: 'Sheet with the seeds' }).selectOption('Seeds');
  await press(page, 'Read it');
  await expect(page.getByText('Workbook (tokens.xlsx, Seeds): 2 rows.')).toBeVisible();
  await expect(planRow(page, rows[0]!.serial)).toContainText('Create, assign and activate');
  await press(page, 'Import, assign and activate 2 tokens');
  await expectFinished(page, '2 tokens done');
  expect(await statuses(app)).toEqual({ [rows[0]!.serial]: 'activated', [rows[1]!.serial]: 'activated' });
  expect(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toContain(PASSWORD);
  expect(traffic.carrying(PASSWORD)).toEqual([]);
});

test('opens a key container with its pre-shared key, which no request, page or log has', async ({ app, page, traffic }) => {
  const seeds = rowsFor(['', '']);
  const container = encryptedPskc(seeds.map(({ serial, secret }) => ({ serial, seed: bytes(secret) })));
  await importFile(page, container, 'keys.xml');
  const field = page.getByLabel('Pre-shared key, in hex or Base64');
  await expect(field).toBeFocused();
  await expectAccessible(page, 'the question for the key');
  await page.keyboard.type('ffffffffffffffffffffffffffffffff');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText(/key/);
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('');
  await page.keyboard.type(PRE_SHARED.toString('hex'));
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^PSKC: 2 rows\./)).toBeVisible();
  await page.getByRole('radio', { name: 'Import only' }).check();
  await press(page, 'Import 2 tokens');
  await expectFinished(page, '2 tokens done');
  expect(await statuses(app)).toEqual({ [seeds[0]!.serial]: 'available', [seeds[1]!.serial]: 'available' });
  for (const secret of [PRE_SHARED.toString('hex'), PRE_SHARED.toString('base64')]) {
    expect(traffic.carrying(secret)).toEqual([]);
    expect(await secretSurfaces(page)).not.toContain(secret);
    expect(app.log()).not.toContain(secret);
  }
  for (const { secret } of seeds) expect(app.log()).not.toContain(secret);
});

test('a list without header is read once its columns are named', async ({ page }) => {
  const rows = rowsFor(['', '']);
  await importFile(page, rows.map((row) => `${row.serial};${row.secret}\n`).join(''), 'list.txt');
  await expect(page.getByRole('combobox', { name: 'Secret key', exact: true })).toHaveValue('1');
  await expect(page.getByText(rows[0]!.secret)).toHaveCount(0);
  await press(page, 'Read the file');
  await expect(page.getByText('Say where the manufacturer is.')).toBeVisible();
  for (const [field, value] of [['Manufacturer', 'Token2'], ['Model', 'C202']] as const) {
    await page.getByRole('combobox', { name: field, exact: true }).selectOption('The same for all rows');
    await page.getByLabel(`${field} of all rows`).fill(value);
  }
  await press(page, 'Read the file');
  await expect(page.getByText('CSV: 2 rows.')).toBeVisible();
  await expect(planRow(page, rows[0]!.serial)).toContainText('Token2 C202');
  await anotherFile(page);
  await choose(page, zip({ 'tokens.csv': csv(rows) }), 'tokens.zip');
  await expect(page.getByText('CSV (tokens.csv): 2 rows.')).toBeVisible();
});
