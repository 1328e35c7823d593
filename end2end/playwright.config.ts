// The browser tests. `cargo xtask test` builds what they test and names it in the environment.
import { defineConfig } from '@playwright/test';
import { chromium } from './browser';

export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  // One more than the smallest machine has cores: some stories wait, for a throttled tenant or a token's next code.
  workers: 3,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  // Generous: what is late on a slow machine is not wrong.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  // One browser context a worker, emptied before each test: the renderer keeps the WebAssembly that it has compiled. It is
  // kept while the address stays the same, see fixtures/port.ts.
  use: { trace: 'off', reuseContext: true, contextOptions: { reducedMotion: 'reduce' } },
  projects: [chromium],
});
