// Who is signed in, and ending sessions: of others in the settings, one's own on My tokens.
import { expectAccessible } from '../fixtures/accessible';
import { expect, test } from '../fixtures/organisation';
import { signIn } from '../fixtures/people';
import { ready } from '../fixtures/steps';

test.use({ practice: ['--practice-tokens', '20', '--practice-users', '20'] });
test.beforeEach(({ traffic }) => traffic.allow(/status of 401/));

test('an administrator sees who is signed in and ends a session', async ({ app, page, browser }) => {
  const context = await browser.newContext({ baseURL: app.url });
  try {
    const person = await context.newPage();
    await signIn(person, 'An end user', '/my');
    await signIn(page, 'An administrator', '/settings');
    const sessions = page.getByRole('region', { name: 'Sessions' });
    await expect(sessions.getByRole('listitem')).toHaveCount(2);
    await expect(sessions.getByText('This is your session.')).toHaveCount(1);
    await expectAccessible(page, 'the list of sessions');
    const theirs = sessions.getByRole('listitem').filter({ hasText: 'End user' });
    await theirs.getByRole('button', { name: /^End this session of/ }).click();
    await expect(sessions.getByRole('listitem')).toHaveCount(1);
    await person.reload();
    await expect(person.getByRole('link', { name: 'Sign in', exact: true })).toBeVisible();
  } finally {
    await context.close();
  }
});

test('a user ends all of their own sessions', async ({ app, page, browser }) => {
  const context = await browser.newContext({ baseURL: app.url });
  try {
    const other = await context.newPage();
    await signIn(other, 'An end user', '/my');
    await signIn(page, 'An end user', '/my');
    await page.getByRole('button', { name: 'Sign me out everywhere' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'You are signed out' })).toBeVisible();
    await other.reload();
    await ready(other);
    await expect(other.getByRole('link', { name: 'Sign in', exact: true })).toBeVisible();
  } finally {
    await context.close();
  }
});
