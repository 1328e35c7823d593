// The export of filtered or selected tokens: complete, correct, and safe in a spreadsheet.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { changeTokens } from '../fixtures/first-page';
import { chooseBySerial, spreadsheetText, records } from '../fixtures/manage-many';
import { contents, figure, open, rows } from '../fixtures/steps';
import { type Device, devices, users } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '300', '--practice-users', '120'] });

const HEADER = [
  'upn', 'serial number', 'manufacturer', 'model', 'hash function', 'time interval', 'status',
  'user', 'mail', 'account', 'last used', 'name', 'id',
];

/** Exports by a button of the dialog. */
async function exported(page: Page, title: string, button: string): Promise<{ name: string; text: string }> {
  await page.getByRole('button', { name: 'Export' }).click();
  const dialog = page.getByRole('dialog', { name: title });
  await expect(dialog.getByText('are not known yet')).toHaveCount(0);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: button }).click(),
  ]);
  await expect(dialog).toHaveCount(0);
  return { name: download.suggestedFilename(), text: await contents(download) };
}

async function loaded(page: Page): Promise<void> {
  await open(page, '/');
  await expect(page.getByText('300 tokens', { exact: true })).toBeVisible();
}

test('a CSV of all tokens has the data of Graph', async ({ app, page }) => {
  const found = await devices(app);
  const people = new Map((await users(app)).map((user) => [user.id, user]));
  await loaded(page);
  const { name, text } = await exported(page, 'Export 300 tokens', 'CSV');
  expect(name).toMatch(/^tokens-\d{4}-\d\d-\d\d\.csv$/);
  expect(text.startsWith('\ufeff'), 'spreadsheets take it for UTF-8').toBe(true);
  const [header, ...lines] = records(text);
  expect(header).toEqual(HEADER);
  const word: Record<string, string> = {
    available: 'In stock', assigned: 'Assigned', activated: 'Activated', failedActivation: 'Activation failed',
  };
  const line = (device: Device) => {
    const user = people.get(device.assignedTo?.id ?? '');
    const hash = device.hashFunction === 'hmacsha256' ? 'SHA-256' : 'SHA-1';
    const account = user ? (user.accountEnabled ? 'enabled' : 'disabled') : '';
    return [
      user?.userPrincipalName ?? '', device.serialNumber, device.manufacturer, device.model, hash,
      String(device.timeIntervalInSeconds), word[device.status], user?.displayName ?? '', account, device.id,
    ];
  };
  const actual = lines.map((cells) => [
    cells[0], spreadsheetText(cells[1]!), ...cells.slice(2, 8), cells[9], cells[12],
  ]);
  expect(actual.sort()).toEqual(found.map(line).sort());
});

test('serials keep their zeros and their length in a spreadsheet', async ({ app, page }) => {
  const found = await devices(app);
  await loaded(page);
  const [, ...lines] = records((await exported(page, 'Export 300 tokens', 'CSV')).text);
  const cells = new Map(lines.map((cells) => [cells[12], cells[1]]));
  const zeros = found.filter(({ serialNumber }) => serialNumber.startsWith('0'));
  expect(zeros.length).toBeGreaterThan(0);
  for (const { id, serialNumber } of zeros) expect(cells.get(id)).toBe(`="${serialNumber}"`);
  const plain = found.find(({ serialNumber }) => /^PSN/.test(serialNumber))!;
  expect(cells.get(plain.id)).toBe(plain.serialNumber);
});

test('formulas are escaped, and the list is read back', async ({ app, page }) => {
  const serials = ['=1+1', '+31612345', '-0042', '@SUM(A1)', '0000000001', '1234567890123456', '1E5', 'SEP15'];
  const makers = ['=cmd|calc', '+Maker', '-Maker', '@Maker', 'A, "B" & C', 'Müller', '<b>', 'Plain'];
  const found = (await devices(app)).filter(({ serialNumber }) => !serialNumber.startsWith('=')).slice(0, serials.length);
  const places = new Map(found.map(({ id }, index) => [id, index]));
  // Entra's form accepts no such serials, but legacy uploads may contain them.
  await changeTokens<{ id: string; serial: string; manufacturer: string }>(page, (token) => {
    const place = places.get(token.id);
    return place === undefined ? token : { ...token, serial: serials[place]!, manufacturer: makers[place]! };
  });
  await loaded(page);
  const { text } = await exported(page, 'Export 300 tokens', 'CSV');
  const cells = new Map(records(text).map((record) => [record[12], record]));
  const actual = found.map(({ id }) => [cells.get(id)?.[1], cells.get(id)?.[2]]);
  expect(actual).toEqual([
    ["'=1+1", "'=cmd|calc"], ["'+31612345", "'+Maker"], ["'-0042", "'-Maker"], ["'@SUM(A1)", "'@Maker"],
    ['="0000000001"', 'A, "B" & C'], ['="1234567890123456"', 'Müller'], ['="1E5"', '<b>'], ['="SEP15"', 'Plain'],
  ]);
  for (const record of records(text)) {
    for (const cell of record) expect(cell, 'not a formula').not.toMatch(/^[=+\-@\t\r](?!"[\w .\/-]*"$)/);
  }

  // The export can be used as a list of serials on the same page.
  await page.getByRole('button', { name: 'Select by list' }).click();
  const dialog = page.getByRole('dialog', { name: 'Select by a list' });
  const file = { name: 'tokens.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
  await dialog.getByLabel('Choose a file').setInputFiles(file);
  await expect(dialog.getByRole('status')).toHaveText('300 tokens of the list selected.');
});

test('the filtered tokens, as JSON', async ({ app, page }) => {
  const wanted = (await devices(app)).filter(({ status }) => status === 'activated');
  const people = new Map((await users(app)).map((user) => [user.id, user.userPrincipalName]));
  await loaded(page);
  await figure(page, wanted.length, 'Activated').click();
  await expect(page.getByText(`${wanted.length} of 300 tokens`, { exact: true })).toBeVisible();
  await expect(rows(page, 'Tokens').filter({ hasText: '@' }).first()).toBeVisible();
  const { name, text } = await exported(page, `Export ${wanted.length} tokens`, 'JSON');
  expect(name).toMatch(/^tokens-\d{4}-\d\d-\d\d\.json$/);
  const actual = JSON.parse(text) as Record<string, unknown>[];
  const pick = ({ id, serialNumber, userId, userPrincipalName }: Record<string, unknown>) => [id, serialNumber, userId, userPrincipalName];
  const truth = wanted.map(({ id, serialNumber, assignedTo }) => [id, serialNumber, assignedTo!.id, people.get(assignedTo!.id)]);
  expect(actual.map(pick).sort()).toEqual(truth.sort());
  expect(actual.every((token) => !('secretKey' in token))).toBe(true);
});

test('the selected tokens, including hidden ones, without a call to Graph', async ({ app, page }) => {
  const chosen = (await devices(app)).slice(0, 4);
  await loaded(page);
  await expect(rows(page, 'Tokens').filter({ hasText: '@' }).first()).toBeVisible();
  await chooseBySerial(page, chosen.map(({ serialNumber }) => serialNumber));
  await page.getByRole('searchbox', { name: 'Search' }).fill(chosen[0]!.serialNumber);
  await expect(page.getByText('1 of 300 tokens', { exact: true })).toBeVisible();
  await app.resetStats();
  const [, ...lines] = records((await exported(page, 'Export 4 tokens', 'CSV')).text);
  expect(lines.map((cells) => cells[12]).sort()).toEqual(chosen.map(({ id }) => id).sort());
  expect((await app.stats()).requests).toBe(0);
});
