// The focus in every form and dialog: it goes in, comes back to what opened it, and is never lost to the page as a whole.
import type { Locator, Page } from '@playwright/test';
import { openAudit } from '../fixtures/audit';
import { expect, test } from '../fixtures/app';
import { act, answerOf, dialogOf, expectOutcome, find, free, held, openToken, userWithoutToken } from '../fixtures/manage-one';
import { csv, row, rowsFor } from '../fixtures/seed-file';
import { choose, expectFinished, importFile, open, rows } from '../fixtures/steps';
import { members } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '40', '--practice-users', '40'] });

const hasFocus = (place: Locator) => place.evaluate((element) => element.contains(document.activeElement));
const active = (page: Page) =>
  page.evaluate(() => {
    const { activeElement } = document;
    return activeElement === document.body ? 'nothing' : `${activeElement?.tagName} ${activeElement?.id ?? ''}`;
  });

async function expectInside(place: Locator, what: string): Promise<void> {
  await expect(place, what).toBeVisible();
  await expect.poll(() => hasFocus(place), { message: `the focus is in ${what}` }).toBe(true);
}

/** The focus stays somewhere for more frames than it is kept in. */
async function expectKept(page: Page, what: string): Promise<void> {
  const isKept = () => page.evaluate(async () => {
    for (let frame = 0; frame < 5; frame++) {
      await new Promise(requestAnimationFrame);
      if (document.activeElement === document.body) return false;
    }
    return true;
  });
  await expect.poll(isKept, { message: `after ${what}` }).toBe(true);
}

async function pressByKey(button: Locator): Promise<void> {
  await button.focus();
  await button.press('Enter');
}

/** Opens a dialog by its button and closes it by Escape. */
async function expectThereAndBack(page: Page, button: Locator): Promise<void> {
  const name = (await button.textContent()) ?? '';
  await test.step(name, async () => {
    await pressByKey(button);
    const dialog = page.locator('dialog[open]');
    await expectInside(dialog, name);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(button, `${name}: back at its button`).toBeFocused();
  });
}

test('the dialogs of the inventory', async ({ page }) => {
  await open(page, '/');
  await expect(rows(page, 'Tokens').first()).toBeVisible();
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  for (const name of ['Select by list …', 'Assign by list …', 'Export …', 'Find by code …', 'Columns and views …']) {
    await expectThereAndBack(page, button(name));
  }
  await page.getByRole('grid').getByRole('checkbox', { name: /^Select all/ }).click();
  for (const name of [/^Assign \d+ …/, /^Activate \d+ …/, /^Unassign \d+/, /^Deactivate \d+/, /^Delete \d+/, 'Export …', 'Select by list …']) {
    await expectThereAndBack(page, button(name));
  }
});

test('the forms of a panel, and what they give way to', async ({ app, page }) => {
  const [token, person] = [await free(app), await userWithoutToken(app)];
  const panel = await openToken(page, token);
  for (const name of ['Assign and activate …', 'Assign …', 'Rename …']) {
    await act(panel, name);
    await expectInside(panel.locator('#panel-form'), name);
    await pressByKey(panel.getByRole('button', { name: 'Back to all actions' }));
    await expectInside(panel, `the panel after ${name}`);
  }
  await act(panel, 'Assign and activate …');
  await (await find(panel, person.userPrincipalName, person)).click();
  await expect(panel.getByRole('textbox', { name: /^Code on/ }), 'the next step of the form').toBeFocused();
  await pressByKey(panel.getByRole('button', { name: 'Choose somebody else' }));
  await expect(panel.getByRole('combobox', { name: 'Assign to' })).toBeFocused();

  const assigned = await held(app, 'activated');
  const other = await openToken(page, assigned.token);
  await act(other, 'Replace …');
  await other.getByRole('textbox', { name: 'Serial number of the other token' }).fill(token.serialNumber);
  await page.keyboard.press('Enter');
  await expect(other.getByRole('button', { name: 'Choose another one' })).toBeVisible();
  await expectInside(other.locator('#panel-form'), 'the second step of Replace');
  await pressByKey(other.getByRole('button', { name: 'Choose another one' }));
  await expectInside(other.locator('#panel-form'), 'the first step of Replace');
});

test('a result over a panel whose button is gone', async ({ app, page }) => {
  const token = await free(app);
  const panel = await openToken(page, token);
  await act(panel, 'Delete');
  const dialog = dialogOf(page, 'Delete');
  await pressByKey(dialog.getByRole('button', { name: 'Delete', exact: true }));
  await expect(dialog).toContainText(`Token ${token.serialNumber}: Deleted.`);
  await pressByKey(dialog.getByRole('button', { name: 'Close' }));
  await expect(dialog).toHaveCount(0);
  await expectInside(page.locator('dialog.panel'), 'the panel below the result');
});

test('buttons that take themselves away', async ({ app, page }) => {
  await open(page, '/?q=nobodyhasthis');
  await pressByKey(page.getByRole('button', { name: 'Clear search and filters' }));
  await expectKept(page, 'Clear search and filters');

  const { token } = await held(app, 'assigned');
  const panel = await openToken(page, token);
  await act(panel, 'Unassign');
  await expectOutcome(answerOf(page), token, 'Unassigned');
  await page.keyboard.press('Escape');
  await pressByKey(page.getByRole('complementary').getByRole('button', { name: 'Dismiss' }));
  await expectKept(page, 'Dismiss');

  await openAudit(page);
  await expectThereAndBack(page, page.getByRole('button', { name: 'Export' }));
  await expectThereAndBack(page, page.getByRole('button', { name: /details of entry/ }).first());
});

test('the steps of an import', async ({ app, page }) => {
  const [good, ...others] = rowsFor(await members(app, 3));
  const bad = row('900', 'nobody@x.example');
  await importFile(page, csv([good!, ...others, bad]));
  await expect(page.getByRole('button', { name: 'Import, assign and activate 3 tokens' })).toBeVisible();
  await expectKept(page, 'the plan');
  for (const name of ['Find and replace …', 'Change line 5']) {
    await expectThereAndBack(page, page.getByRole('button', { name }));
  }
  await pressByKey(page.getByRole('button', { name: 'Import, assign and activate 3 tokens' }));
  await expectFinished(page, '3 tokens done; 1 not possible');
  await expectInside(page.locator('#run-result'), 'the result');
  await pressByKey(page.getByRole('button', { name: 'Choose another file' }));
  await expect(page.getByText('Drop the seed file here')).toBeVisible();
  await expectKept(page, 'Choose another file');
  await choose(page, 'serial,key\n1,2\n');
  await expect(page.getByRole('heading', { level: 2, name: 'tokens.csv' })).toBeVisible();
  await expectKept(page, 'a question about the file');
});

test('what has lost the focus without being removed does not get it back', async ({ page }) => {
  await open(page, '/');
  await page.getByRole('button', { name: 'Refresh' }).focus();
  await page.evaluate(async () => {
    (document.activeElement as HTMLElement).blur();
    document.body.append(document.createElement('i'));
    for (let frame = 0; frame < 5; frame++) await new Promise(requestAnimationFrame);
  });
  expect(await active(page)).toBe('nothing');
});
