/*
 * Signing keys: made anew, given an end, and distrusted, while somebody is signed in who notices nothing.
 */
import { expect, open, signIn, test } from "../support/test";

// A server of its own: other tests hold tokens.
test.use({ settings: { LATCHKEY_LIMITS: "off", LATCHKEY_SIGNING_ALG: "ES256" } });

test("a key is planned to end, rotated and distrusted, and the administrator stays signed in", async ({ page, make }) => {
  await signIn(page, await make({ role: "admin" }));
  await open(page, "/admin/keys");
  await expect(page.getByText("Signs now", { exact: true })).toBeVisible();
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
  await page.getByLabel("Moment, in UTC").fill(tomorrow);
  await page.getByRole("button", { name: "Plan it" }).click();
  await expect(page.getByText("It is planned.")).toBeVisible();
  await page.getByRole("button", { name: "Take the plan back" }).click();
  await expect(page.getByText("There is no plan any more.")).toBeVisible();

  await page.getByRole("button", { name: "Make a new key" }).click();
  await expect(page.getByText("Signs soon", { exact: true })).toBeVisible();
  const before = await page.getByText(/^Distrust /).count();
  await page.getByText(/^Distrust /).last().click();
  await page.getByRole("button", { name: "Yes, it leaked" }).locator("visible=true").click();
  await expect(page.getByText("The key is gone.")).toBeVisible();
  await expect(page.getByText(/^Distrust /)).toHaveCount(before - 1);
  expect((await open(page, "/dashboard")).status()).toBe(200);
});
