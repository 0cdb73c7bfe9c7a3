/*
 * A mail server: takes every letter Latchkey hands over by SMTP (RFC 5321) and keeps it as it came over the wire. Somebody else's
 * server on purpose, so that we do not agree with ourselves about a mistake.
 */
import { SMTPServer } from "smtp-server";

export interface Post {
  /** What LATCHKEY_SMTP_URL has to be. */
  url: string;
  /** Raw messages, in the order of arrival. */
  letters: string[];
  /** Closes the door. */
  close(): Promise<void>;
}

export async function openPost(): Promise<Post> {
  const letters: string[] = [];
  const server = new SMTPServer({
    // On this machine, in plain text, for everybody: that is what `smtp://127.0.0.1` means to Latchkey.
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        letters.push(Buffer.concat(chunks).toString("utf8"));
        done();
      });
    },
  });
  server.on("error", () => {
    // A server under test that is killed drops its connection: nothing to complain about here.
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${port}`,
    letters,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
