// What Microsoft answered well is done when it is seen: late lists, writes without effect, and tenants without bulk creation.
import { expect, test } from '../fixtures/app';
import { csv, rowsFor } from '../fixtures/seed-file';
import { expectFinished, importFile, planRow, press } from '../fixtures/steps';
import { members, sample, statuses } from '../fixtures/tenant';

test.describe('a tenant whose lists lag', () => {
  test.use({ practice: ['--practice-tokens', '0', '--practice-users', '60', '--practice-list-lag-ms', '6000'] });

  test('a row is written first, and done once it is seen', async ({ app, page }) => {
    const rows = rowsFor(await members(app, 8));
    await importFile(page, csv(rows));
    await press(page, 'Import, assign and activate 8 tokens');
    await expect(page.getByText('0 seen, 8 written and being read back', { exact: true })).toBeVisible();
    await expect(planRow(page, rows[0]!.serial)).toContainText('Written, being read back');
    await expect(page.getByRole('progressbar', { name: 'Rows written' })).toHaveAttribute('value', '8');
    await expectFinished(page, '8 tokens done');
    await expect(planRow(page, rows[0]!.serial)).toContainText('Activated');
    await expect(planRow(page, rows[0]!.serial)).not.toContainText('Written');
    expect((await app.stats()).writesByKind).toMatchObject({ create: 8, activate: 8 });
  });

  test('a row that is stopped unseen says so, and is read before it is written again', async ({ app, page }) => {
    const rows = rowsFor(await members(app, 8));
    await importFile(page, csv(rows));
    await press(page, 'Import, assign and activate 8 tokens');
    await expect(page.getByText('0 seen, 8 written and being read back', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(page.getByText('Stopped: 0 tokens done, 8 left (8 written, not read back).')).toBeVisible();
    await expect(planRow(page, rows[0]!.serial)).toContainText('Written, not read back');
    await page.getByRole('button', { name: 'Resume' }).click();
    await expectFinished(page, '8 tokens done');
    expect((await app.stats()).writesByKind).toMatchObject({ create: 8, activate: 8 });
  });
});

test.describe('a tenant that loses colliding writes', () => {
  test.use({ practice: ['--practice-tokens', '0', '--practice-users', '60', '--practice-collision-ms', '400'] });

  test('three tokens for each of thirty users: all are activated, none twice', async ({ app, page }) => {
    const upns = await members(app, 30);
    const rows = rowsFor([...upns, ...upns, ...upns]);
    await importFile(page, csv(rows));
    await press(page, 'Import, assign and activate 90 tokens');
    await expectFinished(page, '90 tokens done');
    expect(Object.values(await statuses(app))).toEqual(Array(90).fill('activated'));
    const stats = await app.stats();
    expect([stats.createdTwice, stats.activatedTwice]).toEqual([0, 0]);
  });
});

const LIMITS = [
  ['0', 'This tenant takes no creation of many tokens in one write: each token was created alone.'],
  ['8', 'This tenant takes the creation of at most'],
] as const;
for (const [limit, note] of LIMITS) {
  test.describe(`a tenant that creates ${limit} tokens in one write`, () => {
    test.use({ practice: ['--practice-tokens', '0', '--practice-users', '60', '--practice-bulk-limit', limit] });

    test('every token is created once, and the page says how', async ({ app, page }) => {
      await importFile(page, await sample(app, 30));
      await press(page, 'Import, assign and activate 30 tokens');
      await expectFinished(page, '30 tokens done');
      await expect(page.getByText(note)).toBeVisible();
      expect(Object.values(await statuses(app))).toEqual(Array(30).fill('activated'));
      expect((await app.stats()).createdTwice).toBe(0);
    });
  });
}
