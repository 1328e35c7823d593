// Starting the program, with valid and invalid configurations.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base, expect } from '@playwright/test';
import { test } from '../fixtures/app';
import { attempt, PracticeTenant, Program } from '../fixtures/program';
import { signIn } from '../fixtures/people';
import { rowsOf } from '../fixtures/seed-file';
import { choose, expectFinished, press } from '../fixtures/steps';
import type { Device } from '../fixtures/tenant';

base('all errors of a wrong configuration are reported, and nothing starts', async () => {
  const { code, log } = await attempt([], {
    LISTEN_ADDR: 'everywhere',
    PUBLIC_URL: 'ftp://tokens.example',
    ENTRA_TENANT_ID: 'not/a/tenant',
    ENTRA_CLIENT_SECRET: 'never-to-be-seen',
    ENTRA_AUTHORITY: 'http://login.example',
    GRAPH_ENDPOINT: 'graph.example',
  });
  expect(code).not.toBe(0);
  for (const name of ['LISTEN_ADDR', 'PUBLIC_URL', 'ENTRA_TENANT_ID', 'ENTRA_CLIENT_ID', 'ENTRA_AUTHORITY', 'GRAPH_ENDPOINT']) {
    expect(log).toMatch(new RegExp(`^  - ${name}: `, 'm'));
  }
  expect(log).not.toContain('never-to-be-seen');
  expect(log).not.toContain('is ready');
});

base('an incomplete configuration names the missing variables', async () => {
  const { code, log } = await attempt([], { ENTRA_CLIENT_ID: '11111111-1111-4111-8111-111111111111' });
  expect(code).not.toBe(0);
  expect(log).toContain('ENTRA_TENANT_ID: missing');
  expect(log).toContain('ENTRA_CLIENT_SECRET, ENTRA_CLIENT_SECRET_FILE or ENTRA_CLIENT_CERTIFICATE_FILE: missing');
  expect(log).not.toContain('ENTRA_CLIENT_ID: missing');
});

base('everything that concerns signing in is checked at once', async () => {
  const certificate = path.join(await mkdtemp(path.join(tmpdir(), 'token-inventory-')), 'app.pem');
  await writeFile(certificate, 'no certificate');
  const { code, log } = await attempt([], {
    PUBLIC_URL: 'https://tokens.example/?app',
    ENTRA_TENANT_ID: 'common',
    ENTRA_CLIENT_ID: '11111111-1111-4111-8111-111111111111',
    ENTRA_CLIENT_CERTIFICATE_FILE: certificate,
    GRAPH_ACCESS: 'both',
    ADMIN_ROLE: 'Tokens Admin',
    SESSION_IDLE: 'an hour',
    SESSION_LONGEST: '400d',
  });
  expect(code).not.toBe(0);
  const problems = log.split('\n').filter((line) => line.startsWith('  - '));
  const words: Record<string, RegExp> = {
    PUBLIC_URL: /must end after the host and port, or after a path/,
    ADMIN_ROLE: /has no blanks/,
    SESSION_IDLE: /such as 30m or 12h/,
    SESSION_LONGEST: /between 1s and 7 days/,
    GRAPH_ACCESS: /neither application nor delegated/,
    ENTRA_CLIENT_CERTIFICATE_FILE: /app\.pem/,
    ENTRA_TENANT_ID: /enter your own tenant's id/,
  };
  for (const [name, remedy] of Object.entries(words)) {
    expect.soft(problems.filter((line) => line.startsWith(`  - ${name}: `)), name).toEqual([expect.stringMatching(remedy)]);
  }
  expect(problems).toHaveLength(Object.keys(words).length);
});

