// Dialogs of the inventory that read a seed file.
import { expect, test } from '../fixtures/app';
import { expectAccessibleEverywhere } from '../fixtures/accessible';
import { rowsFor } from '../fixtures/seed-file';
import { open } from '../fixtures/steps';

test.use({ practice: ['--practice-tokens', '20', '--practice-users', '40'] });

test('the columns of an earlier file are shown before a dialog reads by them', async ({ page }) => {
  const table = rowsFor(['', '']).map(({ serial, secret }) => `${serial},${secret},Token2,C202\n`).join('');
  const buffer = Buffer.from(`Device,Content,maker,model\n${table}`);
  await open(page, '/');
  const dialog = page.getByRole('dialog', { name: 'Which token is this?' });
  const drop = async () => {
    await page.getByRole('button', { name: 'Find by code …' }).click();
    await dialog.getByLabel('Choose a file').setInputFiles({ name: 'tokens.csv', mimeType: 'text/csv', buffer });
  };
  const remembered = dialog.getByText('You named the columns of an earlier file with the same header.');
  await drop();
  await expect(dialog.getByRole('combobox', { name: 'Secret key', exact: true })).toHaveValue('1');
  await expect(remembered).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Read the file' }).click();
  await expect(dialog.getByText('2 rows were read.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).click();

  await drop();
  await expect(remembered).toBeVisible();
  await expectAccessibleEverywhere(page, 'columns that were remembered');
  await dialog.getByRole('button', { name: 'Read the file' }).click();
  await expect(dialog.getByText('2 rows were read.')).toBeVisible();
});
