/*
 * Somebody has copied the cookies out of the browser. Access tokens live a second, so that thief and owner soon have to renew.
 */
import { letterTo, lettersTo } from "../support/mail";
import { expect, fillLogin, signIn, test } from "../support/test";
import { accessExpired, refreshToken, sessionCookies } from "../support/tokens";

test.use({ settings: { LATCHKEY_LIMITS: "off", LATCHKEY_ACCESS_TTL: "1s" } });

const WE_ENDED_IT = "We ended your session to protect you";

test("a copied session ends when its owner comes back, who reads why and gets a letter", async ({ page, person, another, server }) => {
  await signIn(page, person, { stay: "30 days", to: "/account" });
  const thief = await another();
  await thief.context().addCookies(await sessionCookies(page.context()));

  // The thief renews twice, so the owner's token is not merely late: it is two steps old, which no race explains.
  for (const generation of [2, 3]) {
    await accessExpired(thief.context());
    await thief.goto("/account");
    await expect(thief.getByText(person.email).first()).toBeVisible();
    // On a slow machine the page itself renews meanwhile: a token lives a second here.
    expect((await refreshToken(thief.context())).generation).toBeGreaterThanOrEqual(generation);
  }

  await page.goto("/dashboard");
  await expect(page).toHaveURL(/\/login\?next=%2Fdashboard&ended=reuse_detected$/);
  await expect(page.getByText(WE_ENDED_IT)).toBeVisible();
  await expect(page.getByText(/old copy of your sign-in was used/)).toBeVisible();
  expect(await sessionCookies(page.context())).toEqual([]);

  await thief.goto("/account");
  await expect(thief, "the thief is out as well").toHaveURL(/\/login\?/);

  const letter = await letterTo(server, person.email);
  expect(letter.subject).toBe("We ended one of your sessions at localhost");
  expect(letter.notMe).toContain(`${server.url}/secure-account?token=`);
  expect(letter.text).toContain("used from two places");

  await fillLogin(page, person);
  await expect(page).toHaveURL(/\/dashboard$/);
  expect(await lettersTo(server, person.email), "one letter, however often they come back").toHaveLength(1);
});

test("the owner renewing first makes the thief's copy worthless", async ({ page, person, another }) => {
  await signIn(page, person, { to: "/account" });
  const thief = await another();
  await thief.context().addCookies(await sessionCookies(page.context()));
  for (const _ of [2, 3]) {
    await accessExpired(page.context());
    await page.goto("/account");
    await expect(page).toHaveURL(/\/account$/);
  }
  await thief.goto("/account");
  await expect(thief).toHaveURL(/ended=reuse_detected$/);
  await page.goto("/account");
  await expect(page.getByText(WE_ENDED_IT)).toBeVisible();
});

test("a token one step old is a late request at first, and theft when the window has closed", async ({ page, start, make, another, scripts }) => {
  // Twenty seconds of real time, which only the server counts: waiting them out in a second project would prove nothing more.
  test.skip(scripts, "waits; the same without scripts");
  test.slow();
  // Long enough that the thief does not renew twice.
  const server = await start({ LATCHKEY_ACCESS_TTL: "5s" });
  await signIn(page, await make({ on: server }), { at: server, to: "/account" });
  const stolen = await sessionCookies(page.context());
  const [thief, late] = [await another(), await another()];
  for (const browser of [thief, late]) await browser.context().addCookies(stolen);
  await accessExpired(page.context());
  await thief.goto(`${server.url}/account`);
  // The next request proves that the thief's browser has the new tokens: from here on the window is counted.
  await thief.goto(`${server.url}/account`);
  expect((await refreshToken(thief.context())).generation).toBe(2);
  const closes = Date.now() + 20_000;
  await late.goto(`${server.url}/account`);
  await expect(late, "within the window").toHaveURL(/\/account$/);

  await expect.poll(() => Date.now(), { timeout: 30_000 }).toBeGreaterThan(closes + 500);
  await page.goto(`${server.url}/account`);
  await expect(page.getByText(WE_ENDED_IT)).toBeVisible();
});
