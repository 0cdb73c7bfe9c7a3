/*
 * The audit log: what happened is found by whom, who, what and when; a page leads to the next; an entry unfolds; and the whole is
 * taken away as a file that can be verified.
 */
import { readFile } from "node:fs/promises";
import { expect, signIn, test } from "../support/test";

test("an administrator finds what happened to one account and unfolds an entry", async ({ page, make }) => {
  const alice = await make({});
  await signIn(page, await make({ role: "admin" }));
  await page.goto("/admin/audit");
  await expect(page.getByRole("heading", { name: "The chain" })).toBeVisible();
  await page.getByLabel("Whose account: address or id").fill(alice.email);
  await page.getByRole("button", { name: "Show" }).click();
  const rows = page.getByRole("region", { name: "Security events" }).locator("tbody tr");
  await expect(rows.first()).toContainText(alice.email);
  const summary = rows.first().locator("summary");
  await expect(summary).toHaveText(/^(Entry [\d,]+|Not sealed yet)$/);
  await summary.click();
  await expect(rows.first().getByText("Moment")).toBeVisible();
  await page.getByRole("link", { name: "Clear" }).click();
  await expect(page).toHaveURL(/\/admin\/audit$/);
});

test("a filter that finds nothing says so, and is kept in the form", async ({ page, make }) => {
  await signIn(page, await make({ role: "admin" }));
  await page.goto("/admin/audit?of=nobody-at-all@example.org&action=signed_in");
  await expect(page.getByText("No such events")).toBeVisible();
  await expect(page.getByLabel("Whose account: address or id")).toHaveValue("nobody-at-all@example.org");
  await expect(page.locator("#action")).toHaveValue("signed_in");
});

test("the log is taken away as a file", async ({ page, make }) => {
  await signIn(page, await make({ role: "admin" }));
  await page.goto("/admin/audit");
  const waiting = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export JSONL" }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/^latchkey-audit-.*\.jsonl$/);
  const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
  const first = JSON.parse(lines[0] ?? "{}") as { seq: number; prev: string };
  expect(first.seq).toBe(1);
  expect(first.prev).toBe("0".repeat(64));
});
