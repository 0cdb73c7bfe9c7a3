/*
 * From a stranger to somebody with an account: the form, the letter, the button.
 */
import { letterTo, lettersTo } from "../support/mail";
import { WITHOUT_POST } from "../support/server";
import { expect, expectFault, fillLogin, somebody, test, type Person } from "../support/test";
import type { Page } from "@playwright/test";

const ON_ITS_WAY = "If the address can be used here, a letter is on its way to it.";
const SPENT = /used already, was replaced by a newer one, or is too old/;

async function register(page: Page, person: Person): Promise<void> {
  await page.goto("/register");
  await fillRegister(page, person);
}

async function fillRegister(page: Page, person: Person): Promise<void> {
  await page.getByLabel("Name").fill(person.name);
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Create account" }).click();
}

/** Switches the browser's own checks off, to hear what the server says. Needs no script of the page. */
async function uncheck(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const form of document.forms) form.noValidate = true;
    for (const input of document.querySelectorAll("input")) input.removeAttribute("maxlength");
  });
}

test("register, open the letter, confirm, sign in", async ({ page, server }) => {
  const robin = somebody("Robin Weiß-Łukasz 🦊");
  await register(page, robin);
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();
  await expect(page.getByText(ON_ITS_WAY)).toBeVisible();

  const letter = await letterTo(server, robin.email);
  expect(letter.subject).toBe("Confirm your address for localhost");
  expect(letter.html).toContain(letter.link?.replaceAll("&", "&amp;"));
  expect(letter.html).toContain(letter.code);
  expect(letter.text + letter.html, "what a stranger typed is not repeated").not.toContain("Robin");

  await page.goto(letter.link ?? "no link");
  await page.getByRole("button", { name: "Confirm my address" }).click();
  await expect(page).toHaveURL(/\/login$/);
  await expect(page.getByText("Your address is confirmed. You can sign in now.")).toBeVisible();
  await fillLogin(page, robin);
  await expect(page).toHaveURL(/\/dashboard$/);
  await expect(page.getByText(robin.name).first()).toBeVisible();
});

test("opening the link spends nothing: a mail scanner may look first, and twice", async ({ page, server, another }) => {
  const robin = somebody();
  await register(page, robin);
  const { link = "no link" } = await letterTo(server, robin.email);
  const scanner = await another();
  for (const _ of [1, 2]) {
    await scanner.goto(link);
    await expect(scanner.getByRole("button", { name: "Confirm my address" })).toBeVisible();
  }
  await page.goto(link);
  await page.getByRole("button", { name: "Confirm my address" }).click();
  await expect(page.getByText("Your address is confirmed.")).toBeVisible();
});

test("a link works once, and the second time the page says so and offers another letter", async ({ page, server }) => {
  const robin = somebody();
  await register(page, robin);
  const { link = "no link" } = await letterTo(server, robin.email);
  await page.goto(link);
  await page.getByRole("button", { name: "Confirm my address" }).click();
  await expect(page).toHaveURL(/\/login$/);

  await page.goto(link);
  await page.getByRole("button", { name: "Confirm my address" }).click();
  await expectFault(page, "Code from the letter", SPENT);
  await expect(page.getByText("No letter?")).toBeVisible();
});

test("the code from the letter can be typed instead, as carelessly as people type", async ({ page, server }) => {
  const robin = somebody();
  await register(page, robin);
  const { code = "no code" } = await letterTo(server, robin.email);
  await page.getByLabel("Code from the letter").fill("AAAAA-AAAAA-AAAAA");
  await page.getByRole("button", { name: "Confirm my address" }).click();
  await expectFault(page, "Code from the letter", SPENT);
  await expect(page.getByLabel("Code from the letter"), "a code is a secret and not given back").toHaveValue("");

  await page.getByLabel("Code from the letter").fill(` ${code.toLowerCase().replaceAll("-", " ")} `);
  await page.getByRole("button", { name: "Confirm my address" }).click();
  await expect(page).toHaveURL(/\/login$/);
  await fillLogin(page, robin);
  await expect(page).toHaveURL(/\/dashboard$/);
});

