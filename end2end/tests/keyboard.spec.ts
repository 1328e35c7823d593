// An import by keyboard alone.
import { expect, test } from '../fixtures/app';
import { catchChoosers, expectFinished, open, rows, tabTo } from '../fixtures/steps';
import { sample, statuses } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '40'] });

test('an import by Tab, Space, Enter and the arrows', async ({ app, page }) => {
  const file = { name: 'tokens.csv', mimeType: 'text/csv', buffer: Buffer.from(await sample(app, 6)) };
  catchChoosers(page);
  await open(page, '/');
  await tabTo(page, page.getByRole('link', { name: 'Import', exact: true }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Import' })).toBeVisible();

  await tabTo(page, page.getByRole('radio', { name: 'Import, assign and activate' }));
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('radio', { name: 'Import and assign' })).toBeChecked();
  await page.keyboard.press('ArrowDown');

  await tabTo(page, page.getByLabel('Choose a file'));
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Space')]);
  await chooser.setFiles(file);
  await expect(page.getByRole('button', { name: 'Import, assign and activate 6 tokens' })).toBeVisible();

  await tabTo(page, page.getByRole('button', { name: '6 To do' }));
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: '6 To do' })).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Space');
  await tabTo(page, page.getByRole('region', { name: 'Rows of the file' }));

  await tabTo(page, page.getByRole('button', { name: 'Import, assign and activate 6 tokens' }));
  await page.keyboard.press('Enter');
  await expectFinished(page, '6 tokens done');
  expect(Object.values(await statuses(app))).toEqual(Array(6).fill('activated'));

  await tabTo(page, page.getByRole('button', { name: 'Download the report (CSV)' }));
  const [report] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect(report.suggestedFilename()).toBe('import-report.csv');

  await tabTo(page, page.getByRole('link', { name: 'Inventory', exact: true }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('searchbox', { name: 'Search' }));
  await page.keyboard.type('nobody has this');
  await tabTo(page, page.getByRole('button', { name: 'Clear search and filters' }));
  await page.keyboard.press('Enter');
  await tabTo(page, rows(page, 'Tokens').first().getByRole('link').first());
  await page.keyboard.press('ArrowUp');
  for (let column = 2; column <= 5; column++) await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('button', { name: 'Status' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('columnheader', { name: 'Status' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(rows(page, 'Tokens')).toHaveCount(6);
});

test('the first Tab leads past the header', async ({ page }) => {
  await open(page, '/');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});
