// Pages for administrators in a browser without WebAssembly or without scripts: they say what is missing, and nothing spins.
import { expect, test } from '../fixtures/organisation';
import { choosePerson, signIn, signOut } from '../fixtures/people';
import { hasScripts, hasWebAssembly, open } from '../fixtures/steps';

test.use({ practice: ['--practice-tokens', '20', '--practice-users', '20'] });
test.beforeEach(({ traffic }) => {
  // The app's own script finds no WebAssembly.
  if (!hasWebAssembly()) traffic.allow(/WebAssembly/);
  traffic.allow(/status of 401/);
});

test('an administrator is told what is missing and where to go', async ({ page }) => {
  await signIn(page, 'An administrator');
  const isMissing = !hasScripts() || !hasWebAssembly();
  for (const path of ['/', '/import', '/audit', '/settings', '/slips']) {
    await open(page, path);
    const note = page.getByText('This page needs scripts and WebAssembly');
    await expect(note).toBeVisible({ visible: isMissing });
    await expect(page.getByRole('main')).toBeVisible({ visible: !isMissing });
  }
  if (!isMissing) return;
  await page.getByText('This page needs scripts and WebAssembly').getByRole('link', { name: 'My tokens' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'My tokens' })).toBeVisible();
});

test('signing in, signing out and errors need neither', async ({ page, traffic }) => {
  traffic.allow(/404/);
  await open(page, '/');
  await page.getByRole('link', { name: 'Sign in with Microsoft' }).click();
  await choosePerson(page, 'An end user');
  await expect(page.getByRole('heading', { level: 1, name: 'My tokens' })).toBeVisible();
  await signOut(page);
  await page.goto('/no/such/page');
  await expect(page.getByRole('heading', { level: 1, name: 'Page not found' })).toBeVisible();
  expect(traffic.requests.filter(({ url }) => url.endsWith('.wasm'))).toEqual([]);
});
