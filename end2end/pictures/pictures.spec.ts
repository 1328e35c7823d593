// Takes the screenshots of the documentation. The practice tenant always has the same data, so only what depends on the time changes.
import path from 'node:path';
import type { Page } from '@playwright/test';
import { openAudit } from '../fixtures/audit';
import { expect, test } from '../fixtures/app';
import { openToken } from '../fixtures/manage-one';
import { test as organisation } from '../fixtures/organisation';
import { signInWithoutTokens, give, openMine, part, PHONE } from '../fixtures/my-tokens';
import { csv, row, rowsOf } from '../fixtures/seed-file';
import { expectFinished, importFile, open, planRow, press, rows } from '../fixtures/steps';
import { devices, sample } from '../fixtures/tenant';

const FOLDER = path.resolve(import.meta.dirname, '../../docs/images');

test.use({ viewport: { width: 1280, height: 800 } });

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`), animations: 'disabled', caret: 'hide' });
}

test('the inventory', async ({ page }) => {
  await open(page, '/');
  await expect(page.getByText('2,500 tokens', { exact: true })).toBeVisible();
  await expect(rows(page, 'Tokens').first()).toBeVisible();
  await page.waitForLoadState('networkidle');
  await picture(page, 'inventory');
});

test('a plan, its report, and the audit page', async ({ app, page }) => {
  const good = rowsOf(await sample(app, 22));
  const bad = [
    row('501', 'nobody@lindenbach.example'),
    row('1.23457E+12', good[0]!.upn),
    row('507', good[1]!.upn, { interval: '45' }),
  ];
  await importFile(page, csv([...bad, ...good]));
  await expect(planRow(page, '501')).toContainText('The tenant has no user');
  await picture(page, 'plan');
  await press(page, 'Import, assign and activate 22 tokens');
  await expectFinished(page, '22 tokens done; 3 not possible');
  await picture(page, 'report');
  await openAudit(page);
  await picture(page, 'audit');
});

test('a token', async ({ app, page }) => {
  const token = (await devices(app)).find(({ status }) => status === 'activated')!;
  await openToken(page, token);
  await page.waitForLoadState('networkidle');
  await picture(page, 'token');
});

organisation.describe('on a phone', () => {
  organisation.use(PHONE);

  organisation('my tokens', async ({ app, page }) => {
    const me = await signInWithoutTokens(app, page);
    await give(app, row('00123456'), me);
    await openMine(page);
    await expect(part(page, '00123456')).toBeVisible();
    await picture(page, 'my-tokens');
  });
});
