// An end user activates an assigned token: on a phone, by keyboard, by a link.
import { secretSurfaces } from '../fixtures/secret-surfaces';
import { expect, test } from '../fixtures/organisation';
import {
  activate, alert, digits, signInWithoutTokens, expectFits, expectReady, give, openMine, part, PHONE, serialField,
} from '../fixtures/my-tokens';
import { signIn } from '../fixtures/people';
import { row } from '../fixtures/seed-file';
import { hasScripts, tabTo } from '../fixtures/steps';
import { code, wrongCode } from '../fixtures/totp';

test.use(PHONE);

test('an assigned token is activated with one field and one button', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-1001');
  await give(app, mine, me);
  await openMine(page);
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - main:
      - navigation "Language":
        - list:
          - listitem:
            - link "English"
          - listitem:
            - link "Deutsch"
          - listitem:
            - link "Français"
          - listitem:
            - link "Español"
          - listitem:
            - link "Italiano"
      - heading "My tokens" [level=1]
      - list:
        - listitem "Token S-1001":
          - heading "Token S-1001" [level=2]
          - text: Waits for activation
          - paragraph: Token2 C202
          - paragraph:
            - strong: Type the six digits that your token shows now.
          - paragraph: New digits appear every 30 seconds. If it shows nothing, press its button.
          - text: Six digits
          - textbox "Six digits"
          - button "Activate"
      - button "Activate another token"
  `);
  await expect(digits(page)).toHaveAttribute('inputmode', 'numeric');
  await expect(digits(page)).toHaveAttribute('autocomplete', 'one-time-code');
  await expect(digits(page)).toHaveAccessibleDescription(/Type the six digits that your token shows now\..*30 seconds/);
  await expectFits(page, 'the form');
  await digits(page).fill(code(mine));
  await activate(page).click();
  await expectReady(app, page, mine, me);
  await expect(digits(page)).toHaveCount(0);
  await expectFits(page, 'the end');
});

test('by keyboard alone', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-1002', '', { interval: '60' });
  await give(app, mine, me);
  await openMine(page);
  await expect(part(page, 'S-1002')).toContainText('every 60 seconds');
  await tabTo(page, digits(page));
  await page.keyboard.type(code(mine));
  await page.keyboard.press('Enter');
  await expectReady(app, page, mine, me);
  const trouble = page.getByRole('status').getByText('If its digits are refused when you sign in');
  await page.keyboard.press('Tab');
  await expect(trouble).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').getByText('the clock of the token may be wrong')).toBeVisible();
});

test('a code with a space can be pasted', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-1003');
  await give(app, mine, me);
  await openMine(page);
  const six = code(mine);
  await digits(page).focus();
  await page.evaluate((text) => document.execCommand('insertText', false, text), ` ${six.slice(0, 3)} ${six.slice(3)} `);
  await activate(page).click();
  await expectReady(app, page, mine, me);
});

test('only one of several tokens has an open form', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const [first, second] = [row('S-1'), row('S-2')];
  for (const mine of [first, second]) await give(app, mine, me);
  await openMine(page);
  await expect(digits(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Activate this token: Token S-2' }).click();
  await expect(digits(page)).toBeFocused();
  await expect(part(page, 'S-2').getByRole('textbox')).toBeVisible();
  await digits(page).fill(code(second));
  await activate(page).click();
  await expectReady(app, page, second, me);
  await expect(part(page, 'S-1')).toContainText('Waits for activation');
});

test('the link of a slip opens the form of its token', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  for (const mine of [row('S-1'), row('S/2 b')]) await give(app, mine, me);
  await openMine(page, `?serial=${encodeURIComponent('s/2 B')}`);
  await expect(digits(page)).toBeFocused();
  await expect(part(page, 'S/2 b').getByRole('textbox')).toBeVisible();
  await expect(serialField(page)).toHaveCount(0);
});

test('an incomplete code is not sent, and a refused one is explained', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-1004');
  await give(app, mine, me);
  await openMine(page);
  await app.resetStats();
  await digits(page).fill('12345');
  await activate(page).click();
  await expect(alert(page)).toContainText('Please type all six digits');
  await expect(digits(page)).toBeFocused();
  // Without scripts the form was sent, and no page contains a code.
  await expect(digits(page)).toHaveValue(hasScripts() ? '12345' : '');
  expect((await app.stats()).writes).toBe(0);

  const wrong = wrongCode(mine, 86_400 * 2);
  await digits(page).fill(wrong);
  await activate(page).click();
  await expect(alert(page)).toContainText('These digits were not accepted.');
  await expect(alert(page)).toContainText('Wait until the token shows new digits');
  await expect(alert(page)).toContainText('is it this token?');
  await expect(digits(page)).toHaveValue('');
  await expect(digits(page)).toBeFocused();
  await expect(digits(page)).toHaveAttribute('aria-invalid', 'true');
  expect(await secretSurfaces(page), 'the refused code is kept nowhere').not.toContain(wrong);
  await digits(page).fill(code(mine));
  await page.keyboard.press('Enter');
  await expectReady(app, page, mine, me);
});

test('an administrator has tokens, too', async ({ page, traffic }) => {
  // The pages for administrators need it, and say so.
  traffic.allow(/WebAssembly is not defined/);
  await signIn(page, 'An administrator', '/');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'My tokens' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'My tokens' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Activate/ }).first()).toBeVisible();
});
