import { defineConfig } from "@playwright/test";
import { findBrowser } from "./e2e/fixtures/browser.ts";

export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/fixtures/global-setup.ts",
  timeout: 120_000,
  // One picture for every machine: fonts and Chromium differ by a hair from one to the next.
  snapshotPathTemplate: "e2e/screens/{arg}{ext}",
  expect: {
    timeout: 20_000,
    toHaveScreenshot: { maxDiffPixelRatio: 0.03, threshold: 0.3, animations: "disabled", caret: "hide" },
  },
  workers: 2,
  forbidOnly: true,
  reporter: [["list"]],
  use: {
    launchOptions: {
      executablePath: findBrowser(),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    viewport: { width: 1600, height: 1000 },
    colorScheme: "dark",
    locale: "en-US",
  },
});
