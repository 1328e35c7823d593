// Rollout: 1,000 rows imported, assigned and activated, each read back, with 150 ms latency per Graph request.
import { expect, test } from '../fixtures/app';
import { between, drop, sample } from './page';
import { figure } from './figure';
import { devices } from '../fixtures/tenant';

const ROWS = 1_000;

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '1500', '--practice-latency-ms', '150'] });

test('rollout of 1,000 rows', async ({ app, page }) => {
  const csv = await sample(app, ROWS);
  await page.goto('/import');
  await fetch(new URL('/practice/stats/reset', app.practiceUrl), { method: 'POST' });

  await drop(page, csv);
  await page.getByRole('button', { name: 'Import, assign and activate 1,000 tokens' }).click();
  await expect(page.getByText('Finished: 1,000 tokens done.')).toBeVisible();

  const stats = await app.stats();
  const run = await between(page, 'import-run-begin', 'import-run-end');
  const plan = await between(page, 'import-read-begin', 'import-plan-end');
  figure({ name: 'Rollout, 1,000 rows: run', value: run / 1000, unit: 's', atMost: 2.8 });
  figure({ name: 'Rollout, 1,000 rows: file dropped to plan', value: plan / 1000, unit: 's' });
  figure({ name: 'Rollout: Graph requests, plan included', value: stats.requests + stats.tokenRequests, unit: '', atMost: 120 });
  figure({ name: 'Rollout: writes per token', value: stats.writes / ROWS, unit: '', atMost: 1.1 });
  figure({ name: 'Rollout: requests in flight at most', value: stats.maxInFlight, unit: '', atMost: 8 });
  const activated = (await devices(app)).filter(({ status }) => status === 'activated');
  expect(activated).toHaveLength(ROWS);
});
