// Downloads of an import: the report without secrets, and the rows to correct with them.
import { expect, test } from '../fixtures/app';
import { csv, graphToken, row, rowsFor } from '../fixtures/seed-file';
import { anotherFile, choose, expectFinished, importFile, planRow, press, saved } from '../fixtures/steps';
import { members, statuses } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '40'] });

const TO_CORRECT = 'Download the rows to correct (holds secret keys)';

test('the report has every row, and no seed', async ({ app, page }) => {
  const rows = [...rowsFor(await members(app, 2)), row('404', 'nobody@x.example')];
  await importFile(page, csv(rows));
  await press(page, 'Import, assign and activate 2 tokens');
  await expectFinished(page, '2 tokens done; 1 not possible');
  const report = await saved(page, 'Download the report (CSV)');
  expect(report.name).toBe('import-report.csv');
  expect(report.text.trim().split('\r\n')).toEqual([
    'line,serial number,user,outcome,reason,remedy,request id,notes',
    `2,${rows[0]!.serial},${rows[0]!.upn},Activated,,,,`,
    `3,${rows[1]!.serial},${rows[1]!.upn},Activated,,,,`,
    expect.stringMatching(/^4,404,nobody@x\.example,Not possible,upn: The tenant has no user nobody@x\.example,/),
  ]);
  for (const { secret } of rows) expect(report.text).not.toContain(secret);
});

test('rows to correct are downloaded with line, problem and remedy, and can be imported after a correction', async ({ app, page }) => {
  const [good, wrong] = rowsFor(await members(app, 2));
  const misspelt = { ...wrong!, upn: wrong!.upn.replace('@', '.typo@'), model: 'Größe "M"' };
  // Semicolons and UTF-16, as saved by a spreadsheet.
  await importFile(page, Buffer.from('\ufeff' + csv([good!, misspelt], ';'), 'utf16le'));
  const planned = await saved(page, TO_CORRECT);
  await press(page, 'Import, assign and activate 1 token');
  await expectFinished(page, '1 token done; 1 not possible');

  const failed = await saved(page, TO_CORRECT);
  expect(failed.name).toBe('rows-to-correct-with-secrets.csv');
  expect(failed.text, 'the plan has the same file').toBe(planned.text);
  const [header, only] = failed.text.replace('\ufeff', '').trim().split('\r\n');
  const [ownHeader, own] = csv([misspelt], ';').trim().split('\r\n');
  expect(header).toBe(`${ownHeader};line;problem;remedy`);
  expect(only).toBe(`${own};3;upn: The tenant has no user ${misspelt.upn};Correct the user principal name, or create the user first.`);

  await anotherFile(page);
  await choose(page, failed.text.replaceAll('.typo@', '@'), failed.name);
  await expect(planRow(page, misspelt.serial).getByRole('cell').first(), 'the line of the first file').toHaveText('3');
  await expect(page.getByText('Columns that are not read'), 'the added columns are known').toHaveCount(0);
  await press(page, 'Import, assign and activate 1 token');
  await expectFinished(page, '1 token done');
  expect(await statuses(app)).toEqual({ [good!.serial]: 'activated', [misspelt.serial]: 'activated' });
});

test('entries to correct of a JSON file are downloaded as JSON', async ({ page }) => {
  const nobody = '00000000-0000-4000-8000-000000000000';
  const entries = [graphToken(row('61')), graphToken(row('62'), nobody)];
  await importFile(page, JSON.stringify({ '@context': '#$delta', value: entries }), 'bulk.json');
  await press(page, 'Import 1 token');
  await expectFinished(page, '1 token done; 1 not possible');
  const failed = await saved(page, TO_CORRECT);
  expect(failed.name).toBe('rows-to-correct-with-secrets.json');
  expect(JSON.parse(failed.text)).toEqual({ '@context': '#$delta', value: [entries[1]] });
});

test('a run without failures offers no rows to correct', async ({ app, page }) => {
  await importFile(page, csv(rowsFor(await members(app, 2))));
  await press(page, 'Import, assign and activate 2 tokens');
  await expectFinished(page, '2 tokens done');
  await expect(page.getByRole('button', { name: TO_CORRECT })).toBeHidden();
});
