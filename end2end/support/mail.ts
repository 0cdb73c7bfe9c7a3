/*
 * Letters as a person reads them: Latchkey writes them as .eml files when it has no mail server, and this takes them apart
 * (RFC 5322, 2045, 2047), as far as our own letters go. A mail program of someone else's would be a dependency for sixty lines.
 */
import type { Server } from "./server";

export interface Letter {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** The link to follow, if the letter has one: the first of ours in the text. */
  link?: string;
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
  return (await server.letters()).map((raw) => read(raw, server.url)).filter((letter) => letter.to === to);
}

/** Takes a message apart. */
export function read(raw: string, site: string): Letter {
  const { headers, body } = split(raw);
  const parts = partsOf(headers, body);
  const text = parts.find((part) => part.type === "text/plain")?.content ?? "";
  const html = parts.find((part) => part.type === "text/html")?.content ?? "";
  return {
    to: (headers.get("to") ?? "").replace(/^.*<|>.*$/g, ""),
    subject: words(headers.get("subject") ?? ""),
    text,
    html,
    link: text.split(/\s+/).find((word) => word.startsWith(`${site}/`)),
    code: /\b[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}\b/.exec(text)?.[0],
  };
}

function split(raw: string): { headers: Map<string, string>; body: string } {
  const [head = "", ...rest] = raw.replaceAll("\r\n", "\n").split("\n\n");
  const lines = head.replace(/\n[ \t]+/g, " ").split("\n");
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { headers, body: rest.join("\n\n") };
}

function partsOf(headers: Map<string, string>, body: string): { type: string; content: string }[] {
  const kind = headers.get("content-type") ?? "text/plain";
  const boundary = /boundary="?([^";]+)"?/.exec(kind)?.[1];
  if (!boundary) {
    const type = kind.split(";")[0]?.trim().toLowerCase() ?? "";
    return [{ type, content: decoded(body, headers.get("content-transfer-encoding") ?? "7bit") }];
  }
  // What stands before the first boundary and after the last is for nobody.
  const inner = body.split(`--${boundary}--`)[0]?.split(`--${boundary}\n`).slice(1) ?? [];
  return inner.map((part) => split(part)).flatMap((part) => partsOf(part.headers, part.body));
}

function decoded(body: string, encoding: string): string {
  switch (encoding.toLowerCase()) {
    case "base64":
      return Buffer.from(body, "base64").toString("utf8");
    case "quoted-printable":
      return quotedPrintable(body.replace(/[ \t]*=\n/g, ""));
    default:
      return body;
  }
}

function quotedPrintable(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** The encoded words of a header (RFC 2047). */
function words(header: string): string {
  return header
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toLowerCase() === "b" ? decoded(text, "base64") : quotedPrintable(text.replaceAll("_", " ")),
    );
}
