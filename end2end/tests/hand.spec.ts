// The token in the hand: proving a delivery, refreshing a token in use, finding one without a serial number.
import type { Locator } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessible';
import { recorded } from '../fixtures/audit';
import { expect, test } from '../fixtures/app';
import { clocks, shown, signsIn } from '../fixtures/desk';
import { act, confirm, held, named, openToken, tokenNow } from '../fixtures/manage-one';
import { chooseBySerial, importAndAssign, tool } from '../fixtures/manage-many';
import { csv, type Row, rowsFor } from '../fixtures/seed-file';
import { choose, expectFinished, importFile, open, planRow, press, saved, tabTo } from '../fixtures/steps';
import { members, users } from '../fixtures/tenant';
import { code, wrongCode } from '../fixtures/totp';

const WORK = 'Import, assign and activate 12 tokens';

test.describe('a delivery', () => {
  test.use({ practice: ['--practice-tokens', '0', '--practice-users', '60', '--practice-drift-rate', '0'] });

  test('is proved by one code, and the report and the audit trail say so', async ({ app, page }) => {
    const rows = rowsFor(await members(app, 12));
    await importFile(page, csv(rows));
    const prove = page.getByText('Prove this delivery by one of its tokens: Not proved');
    await tabTo(page, prove);
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('textbox', { name: 'Serial number of a token of this delivery' }));
    await page.keyboard.type(rows[3]!.serial);
    await tabTo(page, page.getByRole('textbox', { name: "Code on the token's display" }));
    await page.keyboard.type(code(rows[3]!));
    await page.keyboard.press('Enter');
    await expect(page.getByText(/Prove this delivery by one of its tokens: Proved with token 77000003: SHA-1, 30 s/)).toBeVisible();
    await expect(page.getByText('Activated now, all of them can sign in.')).toBeVisible();
    await expectAccessible(page, 'proved');
    const { requests } = await app.stats();
    await press(page, WORK);
    await expectFinished(page, '12 tokens done');
    expect((await app.stats()).requests - requests, 'a proof adds no request').toBeLessThan(30);
    const { text } = await saved(page, 'Download the report (CSV)');
    expect(text).toContain('Proof,"Proved with token 77000003');
    const [proof] = await recorded(page, { action: 'prove' });
    expect(JSON.stringify(proof)).toContain('Proved with token 77000003');
  });

  test('whose sample does not fit is not activated until somebody says why', async ({ app, page }) => {
    const rows = rowsFor(await members(app, 12));
    await importFile(page, csv(rows.map((row) => ({ ...row, hash: 'SHA-256' }))));
    await page.getByText('Prove this delivery by one of its tokens: Not proved').click();
    await page.getByRole('textbox', { name: 'Serial number of a token of this delivery' }).fill(rows[0]!.serial);
    await page.getByRole('textbox', { name: "Code on the token's display" }).fill(code(rows[0]!));
    await page.getByRole('button', { name: 'Measure' }).click();
    await expect(page.getByText('The token makes its codes with SHA-1, 30 s, not with SHA-256, 30 s as stated.')).toBeVisible();
    await expectAccessible(page, 'does not fit');
    await page.getByRole('button', { name: WORK }).press('Enter');
    expect((await app.stats()).writes, 'nothing is written').toBe(0);
    await page.getByRole('textbox', { name: /^Why it is activated nevertheless/ }).fill('the label of this one is wrong');
    await page.getByRole('button', { name: 'Activate nevertheless' }).click();
    await press(page, WORK);
    await expectFinished(page, '12 tokens done');
    await expect(page.getByText('Activated nevertheless: the label of this one is wrong')).toBeVisible();
  });
});

