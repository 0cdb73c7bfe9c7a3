/*
 * What happened to the own account, in plain words.
 */
import { letterTo } from "../support/mail";
import { expect, fillLogin, signIn, test } from "../support/test";
import type { Page } from "@playwright/test";

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1";

function lines(page: Page) {
  return page.getByRole("region", { name: "Security events" }).getByRole("listitem");
}

test("the history says in plain words what happened, newest first, and who did it", async ({ page, another, person, make, server }) => {
  const guess = await another();
  await guess.goto("/login");
  for (const password of ["first guess of many", "second guess of many"]) {
    await fillLogin(guess, { ...person, password });
    await expect(guess.getByText("Email or password is not right")).toBeVisible();
  }
  await signIn(page, person);
  const phone = await another({ userAgent: IPHONE });
  await signIn(phone, person);
  await letterTo(server, person.email, /New sign-in/);
  await page.goto("/account/devices");
  await page.getByRole("button", { name: "End Safari on iPhone" }).click();
  await expect(page.getByText("That session was ended.")).toBeVisible();
  const boss = await another();
  await signIn(boss, await make({ role: "admin", name: "Bertha Boss" }));
  await boss.goto(`/admin/users?q=${encodeURIComponent(person.email)}`);
  await boss.getByRole("link", { name: person.name }).click();
  await boss.getByText("Change the role", { exact: true }).click();
  await boss.getByRole("button", { name: "Yes, change the role" }).click();
  await expect(boss.getByText("The role was changed.")).toBeVisible();

  await page.goto("/account");
  await page.getByRole("link", { name: "History" }).click();
  await expect(lines(page)).toContainText([
    "An administrator made you administrator",
    "You ended one of your sessions",
    "Safari on iPhone",
    "Safari on iPhone",
    "You signed in from Chrome",
    "2 failed sign-ins",
  ]);
  const text = await page.getByRole("main").innerText();
  expect(text, "no word of the machine's").not.toMatch(/[a-z]_[a-z]/);
  expect(text, "an administrator's address is not the person's business").not.toContain("@");
});

test("somebody else's history is nowhere to be seen", async ({ page, person, another, make }) => {
  const other = await make({ name: "Olga Other" });
  const theirs = await another({ userAgent: IPHONE });
  await signIn(theirs, other);
  await signIn(page, person, { to: "/account/history" });
  await expect(lines(page)).toContainText([/^You signed in from Chrome/, /^The operator made this account/]);
  await expect(lines(page)).toHaveCount(2);
});
