// All ways to provide a seed file, and all kinds of files: encodings, delimiters, JSON, damaged ones.
import { expect, test } from '../fixtures/app';
import { csv, graphToken, row, rowsFor } from '../fixtures/seed-file';
import { anotherFile, choose, expectFinished, figure, follow, importFile, open, planRow, press, saved } from '../fixtures/steps';
import { devices, members, statuses, users } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '40'] });

const READY = 'Import, assign and activate 3 tokens';

test('reads CSV in any delimiter and encoding', async ({ app, page }) => {
  const rows = rowsFor(await members(app, 3), { model: 'Modèle Ü' });
  const files: Record<string, Buffer> = {
    'comma.csv': Buffer.from(csv(rows)),
    'semicolon-bom.csv': Buffer.from('\ufeff' + csv(rows, ';')),
    'tab.txt': Buffer.from(csv(rows, '\t')),
    'utf-16.csv': Buffer.from('\ufeff' + csv(rows, ';'), 'utf16le'),
    'trailing-commas.csv': Buffer.from(csv(rows).replaceAll('\r\n', ',,,\n\n')),
  };
  await open(page, '/import');
  for (const [name, content] of Object.entries(files)) {
    await choose(page, content, name);
    await expect(page.getByText(`${name}: 3 to create, assign and activate.`), name).toBeVisible();
    await expect(page.getByRole('button', { name: READY }), name).toBeVisible();
    await anotherFile(page);
  }
});

test('reads seeds and headers as vendors write them', async ({ app, page }) => {
  const [upn] = await members(app, 1);
  const file = [
    'MODEL;Manufacturer;TimeInterval;Secret Key;Serial Number;UPN;note',
    `C202;Token2;;jbsw-y3dp ehpk-3pxp jbsw-y3dp ehpk-3pxp;00012345;${upn};spare`,
    `C202;Token2;60;3132333435363738393031323334353637383930;="000777";${upn};`,
    `OTPC-P2-i;Token2;30;${row('x', '', { hash: 'SHA-256' }).secret};000888;${upn};`,
  ].join('\n');
  await importFile(page, file);
  await expect(page.getByText('No hash column: SHA-256 was inferred for 1 secret key of 32 bytes.')).toBeVisible();
  await expect(planRow(page, '00012345')).toContainText('time interval empty: 30 s assumed');
  await expect(planRow(page, '000888')).toContainText('hash inferred: SHA-256');
  await press(page, READY);
  await expectFinished(page, '3 tokens done');
  expect(await statuses(app)).toEqual({ '00012345': 'activated', '000777': 'activated', '000888': 'activated' });
});

test('reads pasted rows, and clears the field', async ({ app, page }) => {
  const rows = rowsFor(await members(app, 3));
  await open(page, '/import');
  await page.getByText('Paste rows instead').click();
  const field = page.getByRole('textbox', { name: 'Rows of a CSV, with the header, or JSON' });
  await field.fill(csv(rows));
  await page.getByRole('button', { name: 'Read the pasted rows' }).click();
  await press(page, READY);
  await expectFinished(page, '3 tokens done');
  await anotherFile(page);
  await page.getByText('Paste rows instead').click();
  await expect(field).toHaveValue('');
});

test('reads a dropped file', async ({ app, page }) => {
  const content = csv(rowsFor(await members(app, 3)));
  await open(page, '/import');
  const dataTransfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], 'dropped.csv', { type: 'text/csv' }));
    return data;
  }, content);
  const zone = page.getByText('Drop the seed file here');
  await zone.dispatchEvent('dragover', { dataTransfer });
  await zone.dispatchEvent('drop', { dataTransfer });
  await expect(page.getByText('dropped.csv: 3 to create, assign and activate.')).toBeVisible();
});

test('reads a file that was chosen before the page was ready', async ({ app, page }) => {
  const content = csv(rowsFor(await members(app, 3)));
  await page.route('**/token-inventory*.wasm', async (route) => {
    const input = page.getByLabel('Choose a file');
    await input.setInputFiles({ name: 'early.csv', mimeType: 'text/csv', buffer: Buffer.from(content) });
    await route.continue();
  });
  await page.goto('/import');
  await expect(page.getByRole('button', { name: READY })).toBeVisible();
});

