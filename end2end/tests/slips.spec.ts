// Slips for the help desk: of one token, or of a selection.
import jsQR from 'jsqr';
import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessible';
import { Colleague } from '../fixtures/colleague';
import { expect, test } from '../fixtures/app';
import { userWithoutToken } from '../fixtures/manage-one';
import { row } from '../fixtures/seed-file';
import { open, rows } from '../fixtures/steps';
import { devices } from '../fixtures/tenant';

test.use({ practice: ['--practice-tokens', '300', '--practice-users', '60'], environment: { HELP_DESK: 'Room 12' } });

const slips = (page: Page) => page.getByRole('article');
const bar = (page: Page) => page.getByRole('toolbar', { name: 'Selected tokens' });
const PIXELS = 4;

/** Decodes the QR code of a slip. */
async function decodeQrCode(slip: Locator): Promise<string | undefined> {
  const { side, boxes } = await slip.evaluate((element) => ({
    side: element.querySelector('svg')?.viewBox.baseVal.width ?? 0,
    boxes: [...(element.querySelector('svg path')?.getAttribute('d') ?? '').matchAll(/M(\d+) (\d+)h(\d+)/g)]
      .map(([, x, y, length]) => [Number(x), Number(y), Number(length)] as const),
  }));
  const width = side * PIXELS;
  const image = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [x, y, length] of boxes) {
    for (let top = y * PIXELS; top < (y + 1) * PIXELS; top++) {
      for (let left = x * PIXELS; left < (x + length) * PIXELS; left++) image.fill(0, (top * width + left) * 4, (top * width + left) * 4 + 3);
    }
  }
  const read = (jsQR as unknown as { default?: typeof jsQR }).default ?? jsQR;
  return read(image, width, width)?.data;
}

async function loaded(page: Page): Promise<void> {
  await open(page, '/');
  await expect(page.getByText(/^30\d tokens$/)).toBeVisible();
}

async function choose(page: Page, count: number): Promise<void> {
  const box = (place: number) => rows(page, 'Tokens').nth(place).getByRole('checkbox');
  await box(0).click();
  for (let place = 1; place < count; place++) await box(place).click();
}