test("a known address is answered like a new one; only the letter knows", async ({ page, server, person }) => {
  await register(page, somebody());
  const unknown = await page.getByRole("main").innerText();
  await register(page, { ...person, name: "Somebody Else" });
  await expect(page).toHaveURL(/\/verify$/);
  expect(await page.getByRole("main").innerText()).toBe(unknown);

  const letter = await letterTo(server, person.email);
  expect(letter.subject).toBe("You already have an account at localhost");
  expect(letter.link).toBe(`${server.url}/login`);
  expect(letter.text).not.toContain("Somebody Else");
});

test("what is wrong stands beside its field, and what was typed is still there, but not the password", async ({ page }) => {
  await page.goto("/register");
  await uncheck(page);
  await page.getByLabel("Name").fill("x".repeat(101));
  await page.getByLabel("Email").fill("robin at example");
  await page.getByLabel("Password", { exact: true }).fill("hunter2");
  await page.getByRole("button", { name: "Create account" }).click();

  await expect(page).toHaveURL(/\/register$/);
  await expect(page.getByRole("alert")).toContainText("Please look at the marked fields");
  await expectFault(page, "Name", /at most 100 characters/);
  await expectFault(page, "Email", /name@example\.com/);
  await expectFault(page, "Password", /at least 15 characters/);
  await expect(page.getByLabel("Name")).toHaveValue("x".repeat(101));
  await expect(page.getByLabel("Email")).toHaveValue("robin at example");
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
  expect(await page.content()).not.toContain("hunter2");

  await page.reload();
  await expect(page.getByRole("alert"), "said once").toBeHidden();
  await expect(page.getByLabel("Email")).toHaveValue("");
});

test("a password everybody uses, or made of one's own name, is refused in words", async ({ page }) => {
  await register(page, { ...somebody("Wilhelmina"), password: "wilhelmina-12345" });
  await expectFault(page, "Password", /made from your own name or address/);
  await register(page, { ...somebody(), password: "passwordpassword" });
  await expectFault(page, "Password", /on lists that attackers try first/);
});

test("signing in before the address is confirmed is refused like a wrong password, and the letter can be had again", async ({ page, server }) => {
  const robin = somebody();
  await register(page, robin);
  await letterTo(server, robin.email);
  await page.goto("/login");
  await fillLogin(page, robin);
  await expect(page.getByText("Email or password is not right")).toBeVisible();
  await expect(page.getByText("has to be confirmed before you can sign in")).toBeVisible();
  await page.getByRole("button", { name: "Send the letter again" }).click();
  await expect(page.getByText(ON_ITS_WAY)).toBeVisible();

  const { link = "no link" } = await letterTo(server, robin.email, /Confirm/, 2);
  await page.goto(link);
  await page.getByRole("button", { name: "Confirm my address" }).click();
  await fillLogin(page, robin);
  await expect(page).toHaveURL(/\/dashboard$/);
});

test("another letter can be asked for, and strangers' addresses get none", async ({ page, server, person }) => {
  const robin = somebody();
  await register(page, robin);
  await letterTo(server, robin.email);
  for (const email of [person.email, "nobody@example.com", robin.email]) {
    await page.goto("/verify");
    await page.getByText("No letter?").click();
    await page.getByLabel("Email").fill(email);
    await page.getByRole("button", { name: "Send another letter" }).click();
    await expect(page.getByText(ON_ITS_WAY), email).toBeVisible();
  }
  await letterTo(server, robin.email, /Confirm/, 2);
  expect(await lettersTo(server, person.email)).toEqual([]);
  expect(await lettersTo(server, "nobody@example.com")).toEqual([]);
});

test("the mailbox on this machine shows the letter with its link", async ({ page, start }) => {
  const server = await start(WITHOUT_POST);
  const robin = somebody();
  await page.goto(`${server.url}/register`);
  await fillRegister(page, robin);
  const { link = "no link" } = await letterTo(server, robin.email);
  await page.goto(`${server.url}/dev/mailbox`);
  await page.getByRole("listitem").filter({ hasText: robin.email }).getByRole("link").click();
  await page.getByRole("link", { name: link }).click();
  await expect(page.getByRole("button", { name: "Confirm my address" })).toBeVisible();
});
