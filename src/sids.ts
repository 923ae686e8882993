/** Identifiers as Twilio's API words them: two letters for the kind, and 32 hexadecimal digits. */
import { createHash, randomBytes } from "node:crypto";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const CALL_SID = /^CA([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** AC account, AP application, CF conference, GT transcription, MZ stream, NO notification, PN phone number, QU queue, RE recording, SK API key. */
export type SidKind = "AC" | "AP" | "CF" | "GT" | "MZ" | "NO" | "PN" | "QU" | "RE" | "SK";

/** A new one, at random. */
export const newSid = (kind: SidKind): string => `${kind}${randomBytes(16).toString("hex")}`;

/** The same for the same text, for what has an identity elsewhere already. */
export const sidOf = (kind: SidKind | "CA", text: string): string => `${kind}${createHash("md5").update(text).digest("hex")}`;

/** A leg's CallSid. FreeSWITCH's uuid is in it where it is a UUID in lower case, else a digest of it. */
export const callSid = (uuid: string): string => (UUID.test(uuid) && uuid === uuid.toLowerCase() ? `CA${uuid.replaceAll("-", "")}` : sidOf("CA", uuid));

/** The uuid that a CallSid may stand for; null when it is no CallSid. A leg whose uuid is no UUID has another one: look its CallSid up. */
export function uuidOfCallSid(sid: string): string | null {
  const parts = CALL_SID.exec(sid)?.slice(1);
  return parts === undefined ? null : parts.join("-");
}

/** The RecordingSid of a recording, by its id. */
export const recordingSid = (id: string): string => sidOf("RE", id);
