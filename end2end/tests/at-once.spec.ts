// Actions that run at once: what is done meanwhile is neither lost nor in their way.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { Colleague } from '../fixtures/colleague';
import { act, answerOf, held, tokensThatAre, tokenNow, userWithoutToken } from '../fixtures/manage-one';
import { row } from '../fixtures/seed-file';
import { open } from '../fixtures/steps';
import { code, wrongCode } from '../fixtures/totp';

test.use({ practice: ['--practice-tokens', '120', '--practice-users', '80'], viewport: { width: 1440, height: 900 } });

/** Holds the calls to a path back until the returned function is called. */
async function holdBack(page: Page, path: string): Promise<() => void> {
  let go = () => {};
  const free = new Promise<void>((resolve) => (go = resolve));
  await page.route(`**/api/${path}`, async (route) => {
    await free;
    await route.continue();
  });
  return go;
}

test('a second token that is scanned while the first is written waits, and both are assigned', async ({ app, page }) => {
  const [user, tokens] = [await userWithoutToken(app), (await tokensThatAre(app, 'available')).slice(0, 2)];
  const write = await holdBack(page, 'tokens/apply');
  await open(page, `/?person=${user.id}`);
  const panel = page.getByRole('dialog', { name: user.displayName, exact: true });
  const field = panel.getByRole('textbox', { name: 'Serial number, typed or scanned' });
  for (const token of tokens) {
    await field.fill(token.serialNumber);
    await field.press('Enter');
    await page.keyboard.press('Enter');
    // Taken, and ready for the next one.
    await expect(field).toHaveValue('');
  }
  await expect(panel.getByText('The next action waits for this one.')).toBeVisible();
  write();
  for (const token of tokens) {
    await expect.poll(async () => (await tokenNow(app, token)).assignedTo?.id).toBe(user.id);
  }
  await expect(panel.getByText('The next action waits for this one.')).toBeHidden();
});

test('closing the panel of a token that is being written asks nothing, and the address follows the next panel', async ({ app, page }) => {
  const [{ token }, [other]] = [await held(app, 'activated'), await tokensThatAre(app, 'available')];
  const write = await holdBack(page, 'tokens/apply');
  await open(page, '/');
  const panel = (serial: string) => page.getByRole('dialog', { name: `Token ${serial}`, exact: true });
  const search = page.getByRole('searchbox', { name: 'Search' });
  const openRow = async (serial: string) => {
    await search.fill(serial);
    await page.getByRole('grid', { name: 'Tokens' }).getByRole('link', { name: serial }).click();
    await expect(panel(serial)).toBeVisible();
  };
  await openRow(token.serialNumber);
  await act(panel(token.serialNumber), 'Unassign');
  await panel(token.serialNumber).getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect.poll(() => new URL(page.url()).searchParams.has('token')).toBe(false);
  await openRow(other!.serialNumber);
  await expect.poll(() => new URL(page.url()).searchParams.get('token')).toBe(other!.id);
  write();
  await expect.poll(async () => (await tokenNow(app, token)).status).toBe('available');
});

test("what is typed in a user's panel stays while the inventory is read anew", async ({ app, page }) => {
  const { holder } = await held(app, 'activated');
  await open(page, `/?person=${holder.id}`);
  const panel = page.getByRole('dialog', { name: holder.displayName, exact: true });
  const field = panel.getByRole('textbox', { name: 'Serial number, typed or scanned' });
  await field.fill('0815');
  const lookUp = await holdBack(page, 'users/by_id');
  const read = page.waitForResponse('**/api/tokens/list');
  await page.getByRole('button', { name: 'Refresh' }).click();
  await read;
  await expect(page.getByText('120 tokens', { exact: true })).toBeVisible();
  await expect(field).toHaveValue('0815');
  lookUp();
});

for (const width of [1440, 390]) {
  test.describe(`${width} pixels wide`, () => {
    test.use({ viewport: { width, height: 844 } });

    test("after a refused code in a user's panel the next one is typed where the focus is", async ({ app, page }) => {
      const seed = row('5500000004');
      const [token, user] = [await new Colleague(app).create(seed), await userWithoutToken(app)];
      await open(page, `/?person=${user.id}`);
      const panel = page.getByRole('dialog', { name: user.displayName, exact: true });
      await panel.getByRole('textbox', { name: 'Serial number, typed or scanned' }).fill(token.serialNumber);
      await panel.getByRole('textbox', { name: /^Code on/ }).fill(wrongCode(seed, 90_000));
      await page.keyboard.press('Enter');
      await expect(answerOf(page)).toContainText('refused');
      const next = answerOf(page).getByRole('textbox', { name: 'The next code that the token shows' });
      await expect(next).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(answerOf(page)).toContainText('Type the six digits that the token shows now.');
      await page.keyboard.type(code(seed));
      await page.keyboard.press('Enter');
      await expect.poll(async () => (await tokenNow(app, token)).status).toBe('activated');
      await expect(panel).toBeVisible();
    });
  });
}

test('what waits for a code that is refused waits on, and the next code comes before it', async ({ app, page }) => {
  const [seed, other] = [row('5500000005'), row('5500000006')];
  const colleague = new Colleague(app);
  const [token, second] = [await colleague.create(seed), await colleague.create(other)];
  const user = await userWithoutToken(app);
  const write = await holdBack(page, 'tokens/apply');
  await open(page, `/?person=${user.id}`);
  const panel = page.getByRole('dialog', { name: user.displayName, exact: true });
  const serial = panel.getByRole('textbox', { name: 'Serial number, typed or scanned' });
  await serial.fill(token.serialNumber);
  await panel.getByRole('textbox', { name: /^Code on/ }).fill(wrongCode(seed, 90_000));
  await page.keyboard.press('Enter');
  await expect(serial).toHaveValue('');
  await serial.fill(second.serialNumber);
  await serial.press('Enter');
  await page.keyboard.press('Enter');
  await expect(answerOf(page)).toContainText('The next action waits for this one.');
  write();
  await expect(answerOf(page)).toContainText('refused');
  await expect(answerOf(page)).toContainText('The next action has not begun.');
  const next = answerOf(page).getByRole('textbox', { name: 'The next code that the token shows' });
  await expect(next).toBeFocused();
  expect((await tokenNow(app, second)).status).toBe('available');
  await page.keyboard.type(code(seed));
  await page.keyboard.press('Enter');
  // The refused token first, then what waited.
  await expect.poll(async () => (await tokenNow(app, token)).status).toBe('activated');
  await expect.poll(async () => (await tokenNow(app, second)).assignedTo?.id).toBe(user.id);
  await expect(answerOf(page)).not.toContainText('has not begun');
});
