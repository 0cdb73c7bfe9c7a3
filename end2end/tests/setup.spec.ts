/*
 * The first administrator, by the link that the first start prints. Every test starts a server that has never been started.
 */
import { expect, expectFault, fillLogin, open, somebody, test, type Person } from "../support/test";
import type { Server } from "../support/server";
import type { Page } from "@playwright/test";

function printedLink(server: Server): string | undefined {
  return /http\S+\/setup\?token=\S+/.exec(server.printed())?.[0];
}

async function fillSetup(page: Page, person: Person): Promise<void> {
  await page.getByLabel("Name").fill(person.name);
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Create administrator" }).click();
}

test("the first start prints a link, and who follows it becomes the administrator", async ({ page, start }) => {
  const server = await start();
  const robin = somebody();
  await page.goto(printedLink(server) ?? "no link");
  await fillSetup(page, robin);

  await expect(page).toHaveURL(/\/login$/);
  await expect(page.getByText("The first administrator is ready.")).toBeVisible();
  await fillLogin(page, robin);
  await expect(page).toHaveURL(/\/dashboard$/);
  expect((await open(page, `${server.url}/admin`)).status()).toBe(200);
});

test("the link makes one administrator and never another", async ({ page, start }) => {
  const server = await start();
  const link = printedLink(server) ?? "no link";
  await page.goto(link);
  await fillSetup(page, somebody());
  await expect(page).toHaveURL(/\/login$/);

  const late = somebody();
  await page.goto(link);
  await fillSetup(page, late);
  await expect(page.getByText("This link does not work")).toBeVisible();
  await expect(page.getByRole("button", { name: "Create administrator" })).toBeHidden();
  await page.goto(`${server.url}/login`);
  await fillLogin(page, late);
  await expect(page.getByText("Email or password is not right")).toBeVisible();
});

test("a form that was refused does not spend the link", async ({ page, start }) => {
  const server = await start();
  const robin = somebody("Robin Hoodlum");
  await page.goto(printedLink(server) ?? "no link");
  await fillSetup(page, { ...robin, password: "robin hoodlum 1234" });
  await expectFault(page, "Password", /made from your own name or address/);
  await expect(page.getByLabel("Email")).toHaveValue(robin.email);

  await fillSetup(page, robin);
  await expect(page.getByText("The first administrator is ready.")).toBeVisible();
});

test("a start with an administrator prints no link, and one without prints another", async ({ page, start }) => {
  const first = await start();
  const old = printedLink(first) ?? "no link";
  await first.stop();
  const again = { data: first.data, port: Number(new URL(first.url).port) };
  const second = await start({}, again);
  expect(printedLink(second)).toBeTruthy();
  expect(printedLink(second)).not.toBe(old);

  await page.goto(old);
  await fillSetup(page, somebody());
  await expect(page.getByText("This link does not work")).toBeVisible();
  await page.goto(printedLink(second) ?? "no link");
  await fillSetup(page, somebody());
  await expect(page).toHaveURL(/\/login$/);
  await second.stop();
  const third = await start({}, again);
  expect(third.printed()).toContain("is ready");
  expect(printedLink(third)).toBeUndefined();
});
