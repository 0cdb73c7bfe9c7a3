import { defineConfig, devices } from "@playwright/test";

/*
 * One suite, twice: with JavaScript and without. A test that only makes sense in one of them asks for `javaScriptEnabled`.
 * Every worker starts its own server with an empty data directory, see support/server.ts.
 *
 * LATCHKEY_BIN       the binary under test; script/test sets it
 * LATCHKEY_CHROMIUM  the system's Chromium; without it Playwright looks for one it has downloaded itself
 */
const chromium = {
  ...devices["Desktop Chrome"],
  launchOptions: {
    executablePath: process.env.LATCHKEY_CHROMIUM || undefined,
    // Chromium's sandbox refuses to run as root, which is who runs in most containers.
    chromiumSandbox: process.getuid?.() !== 0,
    // Nothing but the server under test may be reached, not even by the browser's own services.
    args: [
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-domain-reliability",
      "--disable-sync",
      "--no-default-browser-check",
      "--no-first-run",
      "--no-pings",
    ],
  },
};

export default defineConfig({
  testDir: "tests",
  outputDir: "results",
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  // Each has a server and a browser; the default, half of the cores, would be one of two.
  workers: 2,
  reporter: [["list"]],
  // Twice what a busy machine with two cores was seen to need.
  timeout: 60_000,
  use: { trace: "retain-on-failure", screenshot: "only-on-failure" },
  projects: [
    { name: "with-javascript", use: { ...chromium, javaScriptEnabled: true } },
    { name: "without-javascript", use: { ...chromium, javaScriptEnabled: false } },
  ],
});
