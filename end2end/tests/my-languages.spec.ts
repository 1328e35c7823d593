// The five languages: the browser's is the default, another can be chosen, and every flow works in each.
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessible';
import { expect, test } from '../fixtures/organisation';
import { expectFits, give, PHONE, currentUser } from '../fixtures/my-tokens';
import { signIn } from '../fixtures/people';
import { row } from '../fixtures/seed-file';
import { hasScripts, open, ready } from '../fixtures/steps';
import { code, wrongCode } from '../fixtures/totp';

interface Texts {
  name: string;
  locale: string;
  title: string;
  lead: RegExp;
  signIn: string;
  signOut: string;
  waiting: string;
  digits: string;
  ask: RegExp;
  activate: string;
  another: string;
  serial: string;
  refused: RegExp;
  unknown: RegExp;
  ready: RegExp;
  next: RegExp;
}

const LANGUAGES: Record<string, Texts> = {
  en: {
    name: 'English', locale: 'en-GB', title: 'My tokens', lead: /A hardware token is a small device/, signIn: 'Sign in',
    signOut: 'Sign out', waiting: 'Waits for activation', digits: 'Six digits', ask: /that your token shows now/,
    activate: 'Activate', another: 'Activate another token', serial: 'Serial number', refused: /were not accepted/,
    unknown: /No token with this serial number/, ready: /is ready to use/, next: /use a verification code/,
  },
  de: {
    name: 'Deutsch', locale: 'de-AT', title: 'Meine Token', lead: /Ein Hardwaretoken ist ein kleines Gerät/, signIn: 'Anmelden',
    signOut: 'Abmelden', waiting: 'Wartet auf Aktivierung', digits: 'Sechs Ziffern', ask: /die Ihr Token jetzt anzeigt/,
    activate: 'Aktivieren', another: 'Weiteres Token aktivieren', serial: 'Seriennummer', refused: /nicht angenommen/,
    unknown: /können Sie nicht aktivieren/, ready: /ist einsatzbereit/, next: /mit einem Prüfcode/,
  },
  fr: {
    name: 'Français', locale: 'fr-CH', title: 'Mes jetons', lead: /Un jeton matériel est un petit appareil/, signIn: 'Se connecter',
    signOut: 'Se déconnecter', waiting: 'À activer', digits: 'Six chiffres', ask: /que votre jeton affiche maintenant/,
    activate: 'Activer', another: 'Activer un autre jeton', serial: 'Numéro de série', refused: /pas été acceptés/,
    unknown: /pas activer de jeton portant ce numéro/, ready: /est prêt à l’emploi/, next: /un code de vérification/,
  },
  es: {
    name: 'Español', locale: 'es-MX', title: 'Mis tokens', lead: /Un token de hardware es un pequeño dispositivo/,
    signIn: 'Iniciar sesión', signOut: 'Cerrar sesión', waiting: 'Pendiente de activación', digits: 'Seis dígitos',
    ask: /que muestra ahora su token/, activate: 'Activar', another: 'Activar otro token', serial: 'Número de serie',
    refused: /no se aceptaron/, unknown: /ningún token con este número de serie/, ready: /está listo para usar/,
    next: /un código de verificación/,
  },
  it: {
    name: 'Italiano', locale: 'it-IT', title: 'I miei token', lead: /Un token hardware è un piccolo dispositivo/, signIn: 'Accedi',
    signOut: 'Disconnetti', waiting: 'In attesa di attivazione', digits: 'Sei cifre', ask: /che il token mostra adesso/,
    activate: 'Attiva', another: 'Attiva un altro token', serial: 'Numero di serie', refused: /non sono state accettate/,
    unknown: /nessun token con questo numero di serie/, ready: /è pronto all’uso/, next: /un codice di verifica/,
  },
};

async function expectLanguage(page: Page, tag: string, title: string): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('lang', tag);
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
  await expect(page).toHaveTitle(`${title} · Token Inventory`);
}

