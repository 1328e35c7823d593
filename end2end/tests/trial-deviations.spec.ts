// The trial in tenants that do not what the program assumes: the page names each difference and what it affects, and
// everything is removed. One program tries all of them, one after the other.
import type { Locator, Page } from '@playwright/test';
import { expect, provideApp, test as base, type App } from '../fixtures/app';
import { Colleague } from '../fixtures/colleague';
import { DeviatingTenant, type Deviation } from '../fixtures/deviating-tenant';
import { test as organisation } from '../fixtures/organisation';
import { signIn } from '../fixtures/people';
import { startHere } from '../fixtures/port';
import { PracticeTenant } from '../fixtures/program';
import { contents, open } from '../fixtures/steps';
import { devices, members, users, type Device } from '../fixtures/tenant';

const DEVICES = '/beta/directory/authenticationMethodDevices/hardwareOathDevices';

interface Case {
  name: string;
  deviation: Deviation;
  /** The steps that differ, and words of what each affects. */
  differs: [step: string, affects: string][];
  /** Words that the page shows of what was observed. */
  observed?: string;
  /** Whether steps could not be tried. */
  untried?: boolean;
  /** Whether two writes at once are tried, too. */
  collide?: boolean;
}

const refusal = (message: string) => ({ status: 400, body: { error: { code: 'badRequest', message } } });

const CASES: Case[] = [
  {
    name: 'a tenant that does what is assumed',
    deviation: () => undefined,
    differs: [],
  },
  {
    name: 'a serial number may exist twice',
    deviation: ({ what, before }) =>
      what === `POST ${DEVICES}` && before === 1 ? { status: 201 } : undefined,
    differs: [['Create another token with the same serial number', 'a repeated import makes duplicates']],
  },
  {
    name: 'an assigned token can be deleted',
    deviation: ({ what, before }) => (what.startsWith(`DELETE ${DEVICES}/`) && before === 0 ? { status: 204 } : undefined),
    differs: [['Delete it while it is assigned', 'relies on the refusal']],
    observed: 'There is no token to try it with.',
    untried: true,
  },
  {
    name: 'no creation in bulk',
    deviation: ({ what }) => (what === `PATCH ${DEVICES}` ? { status: 405, body: refusal('Not allowed.').body } : undefined),
    differs: [
      ['Create two tokens in one call, one of them with an invalid secret key', 'Import in bulk'],
      ['Create two tokens in one call, one of them with a serial number that exists', 'Import in bulk'],
    ],
    observed: 'the tenant has no such call',
  },
  {
    name: 'a creation in bulk is refused as a whole, which is as assumed',
    deviation: ({ what }) => (what === `PATCH ${DEVICES}` ? refusal('The second item is invalid.') : undefined),
    differs: [],
    observed: 'the whole call is refused; the valid one does not exist',
  },
  {
    name: 'a wrong code is answered well',
    deviation: ({ what, before }) => (what.endsWith('/activate') && before === 0 ? { status: 204 } : undefined),
    differs: [['Activate it with a wrong code', 'a 400 is told as a refused code']],
  },
  {
    name: 'a token cannot be activated again after deactivating',
    deviation: ({ what, before }) => (what.endsWith('/activate') && before === 3 ? refusal('Not again.') : undefined),
    differs: [['Activate it again with a fresh code', 'the repair of a token whose clock is off']],
    observed: '400 badRequest: Not again.',
  },
  {
    name: 'codes of some intervals before are refused',
    deviation: ({ what, before }) => (what.endsWith('/activate') && before === 4 ? refusal('Too old.') : undefined),
    differs: [['Activate it with the code of three intervals before', 'whose clock is off']],
  },
  {
    name: 'no activation by serial number',
    deviation: ({ what }) => (what.endsWith('BySerialNumber') ? { status: 404, body: refusal('No such segment.').body } : undefined),
    differs: [
      ['Activate it by its serial number while it is assigned', 'My tokens'],
      ['Assign and activate it by its serial number, with a wrong code', 'the claim is undone'],
      ['Assign and activate it by its serial number', 'takes a token from the stock'],
    ],
  },
  {
    name: 'SHA-256 is refused',
    deviation: ({ what, body }) =>
      what === `POST ${DEVICES}` && body.hashFunction === 'hmacsha256' ? refusal('Not supported.') : undefined,
    differs: [['Create a token with SHA-256 and 60 seconds', 'seed files with such tokens']],
    observed: 'There is no such token.',
    untried: true,
  },
  {
    name: 'one request has no answer',
    deviation: ({ what, body }) => (what.startsWith(`PATCH ${DEVICES}/`) && 'displayName' in body ? 'none' : undefined),
    differs: [],
    untried: true,
  },
];

