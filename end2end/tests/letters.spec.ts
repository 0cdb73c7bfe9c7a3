/*
 * How letters look. Their HTML is kept as snapshots beside the words (identity/src/mail/letters), so every letter there is gets looked at
 * here: by axe, on a phone and a desk, in light and dark, and by whoever asks for pictures with SCREENSHOTS=1.
 */
import AxeBuilder from "@axe-core/playwright";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";

const FOLDER = join(import.meta.dirname, "../../identity/src/mail/letters/snapshots");

const SIZES = { desktop: { width: 720, height: 800 }, phone: { width: 390, height: 844 } };

/** The snapshots that are HTML: by name, without the head that the snapshot tool writes. */
const LETTERS = readdirSync(FOLDER)
  .map((file) => ({ name: file.replace(/^identity__mail__letters__|\.snap$/g, ""), html: body(readFileSync(join(FOLDER, file), "utf8")) }))
  .filter(({ html }) => html.startsWith("<!doctype html>"));

function body(snapshot: string): string {
  return snapshot.split("\n---\n").slice(1).join("\n---\n").trimStart();
}

test("there are letters to look at", () => {
  expect(LETTERS.length).toBeGreaterThan(0);
});

for (const { name, html } of LETTERS) {
  test(`${name} reads well, on whatever, and loads nothing`, async ({ page, javaScriptEnabled }, info) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      await page.setContent(html);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), size).toBeLessThanOrEqual(viewport.width);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        if (javaScriptEnabled !== false) {
          const { violations } = await new AxeBuilder({ page }).setLegacyMode().disableRules(["landmark-one-main", "region", "page-has-heading-one"]).analyze();
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("; ")}`), colorScheme).toEqual([]);
        }
        if (process.env.SCREENSHOTS) {
          await page.screenshot({ path: `screenshots/letters/${name}-${size}-${colorScheme}.png`, fullPage: true });
        }
      }
    }
    expect(asked, "what it asked for").toEqual([]);
    expect(info.errors).toEqual([]);
  });
}
