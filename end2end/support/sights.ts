/*
 * Every page as somebody may see it: who looks, where, and what has to happen before. What holds for all pages is checked over this
 * list, so a new page is added here and nowhere else.
 */
import { rm } from "node:fs/promises";
import { type Cookie, type Page, request } from "@playwright/test";
import { type Server, WITHOUT_POST, startServer } from "./server";
import { type Person, somebody, test as base } from "./test";
import { ACCESS } from "./tokens";

export type Who = "stranger" | "user" | "admin";

export interface Sight {
  name: string;
  path: string | ((visitors: Visitors) => string);
  as: Who;
  /** 200 unless said otherwise. */
  status?: number;
  /** On a server whose letters nobody takes. */
  undelivered?: boolean;
  /** What happens on the page before one looks. */
  then?(page: Page): Promise<void>;
}

export interface Visitors {
  cookies: Record<Who, Cookie[]>;
  userId: string;
}

/** Sends a form past the browser's own checks, so that the server's answer is seen. */
async function sendAnyway(page: Page, button: string): Promise<void> {
  await page.evaluate(() => document.querySelectorAll("form").forEach((form) => (form.noValidate = true)));
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("alert").waitFor();
}

export const SIGHTS: Sight[] = [
  { name: "login", path: "/login", as: "stranger" },
  { name: "login-refused", path: "/login", as: "stranger", then: (page) => sendAnyway(page, "Sign in") },
  { name: "login-told-why", path: "/login?ended=reuse_detected", as: "stranger" },
  { name: "register", path: "/register", as: "stranger" },
  { name: "register-refused", path: "/register", as: "stranger", then: (page) => sendAnyway(page, "Create account") },
  { name: "verify-code", path: "/verify", as: "stranger" },
  { name: "verify-link", path: "/verify?token=abc", as: "stranger" },
  { name: "forgot", path: "/forgot", as: "stranger" },
  { name: "forgot-signed-in", path: "/forgot", as: "user" },
  { name: "reset-link", path: "/reset?token=abc", as: "stranger" },
  { name: "reset-code", path: "/reset", as: "stranger" },
  { name: "reset-refused", path: "/reset", as: "stranger", then: (page) => sendAnyway(page, "Set password") },
  { name: "setup", path: "/setup?token=abc", as: "stranger" },
  { name: "setup-no-link", path: "/setup", as: "stranger" },
  { name: "mailbox", path: "/dev/mailbox", as: "stranger" },
  { name: "not-found", path: "/nowhere", as: "stranger", status: 404 },
  { name: "dashboard", path: "/dashboard", as: "user" },
  { name: "account", path: "/account", as: "user" },
  { name: "password", path: "/account/password", as: "user" },
  { name: "password-refused", path: "/account/password", as: "user", then: (page) => sendAnyway(page, "Change password") },
  { name: "devices", path: "/account/devices", as: "user" },
  { name: "account-history", path: "/account/history", as: "user" },
  { name: "account-data", path: "/account/data", as: "user", then: (page) => page.getByText("Delete my account").click() },
  { name: "keep-account", path: "/keep-account?token=abc", as: "stranger" },
  { name: "keep-account-too-late", path: "/keep-account", as: "stranger" },
  { name: "denied", path: "/admin", as: "user", status: 403 },
  { name: "admin", path: "/admin", as: "admin" },
  { name: "admin-users", path: "/admin/users", as: "admin" },
  { name: "admin-users-none", path: "/admin/users?q=nobody-is-called-that", as: "admin" },
  { name: "admin-user", path: ({ userId }) => `/admin/users/${userId}`, as: "admin" },
  { name: "admin-user-not-found", path: "/admin/users/00000000-0000-0000-0000-000000000000", as: "admin", status: 404 },
  { name: "admin-letters", path: "/admin/letters", as: "admin" },
  { name: "admin-letters-none", path: "/admin/letters?state=given_up", as: "admin" },
  { name: "admin-undelivered", path: "/admin", as: "admin", undelivered: true },
  { name: "admin-letters-undelivered", path: "/admin/letters", as: "admin", undelivered: true },
  { name: "admin-audit", path: "/admin/audit", as: "admin" },
];

/** `test` with letters to look at on their page, and with a user and an administrator who have signed in once for the whole worker. */
export const test = base.extend<
  { look(page: Page, sight: Sight): Promise<string> },
  { visitors: Visitors; undelivered: { server: Server; cookies: Cookie[] } }
>({
  settings: [{ LATCHKEY_LIMITS: "off", ...WITHOUT_POST }, { scope: "worker", option: true }],

  visitors: [
    async ({ server }, use) => {
      const user = await signedIn(server, "user");
      const admin = await signedIn(server, "admin");
      const payload = user.find(({ name }) => name === ACCESS)?.value.split(".")[1] ?? "";
      const { sub } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { sub: string };
      await use({ cookies: { stranger: [], user, admin }, userId: sub });
    },
    { scope: "worker" },
  ],

  undelivered: [
    async ({}, use) => {
      // Nobody listens there.
      const server = await startServer({ LATCHKEY_LIMITS: "off", LATCHKEY_SMTP_URL: "smtp://127.0.0.1:1" });
      const cookies = await signedIn(server, "admin");
      for (let count = 0; count < 2; count += 1) await register(server);
      while (server.printed().split("a letter was not sent").length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
      await use({ server, cookies });
      await server.stop();
      await rm(server.data, { recursive: true, force: true });
    },
    { scope: "worker" },
  ],

  /** Goes there as the one who should, and answers the address. */
  look: async ({ server, visitors, undelivered }, use) => {
    await use(async (page, { path, as, status = 200, undelivered: elsewhere, then }) => {
      await page.context().addCookies(elsewhere ? undelivered.cookies : visitors.cookies[as]);
      const where = (elsewhere ? undelivered.server : server).url + (typeof path === "string" ? path : path(visitors));
      const answer = await page.goto(where);
      if (answer?.status() !== status) throw new Error(`${where} answered ${answer?.status()}`);
      await then?.(page);
      return where;
    });
  },
});

/** Somebody registers, which posts a letter. */
export async function register(server: Server): Promise<Person> {
  const person = somebody();
  const browser = await request.newContext({ baseURL: server.url });
  const answer = await browser.post("/api/register", { form: { ...person } });
  if (!answer.ok()) throw new Error(`registering answered ${answer.status()}`);
  await browser.dispose();
  return person;
}

async function signedIn(server: Server, role: Who): Promise<Cookie[]> {
  const person: Person = somebody(role === "admin" ? "Alma Administrator" : "Robin Example");
  const words = ["user", "create", "--email", person.email, "--name", person.name, "--role", role, "--password-stdin"];
  await server.run(words, person.password);
  const browser = await request.newContext({ baseURL: server.url, userAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36" });
  const answer = await browser.post("/api/login", { form: { email: person.email, password: person.password, stay: "day" } });
  if (!answer.ok()) throw new Error(`signing in answered ${answer.status()}`);
  const { cookies } = await browser.storageState();
  await browser.dispose();
  return cookies;
}
