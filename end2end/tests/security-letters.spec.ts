/*
 * Letters about what happened to an account, and the link in each: "this was not me".
 */
import { letterTo, lettersTo } from "../support/mail";
import { expect, fillLogin, signIn, test, type Person } from "../support/test";
import { sessionCookies } from "../support/tokens";
import type { Server } from "../support/server";
import type { Page } from "@playwright/test";

const NEW = "eleven quiet harbours";
const NEW_SIGN_IN = /New sign-in/;
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1";

/** How many letters about a new browser somebody has received, now that one has had the time to arrive. */
async function announced(server: Server, person: Person): Promise<number> {
  return (await lettersTo(server, person.email)).filter(({ subject }) => NEW_SIGN_IN.test(subject)).length;
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
}

test("a new browser is announced by letter: not the first one ever, nor one that was here before", async ({ page, another, person, server }) => {
  await signIn(page, person);
  await signOut(page);
  await signIn(page, person);
  const phone = await another({ userAgent: IPHONE });
  await signIn(phone, person);

  const { text, notMe } = await letterTo(server, person.email, NEW_SIGN_IN);
  expect(text).toContain("Safari on iPhone");
  expect(text).toMatch(/\d{1,2} \w+ 20\d\d, \d\d:\d\d UTC/);
  expect(notMe).toContain("/secure-account?token=");

  await signOut(phone);
  await signIn(phone, person);
  // The next letter shows that none was on its way before it.
  const tablet = await another();
  await signIn(tablet, person);
  await letterTo(server, person.email, NEW_SIGN_IN, 2);
  expect(await announced(server, person)).toBe(2);
});

test("“this was not me” puts everybody out, and leads to a new password", async ({ page, another, person, server }) => {
  const thief = await another({ userAgent: IPHONE });
  await signIn(page, person);
  await signIn(thief, person);
  const { notMe = "no link" } = await letterTo(server, person.email, NEW_SIGN_IN);

  const mailbox = await another();
  await mailbox.goto(notMe);
  await expect(mailbox.getByRole("heading", { name: "Take your account back" })).toBeVisible();
  await mailbox.getByRole("button", { name: "Put everybody out" }).click();
  await expect(mailbox.getByText("Everybody is signed out of your account. Now choose a new password.")).toBeVisible();
  for (const browser of [page, thief]) {
    await browser.goto("/account");
    await expect(browser.getByText("All your sessions were ended")).toBeVisible();
    expect(await sessionCookies(browser.context())).toEqual([]);
  }
  await fillLogin(thief, person);
  await expect(thief.getByText("Email or password is not right"), "the password is worthless from that moment").toBeVisible();

  await mailbox.getByLabel("New password", { exact: true }).fill(NEW);
  await mailbox.getByRole("button", { name: "Set password" }).click();
  await fillLogin(mailbox, { ...person, password: NEW });
  await expect(mailbox).toHaveURL(/\/dashboard$/);
});

test("a scanner that opens the link does nothing, and who opens it a second time is shown another way", async ({ page, another, person, server }) => {
  await signIn(page, person);
  await signIn(await another(), person);
  const { notMe = "no link" } = await letterTo(server, person.email, NEW_SIGN_IN);
  const mailbox = await another({ userAgent: "Scanner/1.0" });
  for (let look = 0; look < 2; look += 1) expect((await mailbox.goto(notMe))?.status()).toBe(200);
  await page.goto("/account");
  await expect(page, "still signed in").toHaveURL(/\/account$/);

  await mailbox.getByRole("button", { name: "Put everybody out" }).click();
  await mailbox.goto(notMe);
  await mailbox.getByRole("button", { name: "Put everybody out" }).click();
  await expect(mailbox.getByText("This link does not work")).toBeVisible();
  await mailbox.getByRole("link", { name: "Set a new password" }).click();
  await expect(mailbox).toHaveURL(/\/forgot$/);
});

test("whoever is made administrator reads of it in a letter", async ({ page, person, make, server }) => {
  await signIn(page, await make({ role: "admin" }));
  await page.goto(`/admin/users?q=${encodeURIComponent(person.email)}`);
  await page.getByRole("link", { name: person.name }).click();
  await page.getByText("Change the role", { exact: true }).click();
  await page.getByRole("button", { name: "Yes, change the role" }).click();
  const { text, notMe } = await letterTo(server, person.email, /Your role/);
  expect(text).toContain("An administrator has made you an administrator as well");
  expect(notMe).toContain("/secure-account?token=");
});
