// Microsoft requires a step-up sign-in during the activation: the user returns, and their input is restored.
import { secretSurfaces } from '../fixtures/secret-surfaces';
import { expect, test } from '../fixtures/organisation';
import { activate, alert, digits, signInWithoutTokens, expectReady, give, openMine, part, PHONE, serialField } from '../fixtures/my-tokens';
import { choosePerson } from '../fixtures/people';
import { row } from '../fixtures/seed-file';
import { ready, tabTo } from '../fixtures/steps';
import { code } from '../fixtures/totp';

test.use({ ...PHONE, environment: { SELF_SERVICE_ACCESS: 'delegated' } });
test.beforeEach(({ traffic }) => traffic.allow(/status of 401/));

for (const whose of ['one’s own token', 'a token that is nobody’s']) {
  test(`${whose}: confirm, come back, press the button`, async ({ app, page, traffic }) => {
    const me = await signInWithoutTokens(app, page);
    const mine = row('S-4001');
    await give(app, mine, whose.startsWith('one') ? me : undefined);
    await openMine(page);
    await app.entra('age?seconds=900');
    const six = code(mine);
    if (!whose.startsWith('one')) await serialField(page).fill(mine.serial);
    await digits(page).fill(six);
    await page.keyboard.press('Enter');
    await expect(alert(page)).toContainText('Microsoft asks you to confirm who you are.');
    await tabTo(page, page.getByRole('link', { name: 'Confirm who you are' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await choosePerson(page, 'An end user');
    await ready(page);
    await expect(page).toHaveURL(/\/my(\?serial=S-4001)?$/);
    await expect(page.getByRole('status').filter({ hasText: 'What you typed is still here.' })).toBeVisible();
    await expect(digits(page)).toHaveValue('');
    await expect(digits(page)).toHaveAttribute('placeholder', '••••••');
    if (!whose.startsWith('one')) await expect(serialField(page)).toHaveValue(mine.serial);
    await expect(activate(page)).toBeFocused();
    expect(await secretSurfaces(page), 'the code stays on the server').not.toContain(six);
    for (const { url } of traffic.requests) expect(url).not.toContain(six);
    await page.keyboard.press('Enter');
    await expectReady(app, page, mine, me);
    await page.reload();
    await expect(part(page, mine.serial)).toContainText('Ready to use');
    await expect(page.getByText('What you typed is still here.')).toHaveCount(0);
  });
}
