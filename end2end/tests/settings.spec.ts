/*
 * Settings that an administrator changes while everything runs, and what strangers meet from then on.
 */
import { expect, open, signIn, test } from "../support/test";

// A server of its own: what is changed here would be met by other tests.
test.use({ settings: { LATCHKEY_LIMITS: "off", LATCHKEY_MIN_PASSWORD: "14" } });

test("an administrator closes registration and opens it again", async ({ page, make, browser }) => {
  await signIn(page, await make({ role: "admin" }));
  await page.goto("/admin/settings");
  const setting = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Who may register" }) });
  await setting.getByText("Nobody", { exact: true }).click();
  await setting.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The setting was changed.")).toBeVisible();
  await expect(setting.getByText("Decided here")).toBeVisible();

  const stranger = await (await browser.newContext()).newPage();
  await open(stranger, new URL("/login", page.url()).href);
  await expect(stranger.getByRole("link", { name: "Create an account" })).toHaveCount(0);
  await open(stranger, new URL("/register", page.url()).href);
  await expect(stranger.getByRole("heading", { name: "Registration is closed" })).toBeVisible();
  await stranger.context().close();

  await setting.getByRole("button", { name: "Back to the default" }).click();
  await expect(setting.getByRole("button", { name: "Back to the default" })).toHaveCount(0);
});

test("a value that cannot be is told beside its field, and what the operator gave is fixed", async ({ page, make }) => {
  await signIn(page, await make({ role: "admin" }));
  await page.goto("/admin/settings");
  const attempts = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Attempts to sign in" }) });
  await attempts.getByRole("textbox").fill("99");
  await attempts.getByRole("button", { name: "Save" }).click();
  await expect(attempts.getByText("Enter a number from 3 to 20.")).toBeVisible();
  await expect(attempts.getByRole("textbox")).toHaveValue("99");
  const fixed = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Shortest password" }) });
  await expect(fixed.getByText("Fixed by the operator")).toBeVisible();
  await expect(fixed.getByRole("button")).toHaveCount(0);
});
