// The browser tests. `cargo xtask test` builds what they test and names it in the environment.
import { defineConfig } from '@playwright/test';
import { chromium } from './browser';

export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  // Generous: what is late on a slow machine is not wrong.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  use: { trace: 'off' },
  projects: [chromium],
});
