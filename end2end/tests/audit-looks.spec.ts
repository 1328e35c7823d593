// The audit page: accessibility, phones, names that look like markup, and secrecy.
import { expectAccessible } from '../fixtures/accessible';
import { lines, openAudit } from '../fixtures/audit';
import { type App, expect, test } from '../fixtures/app';
import { collectResponses } from '../fixtures/secret-surfaces';
import { act, confirm, expectOutcome, find, free, userWithoutToken, openToken } from '../fixtures/manage-one';
import { csv, rowsFor } from '../fixtures/seed-file';
import { expectFinished, importFile, press } from '../fixtures/steps';
import { members, users } from '../fixtures/tenant';
import type { Page } from '@playwright/test';

const FEW = ['--practice-tokens', '40', '--practice-users', '60'];

async function imported(app: App, page: Page, count: number) {
  const rows = rowsFor(await members(app, count));
  await importFile(page, csv(rows));
  await press(page, `Import, assign and activate ${count} tokens`);
  await expectFinished(page, `${count} tokens done`);
  return rows;
}

test.use({ practice: FEW });

test('every state of the page is accessible', async ({ app, page, traffic }) => {
  traffic.allow(/status of 503/);
  await imported(app, page, 4);
  await openAudit(page);
  await lines(page, 'Run: ').getByRole('button', { name: /Run: / }).click();
  await expect(lines(page, 'Assign and activate', 'Done').nth(1)).toBeVisible();
  await expectAccessible(page, 'an open run');
  await page.getByRole('button', { name: /details of entry/ }).first().click();
  await expect(page.getByRole('dialog', { name: /^Entry / })).toBeVisible();
  await expectAccessible(page, 'details');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Export' }).click();
  await expect(page.getByRole('dialog', { name: 'Export the audit trail' })).toBeVisible();
  await expectAccessible(page, 'the export');
  await page.keyboard.press('Escape');
  await lines(page, 'Run: ').getByRole('button', { name: /show the whole run$/ }).click();
  await expect(page.getByRole('button', { name: 'Leave the run' })).toBeVisible();
  await expectAccessible(page, 'a whole run');
  await openAudit(page, '?text=nothinglikethis');
  await expect(page.getByText('No entry matches these filters.')).toBeVisible();
  await expectAccessible(page, 'no match');
  const fault = { fault: 'not_recorded', message: 'the disk is full.' };
  await page.route(/\/api\/audit\/(list|newer)$/, (route) => route.fulfill({ status: 503, json: fault }));
  await page.goto('/audit');
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page, 'a failure');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 780 }, practice: FEW });

  test('nothing has to be scrolled sideways, and it is accessible', async ({ app, page }) => {
    await imported(app, page, 3);
    await openAudit(page);
    await lines(page, 'Run: ').getByRole('button', { name: /Run: / }).click();
    await expect(lines(page, 'Assign and activate', 'Done').nth(1)).toBeVisible();
    const fits = () => page.evaluate(() => {
      const list = document.querySelector('[role=region]');
      return [document.documentElement.scrollWidth, (list?.scrollWidth ?? 0) - (list?.clientWidth ?? 0)];
    });
    expect(await fits()).toEqual([390, 0]);
    await expectAccessible(page, 'an open run');
    await page.getByRole('button', { name: /details of entry/ }).first().click();
    await expect(page.getByRole('dialog', { name: /^Entry / })).toBeVisible();
    expect(await fits()).toEqual([390, 0]);
    await expectAccessible(page, 'details');
  });
});

test.describe('names that look like markup', () => {
  test.use({ practice: [...FEW, '--practice-hostile-names'] });

  for (const local of ['img.onerror', 'right.to.left']) {
    test(`${local} is text`, async ({ app, page }) => {
      const user = (await users(app)).find(({ userPrincipalName }) => userPrincipalName.startsWith(`${local}@`))!;
      const token = await free(app);
      const panel = await openToken(page, token);
      await act(panel, 'Assign …');
      await (await find(panel, user.userPrincipalName, user)).click();
      await expectOutcome(await confirm(page, 'Assign', user.userPrincipalName), token, 'Assigned');
      await openAudit(page, `?token=${token.serialNumber}`);
      const name = lines(page).getByRole('button', { name: /show everything about this user$/ });
      await expect(lines(page).locator('.cell--person .cell__main bdi')).toHaveText(user.displayName);
      await page.getByRole('button', { name: /details of entry/ }).click();
      const dialog = page.getByRole('dialog', { name: /^Entry / });
      await expect(dialog.locator('bdi', { hasText: user.displayName }).first()).toHaveText(user.displayName);
      await page.keyboard.press('Escape');
      await name.click();
      await expect(page).toHaveURL(/person=/);
      expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
      expect(await page.evaluate(() => document.querySelectorAll('img[src="x"], [onerror], bdi b').length)).toBe(0);
    });
  }
});

test.describe('secrets', () => {
  test.use({ practice: FEW });

  test('no response about the audit log contains a seed, a code or a secret', async ({ app, page, traffic }) => {
    const answers = collectResponses(page.context(), `${app.url}/api/audit`);
    const rows = await imported(app, page, 8);
    const user = await userWithoutToken(app);
    await openAudit(page);
    await lines(page, 'Run: ').getByRole('button', { name: /Run: / }).click();
    await expect(lines(page, 'Assign and activate', 'Done').nth(1)).toBeVisible();
    await openAudit(page, '?action=create');
    await expect(lines(page)).toHaveCount(8);
    await openAudit(page, `?person=${encodeURIComponent(user.userPrincipalName)}`);
    const file = await (await page.request.get('/audit/export?format=jsonl', { headers: { 'sec-fetch-site': 'same-origin' } })).text();
    const exposed = [...(await Promise.all(answers)), file, await page.content()].join('\n');
    expect(exposed).toContain(rows[0]!.serial);
    const { clientSecret } = await app.credentials();
    expect(exposed).not.toContain(clientSecret);
    for (const { secret } of rows) expect(exposed).not.toContain(secret.slice(0, 16));
    const bodies = traffic.requests.filter(({ url }) => url.endsWith('/tokens/apply')).map(({ body }) => body);
    const codes = bodies.flatMap((body) => [...body.matchAll(/"code":"(\d{6})"/g)].map(([, code]) => code!));
    expect(codes).toHaveLength(8);
    for (const code of codes) expect(new RegExp(`(?<![0-9a-f])${code}(?![0-9a-f])`).test(exposed), code).toBe(false);
  });
});
