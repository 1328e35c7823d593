// Inventory: 20,000 tokens in pages of 1,000, each page taking 150 ms.
import type { Browser, Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { figure, median, percentile } from './figure';

const LATENCY_MS = 150;
const VISITS = 7;
/** What is typed into the search. */
const TEXTS = ['token2 assign', '0012', 'maria', 'feitian c200 60', 'activated müller'];

declare global {
  interface Window {
    firstRows: Promise<number>;
  }
}

test.use({
  practice: ['--practice-tokens', '20000', '--practice-users', '12000', '--practice-latency-ms', String(LATENCY_MS)],
});

/** Opens the inventory as a new visitor, several times over: when the first rows were painted, in ms since the URL was opened. */
async function openings(browser: Browser, url: string): Promise<number[]> {
  const times: number[] = [];
  for (let visit = 0; visit < VISITS; visit++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await watchFirstRows(page);
    await page.goto(url);
    await page.locator('tbody tr.row').first().waitFor();
    times.push(await page.evaluate(() => window.firstRows));
    await context.close();
  }
  return times;
}

async function watchFirstRows(page: Page): Promise<void> {
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('tbody tr.row')) return;
      observer.disconnect();
      window.firstRows = new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
    }).observe(document, { childList: true, subtree: true });
  });
}

test('inventory of 20,000 tokens', async ({ app, browser, page }) => {
  const visits = await openings(browser, app.url);
  await page.goto('/');
  await expect(page.getByText('20,000 tokens', { exact: true })).toBeVisible({ timeout: 60_000 });
  const opened = median(visits) - LATENCY_MS;
  figure({ name: 'Inventory, 20,000 tokens: address opened to first rows, less its latency', value: opened, unit: 'ms', atMost: 200 });

  const keys = await page.evaluate(typing, TEXTS);
  figure({ name: 'Inventory, 20,000 tokens: key to painted result, median', value: median(keys), unit: 'ms', atMost: 16 });
  figure({ name: 'Inventory, 20,000 tokens: key to painted result, slowest', value: Math.max(...keys), unit: 'ms' });
});

test.describe('of 100,000 tokens', () => {
  test.use({ practice: ['--practice-tokens', '100000', '--practice-users', '60000', '--practice-page-size', '5000'] });

  test('from a key to the painted result', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByText('100,000 tokens', { exact: true })).toBeVisible({ timeout: 120_000 });
    const keys = await page.evaluate(typing, TEXTS);
    figure({ name: 'Inventory, 100,000 tokens: key to painted result, median', value: median(keys), unit: 'ms', atMost: 8 });
    figure({ name: 'Inventory, 100,000 tokens: key to painted result, 95 of 100', value: percentile(keys, 95), unit: 'ms', atMost: 16 });
  });
});

/**
 * Types texts key by key; returns the milliseconds from each key until its result was painted. The key is pressed at the
 * beginning of a frame; the message is handled after the work, the layout and the painting of that frame.
 */
async function typing(texts: string[]): Promise<number[]> {
  const field = document.querySelector<HTMLInputElement>('input[type=search]');
  if (!field) throw new Error('no search field');
  const press = (text: string) =>
    new Promise<number>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      requestAnimationFrame(() => {
        const began = performance.now();
        port1.onmessage = () => resolve(performance.now() - began);
        field.value = text;
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        port2.postMessage(null);
      });
    });
  const times: number[] = [];
  for (const text of texts) {
    for (let length = 0; length <= text.length; length++) times.push(await press(text.slice(0, length)));
  }
  return times;
}
