// A run over hundreds of tokens: progress, stopping, resuming, leaving, and faults of Graph.
import type { Page, Route } from '@playwright/test';
import { type App, expect, test } from '../fixtures/app';
import { chooseBySerial, held, spreadsheetText, importAndAssign, records, tokensThatAre, tool, typeCount } from '../fixtures/manage-many';
import { csv, row } from '../fixtures/seed-file';
import { expectFinished, figure, follow, open, press, saved } from '../fixtures/steps';
import { members, users } from '../fixtures/tenant';
import { withWrongKey } from '../fixtures/totp';

const COUNT = 300;

/** Lets the first calls pass and blocks the others until the returned function is called. */
async function gate(page: Page, path: string, pass: number): Promise<() => void> {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  let calls = 0;
  await page.route(path, async (route) => {
    if (++calls > pass) await opened;
    await route.continue();
  });
  return open;
}

/** Starts unassigning tokens; returns their serials. */
async function begin(app: App, page: Page, count = COUNT): Promise<string[]> {
  const serials = (await tokensThatAre(app, 'activated', count)).map((device) => device.serialNumber);
  await open(page, '/');
  await expect(page.getByText(/^[\d,]+ tokens$/)).toBeVisible();
  await chooseBySerial(page, serials);
  await tool(page, 'Unassign').click();
  await typeCount(page, count);
  await app.resetStats();
  await press(page, `Unassign ${count} tokens`);
  return serials;
}

/** The number of these tokens that are unassigned. */
async function free(app: App, serials: string[]): Promise<number> {
  return Object.values(await held(app, serials)).filter(([, status]) => status === 'available').length;
}

