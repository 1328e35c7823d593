// The token in the hand: a token is measured, and one is found among 50,000 seeds.
import { type Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { act, held, openToken } from '../fixtures/manage-one';
import { csv, row } from '../fixtures/seed-file';
import { choose, open } from '../fixtures/steps';
import { code } from '../fixtures/totp';
import { figure } from './figure';

const SEEDS = 50_000;
/** Steps to either side that the nearer two stages of the search go through, and some more for the time until then. */
const NEAR_STEPS = 22;
const FIELD = "Code on the token's display";

test.use({ practice: ['--practice-tokens', '60', '--practice-users', '60', '--practice-drift-rate', '0'] });

/**
 * Types a code and presses Enter in the page; returns the milliseconds until a text appears there, and the longest task that
 * blocked the page meanwhile.
 */
async function answered(page: Page, digits: string, text: RegExp): Promise<{ ms: number; blocked: number }> {
  const field = await page.getByRole('textbox', { name: FIELD }).last().elementHandle();
  return page.evaluate(
    async ({ field, digits, source }) => {
      const tasks: number[] = [];
      const observer = new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => tasks.push(duration)));
      observer.observe({ type: 'longtask' });
      const wanted = new RegExp(source);
      const isThere = () => [...document.querySelectorAll('[role=status]')].some((one) => wanted.test(one.textContent ?? ''));
      if (isThere()) throw new Error('the answer is there before the question');
      const input = field as HTMLInputElement;
      input.value = digits;
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      const began = performance.now();
      const ended = new Promise<number>((resolve) => {
        const mutations = new MutationObserver(() => {
          if (!isThere()) return;
          mutations.disconnect();
          resolve(performance.now());
        });
        mutations.observe(document.body, { childList: true, subtree: true, characterData: true });
      });
      input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      const ms = (await ended) - began;
      // Long tasks are reported some moments later.
      await new Promise((resolve) => setTimeout(resolve, 100));
      observer.disconnect();
      return { ms, blocked: Math.max(0, ...tasks) };
    },
    { field, digits, source: text.source },
  );
}

test('one token is measured', async ({ app, page }) => {
  const { token } = await held(app, 'activated');
  const panel = await openToken(page, token);
  await panel.getByText('Measure it: is this the token, and is its clock right?').click();
  const settings = {
    interval: String(token.timeIntervalInSeconds),
    hash: token.hashFunction === 'hmacsha256' ? 'SHA-256' : 'SHA-1',
  };
  const [real, other] = [row('measured', '', settings), row('another', '', settings)];
  await panel.getByLabel('Secret key').fill(real.secret);
  await expect(panel.getByRole('textbox', { name: FIELD })).toBeVisible();
  const right = await answered(page, code(real), /clock is right/);
  figure({ name: 'A token is measured by one code: from Enter to the verdict', value: right.ms, unit: 'ms', atMost: 50 });
  // Two codes in a row of another token: four settings, two days, and beyond them a fortnight are searched.
  const unfit = /not the code of this secret key|One more/;
  const first = await answered(page, code(other), unfit);
  await answered(page, '12', /Type the six digits/);
  const second = await answered(page, code(other, Number(other.interval)), unfit);
  figure({ name: 'The same for a code that fits nothing', value: first.ms, unit: 'ms', atMost: 50 });
  figure({ name: 'The same for the next one after it', value: second.ms, unit: 'ms', atMost: 50 });
});

test('a token is found among 50,000 seeds', async ({ page }) => {
  test.setTimeout(600_000);
  const rows = Array.from({ length: SEEDS }, (_, index) => row(`88${String(index).padStart(6, '0')}`));
  // A code that no token shows within ten minutes: so all of them are searched.
  const shown = new Uint8Array(1_000_000);
  for (const one of rows) {
    for (let step = -NEAR_STEPS; step <= NEAR_STEPS; step++) shown[Number(code(one, step * 30))] = 1;
  }
  const free = String(shown.indexOf(0)).padStart(6, '0');
  await open(page, '/');
  await act(page.locator('body'), 'Find by code …');
  await choose(page, csv(rows));
  await expect(page.getByText(`${SEEDS.toLocaleString('en')} rows were read.`)).toBeVisible({ timeout: 120_000 });
  // The next stage begins: clocks that are off by up to two hours.
  const { ms, blocked } = await answered(page, free, /at most 2 h/);
  figure({ name: '50,000 seeds, 41 steps each: searched', value: ms / 1000, unit: 's', atMost: 3 });
  figure({ name: '50,000 seeds, 41 steps each: page blocked at a time, at most', value: blocked, unit: 'ms', atMost: 50 });
});
