/*
 * Roles of the installation's own: an administrator makes one and gives it to somebody, who then sees their part of the panel and
 * nothing else.
 */
import { expect, open, signIn, test } from "../support/test";

test("a role is made and given, and whoever has it sees only their part of the panel", async ({ page, start, make, another }) => {
  const server = await start();
  const [boss, helper] = [await make({ role: "admin", on: server }), await make({ name: "Helga Helper", on: server })];
  await signIn(page, boss, { at: server, to: "/admin" });
  const tabs = (of: typeof page) => of.getByRole("navigation", { name: "Admin panel" });
  await tabs(page).getByRole("link", { name: "Roles" }).click();

  const form = page.getByRole("region", { name: "Make a role" });
  await form.getByLabel("Name", { exact: true }).fill("support");
  await form.getByRole("checkbox", { name: /users:read/ }).check();
  await form.getByRole("checkbox", { name: /letters:read/ }).check();
  await form.getByLabel("Words of your applications").fill("users:raed");
  await form.getByRole("button", { name: "Make the role" }).click();
  await expect(page.getByText("Is it misspelt?")).toBeVisible();
  await expect(form.getByLabel("Name", { exact: true })).toHaveValue("support");
  await expect(form.getByRole("checkbox", { name: /letters:read/ })).toBeChecked();
  await form.getByLabel("Words of your applications").fill("invoices:write");
  await form.getByRole("button", { name: "Make the role" }).click();
  await expect(page.getByText("The role is made.")).toBeVisible();
  const role = page.getByRole("region", { name: "All roles" }).getByRole("listitem").filter({ hasText: "support" }).first();
  await expect(role).toContainText("See how letters fare");
  await expect(role).toContainText("invoices:write");
  await expect(role).toContainText("Nobody has it");

  const theirs = await another();
  await signIn(theirs, helper, { at: server });
  await expect(theirs.getByRole("link", { name: "Admin panel" })).toHaveCount(0);

  await page.goto(`${server.url}/admin/users`);
  await page.getByRole("link", { name: helper.name }).click();
  await page.getByText("Change the role", { exact: true }).click();
  await page.getByRole("radio", { name: "support" }).check();
  await page.getByRole("button", { name: "Yes, change the role" }).click();
  await expect(page.getByText("The role was changed.")).toBeVisible();

  await theirs.reload();
  await theirs.getByRole("link", { name: "Admin panel" }).click();
  await expect(tabs(theirs).getByRole("link")).toHaveText(["Overview", "People", "Letters"]);
  await tabs(theirs).getByRole("link", { name: "Letters" }).click();
  await expect(theirs.getByRole("heading", { level: 1, name: "Letters" })).toBeVisible();
  for (const path of ["/admin/roles", "/admin/audit"]) {
    expect((await open(theirs, server.url + path)).status(), path).toBe(403);
  }
  await theirs.goto(`${server.url}/admin/users`);
  await theirs.getByRole("link", { name: boss.name }).first().click();
  await expect(theirs.getByRole("button", { name: /disable|role/i })).toHaveCount(0);

  await page.goto(`${server.url}/admin/roles`);
  await expect(role.getByRole("link", { name: "1 person" })).toHaveAttribute("href", "/admin/users?role=support");
  await role.locator("summary", { hasText: "Change" }).click();
  await role.getByRole("checkbox", { name: /letters:read/ }).uncheck();
  await role.getByRole("button", { name: "Save the role" }).click();
  await expect(page.getByText("It counts from the next click of whoever has it.")).toBeVisible();
  expect((await open(theirs, `${server.url}/admin/letters`)).status(), "with the next click").toBe(403);

  await page.goto(`${server.url}/admin/users`);
  await page.getByRole("link", { name: helper.name }).click();
  await page.getByText("Change the role", { exact: true }).click();
  await page.getByRole("radio", { name: "User" }).check();
  await page.getByRole("button", { name: "Yes, change the role" }).click();
  await page.goto(`${server.url}/admin/roles`);
  await role.locator("summary", { hasText: "Remove" }).click();
  await role.getByRole("button", { name: "Yes, remove it" }).click();
  await expect(page.getByText("The role was removed.")).toBeVisible();
  await expect(role).toHaveCount(0);
});
