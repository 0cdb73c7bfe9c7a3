/*
 * Letters as a person reads them: waited for, and taken apart by somebody else's mail reader.
 */
import { simpleParser } from "mailparser";
import type { Server } from "./server";

export interface Letter {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** The link to follow, if the letter has one: the first of ours in the text. */
  link?: string;
  /** The link for "this was not me", where there is one. */
  notMe?: string;
  /** The code to type, if there is one: three groups of five. */
  code?: string;
}

/** Waits for a letter to this address whose subject fits, and answers the newest one. */
export async function letterTo(server: Server, to: string, subject: RegExp = /./, atLeast = 1): Promise<Letter> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = (await lettersTo(server, to)).filter((letter) => subject.test(letter.subject));
    const newest = found.at(-1);
    if (newest && found.length >= atLeast) return newest;
    if (Date.now() > deadline) throw new Error(`${found.length} letters to ${to} with subject ${subject} within 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** All letters to this address, oldest first. */
export async function lettersTo(server: Server, to: string): Promise<Letter[]> {
  const letters = await Promise.all((await server.letters()).map((raw) => read(raw, server.url)));
  return letters.filter((letter) => letter.to === to);
}

/** Takes a message apart. */
export async function read(raw: string, site: string): Promise<Letter> {
  const message = await simpleParser(raw);
  const text = message.text ?? "";
  const links = text.split(/\s+/).filter((word) => word.startsWith(`${site}/`));
  return {
    to: [message.to].flat()[0]?.value[0]?.address ?? "",
    subject: message.subject ?? "",
    text,
    html: message.html || "",
    link: links.find((link) => !link.includes("/secure-account?")) ?? links[0],
    notMe: links.find((link) => link.includes("/secure-account?")),
    code: /\b[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}\b/.exec(text)?.[0],
  };
}