test.describe('JSON', () => {
  test("Graph's bulk body, an array and one object", async ({ app, page }) => {
    const people = (await users(app)).filter((user) => user.accountEnabled && user.userType === 'Member');
    const [owner] = people.slice(-1);
    const bulk = { '@context': '#$delta', value: [
      { '@contentId': '1', ...graphToken(row('901'), owner?.id) },
      { '@contentId': '2', ...graphToken(row('902', '', { hash: 'SHA-256', interval: '60' })) },
    ] };
    await importFile(page, JSON.stringify(bulk), 'bulk.json');
    await expect(page.getByText('bulk.json: 2 to create (assign 1, activate 1).')).toBeVisible();
    await expect(planRow(page, '901')).toContainText(owner?.displayName ?? '');
    await press(page, 'Import, assign and activate 1 token, import 1 token only');
    await expectFinished(page, '2 tokens done');

    await anotherFile(page);
    await choose(page, JSON.stringify([graphToken(row('903')), graphToken(row('904'))]), 'array.json');
    await press(page, 'Import 2 tokens');
    await expectFinished(page, '2 tokens done');

    await anotherFile(page);
    await choose(page, JSON.stringify(graphToken(row('905'))), 'one.json');
    await press(page, 'Import 1 token');
    await expectFinished(page, '1 token done');
    const free = { '902': 'available', '903': 'available', '904': 'available', '905': 'available' };
    expect(await statuses(app)).toEqual({ '901': 'activated', ...free });
  });

  test('an entry that does not name its owner by id is rejected with the remedy', async ({ page }) => {
    const entry = { ...graphToken(row('906')), assignTo: { userPrincipalName: 'ann@lindenbach.example' } };
    await importFile(page, JSON.stringify([entry]), 'owner.json');
    await expect(planRow(page, '906')).toContainText('The user is not given by an object id or a user principal name.');
    await expect(page.getByRole('button', { name: 'Nothing to do', exact: true })).toBeVisible();
  });

  test('a CSV becomes Graph JSON, which can be imported', async ({ app, page }) => {
    const rows = rowsFor(await members(app, 3), { hash: 'SHA-256', interval: '60' });
    await importFile(page, csv(rows));
    const json = await saved(page, 'Download as Graph JSON (holds secret keys)');
    expect(json.name).toBe('tokens-with-secrets.json');
    const body = JSON.parse(json.text);
    expect(body['@context']).toBe('#$delta');
    expect(body.value[0]).toMatchObject(graphToken(rows[0]!));
    expect((await app.stats()).writes).toBe(0);

    await anotherFile(page);
    await choose(page, json.text, json.name);
    await press(page, READY);
    await expectFinished(page, '3 tokens done');
    expect(Object.values(await statuses(app))).toEqual(Array(3).fill('activated'));
  });
});

test.describe('a damaged file', () => {
  const DAMAGED: [what: string, name: string, content: string | Buffer, says: RegExp][] = [
    ['of broken JSON', 'c.json', '{"value":[{"serialNumber":"1",}]}', /The JSON is damaged at line 1, column 31/],
    ['of an unexpected kind', 'd.csv', Buffer.from('504b0304140006000800', 'hex'), /./],
    ['without anything', 'e.csv', '', /./],
  ];
  test('is rejected with the remedy, and the next one is read', async ({ app, page }) => {
    await open(page, '/import');
    for (const [what, name, content, says] of DAMAGED) {
      await choose(page, content, name);
      await expect(page.getByRole('alert'), what).toContainText(says);
    }
    await choose(page, csv(rowsFor(await members(app, 3))));
    await expect(page.getByRole('button', { name: READY })).toBeVisible();
  });
});

test('a file whose columns are not known asks what they hold', async ({ app, page }) => {
  await open(page, '/import');
  const asked: [name: string, content: string, says: RegExp][] = [
    ['a.csv', 'ann@x.example,00123,JBSWY3DPEHPK3PXP,30,Token2,C202\n', /The first line is data: the header line is missing/],
    ['b.csv', 'upn,serial number,model,time interval\na@x.example,1,C202,30\n', /secret key/i],
  ];
  for (const [name, content, says] of asked) {
    await choose(page, content, name);
    await expect(page.getByRole('heading', { name }), name).toBeVisible();
    await expect(page.getByRole('main'), name).toContainText(says);
    await anotherFile(page);
  }
  await choose(page, csv(rowsFor(await members(app, 3))));
  await expect(page.getByRole('button', { name: READY })).toBeVisible();
});

test('hostile names are shown as text', async ({ page, app }) => {
  page.on('dialog', (dialog) => expect(dialog.message(), 'no script of a file runs').toBe(''));
  const manufacturer = '<img src=x onerror=alert(1)>';
  const model = '"><script>alert(2)</script>';
  await importFile(page, csv([row('<b>31</b>', '', { manufacturer, model }), row('=1+1', 'a<i>@x.example')]), '<u>x</u>.csv');
  await expect(page.getByText('<u>x</u>.csv')).toBeVisible();
  await expect(planRow(page, '<b>31</b>')).toBeVisible();
  await expect(planRow(page, '=1+1')).toContainText('The tenant has no user a<i>@x.example');
  const report = await saved(page, 'Download the plan (CSV)');
  expect(report.text, 'no spreadsheet takes a serial for a formula').toContain("3,'=1+1,");
  await press(page, 'Import 1 token');
  await expectFinished(page, '1 token done; 1 not possible');

  await follow(page, 'Inventory');
  await expect(page.getByRole('gridcell', { name: `${model} ${manufacturer}` })).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Model' })).toContainText(`${manufacturer} ${model} (1)`);
  await expect(page.getByRole('img')).toHaveCount(0);
  expect(await devices(app)).toMatchObject([{ manufacturer, model }]);
  await open(page, `/?q=${encodeURIComponent(manufacturer)}`);
  await expect(page.getByRole('searchbox')).toHaveValue(manufacturer);
  await expect(figure(page, 1, 'In stock')).toBeVisible();
});
