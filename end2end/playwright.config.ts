// The browser tests. `cargo xtask test` builds program and site, and sets their paths in the environment.
import { defineConfig } from '@playwright/test';
import { chromium } from './browser';

export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  // One more than the smallest machine has cores, because some tests wait: for a throttled tenant or a token's next code.
  workers: 3,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  // Long, because slowness of a machine is not a failure.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  // One browser context per worker, emptied before each test, so that the renderer reuses compiled WebAssembly. This needs
  // the same origin for all tests of a worker: see fixtures/port.ts.
  use: { trace: 'off', reuseContext: true, contextOptions: { reducedMotion: 'reduce' } },
  projects: [chromium],
});
