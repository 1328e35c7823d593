// Settings → Trial: what the tenant really does, with made-up tokens that are removed.
import { readFile } from 'node:fs/promises';
import { expectAccessible } from '../fixtures/accessible';
import { expect, test } from '../fixtures/organisation';
import { signIn } from '../fixtures/people';
import { open } from '../fixtures/steps';
import { devices, members } from '../fixtures/tenant';

const COMPANY = ['--practice-tokens', '20', '--practice-users', '30'];

test.describe('in a tenant that does what is assumed', () => {
  test.use({ practice: COMPANY });

  test('the trial says what it does, reports each step, and leaves nothing behind', async ({ app, page }) => {
    const upn = (await members(app, 1)).join();
    await signIn(page, 'An administrator');
    await open(page, '/settings');
    const section = page.getByRole('region', { name: 'Trial' });
    await expect(section.getByText(/removes all of them in the end/)).toBeVisible();
    await section.getByText(/^What is tried: \d+ steps$/).click();
    await expect(section.getByText('Delete it while it is assigned — assumed: refused, and the token stays.')).toBeVisible();
    await expectAccessible(page, 'before the trial');
    expect((await app.stats()).writes, 'nothing before the button is pressed').toBe(0);

    await section.getByLabel('Trial user').fill('nobody@contoso.example');
    await page.keyboard.press('Enter');
    await expect(section.getByRole('alert')).toContainText('The tenant has no user nobody@contoso.example.');

    await section.getByLabel('Trial user').fill(upn);
    const button = section.getByRole('button', { name: /the trial$|^Stopping/ });
    await button.focus();
    await page.keyboard.press('Enter');
    await expect(section.getByText(/^\d+ of \d+ as assumed, everything it made is removed\.$/)).toBeVisible({ timeout: 0 });
    await expect(button, 'the focus stays').toBeFocused();
    await expect(button).toHaveText('Start the trial');
    await expect(page.getByRole('status').filter({ hasText: 'The trial has ended' })).toBeAttached();
    await expect(section.getByRole('listitem').filter({ hasText: 'As assumed' }).filter({ hasText: 'Deactivate it' })).toBeVisible();
    await expectAccessible(page, 'after the trial');

    const downloading = page.waitForEvent('download');
    await section.getByRole('button', { name: 'Download the report (Markdown)' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('trial-report.md');
    const report = await readFile(await download.path(), 'utf8');
    expect(report).toContain('| Create one token | 1.4 | As assumed |');
    expect(report).not.toContain(upn);
    expect(report).not.toContain('TRIAL-');

    const serials = (await devices(app)).map((device) => device.serialNumber);
    expect(serials.filter((serial) => serial.startsWith('TRIAL-'))).toEqual([]);
  });
});
