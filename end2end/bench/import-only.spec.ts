// Import only: 10,000 tokens into an empty tenant, with 150 ms latency per Graph request.
import { expect, test } from '../fixtures/app';
import { devices } from '../fixtures/tenant';
import { between, drop, sample } from './page';
import { figure } from './figure';

const ROWS = 10_000;

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '11000', '--practice-latency-ms', '150'] });

test('import of 10,000 tokens', async ({ app, page }) => {
  const csv = await sample(app, ROWS);
  await page.goto('/import');
  await page.getByRole('radio', { name: /^Import only/ }).check();
  await app.resetStats();

  await drop(page, csv);
  await page.getByRole('button', { name: 'Import 10,000 tokens' }).click();
  await expect(page.getByText('Finished: 10,000 tokens done.')).toBeVisible({ timeout: 60_000 });

  const stats = await app.stats();
  const run = await between(page, 'import-run-begin', 'import-run-end');
  expect(await devices(app)).toHaveLength(ROWS);
  figure({ name: 'Import only, 10,000 rows: run', value: run / 1000, unit: 's', atMost: 20 });
  figure({ name: 'Import only: writes', value: stats.writes, unit: '', atMost: 500 });
  figure({ name: 'Import only: Graph requests, plan included', value: stats.requests, unit: '' });
});
