// A key container of 50,000 keys and a workbook of 20,000 rows: opened and read in the browser.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { zip } from '../fixtures/archive';
import { encryptedPskc, type Key, plainPskc, PRE_SHARED } from '../fixtures/pskc';
import { figure } from './figure';
import { between } from './page';

const KEYS = 50_000;
const ROWS = 20_000;

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '100'] });

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) performance.mark('long-task', { detail: { began: entry.startTime, ms: entry.duration } });
    }).observe({ type: 'longtask' });
  });
  await page.goto('/import');
});

test('PSKC of 50,000 plain keys', async ({ page }) => {
  await choose(page, 'plain.xml', plainPskc(keys()));
  await expect(page.getByText(/^PSKC: 50,000 rows\./)).toBeVisible({ timeout: 60_000 });
  await measure(page, 'PSKC, 50,000 plain keys', 2);
});

test('PSKC of 50,000 keys encrypted by AES with MACs', async ({ page }) => {
  await choose(page, 'encrypted.xml', encryptedPskc(keys()));
  await page.getByLabel('Pre-shared key, in hex or Base64').fill(PRE_SHARED.toString('hex'));
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^PSKC: 50,000 rows\./)).toBeVisible({ timeout: 60_000 });
  await measure(page, 'PSKC, 50,000 encrypted keys', 2);
});

test('workbook of 20,000 rows', async ({ page }) => {
  await choose(page, 'tokens.xlsx', workbook());
  await expect(page.getByText(/^Workbook \(.*\): 20,000 rows\./)).toBeVisible({ timeout: 60_000 });
  await measure(page, 'Workbook, 20,000 rows', 1.5);
});

async function measure(page: Page, name: string, atMost: number): Promise<void> {
  const read = await between(page, 'import-read-begin', 'import-read-end');
  const blocked = await page.evaluate(() => {
    const at = (mark: string) => performance.getEntriesByName(mark, 'mark').at(-1)?.startTime ?? 0;
    const [begin, end] = [at('import-read-begin'), at('import-read-end')];
    const tasks = (performance.getEntriesByName('long-task') as PerformanceMark[]).map((mark) => mark.detail as { began: number; ms: number });
    return Math.max(0, ...tasks.filter((task) => task.began >= begin && task.began < end).map((task) => task.ms));
  });
  figure({ name: `${name}: opened, read and checked`, value: read / 1000, unit: 's', atMost });
  figure({ name: `${name}: page blocked at a time, at most`, value: blocked, unit: 'ms', atMost: 50 });
}

/** Chooses a file that may be larger than what the test may hand over in memory. */
async function choose(page: Page, name: string, content: Buffer | string): Promise<void> {
  const path = test.info().outputPath(name);
  writeFileSync(path, content);
  await page.getByLabel('Choose a file').setInputFiles(path);
}

function keys(): Key[] {
  return Array.from({ length: KEYS }, (_, index) => {
    const serial = String(7_000_000 + index);
    return { serial, seed: createHash('sha1').update(serial).digest() };
  });
}

/** A workbook as Excel writes it: deflated, its texts among the shared strings. */
function workbook(): Buffer {
  const strings: string[] = [];
  const places = new Map<string, number>();
  const cell = (text: string) => {
    let place = places.get(text);
    if (place === undefined) {
      place = strings.push(text) - 1;
      places.set(text, place);
    }
    return `<c t="s"><v>${place}</v></c>`;
  };
  const row = (cells: string[]) => `<row>${cells.map(cell).join('')}</row>`;
  const table = [['serial number', 'secret key', 'time interval', 'manufacturer', 'model']];
  for (let index = 0; index < ROWS; index++) {
    const serial = String(7_000_000 + index);
    table.push([serial, createHash('sha1').update(serial).digest('hex'), '30', 'Contoso', 'HT-1']);
  }
  const rows = table.map(row).join('');
  const relation = (id: string, kind: string, target: string) => `<Relationship Id="${id}" Type="x/${kind}" Target="${target}"/>`;
  return zip({
    '[Content_Types].xml': '<Types/>',
    '_rels/.rels': `<Relationships>${relation('r', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': '<workbook xmlns:r="r"><sheets><sheet name="Tokens" r:id="a"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      `<Relationships>${relation('a', 'worksheet', 'sheet.xml')}${relation('b', 'sharedStrings', 'sharedStrings.xml')}</Relationships>`,
    'xl/sharedStrings.xml': `<sst>${strings.map((text) => `<si><t>${text}</t></si>`).join('')}</sst>`,
    'xl/sheet.xml': `<worksheet><sheetData>${rows}</sheetData></worksheet>`,
  }, undefined, true);
}
