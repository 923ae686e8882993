/** Signatures of webhooks, as Standard Webhooks has them (github.com/standard-webhooks/standard-webhooks): there are libraries that verify them for most languages. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export const WEBHOOK_HEADERS = { id: "webhook-id", timestamp: "webhook-timestamp", signature: "webhook-signature" } as const;
const PREFIX = "whsec_";
const SECRET_BYTES = 32;
/** Of a given secret, decoded. */
const MIN_BYTES = 24;
const MAX_BYTES = 64;

export const newSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString("base64");

const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(PREFIX.length), "base64");

/** `whsec_` and the base64 of 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  if (!text.startsWith(PREFIX)) return false;
  const key = keyOf(text);
  return key.length >= MIN_BYTES && key.length <= MAX_BYTES && key.toString("base64") === text.slice(PREFIX.length);
}

export interface SignedMessage {
  /** The same each time that the event is sent. */
  readonly id: string;
  /** Of the attempt, seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

const signatureOf = (secret: string, { id, timestamp, body }: SignedMessage): string => `v1,${createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.${body}`, "utf8").digest("base64")}`;

/** The headers of a request; with several secrets its receiver may verify it by any of them. */
export function signedHeaders(secrets: readonly string[], message: SignedMessage): Readonly<Record<string, string>> {
  return { [WEBHOOK_HEADERS.id]: message.id, [WEBHOOK_HEADERS.timestamp]: String(message.timestamp), [WEBHOOK_HEADERS.signature]: secrets.map((secret) => signatureOf(secret, message)).join(" ") };
}

/** Whether one of the signatures in the header was made with the secret. */
export function isSigned(secret: string, message: SignedMessage, header: string): boolean {
  const expected = Buffer.from(signatureOf(secret, message));
  return header.split(" ").some((given) => {
    const bytes = Buffer.from(given);
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  });
}
