// Claiming an unassigned token: by its serial number, by a link, by the camera.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/organisation';
import {
  activate, alert, digits, signInWithoutTokens, expectFits, expectReady, give, openMine, part, PHONE, serialField,
} from '../fixtures/my-tokens';
import { choosePerson } from '../fixtures/people';
import { row } from '../fixtures/seed-file';
import { hasScripts, open, ready } from '../fixtures/steps';
import { devices } from '../fixtures/tenant';
import { code, wrongCode } from '../fixtures/totp';

test.use(PHONE);

test('by its serial number, typed', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const free = row('S-2001');
  await give(app, free);
  await openMine(page);
  await expect(page.getByText('You have no token yet.')).toBeVisible();
  await expect(serialField(page)).toHaveAccessibleDescription(/On the back of the token/);
  await expectFits(page, 'the form');
  await serialField(page).fill(' s-2001 ');
  await digits(page).fill(code(free));
  await activate(page).click();
  await expectReady(app, page, free, me);
});

test('missing input is reported before anything is sent', async ({ app, page }) => {
  await signInWithoutTokens(app, page);
  await openMine(page);
  await app.resetStats();
  await activate(page).click();
  await expect(alert(page)).toContainText('Please type the serial number');
  await expect(serialField(page)).toBeFocused();
  await serialField(page).fill('S-2002');
  await activate(page).click();
  await expect(alert(page)).toContainText('Please type all six digits');
  await expect(digits(page)).toBeFocused();
  expect((await app.stats()).writes).toBe(0);
});

test('by the link of a slip: sign in, code, done', async ({ app, page }) => {
  const free = row('S-2003');
  const me = await signInWithoutTokens(app, page);
  await give(app, free);
  await page.context().clearCookies();
  await open(page, '/my?serial=S-2003');
  await expect(page.getByText('A hardware token is a small device')).toBeVisible();
  await expect(page.getByRole('textbox')).toHaveCount(0);
  await expectFits(page, 'signed out');
  await page.getByRole('link', { name: 'Use another account' }).click();
  await choosePerson(page, 'An end user');
  await ready(page);
  await expect(page).toHaveURL(`${app.url}/my?serial=S-2003`);
  await expect(serialField(page)).toHaveValue('S-2003');
  await expect(digits(page)).toBeFocused();
  await digits(page).fill(code(free));
  await page.keyboard.press('Enter');
  await expectReady(app, page, free, me);
});

test('the serial number of an assigned token opens the form of that token', async ({ app, page }) => {
  test.skip(!hasScripts(), 'without scripts the token is activated when the form is sent');
  const me = await signInWithoutTokens(app, page);
  const mine = row('S-2004');
  await give(app, mine, me);
  await openMine(page);
  await page.getByRole('button', { name: 'Activate another token' }).click();
  await expect(serialField(page)).toBeFocused();
  await page.keyboard.type('S-2004');
  await page.keyboard.press('Tab');
  await expect(part(page, 'S-2004').getByRole('textbox')).toBeFocused();
  await expect(serialField(page)).toHaveCount(0);
});

test('a wrong guess reveals nothing about the owner of a token, and claims none', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const [free, otherToken] = [row('S-2005'), row('S-2006')];
  await give(app, free);
  const other = (await devices(app)).find(({ assignedTo, status }) => assignedTo && status === 'activated');
  await openMine(page);
  for (const serial of ['no-such-serial', other?.serialNumber ?? '']) {
    await serialField(page).fill(serial);
    await digits(page).fill(code(otherToken));
    await activate(page).click();
    await expect(alert(page)).toContainText('No token with this serial number can be activated by you.');
    await expect(alert(page)).toContainText('Please ask your help desk.');
    await expect(serialField(page)).toBeFocused();
    await expect(serialField(page)).toHaveValue(serial);
    if (hasScripts()) await expect(digits(page)).not.toHaveValue('');
  }
  await serialField(page).fill(free.serial);
  await digits(page).fill(wrongCode(free, 86_400 * 2));
  await activate(page).click();
  await expect(alert(page)).toContainText('These digits were not accepted.');
  await expect(serialField(page)).toHaveValue(free.serial);
  await expect(digits(page)).toHaveValue('');
  expect((await devices(app)).filter(({ assignedTo }) => assignedTo?.id === me.id)).toEqual([]);
});

test('repeated guesses are rate limited, with the waiting time', async ({ app, page, traffic }) => {
  traffic.allow(/status of 429/);
  await signInWithoutTokens(app, page);
  await openMine(page);
  for (let told = ''; !told.includes('Those were too many attempts.'); told = await alert(page).innerText()) {
    await serialField(page).fill('guess');
    await digits(page).fill('123456');
    // Without the alert before, the next one is this answer's.
    await page.evaluate(() => {
      for (const alert of document.querySelectorAll('[role=alert]')) alert.replaceChildren();
    });
    await activate(page).click();
    await expect(alert(page)).toBeVisible();
  }
  await expect(alert(page)).toContainText(/Try again in \d+ (minutes|seconds), with the digits that the token shows then\./);
  await expect(serialField(page)).toHaveValue('guess');
});

