// Names from the directory are shown as text, whatever they contain.
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { Colleague } from '../fixtures/colleague';
import { chooseBySerial, taskRow, tokenRow, tool } from '../fixtures/manage-many';
import { act, confirm, expectOutcome, find, openToken, tokensThatAre } from '../fixtures/manage-one';
import { expectFinished, open } from '../fixtures/steps';
import { type User, users } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '60', '--practice-users', '60', '--practice-hostile-names'] });

const LOCAL_PARTS = ['img.onerror', "ann.o'hara", 'right.to.left', 'shalom.olam'];

/** Checks that no part of a name became markup. */
async function expectNoMarkup(page: Page): Promise<void> {
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  expect(await page.evaluate(() => document.querySelectorAll('img[src="x"], [onerror], bdi b').length)).toBe(0);
}

/** Checks that a name is isolated, so that it does not change the direction of the surrounding text. */
async function expectIsolated(place: Locator, name: string): Promise<void> {
  await expect(place.locator('bdi', { hasText: name }).filter({ visible: true }).first()).toHaveText(name);
}

for (const local of LOCAL_PARTS) {
  test(`${local} is assigned a token, shown, and loses it`, async ({ app, page }) => {
    const user = hostile(await users(app), local);
    const [token] = await tokensThatAre(app, 'available');
    const name = user.displayName;
    const panel = await openToken(page, token!);
    await act(panel, 'Assign …');
    const entry = await find(panel, user.userPrincipalName, user);
    await expect(entry).toContainText(name);
    await entry.click();
    const assigned = await confirm(page, 'Assign', `to ${name} (${user.userPrincipalName})?`);
    await expectOutcome(assigned, token!, 'Assigned');
    await expectIsolated(panel, name);
    await expectNoMarkup(page);

    await panel.locator('.facts').getByRole('link', { name }).click();
    const person = page.getByRole('dialog').filter({ hasText: user.userPrincipalName });
    await expectIsolated(person.getByRole('heading', { level: 2 }), name);
    await expectNoMarkup(page);
    await page.keyboard.press('Escape');

    await page.getByRole('searchbox', { name: 'Search' }).fill(token!.serialNumber);
    await expectIsolated(tokenRow(page, token!.serialNumber), name);
    await page.getByRole('searchbox', { name: 'Search' }).fill('');

    await openToken(page, token!);
    await act(panel, 'Unassign');
    const gone = await confirm(page, 'Unassign', `from ${name} (${user.userPrincipalName})?`);
    await expectOutcome(gone, token!, 'Unassigned');
    await gone.getByRole('button', { name: 'Undo' }).click();
    await expectOutcome(gone, token!, 'Assigned');
    await page.keyboard.press('Escape');
    const last = page.getByRole('complementary', { name: 'Last action' });
    await expect(last).toContainText(`Token ${token!.serialNumber} assigned to ${name}.`);
    await expectIsolated(last, `Token ${token!.serialNumber} assigned to ${name}.`);
    await expectNoMarkup(page);
  });
}

test('in a plan for many', async ({ app, page }) => {
  const all = await users(app);
  const people = LOCAL_PARTS.map((local) => hostile(all, local));
  const stock = (await tokensThatAre(app, 'available')).slice(0, people.length);
  const colleague = new Colleague(app);
  for (const [index, user] of people.entries()) await colleague.assign(stock[index]!, user);
  await open(page, '/');
  await expect(page.getByText('60 tokens', { exact: true })).toBeVisible();
  await chooseBySerial(page, stock.map((token) => token.serialNumber));
  await tool(page, 'Unassign').click();
  for (const [index, user] of people.entries()) {
    await expect(taskRow(page, stock[index]!.serialNumber)).toContainText(user.displayName);
  }
  await expectNoMarkup(page);
  await page.getByRole('button', { name: 'Unassign 4 tokens', exact: true }).click();
  await expectFinished(page, '4 tokens done');
  await expectNoMarkup(page);
});

function hostile(all: User[], local: string): User {
  const found = all.find((user) => user.userPrincipalName.startsWith(`${local}@`));
  if (!found) throw new Error(`the company has no ${local}`);
  return found;
}
