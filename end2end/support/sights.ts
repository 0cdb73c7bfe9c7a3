/*
 * Every page as somebody may see it: who looks, where, and what has to happen before. What holds for all pages is checked over this
 * list, so a new page is added here and nowhere else.
 */
import { rm } from "node:fs/promises";
import { type Cookie, type Page, request } from "@playwright/test";
import { passwordWasLongAgo } from "./past";
import { type Server, WITHOUT_POST, startServer } from "./server";
import { type Person, somebody, test as base } from "./test";
import { ACCESS } from "./tokens";

/**
 * A stranger, somebody signed in, somebody about to leave, an administrator, one who gave the password long ago, one who acts as somebody
 * else, and one whose role opens a part of the panel.
 */
export type Who = "stranger" | "user" | "leaver" | "admin" | "late" | "acting" | "helper";

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
  leaverId: string;
  aliceId: string;
  /** Somebody who was invited and has not come yet. */
  guestId: string;
}

/** Sends a form past the browser's own checks, so that the server's answer is seen. */
async function sendAnyway(page: Page, button: string): Promise<void> {
  await page.evaluate(() => document.querySelectorAll("form").forEach((form) => (form.noValidate = true)));
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("alert").waitFor();
}

/** Sends a form of the admin panel, and waits until the password is asked for. */
async function endSessions(page: Page): Promise<void> {
  await page.getByRole("button", { name: "End all" }).click();
  await page.waitForURL("**/reauthenticate");
}

/** Ticks two accounts, those with the longest and with a usual name. */
async function chooseTwo(page: Page): Promise<void> {
  for (const name of [LONGEST.name, "Robin Example"]) await page.getByLabel(`Choose ${name}`).first().check();
  await page.getByLabel("With those I tick").selectOption("Take deletion back");
}

/** Goes on to the question. */
async function askAboutTwo(page: Page): Promise<void> {
  await chooseTwo(page);
  await page.getByLabel("With those I tick").selectOption("Enable");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.waitForURL("**/admin/users/bulk?**");
}

/** Pastes a file into the import, and lets it be looked through. */
async function paste(page: Page, lines: string[], then: string): Promise<void> {
  await page.getByLabel("Paste its lines").fill(lines.join("\n"));
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText(then).waitFor();
}

/** One that is wrong, and one that is not; everything is told, and nothing made. */
const wrongFile = (page: Page) => paste(page, ["email,name,role", "nonsense,Nobody,", "ada@example.org,,pilot", "eve@example.org,Eve,pilot"], "3 lines are wrong");
const rightFile = (page: Page) => paste(page, ["email,name", "ada@example.org,Ada Lovelace", "grace@example.org,Grace Hopper"], "Everything is right");

/** Publishes the next key, unless it is already. */
async function makeKey(page: Page): Promise<void> {
  const rotate = page.getByRole("button", { name: "Make a new key" });
  if (await rotate.isVisible()) await rotate.click();
  await page.getByText("Signs soon", { exact: true }).waitFor();
}

/** Enters a number that a setting cannot have. */
async function setTooMuch(page: Page): Promise<void> {
  const attempts = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Attempts to sign in" }) });
  await attempts.getByRole("textbox").fill("99");
  await attempts.getByRole("button", { name: "Save" }).click();
  await attempts.getByText("Enter a number from 3 to 20.").waitFor();
}

