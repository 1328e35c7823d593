// The browser tests. `cargo xtask test` builds program and site, and sets their paths in the environment.
import { defineConfig } from '@playwright/test';
import { chromium } from './browser';

const launch = chromium.use?.launchOptions;

export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  // One more than the smallest machine has cores, because some tests wait: for a throttled tenant or a token's next code.
  workers: 3,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  // Long, because slowness of a machine is not a failure. What takes a while by itself, such as a run, has no other limit: its
  // assertion says `timeout: 0`.
  timeout: 600_000,
  expect: { timeout: 30_000 },
  // One browser context per worker, emptied before each test, so that the renderer reuses compiled WebAssembly. This needs
  // the same origin for all tests of a worker: see fixtures/port.ts.
  use: { trace: 'off', reuseContext: true, contextOptions: { reducedMotion: 'reduce' } },
  projects: [
    chromium,
    // My tokens in hardened browsers: its stories again, without WebAssembly, which `--jitless` takes away, and without scripts.
    {
      ...chromium,
      name: 'without-wasm',
      testMatch: /(my-(activate|refresh|step-up)|without-wasm)\.spec/,
      use: { ...chromium.use, launchOptions: { ...launch, args: [...(launch?.args ?? []), '--js-flags=--jitless'] } },
    },
    {
      ...chromium,
      name: 'without-scripts',
      testMatch: /(my-(?!accessibility).*|without-wasm)\.spec/,
      use: { ...chromium.use, javaScriptEnabled: false },
    },
  ],
});
