// Tokens that the tenant has under a wrong hash: Microsoft calls them activated, and nobody can sign in with them.
import { expect, test } from '../fixtures/app';
import { expectAccessibleEverywhere } from '../fixtures/accessible';
import { csv, rowsFor } from '../fixtures/seed-file';
import { anotherFile, choose, expectFinished, figure, importFile, planRow, press } from '../fixtures/steps';
import { secretSurfaces } from '../fixtures/secret-surfaces';
import { devices, members, statuses } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '40'] });

test('the plan offers to correct the hash in the tenant, and is made again afterwards', async ({ app, page, traffic }) => {
  const upns = await members(app, 2);
  const rows = rowsFor([...upns, '']);
  const hashes = async () => Object.fromEntries((await devices(app)).map((device) => [device.serialNumber, device.hashFunction]));
  const holders = async () => Object.fromEntries((await devices(app)).map((device) => [device.serialNumber, device.assignedTo?.id]));
  const of = (word: string) => Object.fromEntries(rows.map((row) => [row.serial, word]));
  await importFile(page, csv(rows.map((row) => ({ ...row, hash: 'SHA-256' }))));
  await page.getByRole('button', { name: /^Import, assign and activate/ }).click();
  await expectFinished(page, '3 tokens done');
  expect(await hashes()).toEqual(of('hmacsha256'));
  const before = await holders();

  await anotherFile(page);
  await choose(page, csv(rows));
  await expect(figure(page, 3, 'Nothing to do')).toBeVisible();
  await expect(planRow(page, rows[0]!.serial)).toContainText('Already assigned to this user and activated, but as SHA-256: the file says SHA-1');
  const offer = page.getByRole('group', { name: 'Hash in the tenant' });
  await expect(offer).toContainText('3 tokens of the file are in the tenant as SHA-256; the file says SHA-1.');
  await expectAccessibleEverywhere(page, 'the hash in the tenant');
  await offer.getByRole('button').focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Correct the hash of 3 tokens' });
  await expect(dialog).toContainText('unassigned, corrected, and activated again for the same users');
  expect(await hashes(), 'nothing is written before it is confirmed').toEqual(of('hmacsha256'));
  await expectAccessibleEverywhere(page, 'the plan of the correction');
  await dialog.getByRole('button', { name: 'Correct the hash of 3 tokens', exact: true }).click();
  await expectFinished(page, '3 tokens done');
  await dialog.getByRole('button', { name: 'Close' }).click();

  await expect(offer).toHaveCount(0);
  await expect(planRow(page, rows[0]!.serial)).toContainText('Already assigned to this user and activated');
  await expect(planRow(page, rows[0]!.serial)).not.toContainText('but as');
  expect(await hashes()).toEqual(of('hmacsha1'));
  expect(await holders(), 'the same users').toEqual(before);
  const [first, second, third] = rows.map((row) => row.serial) as [string, string, string];
  expect(await statuses(app)).toEqual({ [first]: 'activated', [second]: 'activated', [third]: 'available' });
  for (const { secret } of rows) {
    expect(await secretSurfaces(page)).not.toContain(secret);
    expect(traffic.carrying(secret).length, 'the creation alone carries the key').toBe(1);
  }
});

test('one token of a file that names no hash is corrected alone, and says that the tenant may be right', async ({ app, page }) => {
  const [upn] = await members(app, 1);
  const [row] = rowsFor([upn!]);
  await importFile(page, csv([{ ...row!, hash: 'SHA-256' }]));
  await page.getByRole('button', { name: /^Import, assign and activate/ }).click();
  await expectFinished(page, '1 token done');
  await anotherFile(page);
  await choose(page, csv([{ ...row!, hash: '' }]));
  const offer = page.getByRole('group', { name: 'Hash in the tenant' });
  await expect(offer).toContainText('1 token of the file is in the tenant as SHA-256; the file names no hash, and is read as SHA-1.');
  await page.getByRole('group', { name: '1 row names no hash' }).getByRole('radio', { name: 'SHA-256' }).check();
  await expect(offer).toHaveCount(0);
  await page.getByRole('group', { name: '1 row names no hash' }).getByRole('radio', { name: 'SHA-1' }).check();
  await offer.getByRole('button').click();
  const dialog = page.getByRole('dialog', { name: 'Correct the hash' });
  await expect(dialog).toContainText('(Token2 C202), and activate it again for');
  await press(page, 'Correct the hash');
  await expect(dialog.getByRole('strong')).toContainText('Hash corrected');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(offer).toHaveCount(0);
  expect((await devices(app))[0]!.hashFunction).toBe('hmacsha1');
});
