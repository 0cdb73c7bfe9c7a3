/*
 * Acting as somebody else: the way in, the bar over every page, what cannot be done meanwhile, and the way out again.
 */
import { expect, signIn, test, type Person } from "../support/test";
import type { Page } from "@playwright/test";

const REASON = "Ticket 12: the page looks empty";

/** Opens the page of somebody's account and goes into their place. */
async function act(page: Page, person: Person, change = false): Promise<string> {
  await page.goto(`/admin/users?q=${encodeURIComponent(person.email)}`);
  await page.getByRole("link", { name: person.name }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: person.name })).toBeVisible();
  const { pathname } = new URL(page.url());
  await page.getByText("Act as this person", { exact: true }).click();
  await page.getByLabel("Reason").fill(REASON);
  if (change) await page.getByLabel("I need to change something for them").check();
  await page.getByRole("button", { name: "Yes, act as them" }).click();
  await expect(page).toHaveURL(/\/dashboard$/);
  return pathname;
}

function bar(page: Page) {
  return page.getByRole("region", { name: "Acting as somebody else" });
}

test("an administrator looks at somebody's pages, cannot change them, and is themselves again", async ({ page, person, make }) => {
  const boss = await make({ role: "admin", name: "Bo Boss" });
  await signIn(page, boss);
  const back = await act(page, person);
  for (const path of ["/dashboard", "/account", "/account/history", "/account/devices", "/account/password"]) {
    await page.goto(path);
    await expect(bar(page)).toContainText(`You are acting as ${person.name}`);
    await expect(bar(page)).toContainText("read only");
  }
  await page.goto("/account");
  await expect(page.getByLabel("Name", { exact: true })).toBeDisabled();
  await expect(page.getByRole("link", { name: "Admin", exact: true })).toHaveCount(0);
  await bar(page).getByRole("button", { name: "Stop" }).click();
  await expect(page).toHaveURL(new RegExp(`${back}$`));
  await expect(page.getByText("You are yourself again.")).toBeVisible();
  await expect(bar(page)).toHaveCount(0);
  await page.goto("/account");
  await expect(page.locator("body")).toContainText(boss.email);
});

test("what is changed for somebody is told to them, with who did it and why", async ({ page, person, make, another }) => {
  await signIn(page, await make({ role: "admin" }));
  await act(page, person, true);
  await expect(bar(page)).toContainText("may change something");
  await page.goto("/account");
  await page.getByLabel("Name", { exact: true }).fill("Alice Archer");
  await page.getByRole("button", { name: /name/i }).click();
  await expect(page.getByText("Your name was changed.")).toBeVisible();

  const theirs = await another();
  await signIn(theirs, person);
  await theirs.goto("/account/devices");
  await expect(theirs.getByText("An administrator, looking at your account")).toBeVisible();
  await theirs.getByRole("button", { name: "End An administrator, looking at your account" }).click();
  await expect(theirs.getByText("That session was ended.")).toBeVisible();
  await theirs.goto("/account/history");
  await expect(theirs.getByText(REASON)).toBeVisible();
  await expect(theirs.getByText("An administrator changed your name while acting as you")).toBeVisible();
  await expect(theirs.getByText(/An administrator no longer acts as you, after/)).toBeVisible();

  await page.goto("/account");
  await expect(page, "and they are themselves again").toHaveURL(/\/admin\/users\//);
  await expect(bar(page)).toHaveCount(0);
});

test("a reason is asked for, and nobody acts as an administrator", async ({ page, person, make }) => {
  const other = await make({ role: "admin", name: "Other Boss" });
  await signIn(page, await make({ role: "admin" }));
  await page.goto(`/admin/users?q=${encodeURIComponent(other.email)}`);
  await page.getByRole("link", { name: other.name }).first().click();
  await expect(page.getByText("Nobody can act as this account")).toBeVisible();
  await page.goto(`/admin/users?q=${encodeURIComponent(person.email)}`);
  await page.getByRole("link", { name: person.name }).first().click();
  await page.getByText("Act as this person", { exact: true }).click();
  await page.getByLabel("Reason").fill("because");
  await page.getByRole("button", { name: "Yes, act as them" }).click();
  await expect(page.getByText("Say a little more: at least 10 characters.")).toBeVisible();
  await expect(page.getByLabel("Reason"), "what was typed is still there").toHaveValue("because");
});
