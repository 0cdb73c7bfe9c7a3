/*
 * What holds for every page, whoever looks at it and on whatever. Complaints of the browser fail every test, see support/test.ts.
 */
import AxeBuilder from "@axe-core/playwright";
import { expect, fillLogin, test as plain } from "../support/test";
import { SIGHTS, test } from "../support/sights";
import type { Page } from "@playwright/test";

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
/** The narrowest that WCAG 1.4.10 asks for. */
const NARROW = { width: 320, height: 640 };

test.use({ contextOptions: { reducedMotion: "reduce" } });

/** One visit, many looks: going there takes longer than looking. */
for (const sight of SIGHTS) {
  test(`${sight.name} is fit to be seen, by everybody and on whatever`, async ({ page, look, scripts }) => {
    test.slow();
    if (scripts) await listenForViolations(page);
    let html = "";
    page.on("response", async (response) => {
      const served = response.request().isNavigationRequest() && response.status() !== 303;
      if (served) html = await response.text();
    });
    await look(page, sight);
    await page.waitForLoadState("networkidle");

    await test.step("has no inline style or handler, and scripts leave its forms alone", async () => {
      expect(html).toMatch(/^<!DOCTYPE html>/i);
      expect(html.match(/<[^>]+\s(style|on[a-z]+)=/gi), "attributes that only a weaker policy would allow").toBeNull();
      expect(html.match(/<style/i)).toBeNull();
      expect(await formsOnPage(page)).toEqual(await formsIn(page, html));
    });

    await test.step("shows where the keyboard is, on every control", async () => {
      const seen = new Set<string>();
      for (let step = 0; step < 60; step += 1) {
        await page.keyboard.press("Tab");
        const focused = await page.evaluate(describeFocus);
        if (!focused || seen.has(focused.what)) break;
        seen.add(focused.what);
        expect(focused.marked, focused.what).toBe(true);
      }
      const any = await page.locator("a, button, input, select, summary").filter({ visible: true }).count();
      expect(seen.size > 0, "the keyboard gets somewhere").toBe(any > 0);
    });

    await test.step("fits the smallest phone without scrolling sideways", async () => {
      await page.setViewportSize(NARROW);
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      expect(content).toBeLessThanOrEqual(window ?? 0);
    });

    // axe is a script, and the HTML is the same without.
    if (!scripts) return;
    for (const viewport of [DESKTOP, PHONE]) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ["light", "dark"] as const) {
        await test.step(`axe finds nothing, ${colorScheme}, ${viewport.width} wide`, async () => {
          await page.emulateMedia({ colorScheme });
          await settled(page);
          // The other mode opens a tab of its own to join what it finds in frames, and we have none.
          const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
          const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("; ")}`);
          expect(found).toEqual([]);
        });
      }
    }
    expect(await page.evaluate(() => window.violations)).toEqual([]);
  });
}

plain("signing in needs no mouse", async ({ page, person }) => {
  await page.goto("/login");
  const email = page.getByLabel("Email");
  for (let step = 0; step < 5 && !(await email.evaluate((field) => field === document.activeElement)); step += 1) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type(person.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(person.password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/dashboard$/);
});

plain("the first stop of the keyboard behind the door leads past the navigation", async ({ page, person }) => {
  await page.goto("/login");
  await fillLogin(page, person);
  await expect(page).toHaveURL(/\/dashboard$/);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#content$/);
});

plain("a typed password can be looked at, where scripts run; elsewhere there is no button for it", async ({ page, scripts }) => {
  await page.goto("/login");
  const password = page.getByLabel("Password", { exact: true });
  await password.fill("may be seen");
  const show = page.getByRole("button", { name: "Show password" });
  if (!scripts) return expect(show).toBeHidden();
  await show.click();
  await expect(password).toHaveAttribute("type", "text");
  await show.click();
  await expect(password).toHaveAttribute("type", "password");
});

declare global {
  interface Window {
    violations: string[];
  }
}

/** Waits until colours have changed and nothing moves any more. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => new Promise(requestAnimationFrame));
  // What is folded away is not drawn, so a transition in there never ends.
  await page.evaluate(() => {
    const drawn = (animation: Animation) => (animation.effect as KeyframeEffect | null)?.target?.checkVisibility() ?? true;
    return Promise.allSettled(document.getAnimations().filter(drawn).map((animation) => animation.finished));
  });
}

async function listenForViolations(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
}

interface Form {
  action: string | null;
  method: string | null;
  fields: string[];
}

function formsOnPage(page: Page): Promise<Form[]> {
  return page.evaluate(readForms, undefined);
}

/** The forms of HTML as it was served, read by the browser's own parser. */
function formsIn(page: Page, html: string): Promise<Form[]> {
  return page.evaluate(readForms, html);
}

function readForms(html: string | undefined): Form[] {
  const from = html === undefined ? document : new DOMParser().parseFromString(html, "text/html");
  return [...from.forms].map((form) => ({
    action: form.getAttribute("action"),
    method: form.getAttribute("method"),
    fields: [...form.elements].map((field) => `${field.tagName} ${field.getAttribute("name")} ${field.getAttribute("type")}`),
  }));
}

/** The focused control, and whether it looks focused: by an outline on itself, on what stands for it, or on the label around it. */
function describeFocus(): { what: string; marked: boolean } | undefined {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return undefined;
  const outlined = (element: Element | null, pseudo?: string) => {
    if (!element) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(element, pseudo);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  const at = [...document.querySelectorAll("*")].indexOf(focused);
  const what = `${at} ${focused.outerHTML.slice(0, 200)}`;
  return { what, marked: outlined(focused) || outlined(focused, "::after") || outlined(focused.closest("label")) };
}