for (const [tag, texts] of Object.entries(LANGUAGES)) {
  test.describe(`a browser in ${texts.locale}`, () => {
    test.use({ ...PHONE, locale: texts.locale, environment: { HELP_DESK: '4711' } });

    test(`the main flows in ${texts.name}`, async ({ app, page }) => {
      const answer = await page.request.get('/my', { headers: { 'accept-language': texts.locale } });
      expect(await answer.text(), 'the server renders it so').toContain(`<html lang="${tag}"`);
      await open(page, '/my');
      await expectLanguage(page, tag, texts.title);
      await expect(page.getByText(texts.lead)).toBeVisible();
      await expect(page.getByRole('link', { name: texts.signIn, exact: true })).toBeVisible();
      await expectFits(page, 'signed out');
      await expectAccessible(page, 'signed out');

      await signIn(page, 'An end user', '/my');
      const me = await currentUser(app, page);
      const mine = row('AA-1');
      await give(app, mine, me);
      await open(page, '/my?serial=AA-1');
      await expectLanguage(page, tag, texts.title);
      await expect(page.getByRole('button', { name: texts.signOut, exact: true })).toBeVisible();
      await expect(page.getByText(texts.waiting).first()).toBeVisible();
      await expect(page.getByText(texts.ask)).toBeVisible();
      const digits = page.getByRole('textbox', { name: texts.digits });
      const activate = page.getByRole('button', { name: texts.activate, exact: true });
      const alert = page.getByRole('alert').filter({ hasText: /\S/ });
      await digits.fill(wrongCode(mine, 86_400 * 2));
      await activate.click();
      await expect(alert).toContainText(texts.refused);
      await expectFits(page, 'refused');
      await expectAccessible(page, 'refused');
      await digits.fill(code(mine));
      await activate.click();
      await expect(page.getByRole('heading', { name: texts.ready })).toBeFocused();
      await expect(page.getByRole('status').filter({ hasText: texts.next })).toBeVisible();
      await expectFits(page, 'done');

      await page.getByRole('button', { name: texts.another }).click();
      await page.getByRole('textbox', { name: texts.serial }).fill('none');
      await digits.fill('123456');
      await activate.click();
      await expect(alert).toContainText(texts.unknown);
      await expectFits(page, 'claim refused');
      await expectAccessible(page, 'done, and a claim refused');
    });
  });
}

test.describe('choosing', () => {
  test.use({ ...PHONE, locale: 'de-AT' });

  test('choosing a language keeps the serial number and sets a cookie', async ({ app, page, context }) => {
    await open(page, '/my?serial=S%2F1');
    await expectLanguage(page, 'de', 'Meine Token');
    await page.getByRole('navigation', { name: 'Sprache' }).getByRole('link', { name: 'Français' }).click();
    await ready(page);
    await expectLanguage(page, 'fr', 'Mes jetons');
    await expect(page).toHaveURL(`${app.url}/my?serial=S%2F1&lang=fr`);
    await expect(page.getByRole('link', { name: 'Français' })).toHaveAttribute('aria-current', 'true');
    await open(page, '/my');
    await expectLanguage(page, 'fr', 'Mes jetons');
    const cookie = (await context.cookies()).find(({ value }) => value === 'fr');
    expect(cookie).toMatchObject({ sameSite: 'Lax', path: '/' });
    expect((cookie?.expires ?? 0) - Date.now() / 1000).toBeGreaterThan(86_400 * 300);
  });

  test('choosing a language keeps the typed serial number', async ({ page }) => {
    test.skip(!hasScripts(), 'without scripts the serial number in the URL is kept');
    await signIn(page, 'An end user', '/my?serial=S-1&lang=en');
    await page.getByRole('textbox', { name: 'Serial number' }).fill('S-99');
    await page.getByRole('link', { name: 'Español' }).click();
    await ready(page);
    await expect(page.getByRole('textbox', { name: 'Número de serie' })).toHaveValue('S-99');
  });

  test('other pages are English', async ({ page }) => {
    test.skip(!hasScripts(), 'the other pages need scripts');
    await signIn(page, 'An administrator');
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'My tokens' }).click();
    await expectLanguage(page, 'de', 'Meine Token');
    await page.getByRole('link', { name: 'Inventory' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Inventory' })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  });
});
