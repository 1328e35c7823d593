// Leaving the page during a run asks for confirmation.
import type { Page } from '@playwright/test';
import { type App, expect, test } from '../fixtures/app';
import { choose, expectFinished, follow, importFile, open, press } from '../fixtures/steps';
import { sample, statuses } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '0', '--practice-users', '300', '--practice-latency-ms', '500'] });

const ROWS = 240;
const DONE = `${ROWS} tokens done`;

async function beginSlowRun(app: App, page: Page): Promise<void> {
  await importFile(page, await sample(app, ROWS));
  await press(page, `Import, assign and activate ${ROWS} tokens`);
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
}

test('by a link: stay, and the run goes on', async ({ app, page }) => {
  await beginSlowRun(app, page);
  await page.getByRole('link', { name: 'Inventory' }).click();
  const question = page.getByRole('dialog', { name: 'An import is running' });
  await expect(question).toContainText('What is done stays done');
  await expect(question.getByRole('button', { name: 'Stay' })).toBeFocused();
  await question.getByRole('button', { name: 'Stay' }).click();
  await expect(question).toBeHidden();
  await expect(page).toHaveURL(/\/import$/);
  await page.getByRole('link', { name: 'Inventory' }).click();
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await expectFinished(page, DONE);
});

test('by a link: stop and leave, and resume later', async ({ app, page }) => {
  await beginSlowRun(app, page);
  await page.getByRole('link', { name: 'Inventory' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop and leave' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Inventory' })).toBeVisible();
  await follow(page, 'Import');
  await expect(page.getByText(/^Stopped: \d+ tokens done, \d+ left\.$/)).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expectFinished(page, DONE);
  expect((await app.stats()).writesByKind).toMatchObject({ create: ROWS, activate: ROWS });
});

test('by closing the tab: the browser asks', async ({ app, page }) => {
  await beginSlowRun(app, page);
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await expectFinished(page, DONE);
});

test('by the Back button: stay, and the run goes on; or stop and leave', async ({ app, page }) => {
  await open(page, '/');
  await follow(page, 'Import');
  await choose(page, await sample(app, ROWS));
  await press(page, `Import, assign and activate ${ROWS} tokens`);
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
  const question = page.getByRole('dialog', { name: 'An import is running' });

  await page.goBack();
  await question.getByRole('button', { name: 'Stay' }).click();
  await expect(page).toHaveURL(/\/import$/);
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();

  await page.goBack();
  await question.getByRole('button', { name: 'Stop and leave' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Inventory' })).toBeVisible();
  await expect(page).toHaveURL(/\/$/);
  await follow(page, 'Import');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expectFinished(page, DONE);
  expect(new Set(Object.values(await statuses(app)))).toEqual(new Set(['activated']));
});

test('without a run nobody asks', async ({ app, page }) => {
  await importFile(page, await sample(app, 3));
  await expect(page.getByRole('button', { name: 'Import, assign and activate 3 tokens' })).toBeVisible();
  await follow(page, 'Inventory');
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
});
