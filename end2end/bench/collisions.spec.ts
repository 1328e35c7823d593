// Three tokens for each of 30 people, in a tenant where a second write for a person within 400 ms has no effect.
import { expect, test } from '../fixtures/app';
import { csv, row } from '../fixtures/seed-file';
import { devices, members } from '../fixtures/tenant';
import { between, drop } from './page';
import { figure } from './figure';

const PEOPLE = 30;
const EACH = 3;

test.use({ practice: ['--practice-tokens', '0', '--practice-latency-ms', '150', '--practice-collision-ms', '400'] });

test('three tokens a person, with writes that collide', async ({ app, page }) => {
  const people = await members(app, PEOPLE);
  const rows = [...Array(EACH).keys()].flatMap((round) =>
    people.map((upn, index) => row(`88${round}${String(index).padStart(4, '0')}`, upn)),
  );
  await page.goto('/import');
  await app.resetStats();
  await drop(page, csv(rows));
  await page.getByRole('button', { name: 'Import, assign and activate 90 tokens' }).click();
  await expect(page.getByText('Finished: 90 tokens done.')).toBeVisible({ timeout: 120_000 });

  const run = await between(page, 'import-run-begin', 'import-run-end');
  const { lost, activatedTwice } = await app.stats();
  const activated = (await devices(app)).filter(({ status }) => status === 'activated');
  expect(activatedTwice).toBe(0);
  figure({ name: 'Three tokens a person: run', value: run / 1000, unit: 's' });
  figure({ name: 'Three tokens a person: not activated', value: rows.length - activated.length, unit: '', atMost: 0 });
  figure({ name: 'Three tokens a person: writes without effect', value: lost, unit: '', atMost: 0 });
});