/** Those of which the trial waits some seconds for an effect. */
const SLOW_CASES: Case[] = [
  {
    name: 'no token can be created',
    deviation: ({ what }) =>
      what === `POST ${DEVICES}` ? { status: 403, body: { error: { code: 'accessDenied', message: 'Denied.' } } } : undefined,
    differs: [
      ['Create one token', 'every row begins with it'],
      ['Find it by its serial number', 'The check of a file before an import'],
      ['Create a token with SHA-256 and 60 seconds', 'seed files with such tokens'],
    ],
    untried: true,
  },
  {
    name: 'an activation is answered well and has no effect',
    deviation: ({ what, before }) => (what.endsWith('/activate') && before === 1 ? { status: 204 } : undefined),
    differs: [['Activate it with the right code', 'Import, assign and activate']],
    observed: 'The token is not activated.',
    untried: true,
  },
  {
    name: 'of two writes at once one is lost, which is as assumed',
    // The first assignment has been made long before.
    deviation: ({ what, before }) => (/^POST .*\/hardwareOathMethods$/.test(what) && before === 2 ? { status: 201 } : undefined),
    differs: [],
    observed: '1 of 2 tokens are seen at the user.',
    collide: true,
  },
];

interface Tenants {
  practiceTenant: PracticeTenant;
  tenant: DeviatingTenant;
}

const test = base.extend<Tenants>({
  practiceTenant: async ({ practice }, use) => {
    const practiceTenant = await PracticeTenant.start(practice);
    await use(practiceTenant);
    await practiceTenant.stop();
  },
  tenant: async ({ practiceTenant }, use) => {
    const tenant = await DeviatingTenant.start(practiceTenant.url);
    await use(tenant);
    tenant.stop();
  },
  app: async ({ practiceTenant, tenant }, use, testInfo) => {
    const addresses = { ENTRA_AUTHORITY: tenant.url, GRAPH_ENDPOINT: tenant.url };
    const program = await startHere([], { ...practiceTenant.environment, ...addresses });
    await provideApp(program, practiceTenant.graph(), use, testInfo);
    await program.stop();
  },
});
test.use({ practice: ['--practice-tokens', '20', '--practice-users', '30'] });

/** Tries the tenant with this user, from the form to the result. */
async function tryTenant(page: Page, upn: string, collide = false): Promise<Locator> {
  const section = page.getByRole('region', { name: 'Trial' });
  await section.getByLabel('Trial user').fill(upn);
  await section.getByRole('checkbox').setChecked(collide);
  await section.getByRole('button', { name: 'Start the trial' }).click();
  await expect(section.getByRole('button', { name: 'Start the trial' })).toBeVisible({ timeout: 90_000 });
  return section;
}

/** The tenant is as before: its tokens, and who has them. */
async function expectUnchanged(app: App, before: Device[]): Promise<void> {
  const bySerial = (one: Device, other: Device) => one.serialNumber.localeCompare(other.serialNumber);
  expect((await devices(app)).sort(bySerial)).toEqual(before.sort(bySerial));
}

for (const [kind, cases] of [['at once', CASES], ['after some seconds', SLOW_CASES]] as const) {
  test(`what a tenant does otherwise is told ${kind}, with what it affects`, async ({ app, page, tenant }) => {
    test.setTimeout(600_000);
    const before = await devices(app);
    const upn = (await members(app, 1)).join();
    await signIn(page, 'An administrator');
    await open(page, '/settings');
    for (const { name, deviation, differs, observed, untried = false, collide } of cases) {
      await test.step(name, async () => {
        tenant.deviate(deviation);
        const section = await tryTenant(page, upn, collide);
        const differing = section.getByRole('listitem').filter({ has: page.getByText('Differs', { exact: true }) });
        await expect(differing.locator('strong'), name).toHaveText(differs.map(([step]) => step));
        for (const [index, [, affects]] of differs.entries()) {
          await expect(differing.nth(index), name).toContainText(new RegExp(`Assumed: .* Affects: .*${affects}`));
        }
        const shown = section.getByRole('listitem').filter({ hasText: observed ?? /./ });
        await expect(shown.first(), name).toBeVisible();
        const summary = section.getByText(/^\d+ of \d+ as assumed,.* everything it made is removed\.$/);
        await expect(summary, name).toContainText(untried ? ' not tried,' : 'as assumed');
        if (!untried) await expect(summary, name).not.toContainText('not tried');
        await expectUnchanged(app, before);
      });
    }
    const [report] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the report (Markdown)' }).click(),
    ]);
    for (const [, affects] of cases.at(-1)?.differs ?? []) expect(await contents(report)).toContain(affects);
  });
}

test.describe('a tenant that does not remove default methods', () => {
  const asItIs = organisation;
  asItIs.use({ practice: ['--practice-tokens', '20', '--practice-users', '30', '--practice-default-method'] });

  asItIs('the refusal is told, and everything is removed nevertheless', async ({ app, page }) => {
    const upn = (await members(app, 1)).join();
    const user = (await users(app)).find((one) => one.userPrincipalName === upn)!;
    const spare = (await devices(app)).find((device) => device.assignedTo === null)!;
    // Beside another token, one that is activated is the default method.
    await new Colleague(app).assign(spare, user);
    const before = await devices(app);
    await signIn(page, 'An administrator');
    await open(page, '/settings');
    const section = await tryTenant(page, upn);
    const differing = section.getByRole('listitem').filter({ has: page.getByText('Differs', { exact: true }) });
    await expect(differing.locator('strong')).toHaveText(['Unassign it']);
    await expect(differing).toContainText('Affects: Unassign, Delete and Replace.');
    await expect(section.getByText(/1 differ, everything it made is removed\.$/)).toBeVisible();
    await expectUnchanged(app, before);
  });
});
