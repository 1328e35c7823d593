// My tokens and the inventory on a phone, by Lighthouse: simulated slow 4G and a processor four times slower, median of five runs. Microsoft
// takes 150 ms to answer.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { test } from '../fixtures/organisation';
import { signIn } from '../fixtures/people';
import { figure, median } from './figure';

const RUNS = 5;
const LIGHTHOUSE = path.join(import.meta.dirname, 'lighthouse/node_modules/lighthouse/cli/index.js');

test.use({ practice: ['--practice-tokens', '300', '--practice-users', '100', '--practice-latency-ms', '150'] });
test.setTimeout(600_000);

/** What Lighthouse reports of one run. */
interface Report {
  categories: { performance: { score: number } };
  audits: Record<'first-contentful-paint' | 'largest-contentful-paint' | 'total-blocking-time' | 'cumulative-layout-shift', { numericValue: number }> & {
    'network-requests': { details: { items: { transferSize: number }[] } };
  };
}

async function lighthouse(url: string, cookie: string): Promise<Report> {
  const flags = ['--output=json', '--quiet', '--only-categories=performance', '--chrome-flags=--headless=new --no-sandbox'];
  const headers = cookie ? [`--extra-headers=${JSON.stringify({ Cookie: cookie })}`] : [];
  const env = { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? '/usr/bin/chromium' };
  const { stdout } = await promisify(execFile)('node', [LIGHTHOUSE, url, ...flags, ...headers], { env, maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as Report;
}

/** At most: requests and kilobytes until everything is loaded, milliseconds until the first and the largest paint, points lost of 100. */
interface Limits {
  requests?: number;
  kilobytes?: number;
  first?: number;
  largest: number;
  lost: number;
}

async function measure(what: string, page: Page, url: string, limits: Limits): Promise<void> {
  if (!existsSync(LIGHTHOUSE)) throw new Error('Lighthouse is not installed: cargo xtask bench installs it');
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const reports: Report[] = [];
  for (let run = 0; run < RUNS; run++) reports.push(await lighthouse(url, cookie));
  const of = (value: (report: Report) => number) => median(reports.map(value));
  const audit = (name: Exclude<keyof Report['audits'], 'network-requests'>) => of(({ audits }) => audits[name].numericValue);
  const loaded = ({ audits }: Report) => audits['network-requests'].details.items;
  figure({ name: `${what}: requests`, value: of((report) => loaded(report).length), unit: '', atMost: limits.requests });
  const kilobytes = of((report) => loaded(report).reduce((sum, { transferSize }) => sum + transferSize, 0) / 1000);
  figure({ name: `${what}: transferred`, value: kilobytes, unit: 'kB', atMost: limits.kilobytes });
  figure({ name: `${what}: first paint`, value: audit('first-contentful-paint'), unit: 'ms', atMost: limits.first });
  figure({ name: `${what}: largest paint`, value: audit('largest-contentful-paint'), unit: 'ms', atMost: limits.largest });
  figure({ name: `${what}: blocking time`, value: audit('total-blocking-time'), unit: 'ms', atMost: 100 });
  figure({ name: `${what}: layout shift, thousandths`, value: audit('cumulative-layout-shift') * 1000, unit: '', atMost: 20 });
  figure({ name: `${what}: points lost of 100`, value: 100 - 100 * of(({ categories }) => categories.performance.score), unit: '', atMost: limits.lost });
}

test('My tokens, signed out and signed in', async ({ app, page }) => {
  const url = `${app.url}/my`;
  const limits = { requests: 4, kilobytes: 30, first: 1500, largest: 1500, lost: 2 };
  await measure('My tokens, signed out', page, url, limits);
  await signIn(page, 'An end user', '/my');
  await measure('My tokens, signed in', page, url, limits);
});

// Everything that the app loads while the browser is idle is counted.
test('the inventory', async ({ app, page }) => {
  await signIn(page, 'An administrator', '/');
  await measure('Inventory on a phone', page, `${app.url}/`, { largest: 2000, lost: 10 });
});
