/*
 * What a browser's own examiner thinks of the pages that are asked for most: a fresh installation, an administrator who is signed in, and
 * Lighthouse on each page, as a phone and as a desktop. Prints a table, and fails where anything is below a hundred.
 */
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";
import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PAGES = ["/login", "/dashboard", "/admin"];
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const EMAIL = "lighthouse@example.org";
const PASSWORD = "correct horse battery staple";

const binary = process.env.LATCHKEY_BIN;
if (!binary) throw new Error("LATCHKEY_BIN names no binary; script/bench lighthouse sets it");

/** A port that nobody listens on. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function started(url) {
  for (let tries = 0; tries < 400; tries++) {
    if (await fetch(`${url}/healthz`).then((answer) => answer.ok, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("latchkey did not start");
}

/** The cookies of somebody who has signed in. */
async function signIn(url) {
  const answer = await fetch(`${url}/api/login`, {
    method: "POST",
    headers: { origin: url, accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ email: EMAIL, password: PASSWORD, stay: "day", next: "" }),
  });
  if (!answer.ok) throw new Error(`signing in: ${answer.status}`);
  return answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
}

async function main() {
  const data = await mkdtemp(join(tmpdir(), "latchkey-lighthouse-"));
  const url = `http://localhost:${await freePort()}`;
  const env = {
    PATH: process.env.PATH,
    LATCHKEY_LISTEN: new URL(url).host.replace("localhost", "127.0.0.1"),
    LATCHKEY_PUBLIC_URL: url,
    LATCHKEY_DATA_DIR: data,
    LATCHKEY_LOG: "warn",
    LATCHKEY_LIMITS: "off",
  };
  const words = ["user", "create", "--email", EMAIL, "--name", "Lighthouse", "--role", "admin", "--password-stdin"];
  execFileSync(binary, words, { env, input: PASSWORD, stdio: ["pipe", "ignore", "inherit"] });
  const server = spawn(binary, [], { env, stdio: ["ignore", "ignore", "inherit"] });
  let chrome;
  let missed = false;
  try {
    chrome = await launch({
      chromePath: process.env.LATCHKEY_CHROMIUM,
      chromeFlags: ["--headless=new", "--no-sandbox"],
    });
    await started(url);
    const cookie = await signIn(url);
    console.log(`| page | as | ${CATEGORIES.join(" | ")} | first contentful paint, ms | largest, ms |`);
    console.log(`|---|---|${"---:|".repeat(CATEGORIES.length + 2)}`);
    for (const page of PAGES) {
      for (const [name, config] of [["phone", undefined], ["desktop", desktopConfig]]) {
        const extraHeaders = page === "/login" ? {} : { Cookie: cookie };
        const options = { port: chrome.port, onlyCategories: CATEGORIES, extraHeaders, disableStorageReset: true };
        const { lhr } = await lighthouse(url + page, options, config);
        if (new URL(lhr.finalDisplayedUrl).pathname !== page) throw new Error(`${page} led to ${lhr.finalDisplayedUrl}`);
        const scores = CATEGORIES.map((category) => Math.round(lhr.categories[category].score * 100));
        const paints = ["first-contentful-paint", "largest-contentful-paint"].map((audit) =>
          Math.round(lhr.audits[audit].numericValue),
        );
        console.log(`| ${page} | ${name} | ${[...scores, ...paints].join(" | ")} |`);
        for (const category of Object.values(lhr.categories)) {
          for (const { id, weight } of category.auditRefs) {
            const { score, title, displayValue } = lhr.audits[id];
            if (weight > 0 && score !== null && score < 1) console.error(`  ${category.id}: ${title} ${displayValue ?? ""} (${id})`);
          }
        }
        missed ||= scores.some((score) => score < 100);
      }
    }
  } finally {
    server.kill("SIGKILL");
    await chrome?.kill();
    await rm(data, { recursive: true, force: true });
  }
  if (missed) process.exitCode = 1;
}

await main();