/** Does something to them that changes nothing, and reads so. */
async function doToTwo(page: Page): Promise<void> {
  await askAboutTwo(page);
  await page.getByRole("button", { name: /^Yes/ }).click();
  await page.waitForURL("**/admin/users/bulk?done=**");
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
  { name: "confirm-address", path: "/confirm-address?token=abc", as: "stranger" },
  { name: "confirm-address-code", path: "/confirm-address", as: "stranger" },
  { name: "secure-account", path: "/secure-account?token=abc", as: "stranger" },
  { name: "secure-account-too-late", path: "/secure-account", as: "stranger" },
  { name: "reauthenticate", path: "/reauthenticate?next=/account/export", as: "user" },
  { name: "reauthenticate-refused", path: "/reauthenticate", as: "user", then: (page) => sendAnyway(page, "Go on") },
  { name: "acting-dashboard", path: "/dashboard", as: "acting" },
  { name: "acting-account", path: "/account", as: "acting" },
  { name: "acting-devices", path: "/account/devices", as: "acting" },
  { name: "acting-history", path: "/account/history", as: "acting" },
  { name: "acting-denied", path: "/admin", as: "acting", status: 403 },
  {
    name: "act-as",
    path: ({ userId }) => `/admin/users/${userId}`,
    as: "admin",
    then: (page) => page.getByText("Act as this person", { exact: true }).click(),
  },
  { name: "reauthenticate-form-waits", path: ({ userId }) => `/admin/users/${userId}`, as: "late", then: endSessions },
  { name: "not-found", path: "/nowhere", as: "stranger", status: 404 },
  { name: "dashboard", path: "/dashboard", as: "user" },
  { name: "account", path: "/account", as: "user" },
  { name: "password", path: "/account/password", as: "user" },
  { name: "password-refused", path: "/account/password", as: "user", then: (page) => sendAnyway(page, "Change password") },
  { name: "account-address", path: "/account/address", as: "admin" },
  { name: "account-address-refused", path: "/account/address", as: "admin", then: (page) => sendAnyway(page, "Send the letter") },
  { name: "account-address-waits", path: "/account/address", as: "user" },
  { name: "devices", path: "/account/devices", as: "user" },
  { name: "account-history", path: "/account/history", as: "user" },
  { name: "account-data", path: "/account/data", as: "user", then: (page) => page.getByText("Delete my account").click() },
  { name: "account-leaving", path: "/account/data", as: "leaver" },
  { name: "dashboard-leaving", path: "/dashboard", as: "leaver" },
  { name: "accept-invitation", path: "/accept-invitation?token=abc", as: "stranger" },
  { name: "accept-invitation-too-late", path: "/accept-invitation", as: "stranger" },
  { name: "keep-account", path: "/keep-account?token=abc", as: "stranger" },
  { name: "keep-account-too-late", path: "/keep-account", as: "stranger" },
  { name: "denied", path: "/admin", as: "user", status: 403 },
  { name: "admin", path: "/admin", as: "admin" },
  { name: "admin-year", path: "/admin?over=year", as: "admin", then: (page) => page.getByText("Figures as a table").first().click() },
  { name: "admin-users", path: "/admin/users", as: "admin" },
  { name: "admin-users-by-name", path: "/admin/users?sort=name", as: "admin" },
  { name: "admin-users-none", path: "/admin/users?q=nobody-is-called-that", as: "admin" },
  { name: "admin-users-narrowed", path: "/admin/users?q=m&role=user&status=leaving&seen=7d&sort=name", as: "admin" },
  { name: "admin-users-chosen", path: "/admin/users", as: "admin", then: chooseTwo },
  { name: "admin-bulk", path: "/admin/users", as: "admin", then: askAboutTwo },
  { name: "admin-bulk-nobody", path: "/admin/users/bulk?action=disable", as: "admin" },
  { name: "admin-bulk-done", path: "/admin/users", as: "admin", then: doToTwo },
  { name: "admin-user", path: ({ userId }) => `/admin/users/${userId}`, as: "admin" },
  { name: "admin-user-delete", path: ({ userId }) => `/admin/users/${userId}`, as: "admin", then: (page) => page.getByText("Delete account", { exact: true }).click() },
  { name: "admin-user-invited", path: ({ guestId }) => `/admin/users/${guestId}`, as: "admin" },
  { name: "admin-user-leaving", path: ({ leaverId }) => `/admin/users/${leaverId}`, as: "admin" },
  { name: "admin-user-acted-for", path: ({ aliceId }) => `/admin/users/${aliceId}`, as: "admin" },
  { name: "admin-users-new", path: "/admin/users/new", as: "admin" },
  { name: "admin-users-new-password", path: "/admin/users/new?with=password", as: "admin" },
  { name: "admin-users-new-refused", path: "/admin/users/new", as: "admin", then: (page) => sendAnyway(page, "Send the invitation") },
  { name: "admin-users-import", path: "/admin/users/import", as: "admin" },
  { name: "admin-users-import-wrong", path: "/admin/users/import", as: "admin", then: wrongFile },
  { name: "admin-users-import-right", path: "/admin/users/import", as: "admin", then: rightFile },
  { name: "admin-user-not-found", path: "/admin/users/00000000-0000-0000-0000-000000000000", as: "admin", status: 404 },
  { name: "admin-roles", path: "/admin/roles", as: "admin" },
  { name: "admin-roles-change", path: "/admin/roles", as: "admin", then: (page) => page.locator("summary", { hasText: "Change" }).first().click() },
  { name: "admin-roles-refused", path: "/admin/roles", as: "admin", then: (page) => sendAnyway(page, "Make the role") },
  { name: "admin-letters", path: "/admin/letters", as: "admin" },
  { name: "admin-letters-none", path: "/admin/letters?state=given_up", as: "admin" },
  { name: "admin-undelivered", path: "/admin", as: "admin", undelivered: true },
  { name: "admin-letters-undelivered", path: "/admin/letters", as: "admin", undelivered: true },
  { name: "admin-in-part", path: "/admin", as: "helper" },
  { name: "admin-user-in-part", path: ({ userId }) => `/admin/users/${userId}`, as: "helper" },
  { name: "admin-letters-in-part", path: "/admin/letters", as: "helper" },
  { name: "admin-roles-denied", path: "/admin/roles", as: "helper", status: 403 },
  { name: "admin-audit", path: "/admin/audit", as: "admin" },
  { name: "admin-audit-entry", path: "/admin/audit", as: "admin", then: (page) => page.locator("tbody summary").first().click() },
  { name: "admin-audit-none", path: "/admin/audit?of=nobody@example.org&action=signed_in&from=2026-01-01", as: "admin" },
  { name: "admin-settings", path: "/admin/settings", as: "admin" },
  { name: "admin-settings-refused", path: "/admin/settings", as: "admin", then: setTooMuch },
  { name: "admin-keys", path: "/admin/keys", as: "admin" },
  { name: "admin-keys-coming", path: "/admin/keys", as: "admin", then: makeKey },
  { name: "admin-keys-distrust", path: "/admin/keys", as: "admin", then: (page) => page.getByText(/^Distrust /).first().click() },
];

