/*
 * The overview of the admin panel: figures that are right, plots with a table for each, and a page that keeps itself up to date.
 */
import { expect, open, signIn, test, type Person } from "../support/test";
import type { Page } from "@playwright/test";
import type { Server } from "../support/server";

/** Somebody knocks with a wrong password, from elsewhere. */
async function knockInVain(server: Server, person: Person): Promise<void> {
  const form = new URLSearchParams({ email: person.email, password: "not the right one", stay: "visit" });
  const headers = { accept: "application/json", origin: server.url, "content-type": "application/x-www-form-urlencoded" };
  const answer = await fetch(`${server.url}/api/login`, { method: "POST", body: form, headers });
  expect(answer.status).toBe(401);
}

/** The card of one plot. */
function card(page: Page, title: string) {
  return page.getByRole("region", { name: title, exact: true });
}

test("the overview tells how many there are, what happened over time, and how the installation fares", async ({ page, start, make }) => {
  const server = await start();
  const boss = await make({ role: "admin", on: server });
  await signIn(page, boss, { at: server, to: "/admin" });
  await expect(page.getByRole("link", { name: /^People 1$/ })).toBeVisible();
  await knockInVain(server, boss);
  await expect(async () => {
    await page.reload();
    await expect(card(page, "Failed sign-ins").locator(".count__number")).toHaveText("1", { timeout: 500 });
  }).toPass();
  const health = page.getByRole("region", { name: "Health" });
  for (const part of ["Database", "Clock", "Letters", "Signing key", "Audit log", "Latchkey"]) {
    await expect(health.getByText(part, { exact: true })).toBeVisible();
  }
  await expect(health.getByText(/^The database file answered in/)).toBeVisible();
  await expect(page.getByRole("region", { name: "Alarms and administration" })).toContainText("Account created by the operator");
});

test("a plot has a name, a summary, and a table with the same figures, over every stretch of time", async ({ page, start, make }) => {
  const server = await start();
  await signIn(page, await make({ role: "admin", on: server }), { at: server, to: "/admin" });
  for (const [stretch, pieces] of [["7 days", 7], ["30 days", 30], ["12 months", 12], ["24 hours", 24]] as const) {
    await page.getByRole("navigation", { name: "How far back" }).getByRole("link", { name: stretch }).click();
    await expect(page.getByRole("navigation", { name: "How far back" }).locator("[aria-current]")).toHaveText(stretch);
    const signIns = card(page, "Sign-ins");
    const drawing = signIns.getByRole("img");
    await expect(drawing).toHaveAccessibleName(/^Sign-ins /);
    await signIns.getByText("Figures as a table").click();
    const rows = signIns.getByRole("row");
    await expect(rows).toHaveCount(pieces + 1);
    const table = await signIns.locator("tbody tr").evaluateAll((all) =>
      all.map((row) => `${row.querySelector("th")?.textContent}: ${row.querySelector("td")?.textContent}`),
    );
    expect(await drawing.locator("g > title").allTextContents()).toEqual(table);
  }
});

test("a number changes while one looks, and what is being read is left alone", async ({ page, start, make, scripts }) => {
  test.skip(!scripts, "a page without scripts is as old as it is");
  test.slow();
  const server = await start();
  const boss = await make({ role: "admin", on: server });
  await signIn(page, boss, { at: server, to: "/admin" });
  const failed = card(page, "Failed sign-ins");
  const count = failed.locator(".count__number");
  await expect(count).toHaveText("0");
  await expect(page.getByText(/^Updated (just now|\d+ s ago)$/)).toBeVisible();
  await page.evaluate(() => (window.stays = true));
  await knockInVain(server, boss);
  await expect.poll(() => count.textContent(), { timeout: 30_000 }).toBe("1");
  expect(await page.evaluate(() => window.stays), "without loading the page anew").toBe(true);

  await failed.getByText("Figures as a table").click();
  await knockInVain(server, boss);
  const asked = () => page.waitForResponse((answer) => new URL(answer.url()).pathname === "/admin", { timeout: 30_000 });
  // The second answer is one that was asked for after the knock.
  await asked();
  await (await asked()).finished();
  await expect(count).toHaveText("1");
  await failed.getByText("Figures as a table").click();
  await expect.poll(() => count.textContent(), { timeout: 30_000 }).toBe("2");
});

test("alarms are read out when there are more of them, also to who is reading, and what is selected stays", async ({ page, start, make, scripts }) => {
  test.skip(!scripts, "a page without scripts is as old as it is");
  test.slow();
  const server = await start();
  await signIn(page, await make({ role: "admin", on: server }), { at: server, to: "/admin" });
  let alarms = 0;
  await page.route((url) => url.pathname === "/admin", async (route) => {
    if (route.request().isNavigationRequest()) return route.fallback();
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/data-alarms="\d+">[^<]*</, `data-alarms="${alarms}">so many: ${alarms}<`);
    await route.fulfill({ response: answer, body });
  });
  const asked = async () => {
    const ours = () => page.waitForResponse((answer) => new URL(answer.url()).pathname === "/admin", { timeout: 30_000 });
    await ours();
    await (await ours()).finished();
  };
  const told = page.locator("[data-tells]");
  const live = page.locator("[data-live]");
  const mark = () => live.evaluate((region: HTMLElement) => (region.dataset.mine = ""));
  await asked();
  await expect(told).toHaveText("");

  const link = page.getByRole("link", { name: /^People 1$/ });
  await link.focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  await expect(link).toBeFocused();
  await mark();
  alarms = 2;
  await expect(told).toHaveText("so many: 2", { timeout: 30_000 });
  await expect(link).toBeFocused();
  await expect(live).toHaveAttribute("data-mine", "");
  alarms = 1;
  await expect(told).toHaveText("", { timeout: 30_000 });

  await link.blur();
  await expect(live).not.toHaveAttribute("data-mine", "", { timeout: 30_000 });
  await mark();
  const heading = page.getByRole("heading", { name: "Failed sign-ins", exact: true });
  await heading.evaluate((it) => getSelection()?.selectAllChildren(it));
  await asked();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe("Failed sign-ins");
  await expect(live).toHaveAttribute("data-mine", "");
  await page.evaluate(() => getSelection()?.removeAllRanges());
  await expect(live).not.toHaveAttribute("data-mine", "", { timeout: 30_000 });
});

test("without scripts nothing speaks of updates", async ({ page, start, make, scripts }) => {
  test.skip(scripts, "with them it does");
  const server = await start();
  await signIn(page, await make({ role: "admin", on: server }), { at: server, to: "/admin" });
  await expect(page.getByText(/^Updated/)).toHaveCount(0);
  await expect(page.getByRole("region", { name: "Sign-ins", exact: true })).toBeVisible();
});

test("a page that is open elsewhere leaves when the session ends", async ({ page, another, start, make, scripts }) => {
  test.skip(!scripts, "a page without scripts notices at the next click");
  test.slow();
  const server = await start();
  const boss = await make({ role: "admin", on: server });
  await signIn(page, boss, { at: server, to: "/admin" });
  const elsewhere = await another();
  await signIn(elsewhere, boss, { at: server, to: "/account/devices" });
  await elsewhere.getByRole("button", { name: "End all others" }).click();
  await expect(page).toHaveURL(/\/login\?/, { timeout: 30_000 });
  expect((await open(page, `${server.url}/admin`)).url()).toContain("/login");
});

declare global {
  interface Window {
    stays: boolean;
  }
}
