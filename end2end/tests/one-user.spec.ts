/*
 * The page of one account: what an administrator can do there, what follows for its owner, and what can be undone.
 */
import { letterTo } from "../support/mail";
import { expect, fillLogin, signIn, test } from "../support/test";
import type { Page } from "@playwright/test";

/** Presses a button that unfolds what it means, and then says yes. */
async function yes(page: Page, what: string, answer: string): Promise<void> {
  await page.getByText(what, { exact: true }).click();
  await page.getByRole("button", { name: answer }).click();
}

async function pageOf(page: Page, email: string, name: string): Promise<void> {
  await page.goto(`/admin/users?q=${encodeURIComponent(email)}`);
  await page.getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

test("one session is ended, and its browser is told why", async ({ page, another, make, person }) => {
  const theirs = await another();
  await signIn(theirs, person);
  await signIn(page, await make({ role: "admin" }));
  await pageOf(page, person.email, person.name);
  await page.getByRole("region", { name: "Sessions" }).getByRole("button", { name: /^End .* on / }).first().click();
  await expect(page.getByText("That session was ended.")).toBeVisible();
  await theirs.goto("/dashboard");
  await expect(theirs.getByText("An administrator ended your session")).toBeVisible();
});

test("a new password is forced: the old one is worthless, and the letter brings another", async ({ page, another, make, person, server }) => {
  const theirs = await another();
  await signIn(theirs, person);
  await signIn(page, await make({ role: "admin" }));
  await pageOf(page, person.email, person.name);
  await yes(page, "Force a new password", "Yes, make it worthless");
  await expect(page.getByText("The password is worthless now.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Letters" })).toContainText("An administrator asks for a new password");
  await theirs.goto("/dashboard");
  await expect(theirs.getByText("An administrator asks you for a new password")).toBeVisible();
  const { link } = await letterTo(server, person.email, /Please set a new password/);
  await theirs.goto(link ?? "");
  const password = "quite another long password";
  await theirs.getByLabel("New password").fill(password);
  await theirs.getByRole("button", { name: "Set password" }).click();
  await fillLogin(theirs, { email: person.email, password });
  await expect(theirs).toHaveURL(/\/dashboard$/);
});

test("an account is to be deleted, and that is undone", async ({ page, another, make, person, server }) => {
  const theirs = await another();
  await signIn(page, await make({ role: "admin" }));
  await pageOf(page, person.email, person.name);
  await yes(page, "Delete account", "Yes, delete it in seven days");
  await expect(page.getByText(/An administrator has ordered this account to be deleted/)).toBeVisible();
  await letterTo(server, person.email, /is deleting your account/);
  await theirs.goto("/login");
  await fillLogin(theirs, person);
  await expect(theirs.getByText("This account is disabled")).toBeVisible();
  await page.getByRole("button", { name: "Undo: keep the account" }).click();
  await expect(page.getByText("The account stays, as it was before.")).toBeVisible();
  await letterTo(server, person.email, /is not deleted/);
  await signIn(theirs, person);
});
