// The saved views, compared with the data of Graph.
import type { Page } from '@playwright/test';
import { type App, expect, test } from '../fixtures/app';
import { changeTokens } from '../fixtures/first-page';
import { expectAccessibleEverywhere } from '../fixtures/accessible';
import { open, rows } from '../fixtures/steps';
import { type Device, devices, users } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '300', '--practice-users', '120'] });

const view = (page: Page) => page.getByRole('combobox', { name: 'View' });
const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

/** Whether a use was more than 90 days ago; a missing one was not. */
const isLongAgo = (used: string | null) => used !== null && Date.now() - Date.parse(used) > 90 * 86_400_000;

/** The expected tokens of each view. */
async function expectedViews(app: App): Promise<[word: string, label: string, held: Device[]][]> {
  const found = await devices(app);
  const people = new Map((await users(app)).map((user) => [user.id, user]));
  const counts = new Map<string, number>();
  for (const { assignedTo } of found) if (assignedTo) counts.set(assignedTo.id, (counts.get(assignedTo.id) ?? 0) + 1);
  const those = (test: (device: Device) => boolean) => found.filter(test);
  return [
    ['stock', 'Unassigned stock', those(({ assignedTo }) => !assignedTo)],
    ['never-used', 'Never used', those(({ assignedTo, lastUsedDateTime }) => !!assignedTo && !lastUsedDateTime)],
    ['unused', 'Not used for 90 days', those(({ assignedTo, lastUsedDateTime }) => !!assignedTo && isLongAgo(lastUsedDateTime))],
    ['lost-holders', 'Users disabled or deleted', those(({ assignedTo }) => !!assignedTo && !people.get(assignedTo.id)?.accountEnabled)],
    ['several', 'Users with two or more tokens', those(({ assignedTo }) => !!assignedTo && counts.get(assignedTo.id)! > 1)],
  ];
}

test('each view has the count and tokens of Graph, and is kept in the URL', async ({ app, page }) => {
  await open(page, '/');
  for (const [word, label, held] of await expectedViews(app)) {
    expect(held.length, label).toBeGreaterThan(0);
    await expect(view(page).getByRole('option', { name: `${label} (${held.length})`, exact: true })).toBeAttached();
    await view(page).selectOption(word);
    await expect(page.getByText(`${held.length} of 300 tokens`, { exact: true })).toBeVisible();
    await expect.poll(() => query(page)).toMatchObject({ report: word });
  }
  await view(page).selectOption('');
  await expect(page.getByText('300 tokens', { exact: true })).toBeVisible();
  await expect.poll(() => query(page).report).toBeUndefined();
});

