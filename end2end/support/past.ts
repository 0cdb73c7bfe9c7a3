/*
 * Moving something into the past. The server's clock cannot be turned, so what happened is made to have happened earlier: in the
 * database file of an installation, while it runs.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Server } from "./server";
import type { Person } from "./test";

/** For how long a password that was given lets one do what is dangerous, in minutes. */
const PROOF_LIFE = 10;

/** The password was given so long ago, in every session of this person, that what is dangerous asks for it again. */
export async function passwordWasLongAgo(server: Server, person: Pick<Person, "email">): Promise<void> {
  const earlier = (PROOF_LIFE + 1) * 60_000;
  await change(
    server,
    `update sessions set authenticated_at = authenticated_at - ${earlier}
      where ended_at is null and user_id = (select id from users where email = '${person.email}')`,
  );
}

/** Runs a statement, which must find something to change. By Node's own SQLite where it has one (from 22.13), else by `sqlite3`. */
async function change(server: Server, statement: string): Promise<void> {
  const file = join(server.data, "latchkey.db");
  const changed = await byNode(file, statement);
  if ((changed ?? bySqlite3(file, statement)) === 0) throw new Error(`nothing was changed by ${statement}`);
}

async function byNode(file: string, statement: string): Promise<number | undefined> {
  const name = "node:sqlite";
  const sqlite = await import(name).catch(() => undefined);
  if (!sqlite) return undefined;
  const database = new sqlite.DatabaseSync(file, { timeout: 5000 });
  try {
    return Number(database.prepare(statement).run().changes);
  } finally {
    database.close();
  }
}

function bySqlite3(file: string, statement: string): number {
  const input = `.timeout 5000\n${statement};\nselect changes();\n`;
  return Number(execFileSync("sqlite3", ["-bail", file], { input, encoding: "utf8" }).trim());
}
