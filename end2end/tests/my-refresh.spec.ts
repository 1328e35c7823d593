// "My codes are refused": an end user sets the clock of a token right, on a phone and by keyboard.
import { expectAccessible } from '../fixtures/accessible';
import { clocks, shown, signsIn } from '../fixtures/desk';
import {
  activate, alert, digits, expectFits, expectReady, give, openMine, part, PHONE, signInWithoutTokens,
} from '../fixtures/my-tokens';
import { expect, test } from '../fixtures/organisation';
import { row } from '../fixtures/seed-file';
import { tabTo } from '../fixtures/steps';
import { code, wrongCode } from '../fixtures/totp';

test.use(PHONE);

test('a slow token signs in again after its display has taught the drift', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-9001');
  await give(app, mine, me);
  await clocks(app, { [mine.serial]: -200 });
  await openMine(page);
  // By a code that was computed from the seed, as an import activates it.
  await digits(page).fill(code(mine));
  await activate(page).click();
  await expectReady(app, page, mine, me);
  expect(await signsIn(app, mine.serial)).toBe(false);

  await openMine(page);
  await part(page, mine.serial).getByText('My codes are refused', { exact: true }).click();
  await page.getByRole('button', { name: 'Set the clock of this token right' }).click();
  await expectFits(page, 'the form');
  await expectAccessible(page, 'the form');
  await digits(page).fill(await shown(app, mine.serial));
  await page.getByRole('button', { name: 'Set it right' }).click();
  await expectReady(app, page, mine, me);
  expect(await signsIn(app, mine.serial)).toBe(true);
  const { writesByKind } = await app.stats();
  expect(writesByKind).toMatchObject({ activate: expect.any(Number) });
});

test('a refused code says first that the token is switched off, by keyboard', async ({ app, page, traffic }) => {
  traffic.allow(/Failed to load resource/);
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-9002');
  await give(app, mine, me);
  await openMine(page);
  await digits(page).fill(code(mine));
  await activate(page).click();
  await expectReady(app, page, mine, me);

  await openMine(page);
  await tabTo(page, part(page, mine.serial).getByText('My codes are refused', { exact: true }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Set the clock of this token right' }));
  await page.keyboard.press('Enter');
  await expect(digits(page)).toBeFocused();
  await page.keyboard.type(wrongCode(mine, 2 * 86_400));
  await page.keyboard.press('Enter');
  await expect(alert(page).first()).toContainText('Your token is switched off now');
  await expect(part(page, mine.serial)).toContainText('Activation failed');
  await expectFits(page, 'refused');
  await expectAccessible(page, 'refused');
  await digits(page).fill(code(mine));
  await activate(page).click();
  await expectReady(app, page, mine, me);
});
