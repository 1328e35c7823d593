// A seed is sent only in the request that creates its token. No page, log, response, URL or storage contains one.
import type { Response } from '@playwright/test';
import { expect, test } from '../fixtures/app';
import { secretSurfaces } from '../fixtures/secret-surfaces';
import { csv, row, rowsFor, rowsOf } from '../fixtures/seed-file';
import { anotherFile, choose, expectFinished, follow, importFile, press } from '../fixtures/steps';
import { members, sample } from '../fixtures/tenant';

test.use({
  practice: ['--practice-tokens', '0', '--practice-users', '40'],
  // Includes the logs of libraries.
  environment: { RUST_LOG: 'trace' },
});

/** The notations in which a seed could appear. */
function spellings(secret: string): string[] {
  return [secret, secret.toLowerCase(), secret.slice(0, 16), hex(secret), hex(secret).toUpperCase()];
}

function hex(base32: string): string {
  const digit = (character: string) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character);
  const bits = [...base32].map((character) => digit(character).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return bytes.map((byte) => parseInt(byte, 2).toString(16).padStart(2, '0')).join('');
}

test('from the file to Graph', async ({ app, page, traffic }) => {
  const answers: Promise<string>[] = [];
  page.on('response', (response: Response) => {
    if (response.url().includes('/api/')) answers.push(response.text().catch(() => ''));
  });
  const file = await sample(app, 12);
  const secrets = rowsOf(file).map((row) => row.secret);
  const pages: string[] = [];
  await importFile(page, file);
  await press(page, 'Import, assign and activate 12 tokens');
  await expectFinished(page, '12 tokens done');
  pages.push(await secretSurfaces(page));
  await follow(page, 'Inventory');
  await expect(page.getByText('12 tokens', { exact: true })).toBeVisible();
  pages.push(await secretSurfaces(page));
  await follow(page, 'Import');
  await anotherFile(page);
  await choose(page, file);
  await expect(page.getByRole('button', { name: 'Nothing to do', exact: true })).toBeVisible();
  pages.push(await secretSurfaces(page));

  const log = app.log();
  expect(log, 'the log level is trace').toContain(' DEBUG asked Microsoft Graph ');
  const { clientSecret } = await app.credentials();
  const exposed = [...pages, ...(await Promise.all(answers)), log].join('\n');
  for (const secret of secrets) {
    expect(traffic.carrying(secret).map(({ url }) => new URL(url).pathname)).toEqual(['/api/tokens/apply']);
    for (const spelling of spellings(secret)) expect(exposed.includes(spelling), 'a seed was shown or logged').toBe(false);
  }
  expect(exposed.includes(clientSecret), 'the client secret was shown or logged').toBe(false);
  expect(/eyJ[\w-]{20,}\./.test(exposed), 'an access token was shown or logged').toBe(false);
});

test('from a damaged file to the screen', async ({ app, page, traffic }) => {
  const [upn] = await members(app, 1);
  const rows = rowsFor([upn ?? '', '', '']);
  // Shifted columns, a truncated key, a key in another column, and a missing header.
  const slipped = { ...rows[0]!, serial: rows[0]!.secret, secret: '' };
  const cut = { ...rows[1]!, secret: `${rows[1]!.secret}1` };
  const maker = { ...rows[2]!, manufacturer: `${rows[2]!.secret}\u0007` };
  const secrets = [...rows, row('55')].map((row) => row.secret);
  await importFile(page, csv([slipped, cut, maker]));
  await expect(page.getByText(/: 3 not possible\. Nothing/)).toBeVisible();
  let shown = await secretSurfaces(page);
  await anotherFile(page);
  await choose(page, csv([row('55')]).split('\r\n')[1] ?? '');
  // The page asks what the columns hold, and shows examples of their values.
  await expect(page.getByRole('main')).toContainText('header line is missing');
  shown += await secretSurfaces(page);
  await anotherFile(page);
  await choose(page, `{"value":[{"serialNumber":"55","secretKey":"${row('55').secret}",}]}`, 'damaged.json');
  await expect(page.getByRole('alert')).toContainText('damaged');
  shown += await secretSurfaces(page);
  for (const secret of secrets) {
    expect(traffic.carrying(secret)).toEqual([]);
    for (const spelling of spellings(secret)) expect(`${shown}${app.log()}`.includes(spelling)).toBe(false);
  }
});

test('through a failure and a second try', async ({ app, page, traffic }) => {
  traffic.allow(/Failed to load resource/);
  const rows = rowsFor(await members(app, 2));
  // The first request is lost, so the seeds are sent again.
  await page.route('**/api/tokens/apply', (route) => route.abort(), { times: 1 });
  await importFile(page, csv(rows));
  await press(page, 'Import, assign and activate 2 tokens');
  await expectFinished(page, '2 tokens done');
  const shown = `${await secretSurfaces(page)}${app.log()}`;
  for (const { secret } of rows) {
    const carried = traffic.carrying(secret).map(({ url }) => new URL(url).pathname);
    expect(new Set(carried)).toEqual(new Set(['/api/tokens/apply']));
    for (const spelling of spellings(secret)) expect(shown.includes(spelling)).toBe(false);
  }
});
