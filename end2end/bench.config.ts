// The measurements, one at a time, so that they do not slow each other down. Run by `cargo xtask bench`; those that take
// many minutes only by `cargo xtask bench --project long`.
import { defineConfig } from '@playwright/test';
import { chromium } from './browser';

export default defineConfig({
  testDir: 'bench',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 180_000,
  reporter: [['list'], ['./bench/table.ts']],
  use: { trace: 'off' },
  projects: [chromium, { ...chromium, name: 'long', testMatch: '*.long.ts' }],
});
