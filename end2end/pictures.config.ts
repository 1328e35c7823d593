// Takes the screenshots of the documentation, one at a time. Run by `cargo xtask pictures` after a visible change.
import { defineConfig } from '@playwright/test';
import { chromium } from './browser';

export default defineConfig({
  testDir: 'pictures',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: { trace: 'off', colorScheme: 'light' },
  projects: [chromium],
});