/** `test` with letters to look at on their page, and with a user and an administrator who have signed in once for the whole worker. */
export const test = base.extend<
  { look(page: Page, sight: Sight): Promise<string> },
  { visitors: Visitors; undelivered: { server: Server; cookies: Cookie[] } }
>({
  settings: [{ LATCHKEY_LIMITS: "off", ...WITHOUT_POST }, { scope: "worker", option: true }],

  visitors: [
    async ({ server }, use) => {
      const admin = await signIn(server, await made(server, ALMA(), "admin"), "day", LAPTOP);
      await post(server, "/api/admin/import", { csv: CROWD.join("\n"), confirm: "yes" }, admin);
      const robin = await made(server, somebody(), "user");
      const user = await signIn(server, robin, "day", LAPTOP);
      for (const browser of [PHONE, WORK]) await signIn(server, robin, "forever", browser);
      await post(server, "/api/change_address", { email: `new.${LONGEST.email}` }, user);
      const leaver = await signIn(server, await made(server, LONGEST, "user"), "forever", LAPTOP);
      await post(server, "/api/delete_account", {}, leaver);
      const alma = await made(server, ALMA(), "admin");
      const late = await signIn(server, alma, "day", LAPTOP);
      await passwordWasLongAgo(server, alma);
      const roles = { support: ["users:read", "users:write", "letters:read"], billing: ["users:read", "invoices:write"] };
      for (const [name, words] of Object.entries(roles)) await post(server, "/api/admin/make_role", { name, others: words.join(" ") }, admin);
      const alice = await signIn(server, await made(server, somebody("Alice Archer"), "user"), "day", PHONE);
      const boss = await signIn(server, await made(server, ALMA(), "admin"), "day", LAPTOP);
      const why = "Ticket 12: the page looks empty";
      const acting = await post(server, "/api/admin/impersonate", { id: account(alice), reason: why }, boss);
      const helper = await signIn(server, await made(server, somebody("Helga Helper"), "support"), "day", LAPTOP);
      const cookies = { stranger: [], user, leaver, admin, late, acting, helper };
      const [userId, leaverId, aliceId] = [account(user), account(leaver), account(alice)];
      await use({ cookies, userId, leaverId, aliceId, guestId: await invited(server, admin) });
    },
    { scope: "worker" },
  ],

  undelivered: [
    async ({}, use) => {
      // Nobody listens there.
      const server = await startServer({ LATCHKEY_LIMITS: "off", LATCHKEY_SMTP_URL: "smtp://127.0.0.1:1" });
      const cookies = await signIn(server, await made(server, ALMA(), "admin"), "day", LAPTOP);
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
  await post(server, "/api/register", { ...person });
  return person;
}

const LAPTOP = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36";
const PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1";
const WORK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

const ALMA = () => somebody("Alma Administrator");

/** Whose cookies they are. */
function account(cookies: Cookie[]): string {
  const payload = cookies.find(({ name }) => name === ACCESS)?.value.split(".")[1] ?? "";
  return (JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { sub: string }).sub;
}

/** Nobody has a longer name or address than some people do. */
const LONGEST: Person = {
  ...somebody("Maximiliane Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"),
  email: "maximiliane.wolfeschlegelsteinhausenbergerdorff@students.department-of-very-long-names.example",
};

/** Enough people for a list of two pages, with names as people have them. They were imported and have not come yet. */
const CROWD = [
  "email,name",
  ...Object.entries({
    "amina.diallo": "Amina Diallo",
    "ana-sofia.rodriguez-villanueva": "Ana Sofía Rodríguez-Villanueva del Castillo y Mendoza",
    bo: "Bo",
    "bjork.g": "Björk Guðmundsdóttir",
    "chidi.o": "Chidi Okonkwo",
    "claire+work": "Claire O’Connor",
    "daniyar.a": "Данияр Ахметов",
    "dmitri.sh": "Дмитрий Шостакович",
    "elif.y": "Elif Yılmaz",
    "fatima.z": "فاطمة الزهراء",
    "giulia.r": "Giulia Rossi",
    "hana.k": "Hana Kovářová",
    "ines.f": "Inês Ferreira",
    "jan.v.d.b": "Jan van den Berg",
    "jun.s": "佐藤 潤",
    "kwame.m": "Kwame Mensah",
    "lars.n": "Lars Nilsson",
    "li.na": "李娜",
    "noor.h": "Noor Hassan",
    "priya.r": "Priya Raghunathan",
    "quentin.dupont-de-la-tour": "Quentin Dupont de la Tour",
    "soren.k": "Søren Kjærgaard",
    "tomasz.w": "Tomasz Wójcik",
    "yael.l": "יעל לוי",
  }).map(([mailbox, name]) => `${mailbox}@example.com,${name}`),
];

async function made(server: Server, person: Person, role: "user" | "admin" | "support"): Promise<Person> {
  const words = ["user", "create", "--email", person.email, "--name", person.name, "--role", role, "--password-stdin"];
  await server.run(words, person.password);
  return person;
}

/** Somebody is invited; where the answer leads is the page of the account, whose id is answered. */
async function invited(server: Server, admin: Cookie[]): Promise<string> {
  const { name, email } = somebody("Greta Guest");
  const storageState = { cookies: admin, origins: [] };
  const browser = await request.newContext({ baseURL: server.url, userAgent: LAPTOP, storageState });
  const answer = await browser.post("/api/admin/invite", { form: { name, email }, headers: { origin: server.url } });
  const { next } = (await answer.json()) as { next: string };
  await browser.dispose();
  return next.split("/").at(-1) ?? "";
}

async function signIn(server: Server, { email, password }: Person, stay: string, browser: string): Promise<Cookie[]> {
  return post(server, "/api/login", { email, password, stay }, [], browser);
}

/** Sends a form as a program does, and answers the cookies there are then. */
async function post(server: Server, path: string, form: Record<string, string>, cookies: Cookie[] = [], userAgent = LAPTOP): Promise<Cookie[]> {
  const browser = await request.newContext({ baseURL: server.url, userAgent, storageState: { cookies, origins: [] } });
  const answer = await browser.post(path, { form, headers: { origin: server.url } });
  if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}`);
  const { cookies: then } = await browser.storageState();
  await browser.dispose();
  return then;
}