test('the slip of one token, opened from its panel', async ({ app, page }) => {
  const colleague = new Colleague(app);
  const token = await colleague.create(row('S/7 ü'));
  const holder = await userWithoutToken(app);
  await colleague.assign(token, holder);
  await open(page, `/?token=${token.id}`);
  await page.getByRole('link', { name: 'Print slip' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Slips' })).toBeVisible();
  await expect(page).toHaveURL(`${app.url}/slips?tokens=${token.id}`);
  const slip = slips(page);
  await expect(slip).toHaveCount(1);
  const address = `${app.url}/my?serial=S%2F7%20%C3%BC`;
  for (const text of ['Your hardware token', holder.displayName, 'S/7 ü', 'Token2 C202', address, 'Help desk: Room 12']) {
    await expect(slip).toContainText(text);
  }
  await expect(slip.getByRole('listitem')).toHaveCount(3);
  expect(await decodeQrCode(slip)).toBe(address);
  await expectAccessible(page, 'a slip');
  await page.goBack();
  await expect(page.getByRole('dialog').getByRole('heading', { name: 'Token S/7 ü' })).toBeVisible();
});

test('in the chosen language', async ({ app, page }) => {
  const [token] = await devices(app);
  await open(page, `/slips?tokens=${token?.id}`);
  const titles: Record<string, string> = {
    Deutsch: 'Ihr Hardwaretoken', Français: 'Votre jeton matériel', Español: 'Su token de hardware',
    Italiano: 'Il Suo token hardware', English: 'Your hardware token',
  };
  for (const [name, title] of Object.entries(titles)) {
    await page.getByLabel('Language of the slips').selectOption(name);
    await expect(slips(page).getByRole('heading', { name: title })).toBeVisible();
  }
  await page.getByLabel('Language of the slips').selectOption('Deutsch');
  await expect(slips(page)).toHaveAttribute('lang', 'de');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('the slips of a selection, each with its own QR code', async ({ app, page }) => {
  await loaded(page);
  await choose(page, 3);
  await bar(page).getByRole('button', { name: 'Print slips …' }).click();
  await expect(slips(page)).toHaveCount(3);
  await expect(page.getByText('3 slips to print.')).toBeVisible();
  const serials = new Set((await devices(app)).map(({ serialNumber }) => serialNumber));
  for (const slip of await slips(page).all()) {
    const address = new URL((await decodeQrCode(slip)) ?? '');
    expect(address.pathname).toBe('/my');
    const serial = address.searchParams.get('serial') ?? '';
    expect(serials.delete(serial), serial).toBe(true);
    await expect(slip).toContainText(serial);
  }
});

test('selections that do not fit in the URL, and too large ones', async ({ app, page }) => {
  await loaded(page);
  await page.getByRole('grid').getByRole('checkbox', { name: /^Select all/ }).click();
  await bar(page).getByRole('button', { name: 'Print slips …' }).click();
  await expect(page.getByRole('dialog')).toContainText('At most 200 slips are made at once');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await bar(page).getByRole('button', { name: 'Clear' }).click();

  await page.getByRole('searchbox', { name: 'Search' }).fill('feitian');
  await expect(page.getByText(/^\d+ of 300 tokens$/)).toBeVisible();
  await page.getByRole('grid').getByRole('checkbox', { name: /^Select all/ }).click();
  const count = Number(/(\d+) selected/.exec((await bar(page).textContent()) ?? '')?.[1]);
  await bar(page).getByRole('button', { name: 'Print slips …' }).click();
  await expect(page.getByText(`${count} slips to print.`)).toBeVisible();
  await expect(slips(page)).toHaveCount(count);
  if (count > 50) await expect(page).toHaveURL(`${app.url}/slips`);
});

test('invalid and unknown ids in the URL are reported', async ({ app, page }) => {
  const [token] = await devices(app);
  const gone = '99999999-9999-4999-8999-999999999999';
  const print = page.getByRole('button', { name: 'Print', exact: true });
  await open(page, `/slips?tokens=${token?.id},${gone},%2e%2e/me,${token?.id}`);
  await expect(slips(page)).toHaveCount(1);
  await expect(print).toBeVisible();
  await expect(page.getByText('1 of the ids in the address are no ids of tokens.')).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'For these tokens there is no slip:' })).toContainText(gone);
  await open(page, '/slips');
  await expect(page.getByText('No tokens are chosen.')).toBeVisible();
  await expect(print, 'there is nothing to print').toHaveCount(0);
  const many = Array.from({ length: 201 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
  await open(page, `/slips?tokens=${many.join(',')}`);
  await expect(page.getByText('At most 200 slips are made at once')).toBeVisible();
});

test('in print there are only slips, and none is split across pages', async ({ app, page }) => {
  const ids = (await devices(app)).slice(0, 12).map(({ id }) => id);
  await open(page, `/slips?tokens=${ids.join(',')}`);
  await expect(slips(page)).toHaveCount(12);
  const printed = page.evaluate(() => new Promise((resolve) => { window.print = () => resolve(true); }));
  await page.getByRole('button', { name: 'Print' }).click();
  expect(await printed).toBe(true);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('banner')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden();
  await expect(slips(page).first()).toBeVisible();
  for (const slip of await slips(page).all()) expect(await slip.evaluate((element) => getComputedStyle(element).breakInside)).toBe('avoid');
  const paper = await slips(page).first().evaluate((element) => {
    const { color, backgroundColor } = getComputedStyle(element);
    return [color, backgroundColor];
  });
  expect(paper).toEqual(['rgb(0, 0, 0)', 'rgb(255, 255, 255)']);
  const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
  const pages = [...pdf.matchAll(/\/Type \/Page\b/g)].length;
  expect(pages, 'several a page').toBeGreaterThan(1);
  expect(pages).toBeLessThanOrEqual(5);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('is accessible, and does not scroll horizontally', async ({ app, page }) => {
    const ids = (await devices(app)).slice(0, 3).map(({ id }) => id);
    await open(page, `/slips?tokens=${ids.join(',')}`);
    await expect(slips(page)).toHaveCount(3);
    await expectAccessible(page, 'slips');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });
});
