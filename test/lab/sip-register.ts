/** A phone that tries to register over UDP with a password of its choice; just enough SIP (RFC 3261, RFC 2617) to be refused. */
import { createHash, randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { within } from "./wait.js";

export interface RegisterAttempt {
  /** UDP port of the registrar on loopback. */
  readonly port: number;
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  /** The same phone again: its Call-ID and its contact stay, so that its registration replaces the one before. Else it is a new phone each time. */
  readonly phone?: { readonly callId: string; readonly port: number; readonly sequence: number };
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
const ANSWER_MS = 5000;

/** Answers one challenge and gives the status of the reply to that: 200, 403, … */
export async function tryToRegister(attempt: RegisterAttempt): Promise<number> {
  const socket = createSocket("udp4");
  try {
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const { callId, sequence } = attempt.phone ?? { callId: randomBytes(8).toString("hex"), sequence: 1 };
    const challenge = await ask(socket, attempt, callId, sequence, null);
    const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1];
    const realm = /realm="([^"]+)"/.exec(challenge)?.[1];
    if (nonce === undefined || realm === undefined) throw new Error(`No challenge: ${challenge}`);
    const uri = `sip:${attempt.domain}`;
    const response = md5(`${md5(`${attempt.user}:${realm}:${attempt.password}`)}:${nonce}:${md5(`REGISTER:${uri}`)}`);
    const reply = await ask(socket, attempt, callId, sequence + 1, `Digest username="${attempt.user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=MD5`);
    return Number(/^SIP\/2\.0 (\d{3})/.exec(reply)?.[1]);
  } finally {
    socket.close();
  }
}

function ask(socket: Socket, { port, user, domain, phone }: RegisterAttempt, callId: string, sequence: number, authorization: string | null): Promise<string> {
  const own = socket.address().port;
  const lines = [
    `REGISTER sip:${domain} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${own};rport;branch=z9hG4bK${randomBytes(8).toString("hex")}`,
    "Max-Forwards: 70",
    `From: <sip:${user}@${domain}>;tag=${callId}`,
    `To: <sip:${user}@${domain}>`,
    `Call-ID: ${callId}`,
    `CSeq: ${sequence} REGISTER`,
    `Contact: <sip:${user}@127.0.0.1:${phone?.port ?? own}>`,
    "Expires: 60",
    "User-Agent: a stranger",
    ...(authorization === null ? [] : [`Authorization: ${authorization}`]),
    "Content-Length: 0",
    "",
    "",
  ];
  const answer = new Promise<string>((resolve) => {
    const listen = (message: Buffer): void => {
      const text = message.toString("utf8");
      if (/^SIP\/2\.0 1\d\d/.test(text)) return;
      socket.off("message", listen);
      resolve(text);
    };
    socket.on("message", listen);
  });
  socket.send(lines.join("\r\n"), port, "127.0.0.1");
  return within("the registrar's answer", ANSWER_MS, answer);
}
