/*
 * Another address and another name. The present mailbox is told, the new one decides, and the former one can take it all back.
 */
import { letterTo, lettersTo } from "../support/mail";
import { passwordWasLongAgo } from "../support/past";
import { expect, expectFault, fillLogin, signIn, somebody, test, type Person } from "../support/test";
import { refreshToken, sessionCookies } from "../support/tokens";
import type { Page } from "@playwright/test";

const ASKED = "If that address can be used here, a letter is on its way to it.";
const NEW = "eleven quiet harbours";

async function askFor(page: Page, email: string): Promise<void> {
  await page.goto("/account");
  await page.getByRole("link", { name: "Address", exact: true }).click();
  await page.getByLabel("New address").fill(email);
  await page.getByRole("button", { name: "Send the letter", exact: true }).click();
}

function pending(page: Page) {
  return page.getByRole("region", { name: "Waiting for confirmation" });
}

test("an address is changed: both mailboxes are told, the new one confirms, and one signs in with it", async ({ page, person, server }) => {
  const other = somebody().email;
  await signIn(page, person);
  const { session } = await refreshToken(page.context());
  await askFor(page, other);
  await expect(page.getByText(ASKED)).toBeVisible();
  await expect(pending(page)).toContainText(other);
  await expect(page.getByRole("region", { name: "Change it" }), "nothing has changed yet").toContainText(person.email);

  const told = await letterTo(server, person.email, /Somebody asked to change your address/);
  expect(told.text).toContain(other);
  expect(told.text).toContain("Chrome");
  expect(told.notMe).toContain("/secure-account?token=");
  const { link = "no link", text, notMe } = await letterTo(server, other, /Confirm your new address/);
  expect(notMe, "the new mailbox cannot take the account").toBeUndefined();
  expect(text, "a stranger would learn nothing about who asked").not.toContain(person.name);

  await page.goto(link);
  await page.getByRole("button", { name: "Confirm this address" }).click();
  await expect(page.getByText("The new address is confirmed. From now on you sign in with it.")).toBeVisible();
  await expect(pending(page)).toHaveCount(0);
  await expect(page.getByRole("region", { name: "Change it" })).toContainText(other);
  await page.goto("/dashboard");
  await expect(page.getByRole("main"), "at once, everywhere").toContainText(other);
  expect((await refreshToken(page.context())).session, "in the same session").toBe(session);
  await letterTo(server, other, /This is your address/);
  expect((await letterTo(server, person.email, /Your address at .* was changed/)).notMe).toContain("/secure-account?token=");

  await page.context().clearCookies();
  await page.goto("/login");
  await fillLogin(page, person);
  await expect(page.getByText("Email or password is not right")).toBeVisible();
  await fillLogin(page, { ...person, email: other });
  await expect(page).toHaveURL(/\/dashboard$/);
});

test("the link may be opened in another browser, by a scanner first, and the button works once", async ({ page, another, person, server }) => {
  const other = somebody().email;
  await signIn(page, person);
  await askFor(page, other);
  const { link = "no link" } = await letterTo(server, other, /Confirm your new address/);
  const [scanner, phone] = [await another(), await another()];
  for (let look = 0; look < 2; look += 1) expect((await scanner.goto(link))?.status()).toBe(200);
  for (const outcome of ["The new address is confirmed.", "This link or code was used already"]) {
    await phone.goto(link);
    await phone.getByRole("button", { name: "Confirm this address" }).click();
    await expect(phone.getByText(outcome)).toBeVisible();
  }
  expect(await sessionCookies(phone.context()), "who has the letter is not signed in by it").toEqual([]);
  await page.goto("/account");
  await expect(page.getByRole("region", { name: "About you" })).toContainText(other);
});

test("the code can be typed where one asked for it; a wrong one is said beside its field", async ({ page, person, server }) => {
  const other = somebody().email;
  await signIn(page, person);
  await askFor(page, other);
  const { code = "no code" } = await letterTo(server, other, /Confirm your new address/);
  await pending(page).getByLabel("Code from the letter").fill("AAAAA-AAAAA-AAAAA");
  await pending(page).getByRole("button", { name: "Confirm this address" }).click();
  await expectFault(page, "Code from the letter", /This link or code was used already/);
  await pending(page).getByLabel("Code from the letter").fill(code.toLowerCase());
  await pending(page).getByRole("button", { name: "Confirm this address" }).click();
  await expect(page.getByText("The new address is confirmed.")).toBeVisible();
});

