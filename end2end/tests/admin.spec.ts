/*
 * The admin panel: finding people, and what can be done about their accounts. Everything counts from the other's next click.
 */
import { register } from "../support/sights";
import { expect, fillLogin, open, signIn, test, type Person } from "../support/test";
import { refreshToken, sessionCookies } from "../support/tokens";
import type { Page } from "@playwright/test";

/** People of one test, told apart from everybody else's by their first name. */
let crowds = 0;
function crowd(): string {
  crowds += 1;
  return `Crowd${process.pid}x${crowds}`;
}

function rows(page: Page) {
  return page.getByRole("region", { name: "Accounts" }).locator("tbody tr");
}

/** Finds somebody by the search and opens their page. */
async function look(page: Page, person: Person): Promise<void> {
  await page.goto("/admin/users");
  await page.getByLabel("Address, name or id begins with").fill(person.email);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole("link", { name: person.name }).click();
  await expect(page.getByRole("heading", { level: 1, name: person.name })).toBeVisible();
}

/** Presses a button that unfolds what it means, and then says yes. */
async function yes(page: Page, what: string, answer: string): Promise<void> {
  await page.getByText(what, { exact: true }).click();
  await page.getByRole("button", { name: answer }).click();
}

test("an administrator gets from the dashboard to the panel, and reads how many people there are", async ({ page, make }) => {
  await signIn(page, await make({ role: "admin" }));
  await page.getByRole("link", { name: "Admin panel" }).click();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await page.getByRole("link", { name: /^People \d+$/ }).click();
  await expect(page.getByRole("heading", { name: "People" })).toBeVisible();
});

test("an ordinary user sees no way to the panel and a page in words where it would be", async ({ page, person }) => {
  await signIn(page, person);
  await expect(page.getByRole("link", { name: /Admin/ })).toHaveCount(0);
  for (const path of ["/admin", "/admin/users", "/admin/letters", "/admin/audit", "/admin/whatever"]) {
    expect((await open(page, path)).status(), path).toBe(403);
    await expect(page.getByRole("heading", { name: "This door is not yours" })).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Admin panel" })).toHaveCount(0);
  }
  await page.getByRole("link", { name: "Go to the start" }).click();
  await expect(page).toHaveURL(/\/dashboard$/);
});

test("people are found by the beginning of name or address, whatever the case, and by role and status", async ({ page, make }) => {
  const name = crowd();
  const anna = await make({ name: `${name} Ánna` });
  const boss = await make({ name: `${name} Boss`, role: "admin" });
  await signIn(page, await make({ role: "admin" }));
  await page.goto("/admin/users");
  const search = async (q: string, role = "Any", status = "Any") => {
    await page.getByLabel("Address, name or id begins with").fill(q);
    await page.getByLabel("Role", { exact: true }).selectOption(role);
    await page.getByLabel("Status", { exact: true }).selectOption(status);
    await page.getByRole("button", { name: "Show", exact: true }).click();
  };
  await search(name.toUpperCase());
  await expect(rows(page)).toHaveCount(2);
  await search(`${name.toLowerCase()} á`);
  await expect(rows(page)).toHaveText([/Ánna/]);
  await search(boss.email.slice(0, -3));
  await expect(rows(page)).toHaveText([/Boss/]);
  await search(name, "Administrator");
  await expect(rows(page)).toHaveText([/Boss/]);
  await search(name, "Any", "Disabled");
  await expect(page.getByText("Nobody here fits that.")).toBeVisible();
  await expect(page.getByLabel("Address, name or id begins with"), "the search is still there").toHaveValue(name);
  await page.getByRole("search").getByRole("link", { name: "Clear" }).click();
  await expect(page).toHaveURL(/\/admin\/users$/);
  await search("%");
  await expect(rows(page), "a wildcard is a character like any other").toHaveCount(0);
  await search(anna.email, "User", "Active");
  await expect(rows(page)).toHaveCount(1);
});

test("a long list comes in pages, nobody twice and nobody missing, and keeps its filter", async ({ page, make }) => {
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
  await expect(rows(page)).toHaveCount(25);
  const addresses = () => page.locator("tbody .person__address").allInnerTexts();
  const first = await addresses();
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByLabel("Address, name or id begins with")).toHaveValue(name);
  expect(new Set([...first, ...(await addresses())])).toEqual(all);
  await expect(page.getByRole("link", { name: "Next page" })).toHaveCount(0);
  await page.getByRole("link", { name: "First page" }).click();
  await expect(rows(page)).toHaveCount(25);
});

test("a role that was given and taken away counts from the next click, without signing in again", async ({ page, person, make, another }) => {
  const boss = await another();
  await signIn(boss, await make({ role: "admin" }));
  await signIn(page, person);
  const { session } = await refreshToken(page.context());

  await look(boss, person);
  await yes(boss, "Change the role", "Yes, change the role");
  await expect(boss.getByText("The role was changed.")).toBeVisible();
  await page.getByRole("link", { name: "Dashboard" }).click();
  await page.getByRole("link", { name: "Admin panel" }).click();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();

  await yes(boss, "Change the role", "Yes, change the role");
  await expect(boss.getByText("The role was changed.")).toBeVisible();
  expect((await open(page, "/admin/users")).status()).toBe(403);
  expect((await refreshToken(page.context())).session).toBe(session);
});