test.describe('a proof', () => {
  test.use({ practice: ['--practice-tokens', '0', '--practice-users', '60', '--practice-drift-rate', '0'] });

  test('outlives a row that is corrected, unless its own token was asked', async ({ app, page }) => {
    const rows = rowsFor(await members(app, 13));
    const [asked, lost] = [rows[3]!, rows[5]!];
    const wrong = [asked, lost];
    await importFile(page, csv(rows.map((row) => (wrong.includes(row) ? { ...row, upn: 'nobody@wrong.example' } : row))));
    await page.getByText('Prove this delivery by one of its tokens: Not proved').click();
    await page.getByRole('textbox', { name: 'Serial number of a token of this delivery' }).fill(asked.serial);
    await page.getByRole('textbox', { name: "Code on the token's display" }).fill(code(asked));
    await page.keyboard.press('Enter');
    const proved = page.getByText(`Prove this delivery by one of its tokens: Proved with token ${asked.serial}`);
    await expect(proved).toBeVisible();

    const dialog = page.getByRole('dialog', { name: 'Change a row' });
    const change = async (serial: string, field: Locator, value: string) => {
      await planRow(page, serial).getByRole('button').click();
      await field.fill(value);
      await dialog.getByRole('button', { name: 'Change the row' }).click();
      await expect(dialog).toHaveCount(0);
    };
    await change(lost.serial, dialog.getByLabel('User principal name'), lost.upn);
    await change(asked.serial, dialog.getByLabel('User principal name'), asked.upn);
    await expect(page.getByRole('button', { name: 'Import, assign and activate 13 tokens' })).toBeVisible();
    await expect(proved).toBeVisible();
    await change(asked.serial, dialog.getByLabel('Time interval, in seconds'), '60');
    await expect(page.getByText('Prove this delivery by one of its tokens: Not proved')).toBeVisible();
  });
});

test.describe('a column of codes', () => {
  test.use({ practice: ['--practice-tokens', '20', '--practice-users', '60', '--practice-drift-rate', '0'] });

  test('activates the selected tokens at their own clocks', async ({ app, page }) => {
    const all = rowsFor(await members(app, 3));
    const [right, slow, swapped] = all as [Row, Row, Row];
    await importAndAssign(page, all);
    await clocks(app, { [right.serial]: 0, [slow.serial]: -200, [swapped.serial]: 0 });
    await open(page, '/');
    await chooseBySerial(page, all.map((one) => one.serial));
    await tool(page, 'Activate …').click();
    const dialog = page.getByRole('dialog', { name: 'Activate 3 tokens' });
    const codes = [await shown(app, right.serial), await shown(app, slow.serial), wrongCode(swapped, 1_200)];
    const [header, ...lines] = csv(all).trim().split('\r\n');
    await choose(page, [`${header},code`, ...lines.map((line, index) => `${line},${codes[index]}`)].join('\n'));
    await expect(dialog.getByRole('heading', { name: 'The file does not prove 1 of the selected tokens' })).toBeVisible();
    await expect(dialog).toContainText(`${swapped.serial}: The code does not tell the token's clock`);
    await expectAccessible(page, 'a code that does not fit');
    await dialog.getByRole('button', { name: 'Go on with 2 tokens' }).click();
    await press(page, 'Activate 2 tokens');
    // The codes that were typed are not sent: the next ones are waited for.
    await expectFinished(page, '2 tokens done; 1 not possible');
    expect([await signsIn(app, right.serial), await signsIn(app, slow.serial)]).toEqual([true, true]);
  });
});

