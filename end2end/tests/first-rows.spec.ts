// A few rows before the others: of an import and of an action on many tokens, by mouse and by keyboard.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { expectAccessibleEverywhere } from '../fixtures/accessible';
import { chooseBySerial, held, records, taskRow, tokensThatAre, tool, typeCount } from '../fixtures/manage-many';
import { csv, rowsFor, rowsOf } from '../fixtures/seed-file';
import { choose, chooseMode, expectFinished, figure, importFile, open, planRow, press, saved, tabTo } from '../fixtures/steps';
import { devices, members, sample, statuses } from '../fixtures/tenant';
import { withWrongKey } from '../fixtures/totp';

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '80'] });

const tryFirst = (page: Page) => page.getByRole('button', { name: 'Try with 5 first' });
const goOn = (page: Page, left: number) =>
  page.getByRole('button', { name: `Go on with the other ${left} tokens`, exact: true });
const result = (page: Page) => page.getByRole('paragraph').filter({ hasText: /^\d+ tokens? tried: / });

test('five are written and seen before the rest', async ({ app, page }) => {
  const file = await sample(app, 40);
  await importFile(page, file);
  await tryFirst(page).click();
  await expect(page.getByText('5 tokens tried: 5 activated and seen. 35 left, which stay as they are')).toBeVisible();
  const first = rowsOf(file).slice(0, 5).map((row) => row.serial);
  expect((await devices(app)).map((device) => [device.serialNumber, device.status]).sort()).toEqual(
    first.map((serial) => [serial, 'activated']).sort(),
  );
  expect((await app.stats()).writesByKind).toMatchObject({ create: 5, activate: 5 });
  await expect(figure(page, 5, 'Done')).toBeVisible();
  await expect(figure(page, 35, 'To do')).toBeVisible();
  await expect(planRow(page, first[0]!)).toContainText('Activated');
  await expectAccessibleEverywhere(page, 'the result of the first rows');
  const report = records((await saved(page, 'Download the report (CSV)')).text).slice(1);
  expect(report.map((record) => record[3])).toEqual([...Array(5).fill('Activated'), ...Array(35).fill('Not run'), 'Proof']);

  await goOn(page, 35).click();
  await expectFinished(page, '40 tokens done');
  expect((await app.stats()).writesByKind).toMatchObject({ create: 40, activate: 40 });
  expect(Object.values(await statuses(app))).toEqual(Array(40).fill('activated'));
});

test('by keyboard, and stopping there', async ({ app, page }) => {
  await importFile(page, await sample(app, 12));
  await chooseMode(page, 'Import only');
  await expect(page.getByRole('button', { name: 'Import 12 tokens', exact: true })).toBeVisible();
  await tabTo(page, tryFirst(page));
  await expectAccessibleEverywhere(page, 'the choice to try five');
  await page.keyboard.press('Enter');
  await expect(result(page)).toHaveText(/^5 tokens tried: 5 created and seen\. 7 left/);
  await expect(page.getByRole('status').filter({ hasText: '5 tokens tried: 5 created and seen. 7 tokens left' })).toHaveCount(1);
  await expect(result(page), 'the next Tab leads on').toBeFocused();
  await page.keyboard.press('Tab');
  await expect(goOn(page, 7)).toBeFocused();
  await tabTo(page, page.getByRole('button', { name: 'Choose another file' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Choose a file')).toBeVisible();
  expect(await devices(app)).toHaveLength(5);
});

test('a failure among the first is told before the rest is written', async ({ app, page }) => {
  const rows = rowsFor(await members(app, 8));
  await importFile(page, csv(rows));
  await chooseMode(page, 'Import and assign');
  await press(page, 'Import and assign 8 tokens');
  await expectFinished(page, '8 tokens done');
  await page.getByRole('button', { name: 'Choose another file' }).click();
  await choose(page, csv(rows.map((row, index) => (index === 1 ? withWrongKey(row) : row))));
  await chooseMode(page, 'Import, assign and activate');
  await tryFirst(page).click();
  await expect(result(page)).toContainText('5 tokens tried: 4 activated and seen, 1 failed. 3 left', { timeout: 0 });
  await expect(result(page)).toContainText('Look at the reason before you go on.');
  await expect(figure(page, 1, 'Failed')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Download the rows to correct (holds secret keys)' })).toBeVisible();
  await expect(goOn(page, 3)).toBeVisible();
});

test('no more than five tokens are not tried first', async ({ app, page }) => {
  await importFile(page, await sample(app, 5));
  await expect(page.getByRole('button', { name: 'Import, assign and activate 5 tokens' })).toBeVisible();
  await expect(tryFirst(page)).toHaveCount(0);
});

test.describe('an action on many', () => {
  test.use({ practice: ['--practice-tokens', '120', '--practice-users', '120'] });

  test('unassigns five of twelve, then the others; the number is typed once', async ({ app, page }) => {
    const serials = (await tokensThatAre(app, 'activated', 12)).map((token) => token.serialNumber);
    const free = async () =>
      Object.values(await held(app, serials)).filter(([, status]) => status === 'available').length;
    await open(page, '/');
    await expect(page.getByText('120 tokens', { exact: true })).toBeVisible();
    await chooseBySerial(page, serials);
    await tool(page, 'Unassign').click();
    const dialog = page.getByRole('dialog');
    await expect(tryFirst(page)).toHaveAttribute('aria-disabled', 'true');
    await tryFirst(page).click({ force: true });
    await expect(tryFirst(page), 'not before the number is typed').toBeVisible();
    await typeCount(page, 12);
    await app.resetStats();
    await tabTo(page, tryFirst(page));
    await page.keyboard.press('Enter');
    await expect(result(page)).toContainText('5 tokens tried: 5 unassigned and seen. 7 left');
    await expectAccessibleEverywhere(page, 'the result of the first rows in the dialog');
    await expect(dialog.getByRole('button', { name: 'Close' })).toBeFocused();
    await expect(taskRow(page, serials[0]!)).toContainText('Unassigned');
    expect(await free()).toBe(5);
    expect((await app.stats()).writesByKind).toMatchObject({ unassign: 5 });
    await expect(dialog.getByRole('button', { name: 'Undo', exact: true })).toBeVisible();

    await page.keyboard.press('Enter');
    const last = page.getByRole('complementary', { name: 'Last action' });
    await expect(last).toContainText('Last action: 5 tokens done, 7 left.');
    await last.getByRole('button', { name: 'Show' }).click();
    await goOn(page, 7).click();
    await expectFinished(page, '12 tokens done');
    expect(await free()).toBe(12);
    expect((await app.stats()).writesByKind).toMatchObject({ unassign: 12 });
  });
});