test("whoever changes their mind keeps the present address, and the link is worth nothing then", async ({ page, person, server }) => {
  const other = somebody().email;
  await signIn(page, person);
  await askFor(page, other);
  const { link = "no link" } = await letterTo(server, other, /Confirm your new address/);
  await page.getByRole("button", { name: "Keep my present address" }).click();
  await expect(page.getByText("Your address stays as it is.")).toBeVisible();
  await expect(pending(page)).toHaveCount(0);
  await page.goto(link);
  await page.getByRole("button", { name: "Confirm this address" }).click();
  await expect(page.getByText("This link or code was used already")).toBeVisible();
});

test("an address that somebody else has is asked for like any other, and only its owner learns of it", async ({ page, person, make, server }) => {
  const neighbour = await make({ name: "Nora Neighbour" });
  const words: string[] = [];
  await signIn(page, person);
  for (const email of [somebody().email, neighbour.email]) {
    await askFor(page, email);
    await expect(page.getByText(ASKED)).toBeVisible();
    words.push((await page.getByRole("main").innerText()).replaceAll(email, "…").replaceAll(/\d\d:\d\d/g, "…"));
  }
  expect(words[1]).toBe(words[0]);
  await letterTo(server, neighbour.email, /You already have an account/);
  expect((await lettersTo(server, neighbour.email)).filter(({ subject }) => /Confirm/.test(subject))).toEqual([]);
});

test("the address one has, and one that is none, are said beside the field", async ({ page, person }) => {
  await signIn(page, person);
  await askFor(page, person.email);
  await expectFault(page, "New address", /./);
  await expect(page.getByLabel("New address")).toHaveValue(person.email);
  await page.evaluate(() => document.querySelectorAll("form").forEach((form) => (form.noValidate = true)));
  await page.getByLabel("New address").fill("robin");
  await page.getByRole("button", { name: "Send the letter", exact: true }).click();
  await expectFault(page, "New address", /name@example\.com/);
});

test("when the password was long ago it is asked for, and the address need not be typed again", async ({ page, person, server }) => {
  const other = somebody().email;
  await signIn(page, person);
  await passwordWasLongAgo(server, person);
  await askFor(page, other);
  await expect(page.getByRole("heading", { name: "Please give your password again" })).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page).toHaveURL(/\/account\/address$/);
  await expect(pending(page)).toContainText(other);
  await letterTo(server, other, /Confirm your new address/);
});

test("the former mailbox takes the account back from whoever has moved it away", async ({ page, another, person, server }) => {
  const thief = await another();
  const loot = somebody().email;
  await signIn(thief, person);
  await askFor(thief, loot);
  await thief.goto((await letterTo(server, loot, /Confirm your new address/)).link ?? "no link");
  await thief.getByRole("button", { name: "Confirm this address" }).click();
  await expect(thief.getByText("The new address is confirmed.")).toBeVisible();

  const { notMe = "no link" } = await letterTo(server, person.email, /Your address at .* was changed/);
  await page.goto(notMe);
  await page.getByRole("button", { name: "Put everybody out" }).click();
  await page.getByLabel("New password", { exact: true }).fill(NEW);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("Your new password is set.")).toBeVisible();
  await fillLogin(page, { ...person, password: NEW });
  await expect(page).toHaveURL(/\/dashboard$/);
  await expect(page.getByRole("main")).toContainText(person.email);

  await thief.goto("/dashboard");
  await expect(thief.getByText("All your sessions were ended")).toBeVisible();
  for (const password of [person.password, NEW]) {
    await fillLogin(thief, { email: loot, password });
    await expect(thief.getByText("Email or password is not right")).toBeVisible();
  }
  await letterTo(server, loot, /has left this address/);
});

test("a name is changed, shows at once, and disturbs no other browser", async ({ page, another, person }) => {
  const phone = await another();
  for (const browser of [page, phone]) await signIn(browser, person, { to: "/account" });
  const name: Person["name"] = "Åsa <Renamed> & Co";
  const field = page.getByLabel("Name", { exact: true });
  await expect(field).toHaveValue(person.name);
  await field.fill(name);
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("Your name was changed.")).toBeVisible();
  await page.goto("/dashboard");
  await expect(page.getByRole("main")).toContainText(name);
  await phone.goto("/dashboard");
  await expect(phone, "which learns it with its next tokens").toHaveURL(/\/dashboard$/);
  await page.goto("/account");
  await page.evaluate(() => document.querySelectorAll("form").forEach((form) => (form.noValidate = true)));
  await field.fill(" ");
  await page.getByRole("button", { name: "Save name" }).click();
  await expectFault(page, "Name", /Enter a name/);
});
