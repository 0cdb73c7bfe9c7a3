/*
 * A Latchkey of one's own: every Playwright worker starts the binary on a free port with an empty data directory, so tests share
 * nothing with each other or with the developer's own installation.
 */
import { test as base } from "@playwright/test";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPost } from "./post";

export interface Server {
  /** Where it answers, without a slash at the end. */
  url: string;
  /** Its data directory: database, keys and, where it has no mail server, every letter as a file in `mail/`. */
  data: string;
  /** What it has printed so far, standard output and error together. */
  printed(): string;
  /** The letters sent so far, oldest first, as raw messages. */
  letters(): Promise<string[]>;
  /** Runs a command, such as `user create`, on the same data directory, with `input` as its standard input. */
  run(words: string[], input?: string): Promise<string>;
  /** Ends it. SIGKILL stands for a crash. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** The settings of an installation without a mail server, which shows its letters on a page. */
export const WITHOUT_POST = { LATCHKEY_SMTP_URL: "" };

/**
 * Starts a server. `settings` are LATCHKEY_… variables; give `data` and `port` to start again where another has stopped. Its letters
 * go to a mail server of its own, unless the settings name one, or none.
 */
export async function startServer(
  settings: Record<string, string> = {},
  again: { data?: string; port?: number } = {},
): Promise<Server> {
  const binary = process.env.LATCHKEY_BIN;
  if (!binary) throw new Error("LATCHKEY_BIN names no binary; script/test sets it");
  const data = again.data ?? (await mkdtemp(join(tmpdir(), "latchkey-end2end-")));
  const port = again.port ?? (await freePort());
  const url = `http://localhost:${port}`;
  const post = "LATCHKEY_SMTP_URL" in settings ? undefined : await openPost();
  let printed = "";
  const env: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    LATCHKEY_LISTEN: `127.0.0.1:${port}`,
    LATCHKEY_PUBLIC_URL: url,
    LATCHKEY_DATA_DIR: data,
    LATCHKEY_SMTP_URL: post?.url,
    ...settings,
  };
  if (!env.LATCHKEY_SMTP_URL) delete env.LATCHKEY_SMTP_URL;
  const child = spawn(binary, [], { cwd: data, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += chunk));

  const deadline = Date.now() + 20_000;
  while (!(await answers(`http://127.0.0.1:${port}/healthz`))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill("SIGKILL");
      await post?.close();
      throw new Error(`latchkey did not start:\n${printed}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    data,
    printed: () => printed,
    letters: async () => {
      if (post) return post.letters;
      const folder = join(data, "mail");
      const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml")).sort();
      return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    },
    run: (words, input = "") =>
      new Promise((resolve, reject) => {
        const command = execFile(binary, words, { cwd: data, env }, (error, stdout, stderr) =>
          error ? reject(new Error(`latchkey ${words.join(" ")}: ${stderr}`)) : resolve(stdout),
        );
        command.stdin?.end(input);
      }),
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      await ended;
      await post?.close();
    },
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then((response) => response.ok, () => false);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** LATCHKEY_… variables of the worker's server; a file may ask for others. */
export type Settings = Record<string, string>;

/*
 * Playwright's `test` with a `server` for the whole worker, whose address is the base URL. Limits are off because all tests of a worker
 * come from one address; limits.spec.ts has them on.
 */
export const test = base.extend<object, { settings: Settings; server: Server }>({
  settings: [{ LATCHKEY_LIMITS: "off" }, { scope: "worker", option: true }],
  server: [
    async ({ settings }, use) => {
      const server = await startServer(settings);
      await use(server);
      await server.stop();
      await rm(server.data, { recursive: true, force: true });
    },
    { scope: "worker" },
  ],
  baseURL: async ({ server }, use) => use(server.url),
});

export { expect } from "@playwright/test";
