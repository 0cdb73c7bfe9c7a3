/*
 * Access tokens live a second here, so that they run out while one watches. Nobody may notice.
 */
import { expect, signIn, test } from "../support/test";
import { accessExpired, refreshToken } from "../support/tokens";

test.use({ settings: { LATCHKEY_LIMITS: "off", LATCHKEY_ACCESS_TTL: "2s" } });

test("an access token that has run out is renewed by the next click, once, and nobody is asked anything", async ({ page, person }) => {
  await signIn(page, person);
  const before = await refreshToken(page.context());
  expect(before.generation).toBe(1);
  // No page of ours is open meanwhile: what a script does in the background is another matter.
  await page.goto("about:blank");
  await accessExpired(page.context());

  await page.goto("/account");
  await expect(page).toHaveURL(/\/account$/);
  const after = await refreshToken(page.context());
  expect(after).toMatchObject({ session: before.session, generation: 2 });
  expect(after.value).not.toBe(before.value);
});

test("many renewals later it is still the same session", async ({ page, person }) => {
  await signIn(page, person);
  const { session } = await refreshToken(page.context());
  for (const generation of [2, 3]) {
    await page.goto("about:blank");
    await accessExpired(page.context());
    await page.goto("/dashboard");
    await expect(page).toHaveURL(/\/dashboard$/);
    expect(await refreshToken(page.context())).toMatchObject({ session, generation });
  }
});

test("tabs that wake together renew once, and all of them stay", async ({ page, person }) => {
  await signIn(page, person);
  const { session } = await refreshToken(page.context());
  const tabs = [page, ...(await Promise.all([1, 2, 3].map(() => page.context().newPage())))];
  await page.goto("about:blank");
  await accessExpired(page.context());

  const answers = await Promise.all(tabs.map((tab) => tab.goto("/dashboard")));
  expect(answers.map((answer) => answer?.status())).toEqual([200, 200, 200, 200]);
  for (const tab of tabs) await expect(tab).toHaveURL(/\/dashboard$/);
  expect(await refreshToken(page.context())).toMatchObject({ session, generation: 2 });
});

test("a form sent with a token that has run out still does what it should", async ({ page, person }) => {
  await signIn(page, person);
  await page.goto("/account");
  await accessExpired(page.context());
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
});

test("an answer that never arrived costs nothing", async ({ page, person }) => {
  await signIn(page, person);
  const before = await refreshToken(page.context());
  await page.goto("about:blank");
  await accessExpired(page.context());
  // The server renews, the network loses what it says: the browser still holds the old cookies.
  await page.route("**/dashboard", async (route) => {
    await fetch(route.request().url(), { headers: await route.request().allHeaders(), redirect: "manual" });
    await route.abort("connectionreset");
  });
  await expect(page.goto("/dashboard")).rejects.toThrow();
  expect(await refreshToken(page.context())).toEqual(before);

  await page.unroute("**/dashboard");
  await page.goto("/dashboard");
  await expect(page).toHaveURL(/\/dashboard$/);
  expect(await refreshToken(page.context())).toMatchObject({ session: before.session, generation: 2 });
});

test("a server that is killed loses no session", async ({ page, start, make }) => {
  const settings = { LATCHKEY_ACCESS_TTL: "1s" };
  const server = await start(settings);
  const person = await make({ on: server });
  await signIn(page, person, { at: server });
  await page.goto("about:blank");
  await accessExpired(page.context());
  await page.goto(`${server.url}/dashboard`);
  const { session } = await refreshToken(page.context());

  await server.stop("SIGKILL");
  await start(settings, { data: server.data, port: Number(new URL(server.url).port) });
  await accessExpired(page.context());
  await page.goto(`${server.url}/account`);
  await expect(page).toHaveURL(/\/account$/);
  expect(await refreshToken(page.context())).toMatchObject({ session });
});
