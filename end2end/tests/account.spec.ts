/*
 * Where one is signed in, and putting an end to it.
 */
import { expect, fillLogin, signIn, test } from "../support/test";
import { sessionCookies } from "../support/tokens";
import type { Page } from "@playwright/test";

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

function sessions(page: Page) {
  return page.getByRole("region", { name: "Where you are signed in" }).getByRole("listitem");
}

test("every session is listed by its device, this one first and marked", async ({ page, person, another }) => {
  const phone = await another({ userAgent: IPHONE });
  await signIn(page, person, { stay: "30 days" });
  await signIn(phone, person, { stay: "Until I sign out" });
  await page.goto("/account");
  await expect(page.getByRole("region", { name: "About you" })).toContainText(person.email);
  await page.getByRole("link", { name: "Devices" }).click();
  await expect(sessions(page)).toHaveCount(2);
  await expect(sessions(page).first()).toContainText("Chrome");
  await expect(sessions(page).first()).toContainText("This one");
  await expect(sessions(page).nth(1)).toContainText("Safari on iPhone");
  await expect(sessions(page).nth(1)).toContainText("Until you sign out");
  await expect(sessions(page).first().getByRole("button"), "signing out is elsewhere").toHaveCount(0);
});

test("each session says until when it lasts, in words: a day ends tomorrow, another when one signs out", async ({ page, person, another }) => {
  await signIn(page, person, { stay: "One day" });
  await signIn(await another({ userAgent: IPHONE }), person, { stay: "Until I sign out" });
  await signIn(await another({ userAgent: FIREFOX }), person, { stay: "30 days" });
  await page.goto("/account/devices");
  const session = (device: string) => sessions(page).filter({ hasText: device });
  await expect(session("Chrome on")).toContainText(/Ends tomorrow \d\d:\d\d UTC · from 127\.0\.0\.1/);
  await expect(session("Safari on iPhone")).toContainText("Until you sign out · from 127.0.0.1");
  await expect(session("Firefox on Linux")).toContainText(/Ends \d{1,2} \w+ \d\d:\d\d UTC/);
  for (const one of await sessions(page).all()) await expect(one).toContainText(/Since .+ · last seen .+/);
});

test("a session that is ended is out at its next click and reads why; the others stay", async ({ page, person, another }) => {
  const phone = await another({ userAgent: IPHONE });
  const work = await another({ userAgent: FIREFOX });
  for (const browser of [page, phone, work]) await signIn(browser, person);
  await page.goto("/account/devices");
  await page.getByRole("button", { name: "End Safari on iPhone" }).click();
  await expect(page.getByText("That session was ended.")).toBeVisible();
  await expect(sessions(page)).toHaveCount(2);

  await phone.goto("/account");
  await expect(phone).toHaveURL(/\/login\?next=%2Faccount&ended=signed_out_elsewhere$/);
  await expect(phone.getByText("This session was ended from another device")).toBeVisible();
  expect(await sessionCookies(phone.context())).toEqual([]);
  await work.goto("/account");
  await expect(work).toHaveURL(/\/account$/);

  await fillLogin(phone, person);
  await expect(phone, "back where it was").toHaveURL(/\/account$/);
});

test("all others can be ended at once, and this one stays", async ({ page, person, another }) => {
  const others = [await another({ userAgent: IPHONE }), await another({ userAgent: FIREFOX })];
  for (const browser of [page, ...others]) await signIn(browser, person);
  await page.goto("/account/devices");
  await page.getByRole("button", { name: "End all others" }).click();
  await expect(page.getByText("All your other sessions were ended.")).toBeVisible();
  await expect(sessions(page)).toHaveCount(1);
  await expect(page.getByRole("button", { name: "End all others" })).toHaveCount(0);
  for (const other of others) {
    await other.goto("/dashboard");
    await expect(other.getByText("This session was ended from another device")).toBeVisible();
  }
  await page.reload();
  await expect(page).toHaveURL(/\/account\/devices$/);
});

test("nobody can end somebody else's session by its id", async ({ page, person, make, another }) => {
  const victim = await another();
  await signIn(victim, await make({ name: "Viola Victim" }));
  const me = await (await victim.request.get("/api/me")).json();
  await signIn(page, person);
  await page.goto("/account");
  const answer = await page.request.post("/api/end_session", {
    form: { id: me.session },
    headers: { accept: "application/json", origin: new URL(page.url()).origin },
  });
  expect(answer.status()).toBe(404);
  await victim.goto("/account");
  await expect(victim).toHaveURL(/\/account$/);
});
