// The audit page with 1,000,000 entries and their intents, in the store that the benchmark of the audit trail fills.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '../fixtures/organisation';
import { signIn } from '../fixtures/people';
import { figure, percentile } from './figure';

const STORE = path.resolve(import.meta.dirname, '../../target/tmp/audit-bench/1000000.db');
const FILL = 'cargo test --release -p server --test server bench_every -- --ignored';
/** Pixels a frame, and frames: about 2,000 lines, loaded page by page. */
const SPEED = 100;
const FRAMES = 900;

test.skip(!existsSync(STORE), `there is no such store: \`${FILL}\` makes it`);
// The entries' tenant is another than the one that is served.
test.use({ environment: { DATABASE_URL: `sqlite:${STORE}`, AUDIT_TENANT_ALIASES: 'contoso.example' } });
test.beforeEach(({ traffic }) => traffic.allow(/status of 40[13]/));

for (const [name, query] of [['runs folded', ''], ['one by one', '?result=refused']] as const) {
  test(`audit trail, ${name}`, async ({ page }) => {
    await signIn(page, 'An administrator', `/audit${query}`);
    await expect(page.getByText(/^100 (lines|entries), more below/)).toBeVisible();
    const { frames, blocked } = await page.evaluate(scrolling, { speed: SPEED, count: FRAMES });
    await expect(page.getByText(/^[2-9],\d00 (lines|entries), more below/)).toBeVisible();
    figure({ name: `Audit trail, 1,000,000 entries, ${name}: page blocked at a time while scrolling, at most`, value: Math.max(0, ...blocked), unit: 'ms', atMost: 50 });
    figure({ name: `Audit trail, 1,000,000 entries, ${name}: a frame while scrolling, 95 of 100`, value: percentile(frames, 95), unit: 'ms', atMost: 34 });
  });
}

/** Scrolls the table in each frame; returns the duration of each frame, and of each task above 50 ms. */
async function scrolling({ speed, count }: { speed: number; count: number }): Promise<{ frames: number[]; blocked: number[] }> {
  const table = document.querySelector('.table-scroll');
  if (!table) throw new Error('no table');
  const blocked: number[] = [];
  new PerformanceObserver((list) => blocked.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
  const frame = () => new Promise<number>(requestAnimationFrame);
  const frames: number[] = [];
  let before = await frame();
  while (frames.length < count) {
    table.scrollTop += speed;
    const now = await frame();
    frames.push(now - before);
    before = now;
  }
  return { frames, blocked };
}
