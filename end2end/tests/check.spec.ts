// Settings → Check, and the doctor command: findings and remedies.
import type { Locator, Page } from '@playwright/test';
import { test as base } from '@playwright/test';
import { expect, test } from '../fixtures/organisation';
import { signIn } from '../fixtures/people';
import { type Environment, PracticeTenant, run } from '../fixtures/program';
import { csv, rowsFor } from '../fixtures/seed-file';
import { chooseMode, importFile, open } from '../fixtures/steps';
import { members } from '../fixtures/tenant';

const COMPANY = ['--practice-tokens', '20', '--practice-users', '30'];
const TOKENS = 'Policy.ReadWrite.AuthenticationMethod';
const HOLDINGS = 'UserAuthMethod-HardwareOATH.ReadWrite.All';
const PEOPLE = 'User.Read.All';
const SIGN_IN = 'User.Read';
const POLICY = '/beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath';
const DISABLED = { '@odata.type': '#microsoft.graph.hardwareOathAuthenticationMethodConfiguration', state: 'disabled' };

const granted = (...permissions: string[]) => [...COMPANY, '--practice-grant', [...permissions, SIGN_IN].join(',')];

/** The findings of a level that contain a text. */
const findings = (page: Page, level: string, words: string): Locator =>
  page.getByRole('listitem').filter({ hasText: level }).filter({ hasText: words });

async function check(page: Page): Promise<void> {
  await open(page, '/settings');
  await page.getByRole('button', { name: 'Check the connection' }).click();
}

const summary = (page: Page, words: string) => page.getByRole('main').getByText(words, { exact: true });

test.describe('with what it needs', () => {
  test.use({ practice: COMPANY });

  test('all is well, and each thing is named', async ({ app, page }) => {
    await signIn(page, 'An administrator');
    await check(page);
    await expect(summary(page, 'All is well.')).toBeVisible();
    for (const topic of ['Sign-in service', 'Clock', 'App credentials', 'Permission to read the inventory', 'Hardware OATH method']) {
      await expect(findings(page, 'Good', topic).first()).toBeVisible();
    }
    await expect(findings(page, 'Good', `create and delete tokens (${TOKENS})`)).toBeVisible();
    await expect(findings(page, 'Not known', `${app.url}/auth/callback`)).toBeVisible();
    expect((await app.stats()).writes, 'nothing was changed').toBe(0);
  });

  test('a disabled method is a problem, with where to enable it', async ({ app, page }) => {
    await app.patch(POLICY, DISABLED);
    await signIn(page, 'An administrator');
    await check(page);
    await expect(summary(page, 'One thing stands in the way.')).toBeVisible();
    await expect(findings(page, 'Problem', 'Hardware OATH method')).toContainText(
      'Entra admin center → Entra ID → Authentication methods → Policies → Hardware OATH tokens → Enable',
    );
  });
});

test.describe('without a permission', () => {
  test.use({ practice: granted(TOKENS, PEOPLE) });

  test('the check reports a missing permission, and its consent link grants it', async ({ page }) => {
    await signIn(page, 'An administrator');
    await check(page);
    await expect(page.getByRole('main').getByText(/things? stands? in the way\.$/)).toBeVisible();
    await expect(findings(page, 'Problem', `the permission ${HOLDINGS} is missing`)).toContainText('Import, assign and activate');
    const consent = page.getByRole('link', { name: 'Give admin consent' });
    await expect(consent).toHaveAttribute('rel', /noopener/);
    await page.goto((await consent.getAttribute('href')) ?? '');

    await expect(page.getByRole('heading', { name: 'Allow the app for the whole company?' })).toBeVisible();
    await page.getByRole('button', { name: 'Accept' }).click();
    await expect(page).toHaveURL(/\/settings\?consent=answered$/);
    await expect(summary(page, 'All is well.'), 'checked anew by itself').toBeVisible();
  });

  test('consent that is refused changes nothing, and is no failed sign-in', async ({ page }) => {
    await signIn(page, 'An administrator');
    await check(page);
    await page.goto((await page.getByRole('link', { name: 'Give admin consent' }).getAttribute('href')) ?? '');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page).toHaveURL(/\/settings\?consent=answered$/);
    await expect(findings(page, 'Problem', `the permission ${HOLDINGS} is missing`)).toBeVisible();
    await expect(page.getByText('Signing in did not succeed.')).toHaveCount(0);
  });
});

