// Steps on pages that the measurements share.
import type { Page } from '@playwright/test';

export { sample } from '../fixtures/tenant';

/** Chooses a file on the import page. */
export async function drop(page: Page, csv: string): Promise<void> {
  const file = { name: 'tokens.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
  await page.getByLabel('Choose a file').setInputFiles(file);
}

/** Milliseconds between two marks of the page, the last of each name. */
export async function between(page: Page, begin: string, end: string): Promise<number> {
  return page.evaluate(
    ([begin, end]) => {
      const at = (name: string) => performance.getEntriesByName(name, 'mark').at(-1)?.startTime ?? Number.NaN;
      return at(end) - at(begin);
    },
    [begin, end] as const,
  );
}
