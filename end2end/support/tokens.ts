/*
 * Looking into the session cookies: the only place of the suite that knows how tokens are built.
 */
import type { BrowserContext, Cookie } from "@playwright/test";
import { expect } from "@playwright/test";

export const ACCESS = "__Host-Http-access";
export const REFRESH = "__Host-Http-refresh";

/** A cookie by name. */
export async function cookie(context: BrowserContext, name: string): Promise<Cookie | undefined> {
  return (await context.cookies()).find((cookie) => cookie.name === name);
}

/** Both session cookies, as a thief would copy them. */
export async function sessionCookies(context: BrowserContext): Promise<Cookie[]> {
  return (await context.cookies()).filter(({ name }) => name === ACCESS || name === REFRESH);
}

/** The refresh token: which session, and how often it has been renewed. The first generation is 1. */
export async function refreshToken(context: BrowserContext): Promise<{ value: string; session: string; generation: number }> {
  const value = (await cookie(context, REFRESH))?.value ?? "";
  const [version, session = "", generation] = value.split(".");
  expect(version, `refresh cookie ${value ? "is ours" : "is there"}`).toBe("lk1");
  return { value, session, generation: Number(generation) };
}

/** The claims of the access token. */
export async function claims(context: BrowserContext): Promise<Record<string, unknown> & { exp: number }> {
  const payload = (await cookie(context, ACCESS))?.value.split(".")[1] ?? "";
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
}

/** Waits until the access token has run out; with the servers of these tests, a second or two. */
export async function accessExpired(context: BrowserContext): Promise<void> {
  const { exp } = await claims(context);
  await expect.poll(() => Math.floor(Date.now() / 1000), { timeout: 10_000, intervals: [50] }).toBeGreaterThanOrEqual(exp);
}
