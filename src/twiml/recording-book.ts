/** What is told of recordings, and where they are kept (https://www.twilio.com/docs/voice/api/recording#recording-status-callback). */
import type { LiveLeg } from "../calls/index.js";
import { rfc2822 } from "./call-parameters.js";
import type { RecordingEvent } from "./nouns/recording.js";
import { laneOf, signedBy, type Callbacks, type DocumentUrl, type Form, type OngoingRecording, type ProgramAccount, type RecordingBook, type RecordingSource } from "./ports.js";
import { codeOfError, PROGRAM_CODES } from "./program-error.js";
import type { ProgramLog } from "./program-log.js";

export type RecordingTrack = "both" | "inbound" | "outbound";

/** Who is told of a recording; the address is absolute. */
export interface RecordingCallback extends DocumentUrl {
  readonly events: readonly RecordingEvent[];
}

/** Whose recording it is. */
export interface RecordingOf {
  readonly account: ProgramAccount;
  readonly callSid: string;
  /** The id of the call in Callplane's records. */
  readonly callId: string;
}

export interface RecordingFacts {
  readonly sid: string;
  readonly startedAt: Date;
  readonly channels: 1 | 2;
  readonly track: RecordingTrack;
  readonly source: RecordingSource;
  readonly callback: RecordingCallback | null;
  /** Told besides by the callback. */
  readonly others?: Form;
}

export interface MadeRecording extends RecordingFacts {
  readonly path: string;
  /** As it was measured here, which is what counts where the file cannot be read. */
  readonly durationMs: number;
  /** Without silence at both ends. */
  readonly trim: boolean;
  /** As it was noted when it began; absent: it was not. */
  readonly ongoing?: OngoingRecording;
}

export interface KeptRecording {
  readonly sid: string;
  readonly url: string;
  readonly durationS: number;
}

export interface RecordingParts {
  readonly recordings: RecordingBook;
  readonly callbacks: Callbacks;
  readonly log: ProgramLog;
  readonly publicUrl: string;
}

export const recordingUrl = (publicUrl: string, { accountSid }: ProgramAccount, sid: string): string => `${publicUrl}/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`;

/** What an action, or a call's last callback, is told of a recording. */
export const recordingForm = ({ sid, url, durationS }: KeptRecording): Form => [["RecordingUrl", url], ["RecordingSid", sid], ["RecordingDuration", String(durationS)]];

/** Puts a recording that has begun into the book, so that a later process ends it if this one does not. Never rejects: what cannot be kept is in the call's log. */
export async function noteRecording({ recordings, log }: RecordingParts, { account, callSid, callId }: RecordingOf, { sid, startedAt, channels, track, source }: RecordingFacts, path: string, ongoing: OngoingRecording): Promise<void> {
  const { organizationId } = account;
  const failed = (error: unknown): void => log.add(organizationId, callSid, { level: "error", code: codeOfError(error, PROGRAM_CODES.internal), text: "What is known of a recording could not be kept." });
  await recordings.add({ sid, organizationId, callSid, callId, path, startedAt, durationS: null, channels, track, source, ongoing }).catch(failed);
}

export const ongoing = ({ account }: RecordingOf, { callback }: RecordingFacts, { uuid, node }: Pick<LiveLeg, "uuid" | "node">, trim: boolean): OngoingRecording => ({ uuid, node, line: account.line ?? null, callback, trim });

/** Puts a recording into the book and tells whoever asked for it. A file that cannot be trimmed is left as it is, with a warning in the call's log. */
export async function keepRecording(parts: RecordingParts, of: RecordingOf, { path, durationMs, trim, ongoing: noted, ...facts }: MadeRecording): Promise<KeptRecording> {
  const { account, callSid, callId } = of;
  const { organizationId } = account;
  const { sid, startedAt, channels, track, source } = facts;
  // The header of a file that FreeSWITCH has not closed tells none.
  const fileMs = (trim ? await trimmed(parts, of, path) : null) ?? (await parts.recordings.lengthMs(path).catch(() => null));
  const durationS = Math.round((fileMs === null || fileMs === 0 ? durationMs : fileMs) / 1000);
  const recording = { sid, organizationId, callSid, callId, path, startedAt, durationS, channels, track, source };
  // It is there when whoever is told asks for it, and told again by a later process until that is certain.
  await parts.recordings.add(noted === undefined ? recording : { ...recording, ongoing: noted });
  await tellRecording(parts, of, facts, "completed", [["RecordingDuration", String(durationS)]]);
  if (noted !== undefined) await parts.recordings.add({ ...recording, ongoing: null });
  return { sid, url: recordingUrl(parts.publicUrl, account, sid), durationS };
}

async function trimmed({ recordings, log }: RecordingParts, { account, callSid }: RecordingOf, path: string): Promise<number | null> {
  const why = await recordings.trim(path).then((ms) => ms ?? "its file is not within Callplane's reach", (error: unknown) => (error instanceof Error ? error.message : "its file cannot be read"));
  if (typeof why === "number") return why;
  log.add(account.organizationId, callSid, { level: "warning", code: PROGRAM_CODES.schemaWarning, text: `Silence could not be cut off a recording (trim): ${why}` });
  return null;
}

/** Never rejects: what cannot be kept is in the call's log. */
export async function tellRecording({ callbacks, log, publicUrl }: RecordingParts, { account, callSid }: RecordingOf, { sid, startedAt, channels, track, source, callback, others = [] }: RecordingFacts, event: RecordingEvent, more: Form = []): Promise<void> {
  if (callback?.events.includes(event) !== true) return;
  const { organizationId, accountSid } = account;
  const form = [
    ["AccountSid", accountSid], ["CallSid", callSid], ["RecordingSid", sid], ["RecordingUrl", recordingUrl(publicUrl, account, sid)], ["RecordingStatus", event],
    ["RecordingChannels", String(channels)], ["RecordingStartTime", rfc2822(startedAt)], ["RecordingSource", source], ["RecordingTrack", track],
    ...more,
    ...others,
  ] as const;
  const delivery = { organizationId, lane: laneOf(callSid, callback.url), kind: "callback", url: callback.url, method: callback.method, form, ...signedBy(account), once: `${sid}/${event}` } as const;
  await callbacks.enqueue(delivery).catch((error: unknown) => log.add(organizationId, callSid, { level: "error", code: codeOfError(error, PROGRAM_CODES.internal), text: "The callback about a recording could not be kept." }));
}
