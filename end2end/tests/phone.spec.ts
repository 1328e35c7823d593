// No page scrolls horizontally on a phone.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { test as organisation } from '../fixtures/organisation';
import { choosePerson, signIn, signOut } from '../fixtures/people';
import { csv, row, rowsFor } from '../fixtures/seed-file';
import { choose, expectFinished, open, planRow, press, rows } from '../fixtures/steps';
import { members } from '../fixtures/tenant';

const PHONE = {
  viewport: { width: 390, height: 780 },
  practice: ['--practice-tokens', '120', '--practice-users', '60'],
};
test.use(PHONE);
organisation.use(PHONE);

async function expectNoSidewaysScroll(page: Page, state: string): Promise<void> {
  const widths = await page.evaluate(() => {
    const scroller = document.querySelector('[role=region]');
    return [document.documentElement.scrollWidth, (scroller?.scrollWidth ?? 0) - (scroller?.clientWidth ?? 0)];
  });
  expect(widths, state).toEqual([390, 0]);
}

test('every page fits', async ({ app, page, traffic }) => {
  await open(page, '/');
  await expect(page.getByText('120 tokens', { exact: true })).toBeVisible();
  await expect(rows(page, 'Tokens').first()).toBeVisible();
  await expectNoSidewaysScroll(page, 'inventory');

  await page.getByRole('link', { name: 'Import', exact: true }).click();
  await page.getByText('Paste rows instead').click();
  await page.getByText('What the file must look like').click();
  await expectNoSidewaysScroll(page, 'choosing');

  const long = row(`serial-${'0'.repeat(100)}`, 'somebody.with.a.very.long.name.indeed@a.very.long.domain.example');
  await choose(page, csv([...rowsFor(await members(app, 3)), long]), `${'long-'.repeat(30)}.csv`);
  await expect(planRow(page, long.serial)).toContainText('The tenant has no user');
  await expectNoSidewaysScroll(page, 'the plan');
  await press(page, 'Import, assign and activate 3 tokens');
  await expectFinished(page, '3 tokens done; 1 not possible');
  await expectNoSidewaysScroll(page, 'the end');
  traffic.allow(/404/);
  await page.goto('/no/such/page');
  await expectNoSidewaysScroll(page, 'not found');
});

test('signing in, settings and the check fit, too', async ({ app, page, traffic }) => {
  traffic.allow(/status of 403/);
  await open(page, '/settings');
  await expectNoSidewaysScroll(page, 'how to connect');
  await open(page, app.operatorLink);
  await page.getByRole('button', { name: 'Check the connection' }).click();
  await expect(page.getByRole('listitem').first()).toBeVisible();
  await expectNoSidewaysScroll(page, 'the form and the check');
  await page.getByRole('link', { name: 'Switch user' }).click();
  await expectNoSidewaysScroll(page, 'the choice');
  await choosePerson(page, 'An end user');
  await expect(page.getByRole('heading', { level: 1, name: 'My tokens' })).toBeVisible();
  await expectNoSidewaysScroll(page, 'my tokens');
  await open(page, '/');
  await expect(page.getByRole('heading', { level: 1, name: 'This page is for administrators' })).toBeVisible();
  await expectNoSidewaysScroll(page, 'no access');
  await signOut(page);
  await expectNoSidewaysScroll(page, 'signed out');
});

organisation('where users sign in, it fits', async ({ page, traffic }) => {
  traffic.allow(/status of 401/);
  await open(page, '/import');
  await expectNoSidewaysScroll(page, 'signed out');
  await signIn(page, 'An administrator', '/settings');
  await expect(page.getByText('Redirect URI, to be registered exactly so')).toBeVisible();
  await page.getByRole('button', { name: 'Check the connection' }).click();
  await expect(page.getByRole('listitem').first()).toBeVisible();
  await expectNoSidewaysScroll(page, 'the connection');
});
