/*
 * Guessing is slowed down, and told so in words. The only tests with limits on; each has a server of its own.
 */
import { expect, fillLogin, test } from "../support/test";

const on = { LATCHKEY_LIMITS: "on" };

test("guessing one account's password is slowed down, in words, and the right one has to wait too", async ({ page, start, make }) => {
  const server = await start(on);
  const person = await make({ on: server });
  await page.goto(`${server.url}/login`);
  for (let guess = 1; guess <= 5; guess += 1) {
    await fillLogin(page, { ...person, password: `guess number ${guess}` });
    await expect(page.getByRole("alert")).toContainText("Email or password is not right");
  }
  await fillLogin(page, person);
  await expect(page.getByRole("alert")).toContainText("That was tried too often. You can try again in");
  await expect(page.getByLabel("Email")).toHaveValue(person.email);

  await server.run(["admin", "unlock", "--email", person.email]);
  await fillLogin(page, person);
  await expect(page).toHaveURL(/\/dashboard$/);
});

test("one address trying many accounts gets a page that says when to go on", async ({ page, start }) => {
  const server = await start(on);
  const guess = (n: number) => ({ email: `guess-${n}@example.com`, password: "the same password for all" });
  for (let n = 1; n <= 10; n += 1) {
    await page.request.post(`${server.url}/api/login`, { form: guess(n) });
  }
  await page.goto(`${server.url}/login`);
  const answer = page.waitForResponse(`${server.url}/api/login`);
  await fillLogin(page, guess(11));
  expect((await answer).status()).toBe(429);
  expect(Number((await answer).headers()["retry-after"])).toBeGreaterThan(0);
  await expect(page.getByRole("heading", { name: "A moment, please" })).toBeVisible();
  await expect(page.getByText(/Please go back and try again in (\d+ seconds|a second)\./)).toBeVisible();
});

test("the test servers have limits off and say so loudly", async ({ server }) => {
  expect(server.printed()).toContain("ABUSE LIMITS ARE OFF");
});