test.describe('without the permission to assign', () => {
  test.use({ practice: granted(TOKENS, PEOPLE, 'UserAuthMethod-HardwareOATH.Read.All') });

  test('the import modes that need it say so, and their button is disabled', async ({ app, page }) => {
    const rows = rowsFor(await members(app, 2));
    await signIn(page, 'An administrator');
    await app.resetStats();
    await importFile(page, csv(rows));
    const why = `Not possible yet: ${HOLDINGS} is missing. Settings → Check says how to get it.`;
    for (const mode of ['Import and assign', 'Import, assign and activate']) {
      await expect(page.getByRole('radio', { name: mode, exact: true })).toHaveAccessibleDescription(new RegExp(`${why}$`));
    }
    await expect(page.getByRole('radio', { name: 'Import only', exact: true })).not.toHaveAccessibleDescription(/missing/);
    const button = page.getByRole('button', { name: 'Import, assign and activate 2 tokens' });
    await expect(button).toHaveAttribute('aria-disabled', 'true');
    await button.click({ force: true });
    await expect(button).toBeVisible();
    await chooseMode(page, 'Import only');
    await page.getByRole('button', { name: 'Import 2 tokens', exact: true }).click();
    await expect(page.getByText('Finished: 2 tokens done.')).toBeVisible();
    expect((await app.stats()).writesByKind).toMatchObject({ create: 2, assign: 0, activate: 0 });
  });
});

test.describe('with more than it needs', () => {
  test.use({ practice: granted(TOKENS, HOLDINGS, PEOPLE, 'UserAuthenticationMethod.ReadWrite.All', 'Policy.Read.All') });

  test('each wide permission is named, with what it lets the app do', async ({ page }) => {
    await signIn(page, 'An administrator');
    await check(page);
    await expect(page.getByRole('main').getByText(/^Nothing stands in the way; .* could be better\.$/)).toBeVisible();
    const wide = findings(page, 'Advice', 'UserAuthenticationMethod.ReadWrite.All is wider than the work needs');
    await expect(wide).toContainText("change users' passwords, phones and passkeys");
    await expect(wide).toContainText('Remove permission');
  });
});

test.describe('delegated', () => {
  test.use({ practice: COMPANY, environment: { GRAPH_ACCESS: 'delegated' } });

  test("the check is made in the user's name", async ({ page }) => {
    await signIn(page, 'An administrator');
    await check(page);
    await expect(findings(page, 'Good', 'The app in your name may create and delete tokens').first()).toBeVisible();
    await expect(page.getByRole('listitem').filter({ hasText: 'Problem' })).toHaveCount(0);
  });
});

base.describe('in the terminal', () => {
  const doctor = async (flags: string[], change: (tenant: PracticeTenant) => Environment | Promise<Environment>) => {
    const tenant = await PracticeTenant.start(flags);
    try {
      return await run(['doctor'], { ...tenant.environment, ...(await change(tenant)) });
    } finally {
      await tenant.stop();
    }
  };

  base('exits with 0 without problems', async () => {
    const { code, log } = await doctor(COMPANY, () => ({}));
    expect(code, log).toBe(0);
    expect(log).toContain('Nothing stands in the way.');
    expect(log).toContain('✔ Permission to read the inventory: The app may read the inventory');
  });

  base('exits with 1 with problems, and gives the remedies', async () => {
    const { code, log } = await doctor(granted(TOKENS, HOLDINGS), async (tenant) => {
      await tenant.graph().patch(POLICY, DISABLED);
      return {};
    });
    expect(code, log).toBe(1);
    expect(log).toContain('✘ Hardware OATH method: Disabled');
    expect(log).toMatch(/✘ Permission to find users: .*User\.Read.* is missing/);
    expect(log).toMatch(/\d problems stand in the way\./);
  });

  base('exits with 1 for a wrong secret, and does not print it', async () => {
    const { code, log } = await doctor(COMPANY, () => ({ ENTRA_CLIENT_SECRET: 'practice~wrong' }));
    expect(code, log).toBe(1);
    expect(log).toContain('✘ App credentials: Microsoft Entra does not accept');
    expect(log).not.toContain('practice~wrong');
  });

  base('exits with 2 without a tenant, or with an incomplete configuration', async () => {
    const none = await run(['doctor']);
    expect(none.code, none.log).toBe(2);
    expect(none.log).toContain('No tenant is configured, so there is nothing to examine.');
    const half = await run(['doctor'], { ENTRA_TENANT_ID: 'contoso.example', GRAPH_ACCESS: 'both' });
    expect(half.code, half.log).toBe(2);
    for (const name of ['ENTRA_CLIENT_ID: missing', 'ENTRA_CLIENT_SECRET', 'GRAPH_ACCESS: "both"']) expect(half.log).toContain(name);
  });
});
