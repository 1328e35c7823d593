// The token in the hand: proving a delivery, refreshing a token in use, finding one without a serial number.
import { expectAccessible } from '../fixtures/accessible';
import { recorded } from '../fixtures/audit';
import { expect, test } from '../fixtures/app';
import { clocks, shown, signsIn } from '../fixtures/desk';
import { act, confirm, held, named, openToken, tokenNow } from '../fixtures/manage-one';
import { csv, rowsFor } from '../fixtures/seed-file';
import { choose, expectFinished, importFile, open, press, saved, tabTo } from '../fixtures/steps';
import { members } from '../fixtures/tenant';
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
    await page.getByRole('textbox', { name: 'Serial number of a token of this delivery' }).fill(rows[3]!.serial);
    await page.getByRole('textbox', { name: "Code on the token's display" }).fill(code(rows[3]!));
    await page.getByRole('button', { name: 'Measure' }).click();
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
    await expect(panel.getByRole('alert')).toContainText('The token is deactivated, so its person cannot sign in with it now.');
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
