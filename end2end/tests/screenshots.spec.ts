/*
 * Pictures of every page for looking at, into end2end/screenshots: SCREENSHOTS=1 npx playwright test screenshots
 */
import { devices } from "@playwright/test";
import { SIGHTS, test } from "../support/sights";

test.skip(!process.env.SCREENSHOTS, "set SCREENSHOTS=1 for pictures");
test.use({ contextOptions: { reducedMotion: "reduce" } });

const sizes = { desktop: { width: 1280, height: 800 }, phone: devices["iPhone 13"].viewport };

for (const sight of SIGHTS) {
  test(`pictures of ${sight.name}`, async ({ page, look }, info) => {
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      await look(page, sight);
      await page.waitForLoadState("networkidle");
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const file = `${sight.name}-${size}-${colorScheme}.png`;
        await page.screenshot({ path: `screenshots/${info.project.name}/${file}`, fullPage: true });
      }
    }
  });
}
