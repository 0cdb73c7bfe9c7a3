/*
 * What every test starts with: the worker's server, people who have accounts, other browsers, and an ear for what browsers complain
 * about. A complaint on the console, an error no script has caught or a violated policy fails the test, whatever it was about.
 */
import { rm } from "node:fs/promises";
import { type BrowserContext, type BrowserContextOptions, type Page, type Response, expect } from "@playwright/test";
import { type Server, type Settings, startServer, test as base } from "./server";

export { expect };

export interface Person {
  name: string;
  email: string;
  password: string;
}

export type Stay = "This visit" | "One day" | "30 days" | "Until I sign out";

interface Fixtures {
  /** Whether scripts run in this project. */
  scripts: boolean;
  /** Makes an account with a confirmed address, by the command line. */
  make(options?: { role?: "user" | "admin"; name?: string; on?: Server }): Promise<Person>;
  /** An account made for this test. */
  person: Person;
  /** Another browser, which shares no cookie with the test's own. */
  another(options?: BrowserContextOptions): Promise<Page>;
  /** A server for this test alone. */
  start(settings?: Settings, again?: { data?: string; port?: number }): Promise<Server>;
  /** Complaints heard so far. A test that provokes one takes it out. */
  complaints: string[];
}

let made = 0;

/** Somebody who has no account yet. */
export function somebody(name = "Robin Example"): Person {
  made += 1;
  // Workers have servers of their own, but a worker that is replaced after a failure starts counting anew.
  const email = `person-${process.pid}-${made}@example.com`;
  return { name, email, password: "seven lamps over the harbour" };
}

export const test = base.extend<Fixtures>({
  scripts: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),

  make: async ({ server }, use) => {
    await use(async ({ role = "user", name, on = server } = {}) => {
      const person = somebody(name);
      const words = ["user", "create", "--email", person.email, "--name", person.name, "--role", role, "--password-stdin"];
      await on.run(words, person.password);
      return person;
    });
  },

  person: async ({ make }, use) => use(await make()),

  another: async ({ browser, complaints }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (options) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      listen(context, complaints);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },

  start: async ({}, use) => {
    const servers: Server[] = [];
    await use(async (settings = {}, again = {}) => {
      const server = await startServer({ LATCHKEY_LIMITS: "off", ...settings }, again);
      servers.push(server);
      return server;
    });
    for (const server of servers) {
      await server.stop();
      await rm(server.data, { recursive: true, force: true });
    }
  },

  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      listen(context, complaints);
      await use(complaints);
      expect(complaints, "what the browser complained about").toEqual([]);
    },
    { auto: true },
  ],
});

function listen(context: BrowserContext, complaints: string[]): void {
  context.on("console", (message) => {
    const text = message.text();
    // A page that is an error, such as 404, is said to have failed. Pages' statuses are the tests' own business.
    const page = message.page()?.url().split("#")[0];
    const { url } = message.location();
    // Nor is it an accident when a page asks whether its session still lives and hears that it does not.
    const asked = url.endsWith("/api/me") && text.includes("401");
    const expected = text.startsWith("Failed to load resource") && (url === page || asked);
    if (message.type() === "error" && !expected) complaints.push(`${text} (${url}, on ${page})`);
  });
  context.on("weberror", (error) => complaints.push(`uncaught: ${error.error().stack ?? error.error().message}`));
}

/** Fills in the login page and sends it. */
export async function fillLogin(page: Page, person: Pick<Person, "email" | "password">, stay?: Stay): Promise<void> {
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  if (stay) await page.getByLabel(stay, { exact: true }).check();
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Signs in through the login page, and waits for the page it leads to. */
export async function signIn(page: Page, person: Person, options: { stay?: Stay; at?: Server; to?: string } = {}): Promise<void> {
  const { stay, at, to = "/dashboard" } = options;
  await page.goto(`${at?.url ?? ""}/login?next=${encodeURIComponent(to)}`);
  await fillLogin(page, person, stay);
  await expect(page).toHaveURL((url) => url.pathname === to);
}

/** Goes to a page and answers its status. */
export async function open(page: Page, path: string): Promise<Response> {
  const response = await page.goto(path);
  if (!response) throw new Error(`${path} answered nothing`);
  return response;
}

/** The control a label belongs to is marked as wrong, and what is wrong is tied to it for those who cannot see. */
export async function expectFault(page: Page, label: string, words: RegExp): Promise<void> {
  const field = page.getByLabel(label, { exact: true });
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(words);
  const described = (await field.getAttribute("aria-describedby")) ?? "";
  const error = page.locator(`#${described.split(" ")[0]}`);
  await expect(error).toBeVisible();
  await expect(error).toHaveText(words);
}