test("who is disabled is out at the next click and reads why, cannot sign in, and can again when enabled", async ({ page, person, make, another }) => {
  const boss = await another();
  await signIn(boss, await make({ role: "admin" }));
  await signIn(page, person);
  await look(boss, person);
  await yes(boss, "Disable account", "Yes, disable it");
  await expect(boss.getByText("The account was disabled and signed out everywhere.")).toBeVisible();
  await expect(boss.getByText("Not signed in anywhere.")).toBeVisible();

  await page.getByRole("link", { name: "Account" }).click();
  await expect(page).toHaveURL(/\/login\?next=%2Faccount&ended=disabled$/);
  await expect(page.getByText("This account was disabled")).toBeVisible();
  expect(await sessionCookies(page.context())).toEqual([]);
  await fillLogin(page, person);
  await expect(page.getByText("This account is disabled")).toBeVisible();
  await fillLogin(page, { ...person, password: "not the right one" });
  await expect(page.getByText("Email or password is not right"), "only who knows the password is told").toBeVisible();

  await yes(boss, "Enable account", "Yes, enable it");
  await expect(boss.getByText("The account can sign in again.")).toBeVisible();
  await fillLogin(page, person);
  await expect(page).toHaveURL(/\/account$/);
});

test("an administrator can end somebody's sessions, who reads who did it and may come back", async ({ page, person, make, another }) => {
  const boss = await another();
  await signIn(boss, await make({ role: "admin" }));
  await signIn(page, person);
  await look(boss, person);
  await boss.getByRole("button", { name: "End all" }).click();
  await expect(boss.getByText("All sessions of this account were ended.")).toBeVisible();
  await page.goto("/dashboard");
  await expect(page.getByText("An administrator ended your session")).toBeVisible();
  await fillLogin(page, person);
  await expect(page).toHaveURL(/\/dashboard$/);
});

test("the last administrator can neither be demoted nor disabled, and is told so", async ({ page, start, make }) => {
  const server = await start();
  const boss = await make({ role: "admin", on: server });
  await signIn(page, boss, { at: server });
  await page.goto(`${server.url}/admin/users`);
  await page.getByRole("link", { name: boss.name }).click();
  // The page of the last administrator has no form to send; that the function refuses too is the stories' business.
  await expect(page.getByText("Not possible: this is the last administrator who can sign in.")).toHaveCount(3);
  for (const answer of ["Yes, change the role", "Yes, disable it"]) await expect(page.getByRole("button", { name: answer })).toHaveCount(0);
  await make({ role: "admin", name: "Second Boss", on: server });
  await page.reload();
  await yes(page, "Change the role", "Yes, change the role");
  await expect(page.getByRole("heading", { name: "This door is not yours" })).toBeVisible();
});

test("what happened is listed, newest first, for everybody and for one", async ({ page, person, make, another }) => {
  const boss = await make({ role: "admin" });
  const other = await another();
  await signIn(other, person);
  await signIn(page, boss);
  await look(page, person);
  await yes(page, "Change the role", "Yes, change the role");
  await page.getByRole("link", { name: "All events" }).click();
  const events = page.getByRole("region", { name: "Security events" }).locator("tbody tr");
  await expect(events.first()).toContainText("Role changed");
  await expect(events.first()).toContainText(boss.email);
  await expect(events.nth(1)).toContainText("Signed in");
  for (const event of await events.all()) await expect(event).toContainText(person.email);

  await page.getByRole("search").getByRole("link", { name: "Clear" }).click();
  await expect(events.filter({ hasText: boss.email }).filter({ hasText: "Signed in" })).toHaveCount(1);
  expect(await page.content()).not.toContain(person.password);
});

test("letters that nobody takes are announced with the reason, and arrive once the mail server is mended", async ({ page, start, make }) => {
  const broken = await start({ LATCHKEY_SMTP_URL: "smtp://127.0.0.1:1" });
  await signIn(page, await make({ role: "admin", on: broken }), { at: broken });
  const waiting = await register(broken);
  await expect(async () => {
    await page.goto(`${broken.url}/admin`);
    await expect(page.getByRole("alert")).toContainText("1 letter could not be sent so far", { timeout: 500 });
  }).toPass();
  await page.getByRole("link", { name: "See what the mail server said" }).click();
  await expect(page.getByRole("heading", { name: "Letters" })).toBeVisible();
  const letters = page.getByRole("region", { name: "Outgoing letters" }).locator("tbody tr");
  await expect(letters).toHaveCount(1);
  await expect(letters).toContainText("Confirm your address");
  await expect(letters).toContainText("Connection refused");
  expect(await page.content(), "to whom it goes is sealed").not.toContain(waiting.email);
  await page.getByRole("button", { name: "Try all again now" }).click();
  await expect(page.getByText("It is being tried again.")).toBeVisible();
  await expect(page).toHaveURL(/\/admin\/letters\?state=failing$/);

  await broken.stop();
  const mended = await start({}, { data: broken.data, port: Number(new URL(broken.url).port) });
  await page.goto(`${mended.url}/admin/letters`);
  await page.getByRole("button", { name: "Try again now: Confirm your address" }).click();
  await expect(page.getByText("It is being tried again.")).toBeVisible();
  await expect.poll(async () => (await mended.letters()).length).toBe(1);
  await expect(async () => {
    await page.getByRole("link", { name: /^Sent in 24 hours/ }).click();
    await expect(letters).toHaveCount(1, { timeout: 500 });
  }).toPass();
  await page.getByRole("navigation", { name: "Admin panel" }).getByRole("link", { name: "Events" }).click();
  const events = page.getByRole("region", { name: "Security events" }).locator("tbody tr");
  await expect(events.filter({ hasText: "Letters tried again" })).toHaveCount(2);
});
