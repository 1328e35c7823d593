// The audit page: filters and their URLs, polling, paging, export.
import type { Download, Page } from '@playwright/test';
import { expectCount, lines, openAudit, recorded } from '../fixtures/audit';
import { expect, test } from '../fixtures/app';
import { records } from '../fixtures/manage-many';
import { csv, rowsFor } from '../fixtures/seed-file';
import { chooseMode, contents, expectFinished, importFile, press } from '../fixtures/steps';
import { members, sample } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '400'] });

async function imported(page: Page, file: string, count: number): Promise<void> {
  await importFile(page, file);
  await chooseMode(page, 'Import only');
  await press(page, `Import ${count} tokens`);
  await expectFinished(page, `${count} tokens done`);
}

/** Opens the audit page in another tab of the same user. */
async function openInNewTab(page: Page, query = ''): Promise<Page> {
  const watching = await page.context().newPage();
  await openAudit(watching, query);
  return watching;
}

const field = (page: Page, name: string) => page.getByRole('searchbox', { name, exact: true });

test('all filters are kept in the URL and restored from it', async ({ app, page }) => {
  const rows = rowsFor(await members(app, 6));
  await importFile(page, csv(rows));
  await press(page, 'Import, assign and activate 6 tokens');
  await expectFinished(page, '6 tokens done');
  const [, second] = rows;

  await openAudit(page);
  await page.getByRole('combobox', { name: 'Action' }).selectOption('Assign and activate');
  await expectCount(page, '6 entries');
  await field(page, 'Token').fill(second!.serial);
  await field(page, 'Token').press('Enter');
  await expectCount(page, '1 entry');
  await expect(lines(page)).toContainText(second!.upn);
  await page.getByRole('combobox', { name: 'Result' }).selectOption('Refused');
  await expect(page.getByText('No entry matches these filters.')).toBeVisible();
  await page.getByRole('combobox', { name: 'Result' }).selectOption('Done');
  await page.getByRole('combobox', { name: 'Time' }).selectOption('Last 7 days');
  await field(page, 'User').fill(second!.upn.toUpperCase());
  await field(page, 'User').press('Enter');
  await field(page, 'Who').fill('Practice administrator');
  await field(page, 'Who').press('Enter');
  await page.getByRole('searchbox', { name: 'Full text' }).fill(second!.serial.slice(0, 6));
  await expect(page).toHaveURL(/text=/);
  await expectCount(page, '1 entry');
  for (const part of ['period=7d', 'actor=', 'token=', 'person=', 'action=assign_and_activate', 'result=done']) {
    expect(page.url()).toContain(part);
  }

  await page.reload();
  await expectCount(page, '1 entry');
  await expect(field(page, 'Token')).toHaveValue(second!.serial);
  await expect(page.getByRole('combobox', { name: 'Time' }).locator('option:checked')).toHaveText('Last 7 days');
  await expect(page.getByRole('combobox', { name: 'Action' }).locator('option:checked')).toHaveText('Assign and activate');

  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await expect(page).toHaveURL(/\/audit$/);
  await expect(lines(page, 'Run: ')).toHaveCount(1);
});

test('a time range', async ({ app, page }) => {
  await imported(page, csv(rowsFor(await members(app, 2))), 2);
  await openAudit(page, '?action=create');
  await expectCount(page, '2 entries');
  await page.getByRole('combobox', { name: 'Time' }).selectOption('From … to …');
  await page.getByLabel('To (before)').fill('2020-01-01T00:00');
  await expect(page.getByText('No entry matches these filters.')).toBeVisible();
  await page.getByLabel('To (before)').fill('2099-01-01T00:00');
  await page.getByLabel('From', { exact: true }).fill('2020-01-01T00:00');
  await expectCount(page, '2 entries');
  await expect(page).toHaveURL(/from_ms=\d+&to_ms=\d+/);
});

test('the sign beside a name filters by it, and a click on a row opens its details', async ({ app, page }) => {
  const rows = rowsFor(await members(app, 4));
  await importFile(page, csv(rows));
  await press(page, 'Import, assign and activate 4 tokens');
  await expectFinished(page, '4 tokens done');
  await openAudit(page, '?action=assign_and_activate');
  await expectCount(page, '4 entries');
  await lines(page, rows[1]!.serial).getByRole('button', { name: /show everything about this token$/ }).click();
  await expectCount(page, '1 entry');
  await expect(field(page, 'Token')).toHaveValue(rows[1]!.serial);
  await lines(page, rows[1]!.serial).getByRole('cell', { name: /^Assign and activate/ }).click();
  const details = page.getByRole('dialog', { name: /^Entry \d+: Assign and activate$/ });
  await expect(details).toContainText(rows[1]!.serial);
  await page.keyboard.press('Escape');
  await expect(lines(page).getByRole('button', { name: /details of entry/ }), 'the focus is in the row').toBeFocused();
  await page.getByRole('combobox', { name: 'Action' }).selectOption('All actions');
  await expectCount(page, '2 entries');
  await field(page, 'Token').fill('');
  await field(page, 'Token').press('Enter');
  await lines(page, 'Run: ').getByRole('button', { name: /show everything that they did$/ }).click();
  await expect(page).toHaveURL(/actor=/);
  await expect(lines(page, 'Create token').first()).toBeVisible();
});

