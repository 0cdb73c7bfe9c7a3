/*
 * What is dangerous asks for the password again when it was given long ago, and the form that was sent before is not lost.
 */
import { passwordWasLongAgo } from "../support/past";
import { expect, expectFault, fillLogin, signIn, test, type Person } from "../support/test";
import { refreshToken } from "../support/tokens";
import type { Page } from "@playwright/test";

const ASKED = "Please give your password again";

/** Opens somebody's page in the admin panel, by the search. */
async function lookAt(page: Page, person: Person): Promise<void> {
  await page.goto(`/admin/users?q=${encodeURIComponent(person.email)}`);
  await page.getByRole("link", { name: person.name }).click();
  await expect(page.getByRole("heading", { level: 1, name: person.name })).toBeVisible();
}

async function makeAdministrator(page: Page): Promise<void> {
  await page.getByText("Change the role", { exact: true }).click();
  await page.getByRole("button", { name: "Yes, change the role" }).click();
}

async function givePassword(page: Page, password: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: ASKED })).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Go on" }).click();
}

test("a change in the admin panel asks for the password when it was long ago, and is then done without filling in anything twice", async ({ page, person, make, server }) => {
  const boss = await make({ role: "admin", name: "Bertha Boss" });
  await signIn(page, boss);
  await lookAt(page, person);
  const where = page.url();
  await passwordWasLongAgo(server, boss);

  await makeAdministrator(page);
  await expect(page).toHaveURL(/\/reauthenticate$/);
  const main = page.getByRole("main");
  await expect(main, "whose password").toContainText(boss.email);
  await expect(main, "what for").toContainText("The role of an account is changed.");
  await page.reload();
  await givePassword(page, boss.password);

  await expect(page).toHaveURL(where);
  await expect(page.getByText("The role was changed.")).toBeVisible();
  await expect(page.getByText("Administrator", { exact: true }).first()).toBeVisible();

  await page.getByText("Change the role", { exact: true }).click();
  await page.getByRole("button", { name: "Yes, change the role" }).click();
  await expect(page.getByText("The role was changed."), "once is enough for ten minutes").toBeVisible();
  await expect(page).toHaveURL(where);
});

test("a wrong password does nothing and is said beside its field; the right one then does it", async ({ page, person, make, server }) => {
  const boss = await make({ role: "admin" });
  await signIn(page, boss);
  await lookAt(page, person);
  await passwordWasLongAgo(server, boss);

  await makeAdministrator(page);
  const { session } = await refreshToken(page.context());
  for (const wrong of ["not the right one", person.password.toUpperCase()]) {
    await givePassword(page, wrong);
    await expectFault(page, "Password", /This is not your password/);
    await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
    await expect(page.getByRole("main")).toContainText("The role of an account is changed.");
    expect(await page.content()).not.toContain(wrong);
  }
  await givePassword(page, boss.password);
  await expect(page.getByText("The role was changed.")).toBeVisible();
  expect((await refreshToken(page.context())).session, "it is the session of before").toBe(session);
});

test("whoever cancels is back on the page of before, and nothing was done", async ({ page, person, make, server }) => {
  const boss = await make({ role: "admin" });
  await signIn(page, boss);
  await lookAt(page, person);
  const where = page.url();
  await passwordWasLongAgo(server, boss);

  await makeAdministrator(page);
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page).toHaveURL(where);
  await expect(page.getByText("Administrator", { exact: true }).first(), "nothing was changed").not.toBeVisible();
  await page.goto("/reauthenticate");
  await givePassword(page, boss.password);
  await expect(page, "the form that waited is gone").toHaveURL(/\/dashboard$/);
  await lookAt(page, person);
  await expect(page.getByText("Administrator", { exact: true }).first(), "nothing was changed").not.toBeVisible();
});

test("reading needs no second password, and whoever is not signed in is asked to sign in, which is proof enough", async ({ page, make, server, person }) => {
  const boss = await make({ role: "admin" });
  await signIn(page, boss);
  await passwordWasLongAgo(server, boss);
  for (const path of ["/admin/users", "/admin/letters", "/admin/audit", "/account/devices"]) {
    await page.goto(path);
    await expect(page).toHaveURL(new RegExp(`${path}$`));
  }
  await page.context().clearCookies();
  await page.goto("/reauthenticate");
  await expect(page).toHaveURL(/\/login\?next=%2Freauthenticate$/);
  await fillLogin(page, person);
  await expect(page).toHaveURL(/\/dashboard$/);
});

test("a proof given in one browser opens nothing in another", async ({ page, another, person, make, server }) => {
  const boss = await make({ role: "admin" });
  const other = await another();
  for (const browser of [page, other]) {
    await signIn(browser, boss);
    await lookAt(browser, person);
  }
  await passwordWasLongAgo(server, boss);
  await makeAdministrator(page);
  await givePassword(page, boss.password);
  await expect(page.getByText("The role was changed.")).toBeVisible();

  await makeAdministrator(other);
  await expect(other.getByRole("heading", { level: 1, name: ASKED })).toBeVisible();
});
