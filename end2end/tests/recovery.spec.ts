/*
 * A forgotten password, and a new one for who knows the old.
 */
import { letterTo, lettersTo } from "../support/mail";
import { expect, expectFault, fillLogin, signIn, test } from "../support/test";
import { refreshToken, sessionCookies } from "../support/tokens";
import type { Page } from "@playwright/test";

const NEW = "eleven quiet harbours";
const ON_ITS_WAY = "If the address can be used here, a letter is on its way to it.";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async function askForLetter(page: Page, email: string): Promise<void> {
  await page.goto("/forgot");
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send the letter" }).click();
  await expect(page.getByText(ON_ITS_WAY)).toBeVisible();
}

async function setPassword(page: Page, password: string): Promise<void> {
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Set password" }).click();
}

async function changePassword(page: Page, current: string, password: string): Promise<void> {
  await page.getByLabel("Current password").fill(current);
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Change password" }).click();
}

test("a forgotten password: a letter, a new one, every session out and told so, a letter about it, and in again", async ({ page, person, another, server }) => {
  const phone = await another();
  await signIn(phone, person);
  await page.goto("/login");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByLabel("Email").fill(person.email);
  await page.getByRole("button", { name: "Send the letter" }).click();
  await expect(page.getByText(ON_ITS_WAY)).toBeVisible();

  const { link = "no link", text } = await letterTo(server, person.email, /Set a new password/);
  expect(text).toContain(`Hello ${person.name}`);
  expect(text).toContain("within 30 minutes");
  await page.goto(link);
  await setPassword(page, NEW);
  await expect(page).toHaveURL(/\/login$/);
  await expect(page.getByText("Your new password is set. You can sign in with it now.")).toBeVisible();
  expect(await sessionCookies(page.context()), "who has the letter is not signed in by it").toEqual([]);

  await phone.goto("/dashboard");
  await expect(phone.getByText("Your password was reset")).toBeVisible();
  const told = await letterTo(server, person.email, /password .* was changed/);
  expect(told.text).toContain("Chrome");
  expect(told.notMe).toContain("/secure-account?token=");

  await fillLogin(page, person);
  await expect(page.getByText("Email or password is not right"), "the old one is of no use").toBeVisible();
  await fillLogin(page, { ...person, password: NEW });
  await expect(page).toHaveURL(/\/dashboard$/);
});

test("a scanner that opens every link in a letter, and opens it twice, spends nothing", async ({ page, person, another, server }) => {
  await askForLetter(page, person.email);
  const { link = "no link" } = await letterTo(server, person.email, /Set a new password/);
  const scanner = await another({ userAgent: "Scanner/1.0" });
  for (let look = 0; look < 2; look += 1) {
    expect((await scanner.goto(link))?.status()).toBe(200);
    expect((await scanner.request.head(link)).status()).toBe(200);
  }
  await page.goto(link);
  await setPassword(page, NEW);
  await expect(page.getByText("Your new password is set.")).toBeVisible();
});

test("a new password that is refused is said beside its field, is not in the page, and leaves the link good", async ({ page, person, server }) => {
  await askForLetter(page, person.email);
  const { link = "no link" } = await letterTo(server, person.email, /Set a new password/);
  await page.goto(link);
  for (const [refused, words] of [
    ["qwertyuiopasdfgh", /on lists that attackers try first/],
    [`${person.name} ${person.name}`, /made from your own name or address/],
  ] as const) {
    await setPassword(page, refused);
    await expectFault(page, "New password", words);
    await expect(page.getByLabel("New password", { exact: true })).toHaveValue("");
    expect(await page.content()).not.toContain(refused);
  }
  await setPassword(page, NEW);
  await expect(page.getByText("Your new password is set.")).toBeVisible();
});

