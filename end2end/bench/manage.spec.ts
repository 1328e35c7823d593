// Managing: unassigning 1,000 tokens at once, with 150 ms latency per Graph request.
import { expect, test } from '../fixtures/app';
import { devices } from '../fixtures/tenant';
import { figure } from './figure';

const COUNT = 1_000;

test.use({ practice: ['--practice-tokens', '2500', '--practice-users', '1500', '--practice-latency-ms', '150'] });

test('unassigning 1,000 tokens', async ({ app, page }) => {
  const held = (await devices(app)).filter(({ assignedTo }) => assignedTo).slice(0, COUNT);
  const serials = new Set(held.map(({ serialNumber }) => serialNumber));
  await page.goto('/');
  await expect(page.getByText('2,500 tokens', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Select by list' }).click();
  const list = page.getByRole('dialog', { name: 'Select by a list' });
  await list.getByRole('textbox').fill([...serials].join('\n'));
  await list.getByRole('button', { name: 'Read the pasted text' }).click();
  await list.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('1,000 selected', { exact: true })).toBeVisible();

  await app.resetStats();
  const asked = performance.now();
  await page.getByRole('button', { name: 'Unassign', exact: true }).click();
  await page.getByRole('textbox', { name: /^To go on, type/ }).fill(String(COUNT));
  const plan = performance.now() - asked;
  const planned = await app.stats();
  const began = performance.now();
  await page.getByRole('button', { name: 'Unassign 1,000 tokens', exact: true }).click();
  await expect(page.getByText('Finished: 1,000 tokens done.')).toBeVisible();
  const run = performance.now() - began;

  const stats = await app.stats();
  const free = (await devices(app)).filter(({ serialNumber, assignedTo }) => serials.has(serialNumber) && !assignedTo);
  expect(free).toHaveLength(COUNT);
  figure({ name: 'Unassign 1,000: button pressed to plan', value: plan / 1000, unit: 's' });
  figure({ name: 'Unassign 1,000: run', value: run / 1000, unit: 's', atMost: 3.2 });
  figure({ name: 'Unassign 1,000: Graph requests of the plan', value: planned.requests, unit: '' });
  figure({ name: 'Unassign 1,000: Graph requests of the run', value: stats.requests - planned.requests, unit: '', atMost: 120 });
  figure({ name: 'Unassign 1,000: writes per token', value: stats.writes / COUNT, unit: '', atMost: 1.05 });
  figure({ name: 'Unassign 1,000: requests in flight at most', value: stats.maxInFlight, unit: '', atMost: 8 });
});
