// After an import: its tokens in the inventory, their slips, its entries in the audit trail.
import { expectAccessible } from '../fixtures/accessible';
import { lines } from '../fixtures/audit';
import { Colleague } from '../fixtures/colleague';
import { expect, test } from '../fixtures/app';
import { csv, row, rowsFor } from '../fixtures/seed-file';
import { expectFinished, importFile, press, rows } from '../fixtures/steps';
import { members } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '40', '--practice-users', '40'] });

const link = (name: string) => ({ name, exact: true });

test('its tokens, their slips and its entries are a click away', async ({ app, page }) => {
  const good = rowsFor(await members(app, 3));
  await importFile(page, csv([...good, row('900', 'nobody@x.example')]));
  await expect(page.locator('[role=status]').filter({ hasText: 'The plan for 4 rows is ready' }), 'what is not possible is announced, too')
    .toContainText('3 to create, assign and activate, 1 not possible');
  await press(page, 'Import, assign and activate 3 tokens');
  await expectFinished(page, '3 tokens done; 1 not possible');
  await expect(page.locator('[role=status]').filter({ hasText: '3 tokens done; 1 not possible' })).toHaveCount(1);
  await expectAccessible(page, 'the result');

  await page.getByRole('link', link('Print slips')).click();
  await expect(page.getByText('3 slips to print.')).toBeVisible();
  for (const { serial } of good) await expect(page.getByRole('article').filter({ hasText: serial })).toHaveCount(1);
  await page.goBack();

  await page.getByRole('link', link('Show these 3 in the inventory')).click();
  await expect(page).toHaveURL(/[?]q=list%3Aimport/);
  await expect(page.getByText('3 of 43 tokens')).toBeVisible();
  await expect(rows(page, 'Tokens')).toHaveCount(3);
  await new Colleague(app).create(row('5500000009'));
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(page.getByText('3 of 44 tokens'), 'reading them anew keeps the list').toBeVisible();

  await page.goBack();
  await page.getByRole('link', link('Open the run in Audit')).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Audit' })).toBeVisible();
  await expect(lines(page, good[0]!.serial).first()).toBeVisible();
});

test('back from the slips the tokens are still selected', async ({ page }) => {
  await page.goto('/');
  const bar = page.getByRole('toolbar', { name: 'Selected tokens' });
  for (const place of [0, 1]) await rows(page, 'Tokens').nth(place).getByRole('checkbox').click();
  await bar.getByRole('button', { name: 'Print slips …' }).click();
  await expect(page.getByText('2 slips to print.')).toBeVisible();
  await expect(page.getByText('it can be opened on this machine only'), 'the address is of this machine').toBeVisible();
  await page.goBack();
  await expect(bar.getByText('2 selected')).toBeVisible();
  for (const place of [0, 1]) await expect(rows(page, 'Tokens').nth(place).getByRole('checkbox')).toBeChecked();
});
