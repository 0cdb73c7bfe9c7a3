/*
 * A forgotten password, and a new one for who knows the old.
 */
import { letterTo } from "../support/mail";
import { expect, fillLogin, signIn, test } from "../support/test";

const NEW = "eleven quiet harbours";

test("a forgotten password is replaced by the link in a letter", async ({ page, person, another, server }) => {
  const phone = await another();
  await signIn(phone, person);
  await page.goto("/login");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByLabel("Email").fill(person.email);
  await page.getByRole("button", { name: "Send the letter" }).click();
  await expect(page.getByText("If the address can be used here, a letter is on its way to it.")).toBeVisible();

  const { link } = await letterTo(server, person.email, /Set a new password/);
  // Looked at first by a scanner, which spends nothing.
  await another().then((scanner) => scanner.goto(link!));
  await page.goto(link!);
  await page.getByLabel("New password", { exact: true }).fill(`${person.name} ${person.name}`.padEnd(15, "!"));
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("made from your own name")).toBeVisible();
  await page.getByLabel("New password", { exact: true }).fill(NEW);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("Your new password is set.")).toBeVisible();

  await fillLogin(page, { ...person, password: NEW });
  await expect(page).toHaveURL(/\/dashboard$/);
  await phone.goto("/dashboard");
  await expect(phone.getByText("Your password was reset")).toBeVisible();
  expect((await letterTo(server, person.email, /was changed/)).notMe).toContain("/secure-account?token=");
});

test("the code in the letter can be typed instead, once", async ({ page, person, another, server }) => {
  await page.goto("/forgot");
  await page.getByLabel("Email").fill(person.email);
  await page.getByRole("button", { name: "Send the letter" }).click();
  const { code } = await letterTo(server, person.email, /Set a new password/);
  for (const browser of [page, await another()]) {
    await browser.goto("/reset");
    await browser.getByLabel("Code from the letter").fill(code!.toLowerCase());
    await browser.getByLabel("New password", { exact: true }).fill(NEW);
    await browser.getByRole("button", { name: "Set password" }).click();
    await expect(browser.getByText(browser === page ? "Your new password is set." : "was used already")).toBeVisible();
  }
});

test("a password is changed by who knows it, and other browsers are signed out", async ({ page, person, another }) => {
  const phone = await another();
  for (const browser of [page, phone]) await signIn(browser, person);
  await page.goto("/account/password");
  await page.getByLabel("Current password").fill("this is not the one");
  await page.getByLabel("New password", { exact: true }).fill(NEW);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("This is not your password.")).toBeVisible();
  await page.getByLabel("Current password").fill(person.password);
  await page.getByLabel("New password", { exact: true }).fill(NEW);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password was changed.")).toBeVisible();
  await phone.goto("/dashboard");
  await expect(phone.getByText("Your password was changed")).toBeVisible();
  await fillLogin(phone, { ...person, password: NEW });
  await expect(phone).toHaveURL(/\/dashboard$/);
});
