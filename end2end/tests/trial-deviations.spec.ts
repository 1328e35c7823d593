// The trial in tenants that do not what the program assumes: the page names a difference and what it affects, and everything
// is removed. Which differences are found: server/tests/server/trial/deviations.rs.
import type { Locator, Page } from '@playwright/test';
import { expect, provideApp, test as base, type App } from '../fixtures/app';
import { Colleague } from '../fixtures/colleague';
import { DeviatingTenant } from '../fixtures/deviating-tenant';
import { test as organisation } from '../fixtures/organisation';
import { signIn } from '../fixtures/people';
import { startHere } from '../fixtures/port';
import { PracticeTenant } from '../fixtures/program';
import { contents, open } from '../fixtures/steps';
import { devices, members, users, type Device } from '../fixtures/tenant';

const DEVICES = '/beta/directory/authenticationMethodDevices/hardwareOathDevices';

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

/** Tries the tenant with this user, until the result says so. */
async function tryTenant(page: Page, upn: string, summary: RegExp): Promise<Locator> {
  const section = page.getByRole('region', { name: 'Trial' });
  await section.getByLabel('Trial user').fill(upn);
  await section.getByRole('button', { name: 'Start the trial' }).click();
  await expect(section.getByText(summary)).toBeVisible({ timeout: 0 });
  return section;
}

/** The tenant is as before: its tokens, and who has them. */
async function expectUnchanged(app: App, before: Device[]): Promise<void> {
  const bySerial = (one: Device, other: Device) => one.serialNumber.localeCompare(other.serialNumber);
  expect((await devices(app)).sort(bySerial)).toEqual(before.sort(bySerial));
}

test('what a tenant does otherwise is told with what it affects, and what was not tried', async ({ app, page, tenant }) => {
  const before = await devices(app);
  const upn = (await members(app, 1)).join();
  await signIn(page, 'An administrator');
  await open(page, '/settings');

  tenant.deviate(({ what, before }) => (what.startsWith(`DELETE ${DEVICES}/`) && before === 0 ? { status: 204 } : undefined));
  const section = await tryTenant(page, upn, /as assumed, 1 differ, \d+ not tried, everything it made is removed\.$/);
  const differing = section.getByRole('listitem').filter({ has: page.getByText('Differs', { exact: true }) });
  await expect(differing.locator('strong')).toHaveText(['Delete it while it is assigned']);
  await expect(differing).toContainText(/Assumed: .* Affects: .*relies on the refusal/);
  await expect(section.getByRole('listitem').filter({ hasText: 'There is no token to try it with.' }).first()).toBeVisible();
  await expectUnchanged(app, before);
  const [report] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the report (Markdown)' }).click(),
  ]);
  expect(await contents(report)).toContain('relies on the refusal');

  tenant.deviate(({ what, body }) => (what.startsWith(`PATCH ${DEVICES}/`) && 'displayName' in body ? 'none' : undefined));
  await tryTenant(page, upn, /as assumed, \d+ not tried, everything it made is removed\.$/);
  await expect(differing, 'a request without an answer').toHaveCount(0);
  await expectUnchanged(app, before);
});

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
    const section = await tryTenant(page, upn, /1 differ, everything it made is removed\.$/);
    const differing = section.getByRole('listitem').filter({ has: page.getByText('Differs', { exact: true }) });
    await expect(differing.locator('strong')).toHaveText(['Unassign it']);
    await expect(differing).toContainText('Affects: Unassign, Delete and Replace.');
    await expectUnchanged(app, before);
  });
});