const WHOLE = { ENTRA_TENANT_ID: 'contoso.example', ENTRA_CLIENT_ID: 'app', ENTRA_CLIENT_SECRET: 'never-to-be-seen' };
const REFUSED: [what: string, environment: Record<string, string>, words: RegExp][] = [
  ['delegated access without a tenant', { GRAPH_ACCESS: 'delegated' }, /GRAPH_ACCESS: delegated needs a tenant/],
  ['two credentials', { ...WHOLE, ENTRA_CLIENT_SECRET_FILE: '/no/such/file' }, /ENTRA_CLIENT_SECRET.*: set one of them/],
  ['a tenant without credentials', { ...WHOLE, ENTRA_CLIENT_SECRET: ' ' }, /ENTRA_CLIENT_CERTIFICATE_FILE: missing/],
  ['an open server without an address', { ...WHOLE, LISTEN_ADDR: '0.0.0.0:0' }, /PUBLIC_URL: missing/],
  ['users who sign in by plain http', { ...WHOLE, PUBLIC_URL: 'http://tokens.example' }, /PUBLIC_URL: .* must begin with https:/],
  ['a name in the address', { ...WHOLE, PUBLIC_URL: 'https://ann:secret@tokens.example' }, /PUBLIC_URL: .* user name or password/],
];
for (const [what, environment, words] of REFUSED) {
  base(`${what}: refused`, async () => {
    const { code, log } = await attempt(['--listen-addr', environment.LISTEN_ADDR ?? '127.0.0.1:0'], environment);
    expect(code).not.toBe(0);
    expect(log).toMatch(words);
    expect(log).not.toContain('never-to-be-seen');
    expect(log).not.toContain('is ready');
  });
}

base('a secret that cannot be read is named by its variable', async () => {
  const { code, log } = await attempt([], {
    ENTRA_TENANT_ID: 'contoso.example', ENTRA_CLIENT_ID: 'app', ENTRA_CLIENT_SECRET_FILE: '/no/such/file',
  });
  expect(code).not.toBe(0);
  expect(log).toContain('ENTRA_CLIENT_SECRET_FILE: /no/such/file cannot be read');
});

base('a folder without the built app is named, with the command that builds it', async () => {
  const { code, log } = await attempt(['--listen-addr', '127.0.0.1:0', '--site-root', 'no-such-folder']);
  expect(code).not.toBe(0);
  expect(log).toContain('no-such-folder holds no built app: run `cargo xtask build`');
});

test('a port that is taken says what to do', async ({ app }) => {
  const { port } = new URL(app.url);
  const { code, log } = await attempt(['--listen-addr', `127.0.0.1:${port}`]);
  expect(code).not.toBe(0);
  expect(log).toContain(`Port ${port} on 127.0.0.1 is taken`);
  expect(log).toContain(`token-inventory --listen-addr 127.0.0.1:${Number(port) + 1}`);
});

test.describe('with a tenant of its own process', () => {
  const COMPANY = ['--practice-seed', '7', '--practice-tokens', '0', '--practice-users', '40'];
  // The same data as the embedded practice tenant, so that its sample fits.
  test.use({ practice: COMPANY });

  test('the variables that it prints connect the app to it', async ({ app: embedded, page }) => {
    const sample = await (await fetch(new URL('/practice/sample.csv?rows=6', embedded.url))).text();
    const tenant = await PracticeTenant.start(COMPANY);
    const { environment } = tenant;
    const program = await Program.start([], environment);
    try {
      expect(program.practiceUrl, 'no practice tenant is embedded').toBe('');
      await signIn(page, 'An administrator', '/import', program.url);
      await choose(page, sample);
      await expect(page.getByText('Practice tenant')).toHaveCount(0);
      await press(page, 'Import, assign and activate 6 tokens');
      await expectFinished(page, '6 tokens done');

      const path = '/beta/directory/authenticationMethodDevices/hardwareOathDevices';
      const found = (await tenant.graph().all<Device>(path)).map((device) => [device.serialNumber, device.status]);
      expect(found.sort()).toEqual(rowsOf(sample).map((row) => [row.serial, 'activated']).sort());
      expect((await embedded.stats()).requests, 'the embedded practice tenant was not used').toBe(0);
      expect((await fetch(new URL('/practice/sample.csv', program.url))).status).toBe(404);
    } finally {
      await Promise.all([program.stop(), tenant.stop()]);
    }
  });

  test('a wrong secret is reported on the page', async ({ app: _, page, traffic }) => {
    traffic.allow(/Failed to load resource/);
    const tenant = await PracticeTenant.start(COMPANY);
    const program = await Program.start([], { ...tenant.environment, ENTRA_CLIENT_SECRET: 'practice~wrong' });
    try {
      await signIn(page, 'An administrator', '/', program.url);
      await expect(page.getByRole('alert')).toContainText('the client secret is wrong');
      await expect(page.locator('table')).toHaveCount(0);
      expect(program.log()).not.toContain('practice~wrong');
    } finally {
      await Promise.all([program.stop(), tenant.stop()]);
    }
  });
});