test.describe('a token in use', () => {
  test.use({ practice: ['--practice-tokens', '60', '--practice-users', '60', '--practice-drift-rate', '0'] });

  test('is refreshed by the code on its display', async ({ app, page }) => {
    const { token, holder } = await held(app, 'activated');
    await clocks(app, { [token.serialNumber]: -200 });
    expect(await signsIn(app, token.serialNumber)).toBe(false);
    const panel = await openToken(page, token);
    await act(panel, 'Refresh …');
    await panel.getByRole('textbox', { name: "Code on the token's display" }).fill(await shown(app, token.serialNumber));
    await act(panel, 'Refresh …');
    const dialog = await confirm(page, 'Refresh', `of ${named(holder)}?`);
    await expect(dialog).toContainText(`Token ${token.serialNumber}: Refreshed.`);
    expect(await signsIn(app, token.serialNumber)).toBe(true);
    expect((await app.stats()).writes, 'two writes').toBe(2);
  });

  test('is deactivated when its code is refused, which is said first', async ({ app, page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    const { token, holder } = await held(app, 'activated');
    const panel = await openToken(page, token);
    await act(panel, 'Refresh …');
    await expectAccessible(page, 'the form');
    const field = panel.getByRole('textbox', { name: "Code on the token's display" });
    await field.fill('000000');
    await page.keyboard.press('Enter');
    await expect(panel.getByRole('heading', { name: 'Activate' })).toBeVisible();
    await expect(panel.getByRole('alert')).toContainText('The token is deactivated, so its user cannot sign in with it now.');
    await expect(field).toBeFocused();
    await field.fill(await shown(app, token.serialNumber));
    await act(panel, 'Activate …');
    await expect(await confirm(page, 'Activate', `for ${named(holder)}?`)).toContainText('Activated');
    expect(await tokenNow(app, token)).toMatchObject({ status: 'activated' });
  });
});

test.describe('a worn-off serial', () => {
  test.use({ practice: ['--practice-tokens', '20', '--practice-users', '60'] });

  test('is found by two codes and the seed file', async ({ app, page }) => {
    const rows = rowsFor(await members(app, 30));
    await open(page, '/');
    await page.getByRole('button', { name: 'Find by code …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Which token is this?' });
    await choose(page, csv(rows));
    await expect(dialog.getByText('30 rows were read.')).toBeVisible();
    const type = async (digits: string) => {
      await dialog.getByRole('textbox', { name: "Code on the token's display" }).fill(digits);
      await dialog.getByRole('button', { name: 'Find', exact: true }).click();
    };
    await type(code(rows[17]!, -120));
    await expect(dialog.getByText(/fits?: wait until the digits change/)).toBeVisible();
    await type(code(rows[17]!, -90));
    await expect(dialog.getByText(/Token 77000017/)).toBeVisible();
    await expect(dialog.getByText('It is not in the inventory: import it first.')).toBeVisible();
    await expectAccessible(page, 'found');
    await dialog.getByRole('button', { name: 'Start anew' }).click();
    await type(wrongCode(rows[0]!, 60));
    expect((await app.stats()).writes).toBe(0);
  });

  test('is found with its holder and its state, when it is in the inventory', async ({ app, page }) => {
    const rows = rowsFor(await members(app, 5));
    const [own] = rows as [Row];
    await importAndAssign(page, rows.slice(0, 2));
    await open(page, '/');
    await page.getByRole('button', { name: 'Find by code …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Which token is this?' });
    await choose(page, csv(rows));
    for (const later of [0, 30]) {
      await dialog.getByRole('textbox', { name: "Code on the token's display" }).fill(code(own, later));
      await page.keyboard.press('Enter');
    }
    await expect(dialog.getByText(new RegExp(`Token ${own.serial}`))).toBeVisible();
    const holder = (await users(app)).find(({ userPrincipalName }) => userPrincipalName === own.upn);
    await expect(dialog).toContainText(holder!.displayName);
    await expect(dialog).toContainText('Assigned');
  });

  test('is found from the search, by keyboard', async ({ app, page }) => {
    const rows = rowsFor(await members(app, 5));
    await open(page, '/');
    await page.getByRole('searchbox', { name: 'Search' }).fill('worn off');
    const find = page.getByRole('button', { name: 'No serial? Find it by its code' });
    await expectAccessible(page, 'nothing is found');
    await tabTo(page, find);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Which token is this?' });
    await tabTo(page, page.getByLabel('Choose a file'));
    await expectAccessible(page, 'the file');
    await choose(page, csv(rows));
    const field = dialog.getByRole('textbox', { name: "Code on the token's display" });
    await tabTo(page, field);
    for (const [later, answer] of [[0, /fits?: wait until the digits change/], [30, /Token 77000002/]] as const) {
      await page.keyboard.type(code(rows[2]!, later));
      await page.keyboard.press('Enter');
      await expect(dialog.getByText(answer)).toBeVisible();
    }
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(find).toBeFocused();
  });

  test('the dialog may be closed while the time is read', async ({ app, page }) => {
    let answer = () => {};
    const closed = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/api/clock/read', async (route) => {
      await closed;
      await route.continue();
    });
    const rows = rowsFor(await members(app, 3));
    await open(page, '/');
    await page.getByRole('button', { name: 'Find by code …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Which token is this?' });
    await choose(page, csv(rows));
    await dialog.getByRole('textbox', { name: "Code on the token's display" }).fill(code(rows[0]!));
    await dialog.getByRole('button', { name: 'Find', exact: true }).click();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(dialog).toHaveCount(0);
    const read = page.waitForResponse('**/api/clock/read');
    answer();
    await read;
    // Any exception in the page fails the test.
    await page.getByRole('button', { name: 'Find by code …' }).click();
    await expect(dialog.getByText('Drop the seed file here')).toBeVisible();
  });
});