test('a serial number leads to its token, a name to its user, and a click on a run expands it', async ({ app, page }) => {
  const [first] = rowsFor(await members(app, 1));
  await importFile(page, csv([first!]));
  await press(page, 'Import, assign and activate 1 token');
  await expectFinished(page, '1 token done');
  await openAudit(page);
  await lines(page, 'Run: ').getByText(/^2 operations/).click();
  const entry = lines(page, 'Assign and activate', first!.serial);
  await expect(entry).toHaveCount(1);
  await entry.getByRole('link', { name: first!.serial }).click();
  await expect(page.getByRole('dialog', { name: `Token ${first!.serial}` })).toBeVisible();
  const history = page.getByRole('region', { name: 'History' });
  await expect(history, "a token's history names its user").toContainText(/Assign and activate: \S/);
  await page.goBack();
  await lines(page, 'Run: ').getByText(/^2 operations/).click();
  await expect(entry).toHaveCount(1);
  await entry.locator('.cell--person').getByRole('link').click();
  await expect(page.getByRole('dialog').getByText(first!.upn)).toBeVisible();
  await expect(history, "a user's history names the token").toContainText(`Assign and activate: token ${first!.serial}`);
  await history.getByRole('link', { name: `token ${first!.serial}` }).first().click();
  await expect(page.getByRole('dialog', { name: `Token ${first!.serial}` })).toBeVisible();
});

test('an import appears while it runs', async ({ app, page }) => {
  const watching = await openInNewTab(page);
  await expect(lines(watching, 'Run: ')).toHaveCount(0);
  const rows = rowsFor(await members(app, 40));
  await importFile(page, csv(rows));
  await press(page, 'Import, assign and activate 40 tokens');
  await expectFinished(page, '40 tokens done');
  await expect(lines(watching, 'Run: ')).toHaveCount(1);
  await expect(lines(watching, 'Run: ')).toContainText('80 done');

  await watching.getByRole('button', { name: 'Pause' }).click();
  await expect(watching.getByText(/ · paused$/)).toBeVisible();
  await imported(page, csv(rowsFor(['', ''], {}).map((row) => ({ ...row, serial: `8${row.serial}` }))), 2);
  const asked = watching.waitForRequest('**/api/audit/newer');
  await expect(lines(watching, 'Run: ')).toHaveCount(1);
  await watching.getByRole('button', { name: 'Go on live' }).click();
  await asked;
  await expect(lines(watching, 'Run: ')).toHaveCount(2);

  await watching.getByRole('combobox', { name: 'Time' }).selectOption('Today');
  await expect(watching).toHaveURL(/period=/);
  await expect(lines(watching, 'Run: '), 'of a part of time, too').toHaveCount(2);
  await watching.getByRole('combobox', { name: 'Result' }).selectOption('Done');
  await expect(lines(watching, 'Run: ')).toHaveCount(0);
});

test('a hidden page does not poll, and catches up when it becomes visible', async ({ app, page, traffic }) => {
  const watching = await page.context().newPage();
  await watching.addInitScript(() => {
    Object.defineProperty(document, 'hidden', { get: () => document.title.startsWith('away') });
  });
  await openAudit(watching);
  const away = (is: boolean) => watching.evaluate((is) => void (document.title = is ? 'away' : 'here'), is);
  await away(true);
  const asked = () => traffic.requests.filter(({ url }) => /\/api\/audit\/(list|newer)$/.test(url)).length;
  await imported(page, csv(rowsFor(await members(app, 4))), 4);
  const before = asked();
  await imported(page, await sample(app, 200), 200);
  expect(asked()).toBe(before);
  await expect(lines(watching, 'Run: ')).toHaveCount(0);
  await away(false);
  await expect(lines(watching, 'Run: ')).toHaveCount(2);
});

test('new entries do not move a scrolled list, and are announced', async ({ app, page }) => {
  await imported(page, await sample(app, 150), 150);
  const watching = await openInNewTab(page, '?action=create');
  await expect(watching.getByText(/entries, more below · live$|^150 entries · live$/)).toBeVisible();
  const list = watching.getByRole('region', { name: 'Entries' });
  await list.evaluate((element) => element.scrollTo(0, 900));
  await expect.poll(() => list.evaluate((element) => element.scrollTop)).toBe(900);
  const inView = () => list.evaluate((element) => {
    const top = element.getBoundingClientRect().top + 60;
    return document.elementFromPoint(element.getBoundingClientRect().left + 20, top)?.closest('tr')?.textContent;
  });
  const before = await inView();
  await imported(page, csv(rowsFor(['', '', ''])), 3);
  const news = watching.getByRole('button', { name: '3 new entries: show them' });
  await expect(news).toBeVisible();
  expect(await inView()).toBe(before);
  await news.click();
  await expect.poll(() => list.evaluate((element) => element.scrollTop)).toBe(0);
  await expect(lines(watching).first()).toContainText('77000002');
  await expect(news).toHaveCount(0);
});

