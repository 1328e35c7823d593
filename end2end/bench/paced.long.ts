// 10,000 rows against each kind of budget: 3,000 writes in 150 seconds. Minutes each: `cargo xtask bench --project long`.
import { expect, test } from '../fixtures/app';
import { between, drop, sample } from './page';
import { figure } from './figure';

const ROWS = 10_000;
/**
 * Seconds that each budget takes for 11,000 writes: in four windows, or 3,000 at once and 20 a second. Without a number the budget has to
 * pay for reads and for what faults cost, too: it is computed from what was counted.
 */
const BUDGETS = [
  { name: 'sliding window', seconds: 450, flags: [] },
  { name: 'sliding window, throttle headers', seconds: 450, flags: ['--practice-throttle-headers'] },
  { name: 'steady', seconds: 400, flags: ['--practice-steady-budget'] },
  { name: 'steady, throttle headers', seconds: 400, flags: ['--practice-steady-budget', '--practice-throttle-headers'] },
  {
    name: 'steady, reads counted, with faults',
    seconds: undefined,
    flags: [
      '--practice-steady-budget', '--practice-count-reads', '--practice-throttle-headers',
      '--practice-unavailable-rate', '0.02', '--practice-drop-rate', '0.01',
    ],
  },
];

for (const { name, seconds, flags } of BUDGETS) {
  test.describe(name, () => {
    test.use({ practice: ['--practice-tokens', '0', '--practice-users', '11000', '--practice-latency-ms', '150', ...flags] });

    test('10,000 rows', async ({ app, page, traffic }) => {
      // The faults.
      traffic.allow(/status of (429|502)/);
      test.setTimeout(2_400_000);
      const csv = await sample(app, ROWS);
      await page.goto('/import');
      await app.resetStats();
      await drop(page, csv);
      const start = page.getByRole('button', { name: /^Import, assign and activate [\d,]+ tokens/ });
      await expect(start).toBeEnabled({ timeout: 120_000 });
      await start.click();
      const finished = page.getByText(/^Finished: [\d,]+ tokens done/);
      let [writes, since, standstill, paced] = [0, performance.now(), 0, performance.now()];
      while (!(await finished.isVisible())) {
        await page.waitForTimeout(500);
        const { activate } = (await app.stats()).writesByKind;
        if (activate > writes) [writes, since] = [activate, performance.now()];
        // The last tokens may have to wait for their next code, up to a minute for each fault.
        if (writes < 0.99 * ROWS) [standstill, paced] = [Math.max(standstill, performance.now() - since), performance.now()];
      }
      const run = await between(page, 'import-run-begin', 'import-run-end');
      const stats = await app.stats();
      expect([stats.createdTwice, stats.activatedTwice]).toEqual([0, 0]);
      const least = seconds ?? (stats.writes + stats.reads - 3_000) / 20;
      figure({ name: `${name}: run`, value: run / 1000, unit: 's', atMost: least * 1.1 });
      figure({ name: `${name}: the last 1 %, some of which wait for their next code`, value: (performance.now() - paced) / 1000, unit: 's' });
      figure({ name: `${name}: writes answered 429, of 100`, value: (100 * stats.throttled) / stats.writes, unit: '', atMost: 1 });
      figure({ name: `${name}: longest standstill`, value: standstill / 1000, unit: 's', atMost: 10 });
      figure({ name: `${name}: writes`, value: stats.writes, unit: '' });
      figure({ name: `${name}: reads`, value: stats.reads, unit: '' });
      figure({ name: `${name}: requests`, value: stats.requests, unit: '' });
    });
  });
}
