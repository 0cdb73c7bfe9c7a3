/*
 * Accounts made for others: by a letter, or many at once from a file.
 */
import { letterTo, lettersTo } from "../support/mail";
import { expect, fillLogin, signIn, somebody, test } from "../support/test";

test("somebody is invited, chooses a password by the letter, and signs in", async ({ page, another, make, server }) => {
  const guest = somebody("Greta Guest");
  await signIn(page, await make({ role: "admin" }), { to: "/admin/users/new" });
  await page.getByLabel("Name").fill(guest.name);
  await page.getByLabel("Email").fill(guest.email);
  await page.getByRole("button", { name: "Send the invitation" }).click();
  await expect(page.getByRole("heading", { level: 1, name: guest.name })).toBeVisible();
  await expect(page.getByText("The invitation is on its way.")).toBeVisible();
  const theirs = await another();
  const { link } = await letterTo(server, guest.email, /You are invited/);
  await theirs.goto(link ?? "");
  await theirs.getByLabel("Password", { exact: true }).fill(guest.password);
  await theirs.getByRole("button", { name: "Set password" }).click();
  await expect(theirs.getByText("The account is yours.")).toBeVisible();
  await fillLogin(theirs, guest);
  await expect(theirs).toHaveURL(/\/dashboard$/);
});

test("an invitation is taken back, and its link opens nothing", async ({ page, another, make, server }) => {
  const guest = somebody("Gone Guest");
  await signIn(page, await make({ role: "admin" }), { to: "/admin/users/new" });
  await page.getByLabel("Name").fill(guest.name);
  await page.getByLabel("Email").fill(guest.email);
  await page.getByRole("button", { name: "Send the invitation" }).click();
  const { link } = await letterTo(server, guest.email, /You are invited/);
  await page.getByText("Take the invitation back", { exact: true }).click();
  await page.getByRole("button", { name: "Yes, take it back" }).click();
  await expect(page.getByText("The invitation was taken back")).toBeVisible();
  const theirs = await another();
  await theirs.goto(link ?? "");
  await theirs.getByLabel("Password", { exact: true }).fill(guest.password);
  await theirs.getByRole("button", { name: "Set password" }).click();
  await expect(theirs.getByText("This link does not work")).toBeVisible();
});

test("a file is looked through, mended and imported", async ({ page, make, server }) => {
  const [first, second] = [somebody("Fay First"), somebody("Sam Second")];
  await signIn(page, await make({ role: "admin" }), { to: "/admin/users/import" });
  const paste = page.getByLabel("Paste its lines");
  await paste.fill(`email,name\n${first.email},${first.name}\nnonsense,Nobody\n`);
  await page.getByRole("button", { name: "Check it" }).click();
  await expect(page.getByText("1 line is wrong")).toBeVisible();
  await expect(page.getByText("Line 3")).toBeVisible();
  await paste.fill(`email,name\n${first.email},${first.name}\n${second.email},"${second.name}"\n`);
  await page.getByRole("button", { name: "Check it" }).click();
  await expect(page.getByText("Everything is right")).toBeVisible();
  expect(await lettersTo(server, first.email)).toHaveLength(0);
  await page.getByRole("button", { name: "Make these accounts" }).click();
  await expect(page.getByText("The accounts were made.")).toBeVisible();
  for (const { email } of [first, second]) await letterTo(server, email, /You are invited/);
});
