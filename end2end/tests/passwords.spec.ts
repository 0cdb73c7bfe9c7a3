/*
 * A new password while it is typed: a hint at its strength where scripts run, and the same rules on the server for everybody.
 */
import { expect, expectFault, somebody, test } from "../support/test";
import type { Page } from "@playwright/test";

function hint(page: Page) {
  return page.locator(".strength__word");
}

async function type(page: Page, password: string): Promise<void> {
  await page.getByLabel("Password", { exact: true }).fill(password);
}

test("while a password is typed, a hint says how hard it would be to guess; without scripts there is none", async ({ page, scripts }) => {
  await page.goto("/register");
  await expect(page.getByText("At least 15 characters of any kind."), "what is needed is said before").toBeVisible();
  await expect(hint(page)).toBeHidden();
  await page.getByLabel("Name").fill("Wilhelmina Example");
  await page.getByLabel("Email").fill("wilhelmina@example.com");
  if (!scripts) {
    await type(page, "seven lamps over the harbour");
    return expect(hint(page)).toBeHidden();
  }
  for (const [password, word] of [
    ["seven", "Too short"],
    ["x".repeat(129), "Too long"],
    ["passwordpassword", "Too common"],
    ["wilhelmina-12345", "Your own name"],
    ["abcabcabcabcabcabc", "Guessable"],
    ["seven lamps over the harbour", "Strong"],
  ] as const) {
    await type(page, password);
    await expect(hint(page), password.slice(0, 40)).toHaveText(word);
  }
  await type(page, "");
  await expect(hint(page)).toBeHidden();
});

test("what is typed is sent nowhere but to us, and never as part of an address", async ({ page, server }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto("/register");
  await type(page, "seven lamps over the harbour");
  await page.waitForTimeout(1000);
  for (const url of asked) {
    expect(url.startsWith(`${server.url}/`), url).toBe(true);
    expect(url).not.toContain("lamps");
  }
});

test("no kind of character is demanded, spaces and any script are welcome, and a manager may paste", async ({ page }) => {
  await page.goto("/register");
  const robin = somebody();
  await page.getByLabel("Name").fill(robin.name);
  await page.getByLabel("Email").fill(robin.email);
  const password = page.getByLabel("Password", { exact: true });
  await expect(password).toHaveAttribute("autocomplete", "new-password");
  await password.fill("семь ламп над гаванью 🏮");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("a letter is on its way")).toBeVisible();
});

test("a password that was refused is not in the page that says why", async ({ page }) => {
  await page.goto("/register");
  const robin = somebody();
  for (const [password, words] of [
    ["qwertyuiopasdfgh", /on lists that attackers try first/],
    [`${robin.name} 2026!`, /made from your own name or address/],
  ] as const) {
    await page.getByLabel("Name").fill(robin.name);
    await page.getByLabel("Email").fill(robin.email);
    await type(page, password);
    await page.getByRole("button", { name: "Create account" }).click();
    await expectFault(page, "Password", words);
    await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
    expect(await page.content()).not.toContain(password);
  }
});
