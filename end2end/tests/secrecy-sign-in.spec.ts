// No secret of a sign-in reaches a log or a page: authorization codes, states, tokens, session ids.
import { collectResponses, secretSurfaces } from '../fixtures/secret-surfaces';
import { expect, test } from '../fixtures/organisation';
import { signIn, signOut } from '../fixtures/people';

const TRACE = { RUST_LOG: 'trace' };
test.use({ practice: ['--practice-tokens', '20', '--practice-users', '20'] });

for (const access of ['application', 'delegated']) {
  test.describe(`with ${access} access`, () => {
    test.use({ environment: { GRAPH_ACCESS: access, ...TRACE } });

    test('a sign-in, a refused sign-in, a sign-out', async ({ app, page, context, traffic }) => {
      traffic.allow(/status of 40[13]/);
      const answers = collectResponses(context, app.url);
      await signIn(page, 'An administrator');
      await expect(page.getByText('20 tokens', { exact: true })).toBeVisible();
      const pages = [await secretSurfaces(page)];
      const cookies = await context.cookies(app.url);
      await app.entra('next-id-token?wrong=nonce');
      await page.goto('/auth/sign-in');
      await expect(page.getByRole('alert').filter({ hasText: 'Signing in did not succeed.' })).toBeVisible();
      pages.push(await secretSurfaces(page));
      await signOut(page);
      pages.push(await secretSurfaces(page));

      const back = traffic.requests.map(({ url }) => new URL(url)).filter(({ pathname }) => pathname === '/auth/callback');
      expect(back.length).toBe(2);
      const codes = back.map(({ searchParams }) => searchParams.get('code') ?? '');
      const states = back.map(({ searchParams }) => searchParams.get('state') ?? '');
      const { clientSecret } = await app.credentials();
      const values = cookies.map(({ value }) => value);
      expect(values.length, 'the session').toBe(1);
      const log = app.log();
      expect(log, 'the log level is trace').toContain(' DEBUG ');
      for (const secret of [...codes, ...states, ...values, clientSecret]) {
        expect(secret.length).toBeGreaterThan(15);
        for (const form of [secret, encodeURIComponent(secret)]) {
          expect(log.includes(form), 'a secret of the sign-in was logged').toBe(false);
          expect(pages.some((page) => page.includes(form)), 'a secret of the sign-in was shown').toBe(false);
        }
      }
      const exposed = [...pages, ...(await Promise.all(answers)), log].join('\n');
      expect(exposed.includes(clientSecret), 'the client secret was answered').toBe(false);
      expect(/eyJ[\w-]{20,}\./.test(exposed), 'a token of Microsoft was shown, answered or logged').toBe(false);
    });
  });
}
