// People who hold a directory role: marked in plans, and asked for once, by name.
import { expectAccessibleEverywhere } from '../fixtures/accessible';
import { expect, test } from '../fixtures/app';
import { act, described, dialogOf, expectOutcome, find, free, named, openToken, person, tokenNow } from '../fixtures/manage-one';
import { csv, row } from '../fixtures/seed-file';
import { expectFinished, importFile, planRow, press } from '../fixtures/steps';
import { globalAdministrator, members } from '../fixtures/tenant';

const practice = ['--practice-tokens', '40', '--practice-users', '60'];
test.use({ practice, environment: { PRIVILEGED_TARGETS: 'confirm' } });

test('an import marks them, and waits until they are confirmed', async ({ app, page }) => {
  const [[other = ''], holder] = [await members(app, 1), await globalAdministrator(app)];
  await importFile(page, csv([row('901', holder), row('902', other)]));
  await expect(planRow(page, '901')).toContainText('holds the directory role Global Administrator');
  await expect(planRow(page, '902')).not.toContainText('directory role');
  const question = page.getByRole('checkbox', { name: `(${holder})` });
  const run = page.getByRole('button', { name: 'Import, assign and activate 2 tokens', exact: true });
  await expect(page.getByText('1 user holds a directory role.')).toBeVisible();
  await expect(run).toHaveAttribute('aria-disabled', 'true');
  await expectAccessibleEverywhere(page, 'a plan with a holder of a role');
  await run.click({ force: true });
  expect((await app.stats()).writes).toBe(0);

  await question.check();
  await press(page, 'Import, assign and activate 2 tokens');
  await expectFinished(page, '2 tokens done');
});

test('an action on one token names its user, and the audit trail says so', async ({ app, page }) => {
  const upn = await globalAdministrator(app);
  const user = await person(app, (user) => user.userPrincipalName === upn);
  const token = await free(app);
  const panel = await openToken(page, token);
  await act(panel, 'Assign …');
  await (await find(panel, user.userPrincipalName, user)).click();
  const dialog = dialogOf(page, 'Assign');
  await expect(dialog).toContainText(`Assign ${described(token)} to ${named(user)}?`);
  const assign = dialog.getByRole('button', { name: 'Assign', exact: true });
  await expect(assign).toHaveAttribute('aria-disabled', 'true');
  await expect(dialog.getByRole('listitem')).toHaveText(`${named(user)}: the directory role Global Administrator`);
  await expectAccessibleEverywhere(page, 'a question about a holder of a role');
  await dialog.getByRole('checkbox', { name: `Change tokens of ${named(user)}` }).check();
  await assign.click();
  await expectOutcome(dialog, token, 'Assigned');
  expect(await tokenNow(app, token)).toMatchObject({ assignedTo: { id: user.id } });
  await page.goto('/audit');
  await expect(page.getByText('the user holds the directory role Global Administrator, confirmed by name').first()).toBeAttached();
});

test.describe('without the permission to read roles', () => {
  const grant = ['Policy.ReadWrite.AuthenticationMethod', 'UserAuthMethod-HardwareOATH.ReadWrite.All', 'User.ReadBasic.All'];
  test.use({ practice: [...practice, '--practice-grant', grant.join(',')] });

  test('a plan says that it cannot tell, and goes on', async ({ page }) => {
    await importFile(page, csv([row('901', "siobhan.o'brien@lindenbach.example")]));
    await expect(page.getByText('does not say it without the permission User.Read.All')).toBeVisible();
    await expect(planRow(page, '901')).not.toContainText('directory role');
    await press(page, 'Import, assign and activate 1 token');
    await expectFinished(page, '1 token done');
  });
});

test.describe('where the setting refuses', () => {
  test.use({ environment: { PRIVILEGED_TARGETS: 'refuse' } });

  test('their rows are not possible, and the others go on', async ({ app, page }) => {
    const [[other = ''], holder] = [await members(app, 1), await globalAdministrator(app)];
    await importFile(page, csv([row('901', holder), row('902', other)]));
    await expect(planRow(page, '901')).toContainText('Not possible');
    await expect(planRow(page, '901')).toContainText('use the Entra admin center');
    await press(page, 'Import, assign and activate 1 token');
    await expectFinished(page, '1 token done; 1 not possible');
  });
});
