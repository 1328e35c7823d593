// axe finds no violation on the page for end users, in light and dark mode, on a phone and with text twice as large.
import { expectAccessible } from '../fixtures/accessible';
import { expect, test } from '../fixtures/organisation';
import { activate, alert, digits, signInWithoutTokens, expectFits, give, openMine, PHONE, serialField } from '../fixtures/my-tokens';
import { row } from '../fixtures/seed-file';
import { open } from '../fixtures/steps';
import { code } from '../fixtures/totp';

test.use(PHONE);

test('every state', async ({ app, page }) => {
  await open(page, '/my');
  await expectAccessible(page, 'signed out');
  const me = await signInWithoutTokens(app, page);
  const [first, second] = [row('S-6001'), row('S-6002')];
  await openMine(page);
  await expectAccessible(page, 'nothing yet');
  for (const mine of [first, second]) await give(app, mine, me);
  await openMine(page);
  await expectAccessible(page, 'two to activate');
  await activate(page).click();
  await expect(alert(page)).toBeVisible();
  await expectAccessible(page, 'digits missing');
  await digits(page).fill(code(first));
  await activate(page).click();
  await expect(page.getByRole('heading', { name: 'Token S-6001 is ready to use' })).toBeFocused();
  await page.getByText('If its digits are refused').click();
  await page.getByText('My codes are refused', { exact: true }).click();
  await page.getByRole('button', { name: 'Set the clock of this token right' }).click();
  await expectAccessible(page, 'done');
  await page.getByRole('button', { name: 'Activate another token' }).click();
  await activate(page).click();
  await expect(alert(page)).toContainText('serial number');
  await expect(serialField(page)).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page, 'serial number missing');
});

test('with text twice as large nothing is cut off', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  await give(app, row('S-6003-with-a-long-serial-number-that-breaks'), me);
  await openMine(page);
  await page.setViewportSize({ width: 320, height: 844 });
  await expectFits(page, 'at 320 pixels, which is 1280 at 400 %');
  await page.setViewportSize(PHONE.viewport);
  await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
  await expectFits(page, 'twice as large');
  await activate(page).click();
  await expect(alert(page)).toBeVisible();
  await expectFits(page, 'refused, twice as large');
});