test('the list loads to its end, with few rows in the document', async ({ app, page }) => {
  await imported(page, await sample(app, 350), 350);
  await openAudit(page, '?action=create');
  const list = page.getByRole('region', { name: 'Entries' });
  await expect(async () => {
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await expect(page.getByText('350 entries · live', { exact: true })).toBeVisible({ timeout: 300 });
  }).toPass();
  expect(await lines(page).count()).toBeLessThan(60);
  const [first] = await recorded(page, { action: 'create' });
  const serials = new Set((await recorded(page, { action: 'create' })).map(({ token }) => token!.serial));
  expect(serials.size).toBe(200);
  await list.evaluate((element) => element.scrollTo(0, 0));
  await expect(lines(page).first()).toContainText(first!.token!.serial!);
});

async function exported(page: Page, link: string): Promise<Download> {
  await page.getByRole('button', { name: 'Export' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export the audit trail' });
  const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('link', { name: link }).click()]);
  return download;
}

test('the filtered entries are exported as CSV and JSON Lines, and the export is recorded', async ({ app, page }) => {
  const rows = rowsFor(await members(app, 5));
  await importFile(page, csv(rows));
  await press(page, 'Import, assign and activate 5 tokens');
  await expectFinished(page, '5 tokens done');
  await openAudit(page, '?action=create');
  await expectCount(page, '5 entries');
  const table = await exported(page, 'CSV');
  expect(table.suggestedFilename()).toBe('audit.csv');
  const [header, ...actual] = records(await contents(table));
  const column = (name: string) => actual.map((cells) => cells[header!.indexOf(name)]);
  expect(column('action')).toEqual(Array(5).fill('create'));
  const text = column('token_serial').join(' ');
  for (const { serial } of rows) expect(text).toContain(serial);

  const objects = await exported(page, 'JSON Lines');
  expect(objects.suggestedFilename()).toBe('audit.jsonl');
  const parsed = (await contents(objects)).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(parsed).toHaveLength(5);
  expect(new Set(parsed.map((entry) => entry.action))).toEqual(new Set(['create']));
  for (const { secret } of rows) expect(JSON.stringify(parsed) + actual.join()).not.toContain(secret);

  const entries = await recorded(page, { action: 'audit_export' });
  expect(entries.map(({ result }) => result)).toEqual(['done', 'done']);
});

test('an error of reading the audit log is shown, and can be retried', async ({ page, traffic }) => {
  traffic.allow(/status of 503/);
  const fault = { fault: 'not_recorded', message: 'the file cannot be read. Look at the disk.' };
  await page.route(/\/api\/audit\/(list|newer)$/, (route) => route.fulfill({ status: 503, json: fault }), { times: 1 });
  await page.goto('/audit');
  const alert = page.getByRole('alert').filter({ hasText: 'The audit trail could not be read.' });
  await expect(alert).toContainText('the file cannot be read. Look at the disk.');
  await alert.getByRole('button', { name: 'Retry' }).click();
  await expect(lines(page, 'Program start')).toHaveCount(1);
  await expect(alert).toHaveCount(0);
});

test('the status of the audit log, and that it cannot be written, are shown', async ({ page }) => {
  await openAudit(page);
  const standing = page.getByText(/^\d+ entr\S+ since \d{4}-\d\d-\d\d, kept in memory/);
  await expect(standing).toContainText(/head \d+ [0-9a-f]{12}…/);
  await standing.click();
  await expect(page.getByText('token-inventory audit verify')).toBeVisible();
  await expect(page.getByText(/SHA-256 [0-9a-f]{64}/)).toBeVisible();

  const status = { kept: 'in the file a.db', lasts: true, head: null, oldest: 0, open: 0, retention_days: null, problem: 'The disk is full.' };
  await page.route('**/api/audit/status', (route) => route.fulfill({ json: status }));
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('nothing is changed at Microsoft either. The disk is full.');
});

test('operations with an unknown outcome are explained and listed', async ({ page }) => {
  await openAudit(page);
  const { newest } = await answer(page, { filter: {}, folded: false });
  const status = {
    kept: 'in the file a.db', lasts: true, head: { number: newest, hash: '0f'.repeat(32) }, oldest: 1, open: 2,
    retention_days: null, problem: null,
  };
  await page.route('**/api/audit/status', (route) => route.fulfill({ json: status }));
  await page.reload();
  const note = page.getByRole('status').filter({ hasText: 'The outcome of 2 operations is unknown.' });
  await expect(note).toContainText('choosing the same file again: what is done already is not done twice');
  await page.getByRole('button', { name: 'Show what is unknown' }).click();
  await expect(page).toHaveURL(/result=unknown/);
  await expect(page.getByText('Microsoft was asked, and its answer did not come')).toBeVisible();
});

async function answer(page: Page, ask: object): Promise<{ newest: number }> {
  const headers = { 'sec-fetch-site': 'same-origin' };
  return (await page.request.post('/api/audit/list', { data: { ask }, headers })).json();
}