test('a link opens a view, and a search narrows it', async ({ app, page }) => {
  const [, , , lost] = await expectedViews(app);
  const [, , held] = lost!;
  await open(page, '/?report=lost-holders');
  await expect(view(page)).toHaveValue('lost-holders');
  await expect(page.getByText(`${held.length} of 300 tokens`, { exact: true })).toBeVisible();
  await expect(rows(page, 'Tokens')).toHaveCount(held.length);
  for (const device of held) await expect(page.getByRole('link', { name: device.serialNumber, exact: true })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search' }).fill(held[0]!.serialNumber);
  await expect(rows(page, 'Tokens')).toHaveCount(1);
  await expect.poll(() => query(page)).toMatchObject({ report: 'lost-holders', q: held[0]!.serialNumber });
});

test('tokens of a deleted user are found', async ({ app, page }) => {
  const [, , , lost] = await expectedViews(app);
  const before = lost![2].length;
  const people = new Map((await users(app)).map((user) => [user.id, user]));
  const counts = new Map<string, Device[]>();
  for (const device of await devices(app)) {
    const id = device.assignedTo?.id;
    if (id && people.get(id)?.accountEnabled) counts.set(id, [...(counts.get(id) ?? []), device]);
  }
  const [gone, theirs] = [...counts][0]!;
  // The practice tenant cannot delete users.
  await page.route('**/api/users/by_id', async (route) => {
    const answer = await route.fetch();
    const found = (await answer.json()) as { id: string }[];
    await route.fulfill({ response: answer, json: found.filter((user) => user.id !== gone) });
  });
  await open(page, '/?report=lost-holders');
  await expect(page.getByText(`${before + theirs.length} of 300 tokens`, { exact: true })).toBeVisible();
  const row = rows(page, 'Tokens').filter({ has: page.getByRole('link', { name: theirs[0]!.serialNumber, exact: true }) });
  await expect(row).toContainText('No longer in the directory');
  await expect(row).toContainText(theirs[0]!.assignedTo!.displayName);
});

test('users with two or more stand together', async ({ app, page }) => {
  const [, , , , several] = await expectedViews(app);
  await open(page, '/?report=several&sort=user');
  await expect(page.getByText(`${several![2].length} of 300 tokens`, { exact: true })).toBeVisible();
  const first = rows(page, 'Tokens').first();
  await expect(first).toContainText('@');
  const holder = await first.getByRole('gridcell').nth(4).innerText();
  await expect(rows(page, 'Tokens').nth(1).getByRole('gridcell').nth(4)).toHaveText(holder, { useInnerText: true });
});

test('the stock by model adds up, and a click shows one model', async ({ app, page }) => {
  const stock = (await devices(app)).filter(({ assignedTo }) => !assignedTo);
  const c202 = stock.filter(({ model }) => model === 'C202').length;
  await open(page, '/?report=stock');
  await expect(page.getByText(`${stock.length} of 300 tokens`, { exact: true })).toBeVisible();
  const chips = page.getByRole('list', { name: 'Stock by model' }).getByRole('button');
  const labels = await chips.allInnerTexts();
  const sum = labels.map((text) => Number(/: (\d+) token/.exec(text)?.[1] ?? 0)).reduce((all, one) => all + one, 0);
  expect(sum).toBe(stock.length);
  await chips.filter({ hasText: 'Token2 C202:' }).click();
  await expect(page.getByText(`${c202} of 300 tokens`, { exact: true })).toBeVisible();
  await expect.poll(() => query(page)).toMatchObject({ report: 'stock', model: 'Token2:C202' });
  await expect(chips.filter({ hasText: 'Token2 C202:' })).toHaveAttribute('aria-pressed', 'true');
});

test('an empty view is explained', async ({ page }) => {
  const now = new Date().toISOString();
  await changeTokens<{ last_used: string | null }>(page, (token) => ({ ...token, last_used: now }));
  await open(page, '/?report=unused');
  await expect(page.getByText('No token was last used more than 90 days ago, as far as Microsoft tells.')).toBeVisible();
  await expect(page.getByText('it does not state the last use of every token')).toBeVisible();
});

test('a link to a view that is a status now opens that', async ({ app, page }) => {
  const failed = (await devices(app)).filter(({ status }) => status === 'failedActivation');
  await open(page, '/?report=failed-activation');
  await expect(page.getByText(`${failed.length} of 300 tokens`, { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: /Activation failed$/ })).toHaveAttribute('aria-pressed', 'true');
});

test('a view of one\'s own is saved, chosen, kept by the browser, and removed', async ({ page }) => {
  await open(page, '/');
  await expect(page.getByText('300 tokens', { exact: true })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search' }).fill('model:C202 ');
  await page.getByRole('button', { name: /In stock$/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Columns and views' });
  await page.getByRole('button', { name: 'Columns and views …' }).click();
  await dialog.getByRole('textbox', { name: 'Name of the view' }).fill(' C202 in  stock ');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('listitem')).toContainText('C202 in stock');
  await expectAccessibleEverywhere(page, 'a view of one\'s own');
  await page.keyboard.press('Escape');
  await expect(view(page)).toHaveValue('own:C202 in stock');
  const shown = await page.getByText(/^\d+ of 300 tokens$/).innerText();
  await view(page).selectOption('');
  await page.reload();
  await expect(page.getByText(/^\d+ of 300 tokens$/)).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search' }).fill('');
  await view(page).selectOption({ label: 'C202 in stock' });
  await expect.poll(() => query(page)).toEqual({ q: 'model:C202', status: 'available' });
  await expect(page.getByText(shown, { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Columns and views …' }).click();
  await dialog.getByRole('button', { name: 'Remove the view C202 in stock' }).click();
  await expect(dialog.getByRole('textbox', { name: 'Name of the view' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(view(page)).toHaveValue('');
});