test('the form twice at once is one write', async ({ app, page }) => {
  const me = await signInWithoutTokens(app, page);
  const free = row('S-2010');
  await give(app, free);
  await openMine(page);
  await app.resetStats();
  await serialField(page).fill(free.serial);
  await digits(page).fill(code(free));
  await activate(page).dblclick();
  await expectReady(app, page, free, me);
  expect((await app.stats()).writesByKind).toMatchObject({ activate: 1 });
  await page.goBack();
  await page.goForward();
  await ready(page);
  await page.reload();
  await ready(page);
  await expect(part(page, free.serial)).toContainText('Ready to use');
  expect((await app.stats()).writesByKind, 'Back, forward and reload send nothing').toMatchObject({ activate: 1 });
});

/** Mocks a camera that detects a barcode, or to which access is denied. */
async function camera(page: Page, barcode: string | null): Promise<void> {
  await page.addInitScript((barcode) => {
    const state = { looks: 0, tracks: [] as MediaStreamTrack[] };
    Object.assign(window, { camera: state });
    Object.assign(window, {
      BarcodeDetector: class {
        detect() {
          // The first frames contain no barcode.
          return Promise.resolve(state.looks++ < 2 ? [] : [{ rawValue: barcode }]);
        }
      },
    });
    const getUserMedia = () => {
      if (barcode === null) return Promise.reject(new DOMException('no', 'NotAllowedError'));
      const canvas = document.createElement('canvas');
      canvas.getContext('2d');
      const stream = canvas.captureStream();
      state.tracks.push(...stream.getTracks());
      return Promise.resolve(stream);
    };
    Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia } });
  }, barcode);
}

/** Whether all cameras are turned off again. */
function isOff(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const { tracks } = (window as unknown as { camera: { tracks: MediaStreamTrack[] } }).camera;
    return tracks.length > 0 && tracks.every(({ readyState }) => readyState === 'ended');
  });
}

test.describe('the camera', () => {
  test.beforeEach(() => test.skip(!hasScripts(), 'the camera needs scripts'));

  for (const [what, shown] of [['a barcode', 'S-2007'], ['the QR code of a slip', 'https://tokens.example/my?serial=S%2D2007&x=1']]) {
    test(`reads ${what}`, async ({ app, page }) => {
      await camera(page, shown!);
      const me = await signInWithoutTokens(app, page);
      const free = row('S-2007');
      await give(app, free);
      await openMine(page);
      await page.getByRole('button', { name: 'Scan the barcode' }).click();
      await expect(page.getByRole('status').filter({ hasText: 'The serial number S-2007 was read.' })).toBeVisible();
      await expect(serialField(page)).toHaveValue('S-2007');
      await expect(digits(page)).toBeFocused();
      expect(await isOff(page)).toBe(true);
      await page.keyboard.type(code(free));
      await page.keyboard.press('Enter');
      await expectReady(app, page, free, me);
    });
  }

  test('is stopped by a button, and by going to another form', async ({ app, page }) => {
    await camera(page, ' ');
    await give(app, row('S-2008'), await signInWithoutTokens(app, page));
    await openMine(page);
    await page.getByRole('button', { name: 'Activate another token' }).click();
    await page.getByRole('button', { name: 'Scan the barcode' }).click();
    await expect(page.getByText('Hold the back of the token in front of the camera')).toBeVisible();
    await expectFits(page, 'the picture');
    await page.getByRole('button', { name: 'Stop the camera' }).click();
    await expect(page.getByRole('button', { name: 'Scan the barcode' })).toBeFocused();
    await expect.poll(() => isOff(page)).toBe(true);

    await page.getByRole('button', { name: 'Scan the barcode' }).click();
    await expect.poll(() => isOff(page), 'on again').toBe(false);
    await page.getByRole('button', { name: 'Activate this token: Token S-2008' }).click();
    await expect(digits(page)).toBeFocused();
    await expect.poll(() => isOff(page)).toBe(true);
  });

  test('denied access to the camera is reported, and typing still works', async ({ app, page }) => {
    await camera(page, null);
    await signInWithoutTokens(app, page);
    await openMine(page);
    await page.getByRole('button', { name: 'Scan the barcode' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'The camera may not be used.' })).toBeVisible();
    await serialField(page).fill('S-1');
  });

  test('where the browser cannot scan there is no button', async ({ app, page }) => {
    await page.addInitScript(() => Reflect.deleteProperty(window, 'BarcodeDetector'));
    await signInWithoutTokens(app, page);
    await openMine(page);
    await expect(serialField(page)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Scan the barcode' })).toHaveCount(0);
  });
});
