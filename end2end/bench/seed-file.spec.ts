// A seed file of 20,000 rows: read, checked and planned in the browser.
import { expect, test } from '../fixtures/app';
import { figure } from './figure';
import { between, drop, sample } from './page';

const ROWS = 20_000;

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '22000'] });

test('seed file of 20,000 rows', async ({ app, page }) => {
  const csv = await sample(app, ROWS);
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) performance.mark('long-task', { detail: { began: entry.startTime, ms: entry.duration } });
    }).observe({ type: 'longtask' });
  });
  await page.goto('/import');

  await drop(page, csv);
  await expect(page.getByRole('button', { name: 'Import, assign and activate 20,000 tokens' })).toBeVisible({ timeout: 60_000 });

  const read = await between(page, 'import-read-begin', 'import-read-end');
  const survey = await between(page, 'import-survey-begin', 'import-survey-end');
  const plan = await between(page, 'import-plan-begin', 'import-plan-end');
  const blocked = await page.evaluate(() => {
    const [read] = performance.getEntriesByName('import-read-begin');
    const since = (task: PerformanceMark) => (task.detail as { began: number }).began >= (read?.startTime ?? 0);
    const tasks = (performance.getEntriesByName('long-task') as PerformanceMark[]).filter(since);
    return Math.max(0, ...tasks.map((task) => (task.detail as { ms: number }).ms));
  });
  figure({ name: 'Seed file, 20,000 rows: read, checked and planned', value: (read + plan) / 1000, unit: 's', atMost: 1 });
  figure({ name: 'Seed file, 20,000 rows: users looked up (67 questions to the server)', value: survey / 1000, unit: 's' });
  figure({ name: 'Seed file, 20,000 rows: page blocked at a time, at most', value: blocked, unit: 'ms', atMost: 50 });
});
