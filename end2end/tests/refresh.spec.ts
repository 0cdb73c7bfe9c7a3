/*
 * Access tokens live two seconds here, so that they run out while one watches. Nobody may notice.
 *
 * Tests sign in to /account and not to the dashboard, whose countdown would renew by itself what they want to see renewed by a click.
 */
import { expect, signIn, test } from "../support/test";
import { accessExpired, refreshToken } from "../support/tokens";

test.use({ settings: { LATCHKEY_LIMITS: "off", LATCHKEY_ACCESS_TTL: "2s" } });

const ACCOUNT = { to: "/account" };

test("an access token that has run out is renewed by the next click, once, and nobody is asked anything", async ({ page, person }) => {
  await signIn(page, person, ACCOUNT);
  const before = await refreshToken(page.context());
  await accessExpired(page.context());
  await page.getByRole("link", { name: "Account", exact: true }).click();
  await expect(page.getByRole("region", { name: "About you" })).toContainText(person.email);
  await expect.poll(() => refreshToken(page.context())).toMatchObject({ session: before.session, generation: before.generation + 1 });
});

test("many renewals later it is still the same session", async ({ page, person }) => {
  await signIn(page, person, ACCOUNT);
  const { session, generation } = await refreshToken(page.context());
  for (const renewals of [1, 2]) {
    await accessExpired(page.context());
    await page.goto("/account");
    await expect(page).toHaveURL(/\/account$/);
    expect(await refreshToken(page.context())).toMatchObject({ session, generation: generation + renewals });
  }
});

test("tabs that wake together renew once, and all of them stay", async ({ page, person }) => {
  await signIn(page, person, ACCOUNT);
  const { session, generation } = await refreshToken(page.context());
  const tabs = [page, ...(await Promise.all([1, 2, 3].map(() => page.context().newPage())))];
  await accessExpired(page.context());

  const answers = await Promise.all(tabs.map((tab) => tab.goto("/account")));
  expect(answers.map((answer) => answer?.status())).toEqual([200, 200, 200, 200]);
  for (const tab of tabs) await expect(tab).toHaveURL(/\/account$/);
  expect(await refreshToken(page.context())).toMatchObject({ session, generation: generation + 1 });
});

test("a form sent with a token that has run out still does what it should", async ({ page, person }) => {
  await signIn(page, person, ACCOUNT);
  await accessExpired(page.context());
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
});

test("an answer that never arrived costs nothing", async ({ page, person }) => {
  await signIn(page, person, ACCOUNT);
  const before = await refreshToken(page.context());
  await accessExpired(page.context());
  // The server renews, the network loses what it says: the browser still holds the old cookies.
  await page.route("**/account", async (route) => {
    await fetch(route.request().url(), { headers: await route.request().allHeaders(), redirect: "manual" });
    await route.abort("connectionreset");
  });
  await expect(page.goto("/account")).rejects.toThrow();
  expect(await refreshToken(page.context())).toEqual(before);

  await page.unroute("**/account");
  await page.goto("/account");
  await expect(page).toHaveURL(/\/account$/);
  expect(await refreshToken(page.context())).toMatchObject({ session: before.session, generation: before.generation + 1 });
});

test("a server that is killed loses no session", async ({ page, start, make }) => {
  const settings = { LATCHKEY_ACCESS_TTL: "1s" };
  const server = await start(settings);
  const person = await make({ on: server });
  await signIn(page, person, { at: server, to: "/account" });
  await accessExpired(page.context());
  await page.goto(`${server.url}/account`);
  const { session } = await refreshToken(page.context());

  await server.stop("SIGKILL");
  await start(settings, { data: server.data, port: Number(new URL(server.url).port) });
  await accessExpired(page.context());
  await page.goto(`${server.url}/account`);
  await expect(page).toHaveURL(/\/account$/);
  expect(await refreshToken(page.context())).toMatchObject({ session });
});

test("the dashboard counts down and is renewed while one looks, where scripts run; elsewhere it says what it knew", async ({ page, person, scripts }) => {
  await signIn(page, person);
  const before = await refreshToken(page.context());
  const token = page.getByRole("region", { name: "Your access token" });
  await expect(token.getByRole("timer")).toHaveText(/^0:0\d$/);
  if (scripts) {
    await expect(token).toContainText("Refreshed just now, while you were looking.");
    expect((await refreshToken(page.context())).generation).toBeGreaterThan(before.generation);
  } else {
    await accessExpired(page.context());
    expect(await refreshToken(page.context())).toEqual(before);
    await page.reload();
    await expect(token).toContainText("Renewed just now");
  }
});
