/*
 * The list of accounts: narrowed, ordered, walked both ways, acted on several at a time, and taken away as a file.
 */
import { readFile } from "node:fs/promises";
import { passwordWasLongAgo } from "../support/past";
import { expect, signIn, test, type Person } from "../support/test";
import type { Page } from "@playwright/test";

/** People of one test, told apart from everybody else's by their first name. */
let crowds = 0;
function crowd(): string {
  crowds += 1;
  return `People${process.pid}x${crowds}`;
}

function rows(page: Page) {
  return page.getByRole("region", { name: "Accounts" }).locator("tbody tr");
}

function names(page: Page): Promise<string[]> {
  return rows(page).locator(".person__name").allInnerTexts();
}

async function narrow(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).selectOption(value);
  await page.getByRole("button", { name: "Show", exact: true }).click();
}

test("filters are named above the list and taken away one by one, and the order is the reader's", async ({ page, start, make }) => {
  const server = await start();
  const boss = await make({ role: "admin", name: "Mid Boss", on: server });
  for (const name of ["Anna First", "Zoe Last"]) await make({ name, on: server });
  await signIn(page, boss, { at: server });
  await page.goto(`${server.url}/admin/users`);
  await expect(rows(page)).toHaveCount(3);
  await expect(page.getByText("3 in all")).toBeVisible();

  await page.getByRole("link", { name: "Person", exact: true }).click();
  await expect(page.getByRole("columnheader", { name: "Person" })).toHaveAttribute("aria-sort", "ascending");
  expect(await names(page)).toEqual(["Anna First", "Mid Boss", "Zoe Last"]);
  await page.getByRole("link", { name: "Person", exact: true }).click();
  await expect(page.getByRole("columnheader", { name: "Person" })).toHaveAttribute("aria-sort", "descending");
  expect(await names(page)).toEqual(["Zoe Last", "Mid Boss", "Anna First"]);

  await narrow(page, { Role: "User", "Last sign-in": "Never" });
  await expect(rows(page)).toHaveText([/Zoe Last/, /Anna First/]);
  await expect(page.getByRole("columnheader", { name: "Person" }), "the order is kept").toHaveAttribute("aria-sort", "descending");
  await page.getByRole("link", { name: "Remove Role: User" }).click();
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole("link", { name: "Remove Last sign-in: Never" }).click();
  await expect(rows(page)).toHaveCount(3);
});

test("a list is walked there and back, nobody twice and nobody missing", async ({ page, make }) => {
  test.slow();
  const name = crowd();
  const all = new Set<string>();
  for (let made = 0; made < 27; ) {
    // A few at a time: each is a process that hashes a password.
    const some = await Promise.all(Array.from({ length: Math.min(4, 27 - made) }, () => make({ name })));
    some.forEach(({ email }) => all.add(email));
    made += some.length;
  }
  await signIn(page, await make({ role: "admin" }));
  await page.goto(`/admin/users?q=${name}`);
  await expect(page.getByText("25 shown · 27 in all")).toBeVisible();
  const addresses = () => page.locator("tbody .person__address").allInnerTexts();
  const first = await addresses();
  await expect(page.getByRole("link", { name: "Previous page" })).toHaveCount(0);
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(rows(page)).toHaveCount(2);
  expect(new Set([...first, ...(await addresses())])).toEqual(all);
  await page.getByRole("link", { name: "Previous page" }).click();
  await expect(rows(page)).toHaveCount(25);
  expect(await addresses()).toEqual(first);
});

test("several are chosen, disabled after one more question, and enabled again by undoing it", async ({ page, scripts, make }) => {
  const name = crowd();
  for (const last of ["One", "Two", "Three"]) await make({ name: `${name} ${last}` });
  await signIn(page, await make({ role: "admin" }));
  await page.goto(`/admin/users?q=${name}`);
  await expect(rows(page)).toHaveCount(3);
  const all = page.getByLabel("All on this page");
  if (scripts) {
    await all.check();
    await expect(page.getByLabel(`Choose ${name} Three`)).toBeChecked();
    await page.getByLabel(`Choose ${name} Three`).uncheck();
  } else {
    await expect(all).toBeHidden();
    for (const last of ["One", "Two"]) await page.getByLabel(`Choose ${name} ${last}`).check();
  }
  await page.getByLabel("With those I tick").selectOption("Disable");
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByRole("heading", { name: "Disable 2 accounts?" })).toBeVisible();
  await page.getByRole("button", { name: "Yes, disable 2 accounts" }).click();
  await expect(page.getByText("2 accounts disabled.")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("2 accounts enabled.")).toBeVisible();
  await page.getByRole("link", { name: "Back to the list" }).first().click();
  await expect(page).toHaveURL(/\/admin\/users$/);
});

test("what was chosen waits while the password is asked for, and nobody is asked about nobody", async ({ page, server, make }) => {
  const name = crowd();
  await make({ name });
  const boss = await make({ role: "admin" });
  await signIn(page, boss);
  await page.goto(`/admin/users?q=${name}`);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByText("Nobody was chosen.")).toBeVisible();

  await page.goto(`/admin/users?q=${name}`);
  await page.getByLabel(`Choose ${name}`).check();
  await page.getByLabel("With those I tick").selectOption("End their sessions");
  await page.getByRole("button", { name: "Go on" }).click();
  await passwordWasLongAgo(server, boss);
  await page.getByRole("button", { name: "Yes, end the sessions of 1 account" }).click();
  await proveAgain(page, boss);
  await expect(page.getByText("1 account signed out everywhere.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Undo" }), "that cannot be undone").toHaveCount(0);
});

test("the list is taken away as a file, as it is narrowed, after the password where that was long ago", async ({ page, server, make }) => {
  const name = crowd();
  const someone = await make({ name });
  const boss = await make({ role: "admin" });
  await signIn(page, boss);
  await page.goto(`/admin/users?q=${name}`);
  let download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  const lines = (await readFile(await (await download).path(), "utf8")).trim().split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(`${someone.email},${name},user,`);

  await passwordWasLongAgo(server, boss);
  await page.getByRole("link", { name: "Export JSON" }).click();
  download = page.waitForEvent("download");
  await proveAgain(page, boss);
  const people = JSON.parse(await readFile(await (await download).path(), "utf8")) as { email: string }[];
  expect(people.map(({ email }) => email)).toEqual([someone.email]);
});

async function proveAgain(page: Page, { password }: Person): Promise<void> {
  await expect(page).toHaveURL(/\/reauthenticate/);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Go on", exact: true }).click();
}
