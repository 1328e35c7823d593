// The first minute in the practice tenant: three steps that tick themselves, until they are dismissed.
import { expectAccessibleEverywhere } from '../fixtures/accessible';
import { expect, test } from '../fixtures/app';
import { act, answerOf, expectOutcome, find, free, openToken, userWithoutToken } from '../fixtures/manage-one';
import { csv, rowsFor } from '../fixtures/seed-file';
import { choose, chooseMode, expectFinished, follow, open, press, ready } from '../fixtures/steps';

test.use({ firstSteps: true, practice: ['--practice-tokens', '40', '--practice-users', '40'] });

test('each step ticks itself, and is remembered', async ({ app, page }) => {
  await open(page, '/');
  const strip = page.getByRole('complementary', { name: 'First steps' });
  const done = strip.getByRole('listitem').filter({ hasText: '(done)' });
  await expect(strip.getByRole('listitem')).toHaveCount(3);
  await expect(done).toHaveCount(0);
  await expectAccessibleEverywhere(page, 'the first steps');

  await strip.getByRole('link', { name: 'Import the sample file' }).click();
  await choose(page, csv(rowsFor(['', ''])));
  await chooseMode(page, 'Import only');
  await press(page, 'Import 2 tokens');
  await expectFinished(page, '2 tokens done');
  await expect(done).toHaveCount(1);
  await expect(done).toContainText('Import the sample file');

  await strip.getByRole('link', { name: 'Give a token to somebody' }).click();
  await expect(page.getByText(/\d+ of 42 tokens/)).toBeVisible();
  const [token, person] = [await free(app), await userWithoutToken(app)];
  const panel = await openToken(page, token);
  await expect(done, 'remembered by the browser').toHaveCount(1);
  await act(panel, 'Assign …');
  await (await find(panel, person.userPrincipalName, person)).click();
  await expectOutcome(answerOf(page), token, 'Assigned');
  await page.keyboard.press('Escape');
  await expect(done).toHaveCount(2);

  await strip.getByRole('link', { name: 'See who did it, under Audit' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Audit' })).toBeVisible();
  await expect(done).toHaveCount(3);
  await expect(strip).toContainText('All three done.');

  await strip.getByRole('button', { name: 'Dismiss' }).click();
  await expect(strip).toHaveCount(0);
  await follow(page, 'Inventory');
  await page.reload();
  await ready(page);
  expect(await page.evaluate(() => localStorage.getItem('token-inventory.first-steps'))).toBe('dismissed');
  await expect(strip).toHaveCount(0);
});
