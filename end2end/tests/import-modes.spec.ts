// The import modes: after importing the sample, the practice tenant has the expected tokens.
import { type App, expect, test } from '../fixtures/app';
import { type Row, rowsOf } from '../fixtures/seed-file';
import { chooseMode, expectFinished, figure, follow, importFile, planRow, press } from '../fixtures/steps';
import { devices, sample, users } from '../fixtures/tenant';

const ROWS = 24;

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '60'] });

/** Compares the tenant with the file: each token once, with its settings and this status. */
async function expectInTenant(app: App, rows: Row[], status: string, assigned: boolean): Promise<void> {
  const upns = new Map((await users(app)).map((user) => [user.id, user.userPrincipalName]));
  const found = (await devices(app)).map((device) => ({
    serial: device.serialNumber,
    maker: `${device.manufacturer} ${device.model}`,
    settings: `${device.hashFunction} ${device.timeIntervalInSeconds}`,
    status: device.status,
    upn: device.assignedTo ? upns.get(device.assignedTo.id) : undefined,
  }));
  const expected = rows.map((row) => ({
    serial: row.serial,
    maker: `${row.manufacturer} ${row.model}`,
    settings: `${row.hash === 'SHA-256' ? 'hmacsha256' : 'hmacsha1'} ${row.interval}`,
    status,
    upn: assigned ? row.upn : undefined,
  }));
  const bySerial = (a: { serial: string }, b: { serial: string }) => a.serial.localeCompare(b.serial);
  expect(found.sort(bySerial)).toEqual(expected.sort(bySerial));
}

test('the sample contains SHA-1 and SHA-256 with 30 and 60 seconds', async ({ app }) => {
  const kinds = new Set(rowsOf(await sample(app, ROWS)).map((row) => `${row.hash} ${row.interval}`));
  expect([...kinds].sort()).toEqual(['SHA-1 30', 'SHA-1 60', 'SHA-256 30', 'SHA-256 60']);
});

// All 24 are created by one write; each assignment or activation is a write of its own.
const MODES = [
  { mode: 'Import only', button: 'Import 24 tokens', status: 'available', shown: 'Created', writes: 1 },
  { mode: 'Import and assign', button: 'Import and assign 24 tokens', status: 'assigned', shown: 'Assigned', writes: 25 },
  {
    mode: 'Import, assign and activate',
    button: 'Import, assign and activate 24 tokens',
    status: 'activated',
    shown: 'Activated',
    writes: 25,
  },
];

for (const { mode, button, status, shown, writes } of MODES) {
  test(`${mode}: the whole sample`, async ({ app, page }) => {
    const file = await sample(app, ROWS);
    const rows = rowsOf(file);
    await importFile(page, file);
    await chooseMode(page, mode);

    await expect(page.getByRole('button', { name: button })).toBeVisible();
    await expect(page.getByText('Nothing has been written yet.')).toBeVisible();
    expect((await app.stats()).writes, 'the plan writes nothing').toBe(0);

    await press(page, button);
    await expectFinished(page, '24 tokens done');
    await expect(planRow(page, rows[0]!.serial)).toContainText(shown);
    await expectInTenant(app, rows, status, mode !== 'Import only');
    expect((await app.stats()).writes).toBe(writes);

    await follow(page, 'Inventory');
    await expect(page.getByText('24 tokens', { exact: true })).toBeVisible();
    await expect(figure(page, 24, shown === 'Created' ? 'In stock' : shown)).toBeVisible();
  });
}

test('the sample from the page can be imported', async ({ app, page }) => {
  await page.goto('/import');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download a sample file' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('sample-tokens.csv');
  await page.getByLabel('Choose a file').setInputFiles(await download.path());
  await press(page, 'Import, assign and activate 25 tokens');
  await expectFinished(page, '25 tokens done');
  expect((await devices(app)).map((device) => device.status)).toEqual(Array(25).fill('activated'));
});
