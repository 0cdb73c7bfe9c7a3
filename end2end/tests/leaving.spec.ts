/*
 * Taking a copy of everything along, and leaving: asked for, undone within a week.
 */
import { readFile } from "node:fs/promises";
import { letterTo } from "../support/mail";
import { passwordWasLongAgo } from "../support/past";
import { expect, fillLogin, signIn, test } from "../support/test";
import { sessionCookies } from "../support/tokens";
import type { Page } from "@playwright/test";

const BANNER = /This account will be deleted/;

async function askToLeave(page: Page): Promise<void> {
  await page.goto("/account");
  await page.getByRole("link", { name: "Data", exact: true }).click();
  await page.getByText("Delete my account", { exact: true }).click();
  await page.getByRole("button", { name: "Yes, delete it in seven days" }).click();
}

async function givePassword(page: Page, password: string): Promise<void> {
  await expect(page.getByRole("heading", { name: "Please give your password again" })).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Go on" }).click();
}

test("everything that is held can be downloaded in one file, without any secret and without anybody else", async ({ page, another, make, person }) => {
  const other = await another();
  const stranger = await make({ name: "Olga Other" });
  await signIn(other, stranger);
  await signIn(page, person, { to: "/account/data" });
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download everything" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toMatch(/^latchkey-export-\d{4}-\d\d-\d\d\.json$/);
  const text = await readFile(await download.path(), "utf8");
  const data = JSON.parse(text);
  expect(data.account).toMatchObject({ email: person.email, name: person.name, role: "user" });
  expect(data.sessions).toHaveLength(1);
  expect(data.sessions[0].user_agent).toContain("Chrome");
  expect(JSON.stringify(data.events)).toContain("signed_in");
  for (const secret of [person.password, "argon2", "hash\"", "secret\"", stranger.email, stranger.name]) expect(text).not.toContain(secret);
  for (const { value } of await sessionCookies(page.context())) {
    for (const part of value.split(".").filter((part) => part.length > 20)) {
      // The second part of a refresh token is the id of the session, which is no secret.
      if (!data.sessions.some(({ id }: { id: string }) => id === part)) expect(text).not.toContain(part);
    }
  }
});

test("a download asks for the password when it was long ago, and then comes", async ({ page, person, server }) => {
  await signIn(page, person, { to: "/account/data" });
  await passwordWasLongAgo(server, person);
  await page.getByRole("link", { name: "Download everything" }).click();
  await expect(page.getByRole("main")).toContainText("You get a copy of everything that is held about you.");
  const coming = page.waitForEvent("download");
  await givePassword(page, person.password);
  expect(JSON.parse(await readFile(await (await coming).path(), "utf8")).account.email).toBe(person.email);
});

test("an account is to be deleted: other browsers are out, a banner says when, and a button keeps it", async ({ page, another, person, server }) => {
  const phone = await another();
  for (const browser of [page, phone]) await signIn(browser, person);
  await passwordWasLongAgo(server, person);
  await askToLeave(page);
  await expect(page.getByRole("main")).toContainText("Your account is going to be deleted.");
  await givePassword(page, person.password);
  await expect(page.getByText("We have written you a letter.")).toBeVisible();
  await expect(page.getByText("Delete my account", { exact: true }), "nothing more to ask for").toHaveCount(0);
  await phone.goto("/dashboard");
  await expect(phone.getByText("This account is about to be deleted")).toBeVisible();

  for (const path of ["/dashboard", "/account", "/account/devices", "/account/data"]) {
    await page.goto(path);
    await expect(page.getByText(BANNER), path).toBeVisible();
  }
  const { text } = await letterTo(server, person.email, /will be deleted/);
  expect(text).toMatch(/Will be deleted: \d{1,2} \w+ 20\d\d, \d\d:\d\d UTC/);

  await page.getByRole("button", { name: "Keep it" }).click();
  await expect(page.getByText("Your account stays as it is.")).toBeVisible();
  await expect(page.getByText(BANNER)).toHaveCount(0);
  await expect(page.getByText("Delete my account", { exact: true })).toBeVisible();
});

test("whoever signs in within the week can still keep the account", async ({ page, another, person }) => {
  await signIn(page, person);
  await askToLeave(page);
  await expect(page.getByText(BANNER)).toBeVisible();
  const later = await another();
  await signIn(later, person);
  await expect(later.getByText(BANNER)).toBeVisible();
  await later.getByRole("button", { name: "Keep it" }).click();
  await expect(later.getByText("Your account stays as it is.")).toBeVisible();
  await expect(later.getByText(BANNER)).toHaveCount(0);
});

test("the letter's link keeps the account, signed in or not; a scanner's look does not, and it works once", async ({ page, another, person, server }) => {
  await signIn(page, person);
  await askToLeave(page);
  const letter = await letterTo(server, person.email, /will be deleted/);
  const link = letter.link ?? "no link";
  expect(link).toContain("/keep-account?token=");
  expect(letter.notMe).toContain("/secure-account?token=");

  const mailbox = await another();
  for (let look = 0; look < 2; look += 1) expect((await mailbox.goto(link))?.status()).toBe(200);
  await page.reload();
  await expect(page.getByText(BANNER)).toBeVisible();
  await mailbox.getByRole("button", { name: "Keep my account" }).click();
  await expect(mailbox.getByText("Your account stays as it is.")).toBeVisible();
  await page.goto("/account/data");
  await expect(page.getByText(BANNER)).toHaveCount(0);

  await mailbox.goto(link);
  await mailbox.getByRole("button", { name: "Keep my account" }).click();
  await expect(mailbox.getByText("This link does not work")).toBeVisible();
});

test("“this was not me” calls a deletion off", async ({ page, another, person, server }) => {
  const thief = await another();
  await signIn(thief, person);
  await askToLeave(thief);
  const { notMe = "no link" } = await letterTo(server, person.email, /will be deleted/);
  await page.goto(notMe);
  await page.getByRole("button", { name: "Put everybody out" }).click();
  await page.getByLabel("New password", { exact: true }).fill("eleven quiet harbours");
  await page.getByRole("button", { name: "Set password" }).click();
  await fillLogin(page, { ...person, password: "eleven quiet harbours" });
  await expect(page).toHaveURL(/\/dashboard$/);
  await expect(page.getByText(BANNER)).toHaveCount(0);
});

test("the last administrator cannot leave, and is told why", async ({ page, start, make }) => {
  const server = await start();
  await signIn(page, await make({ role: "admin", on: server }), { at: server });
  await page.goto(`${server.url}/account/data`);
  await page.getByText("Delete my account", { exact: true }).click();
  await page.getByRole("button", { name: "Yes, delete it in seven days" }).click();
  await expect(page.getByRole("alert")).toContainText("This is the last administrator who can sign in.");
  await expect(page.getByText(BANNER)).toHaveCount(0);
});
