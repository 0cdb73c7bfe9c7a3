/*
 * Signing in, being somebody, signing out.
 */
import { expect, expectFault, fillLogin, open, signIn, test, type Stay } from "../support/test";
import { ACCESS, REFRESH, claims, cookie, refreshToken, sessionCookies } from "../support/tokens";

const DAY = 24 * 3600;
/** Browsers keep no cookie longer; each refresh asks anew. */
const LONGEST = 400 * DAY;

const lifetimes: [Stay, number | undefined][] = [
  ["This visit", undefined],
  ["One day", DAY],
  ["30 days", 30 * DAY],
  ["Until I sign out", LONGEST],
];

for (const [stay, seconds] of lifetimes) {
  test(`“${stay}” is how long the browser keeps the cookies, which no script and no other site can use`, async ({ page, person }) => {
    await signIn(page, person, { stay });
    const cookies = await sessionCookies(page.context());
    expect(cookies.map(({ name }) => name).sort()).toEqual([ACCESS, REFRESH]);
    for (const cookie of cookies) {
      expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax", path: "/", domain: "localhost" });
      if (seconds === undefined) expect(cookie.expires).toBe(-1);
      else expect(Math.abs(cookie.expires - Date.now() / 1000 - seconds)).toBeLessThan(60);
    }
    expect(await page.evaluate(() => document.cookie)).toBe("");
  });
}

test("an administrator stays twelve hours at most, whatever was chosen", async ({ page, make }) => {
  await signIn(page, await make({ role: "admin" }), { stay: "Until I sign out" });
  const refresh = await cookie(page.context(), REFRESH);
  expect(Math.abs((refresh?.expires ?? 0) - Date.now() / 1000 - 12 * 3600)).toBeLessThan(60);
});

test("the dashboard says who I am, what I may, and what my session and token are, and shows no secret", async ({ page, person }) => {
  await signIn(page, person, { stay: "30 days" });
  const main = page.getByRole("main");
  await expect(main).toContainText(person.name);
  await expect(main).toContainText(person.email);
  await expect(main).toContainText("User");
  await expect(main).toContainText("30 days after you signed in, as you chose");

  const html = await page.content();
  for (const { value } of await sessionCookies(page.context())) {
    for (const secret of value.split(".").filter((part) => part.length > 20)) expect(html).not.toContain(secret);
  }
  expect(html).not.toContain(person.password);
  expect(JSON.stringify(await claims(page.context()))).not.toContain(person.password);
});

test("a wrong password and an unknown address are answered alike, and the address is still there", async ({ page, person }) => {
  const words: string[] = [];
  for (const email of [person.email, "nobody@example.com"]) {
    await page.goto("/login");
    await page.getByLabel("30 days", { exact: true }).check();
    await fillLogin(page, { email, password: "not my password at all" });
    await expect(page.getByRole("alert")).toContainText("Email or password is not right");
    await expect(page.getByLabel("Email")).toHaveValue(email);
    await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
    await expect(page.getByLabel("30 days", { exact: true })).toBeChecked();
    words.push(await page.getByRole("main").innerText());
  }
  expect(words[1]).toBe(words[0]);
  expect(await sessionCookies(page.context())).toEqual([]);
});

test("an address that is none is said beside its field", async ({ page }) => {
  await page.goto("/login");
  await page.evaluate(() => document.forms[0]?.setAttribute("novalidate", ""));
  await fillLogin(page, { email: "robin", password: "x" });
  await expectFault(page, "Email", /name@example\.com/);
});

test("who wanted a page gets there after signing in", async ({ page, person }) => {
  await page.goto("/account?from=letter");
  await expect(page).toHaveURL(/\/login\?next=/);
  await fillLogin(page, { ...person, password: "a wrong one first, as people do" });
  await expect(page.getByRole("alert")).toBeVisible();
  await fillLogin(page, person);
  await expect(page).toHaveURL(/\/account\?from=letter$/);
});

test("a link cannot send people elsewhere after signing in", async ({ page, person, server }) => {
  for (const next of ["https://evil.example/", "//evil.example", "/\\evil.example", "/%09/evil.example", "javascript:alert(1)", "/login"]) {
    await page.context().clearCookies();
    await page.goto(`/login?next=${encodeURIComponent(next)}`);
    await fillLogin(page, person);
    await page.waitForURL((url) => url.pathname !== "/login");
    expect(new URL(page.url()).origin, next).toBe(server.url);
  }
});

test("who is signed in is not asked again", async ({ page, person }) => {
  await signIn(page, person);
  for (const path of ["/", "/login", "/register"]) {
    await page.goto(path);
    await expect(page, path).toHaveURL(/\/dashboard$/);
  }
});

test("signing out takes the cookies away, and neither the back button nor a copy brings anything back", async ({ page, person, another }) => {
  await signIn(page, person);
  const copied = await sessionCookies(page.context());
  await page.goto("/account");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(/\/login$/);
  await expect(page.getByText("You are signed out.")).toBeVisible();
  expect(await sessionCookies(page.context())).toEqual([]);

  await page.goBack();
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  await expect(page.getByText(person.email)).toBeHidden();

  const thief = await another();
  await thief.context().addCookies(copied);
  await thief.goto("/dashboard");
  await expect(thief).toHaveURL(/\/login\?/);
  expect(await sessionCookies(thief.context()), "useless cookies are cleared").toEqual([]);
});

test("the other tab notices: with scripts by itself, without them on the next click", async ({ page, person, scripts }) => {
  await signIn(page, person);
  const other = await page.context().newPage();
  await other.goto("/account");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(/\/login$/);
  if (!scripts) await other.getByRole("link", { name: "Dashboard" }).click();
  await expect(other).toHaveURL(/\/login/);
  await expect(other.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  // A browser without cookies and without scripts has nothing left that could tell.
  if (scripts) await expect(other.getByText("You are signed out", { exact: true })).toBeVisible();
});

test("signing in again in the same browser ends the session before", async ({ page, person, another }) => {
  await signIn(page, person);
  const first = await refreshToken(page.context());
  const copied = await sessionCookies(page.context());
  // The login page was opened before, in another tab.
  await page.context().clearCookies();
  const late = await page.context().newPage();
  await late.goto("/login");
  await page.context().addCookies(copied);
  await fillLogin(late, person);
  await expect(late).toHaveURL(/\/dashboard$/);
  expect((await refreshToken(page.context())).session).not.toBe(first.session);

  const thief = await another();
  await thief.context().addCookies(copied);
  await thief.goto("/dashboard");
  await expect(thief).toHaveURL(/\/login\?/);
});

test("a stranger gets an empty redirect, not a page that is hidden afterwards", async ({ page }) => {
  for (const path of ["/dashboard", "/account", "/admin", "/admin/users", "/admin/audit"]) {
    const response = await page.request.get(path, { maxRedirects: 0 });
    expect(response.status(), path).toBe(303);
    expect(response.headers()["location"], path).toBe(`/login?next=${encodeURIComponent(path)}`);
    expect(await response.text(), path).toBe("");
  }
  expect((await open(page, "/dashboard")).status()).toBe(200);
});