test.describe('a slow tenant', () => {
  test.use({ practice: ['--practice-tokens', '1000', '--practice-users', '500', '--practice-latency-ms', '100'] });

  const stop = (page: Page) => page.getByRole('button', { name: 'Stop', exact: true });
  const progress = (page: Page) => page.getByRole('progressbar', { name: 'Rows written' });

  test('a stopped run is kept when it is closed, and resumed; nothing is written twice', async ({ app, page }) => {
    const release = await gate(page, '**/api/tokens/apply', 1);
    const serials = await begin(app, page);
    await expect(progress(page)).toHaveAttribute('value', /^[1-9]/);
    await expect(page.getByText(/^[1-9]\d* of 300/)).toBeVisible();
    await stop(page).click();
    await expect(page.getByRole('button', { name: 'Stopping …' })).toHaveAttribute('aria-disabled', 'true');
    release();

    const stopped = page.getByText(/^Stopped: \d+ tokens done, \d+ left\.$/);
    await expect(stopped).toBeVisible();
    const [done = 0, left = 0] = [...(await stopped.innerText()).matchAll(/\d+/g)].map(Number);
    expect(done + left).toBe(COUNT);
    expect(left).toBeGreaterThan(0);
    await expect(figure(page, left, 'To do')).toBeVisible();
    expect(await free(app, serials), 'what the page calls done is done').toBe(done);
    expect((await app.stats()).writes).toBe(done);

    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    const last = page.getByRole('complementary', { name: 'Last action' });
    await expect(last).toContainText(`Last action: ${done} tokens done, ${left} left.`);
    await follow(page, 'Import');
    await last.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await expectFinished(page, '300 tokens done');
    expect(await free(app, serials)).toBe(COUNT);
    expect((await app.stats()).writesByKind).toMatchObject({ unassign: COUNT });
    expect((await app.stats()).writes).toBe(COUNT);
    const report = records((await saved(page, 'Download the report (CSV)')).text).slice(1);
    expect(report.map((record) => spreadsheetText(record[1])).sort()).toEqual([...serials].sort());
    expect(new Set(report.map((record) => record[3]))).toEqual(new Set(['Unassigned']));
  });

  test('closing asks first: go on, or stop and close', async ({ app, page }) => {
    const release = await gate(page, '**/api/tokens/apply', 1);
    const serials = await begin(app, page);
    await expect(stop(page)).toBeVisible();
    await page.keyboard.press('Escape');
    const question = page.getByRole('alert').filter({ hasText: 'The work is under way' });
    await expect(question).toContainText('What is done stays done, and you can resume it.');
    await expect(question.getByRole('button', { name: 'Go on' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(question).toHaveCount(0);
    await expect(stop(page)).toBeVisible();

    await page.keyboard.press('Escape');
    await question.getByRole('button', { name: 'Stop and close' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    const last = page.getByRole('complementary', { name: 'Last action' });
    await expect(last).toContainText('Stopping …');
    release();
    await expect(last).toContainText(/Last action: \d+ tokens done, \d+ left\./);
    const [done = 0] = [...(await last.innerText()).matchAll(/\d+/g)].map(Number);
    expect(await free(app, serials)).toBe(done);
    expect((await app.stats()).writes).toBe(done);
    await last.getByRole('button', { name: 'Dismiss' }).click();
    await expect(last).toHaveCount(0);
  });

  test('Back asks, and the run goes on under the same address', async ({ app, page }) => {
    await open(page, '/import');
    await follow(page, 'Inventory');
    const release = await gate(page, '**/api/tokens/apply', 1);
    const serials = (await tokensThatAre(app, 'activated', COUNT)).map((device) => device.serialNumber);
    await chooseBySerial(page, serials);
    await tool(page, 'Unassign').click();
    await typeCount(page, COUNT);
    await press(page, `Unassign ${COUNT} tokens`);
    await expect(stop(page)).toBeVisible();
    const before = page.url();
    await page.goBack();
    await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible();
    expect(page.url()).toBe(before);
    await page.getByRole('button', { name: 'Go on' }).click();
    release();
    await expectFinished(page, '300 tokens done');
    expect(await free(app, serials)).toBe(COUNT);
  });

  test('closing the tab asks', async ({ app, page }) => {
    const release = await gate(page, '**/api/tokens/apply', 1);
    const serials = await begin(app, page);
    await expect(stop(page)).toBeVisible();
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    release();
    await expectFinished(page, '300 tokens done');
    expect(await free(app, serials)).toBe(COUNT);
  });
});

test.describe('a tenant at hand', () => {
  test.use({ practice: ['--practice-tokens', '300', '--practice-users', '150'] });

  test('after lost responses the tokens are read, and the writes are not repeated', async ({ app, page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    const lose = async (route: Route) => {
      await route.fetch();
      await route.abort();
    };
    await page.route('**/api/tokens/apply', lose, { times: 1 });
    const serials = await begin(app, page, 50);
    await expectFinished(page, '50 tokens done');
    expect(await free(app, serials)).toBe(50);
    expect((await app.stats()).writesByKind).toMatchObject({ unassign: 50, assign: 0 });
  });

  test('what failed is kept as the last action, on every page', async ({ app, page }) => {
    const upns = await members(app, 2);
    const people = new Map((await users(app)).map((user) => [user.userPrincipalName, user.id]));
    const own = upns.map((upn, index) => row(`66000${index}`, upn));
    await importAndAssign(page, own);
    await open(page, '/');
    await expect(page.getByText('302 tokens', { exact: true })).toBeVisible();
    await chooseBySerial(page, own.map((one) => one.serial));
    await tool(page, 'Activate …').click();
    const wrong = own.map(withWrongKey);
    const seeds = { name: 'seeds.csv', mimeType: 'text/csv', buffer: Buffer.from(csv(wrong)) };
    await page.getByRole('dialog').getByLabel('Choose a file').setInputFiles(seeds);
    await press(page, 'Activate 2 tokens');
    await expectFinished(page, '0 tokens done, 2 failed');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    const last = page.getByRole('complementary', { name: 'Last action' });
    await expect(last).toContainText('Last action: 0 tokens done, 2 failed.');
    await follow(page, 'Settings');
    await last.getByRole('button', { name: 'Show' }).click();
    const report = await saved(page, 'Download the report (CSV)');
    expect(records(report.text).slice(1).map((record) => record[3])).toEqual(['Failed', 'Failed']);
    for (const { secret } of wrong) expect(report.text).not.toContain(secret);
    expect(await held(app, own.map((one) => one.serial))).toEqual(
      Object.fromEntries(own.map((one) => [one.serial, [people.get(one.upn), 'failedActivation']])),
    );
  });
});

test.describe('an app that may not unassign', () => {
  const granted = ['Policy.ReadWrite.AuthenticationMethod', 'User.Read.All', 'UserAuthMethod-HardwareOATH.Read.All'];
  test.use({ practice: ['--practice-tokens', '60', '--practice-users', '60', '--practice-grant', granted.join(',')] });

  test('says which permission is missing before many are unassigned, and writes nothing', async ({ app, page }) => {
    const serials = (await tokensThatAre(app, 'activated', 3)).map((device) => device.serialNumber);
    const before = await held(app, serials);
    await open(page, '/');
    await expect(page.getByText('60 tokens', { exact: true })).toBeVisible();
    await chooseBySerial(page, serials);
    await app.resetStats();
    await tool(page, 'Unassign').click();
    const dialog = page.getByRole('dialog', { name: 'Unassign 3 tokens' });
    await expect(dialog).toContainText('UserAuthMethod-HardwareOATH.ReadWrite.All is missing');
    await expect(dialog.getByRole('button', { name: 'Unassign 3 tokens', exact: true })).toHaveCount(0);
    expect((await app.stats()).writes).toBe(0);
    expect(await held(app, serials)).toEqual(before);
  });
});