test("a link works once; after that it says so and shows the way to another letter", async ({ page, person, server }) => {
  await askForLetter(page, person.email);
  const { link = "no link" } = await letterTo(server, person.email, /Set a new password/);
  await page.goto(link);
  await setPassword(page, NEW);
  await expect(page).toHaveURL(/\/login$/);
  await page.goto(link);
  await setPassword(page, "another quiet harbour");
  await expect(page.getByText("This link or code was used already")).toBeVisible();
  await page.getByRole("link", { name: "Ask for another letter" }).click();
  await expect(page).toHaveURL(/\/forgot$/);

  await page.goto("/login");
  await fillLogin(page, { ...person, password: NEW });
  await expect(page, "the first new one is still in force").toHaveURL(/\/dashboard$/);
});

test("the code in the letter can be typed on another device, in lower case, once", async ({ page, person, another, server }) => {
  await askForLetter(page, person.email);
  const { code = "no code" } = await letterTo(server, person.email, /Set a new password/);
  for (const browser of [await another(), page]) {
    await browser.goto("/forgot");
    await browser.getByRole("link", { name: "Type its code" }).click();
    await browser.getByLabel("Code from the letter").fill(code.toLowerCase());
    await setPassword(browser, NEW);
    if (browser === page) await expectFault(page, "Code from the letter", /was used already/);
    else await expect(browser.getByText("Your new password is set.")).toBeVisible();
  }
});

test("whether an address has an account is not told to who asks for a letter, and only its owner gets one", async ({ page, person, server }) => {
  const words: string[] = [];
  for (const email of ["nobody@example.com", person.email]) {
    await askForLetter(page, email);
    await expect(page).toHaveURL(/\/reset$/);
    words.push(await page.getByRole("main").innerText());
  }
  expect(words[1]).toBe(words[0]);
  // Letters leave in the order in which they were asked for.
  await letterTo(server, person.email, /Set a new password/);
  expect(await lettersTo(server, "nobody@example.com")).toEqual([]);
});

test("changing the password ends the other browser, which reads why, and a letter tells of it", async ({ page, person, another, server }) => {
  const phone = await another({ userAgent: FIREFOX });
  for (const browser of [page, phone]) await signIn(browser, person);
  const { session } = await refreshToken(page.context());
  await page.goto("/account");
  await page.getByRole("link", { name: "Password" }).click();
  await changePassword(page, "this is not the one", NEW);
  await expectFault(page, "Current password", /This is not your password/);
  await changePassword(page, person.password, "passwordpassword");
  await expectFault(page, "New password", /on lists that attackers try first/);
  for (const secret of [person.password, "passwordpassword", NEW]) expect(await page.content()).not.toContain(secret);
  await changePassword(page, person.password, NEW);
  await expect(page.getByText("Your password was changed. Everywhere else you are signed out.")).toBeVisible();
  expect((await refreshToken(page.context())).session, "here one stays signed in").toBe(session);

  await phone.goto("/dashboard");
  await expect(phone.getByText("Your password was changed")).toBeVisible();
  await fillLogin(phone, person);
  await expect(phone.getByText("Email or password is not right")).toBeVisible();
  await fillLogin(phone, { ...person, password: NEW });
  await expect(phone).toHaveURL(/\/dashboard$/);

  const { text, notMe } = await letterTo(server, person.email, /password .* was changed/);
  expect(text).toContain("Chrome");
  expect(notMe).toContain("/secure-account?token=");
});

test("who is signed in and has forgotten the password finds the way from the account, and back", async ({ page, person, server }) => {
  await signIn(page, person, { to: "/account/password" });
  await page.getByRole("link", { name: "Forgot your current password?" }).click();
  await page.getByRole("link", { name: "Back to your account" }).click();
  await expect(page).toHaveURL(/\/account\/password$/);
  await askForLetter(page, person.email);
  const { link = "no link" } = await letterTo(server, person.email, /Set a new password/);
  await page.goto(link);
  await setPassword(page, NEW);
  await expect(page).toHaveURL(/\/login$/);
  expect(await sessionCookies(page.context()), "that ended this session too").toEqual([]);
});
