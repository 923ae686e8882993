/** What FreeSWITCH may play and where it may record, as branded types. */
import { invalid } from "../errors.js";
import type { Branded } from "./words.js";

/** Something that `playback` and `uuid_broadcast` can play: a tone, a stream, silence or an absolute file. */
export type MediaSource = Branded<string, "MediaSource">;
/** An absolute path that FreeSWITCH may record to. */
export type RecordingPath = Branded<string, "RecordingPath">;

// `::` would make uuid_broadcast run an application and `!` add a hangup cause (switch_ivr_async.c, switch_ivr_broadcast);
// braces set parameters of the file handle; blanks, quotes and backslashes split arguments; `$` expands.
const TONE = /^(?:tone_stream|silence_stream):\/\/[A-Za-z0-9%(),;=.+*/:_-]{1,1000}$/;
const LOCAL = /^local_stream:\/\/[A-Za-z0-9_./-]{1,255}$/;
const FILE = /^\/[A-Za-z0-9_@%+=:,./-]{1,1000}$/;
const CLIMBS = /(?:^|\/)\.\.(?:\/|$)/;

const isMediaSource = (value: string): value is MediaSource =>
  (TONE.test(value) || LOCAL.test(value) || FILE.test(value)) && !value.includes("::") && !CLIMBS.test(value);
const isRecordingPath = (value: string): value is RecordingPath =>
  FILE.test(value) && !value.includes("::") && !CLIMBS.test(value) && !value.endsWith("/");

/** `tone_stream://…`, `silence_stream://…`, `local_stream://…` or an absolute path without blanks or `..`. Throws InvalidParameter. */
export const mediaSource = (value: string, parameter = "source"): MediaSource => {
  if (!isMediaSource(value)) throw invalid(parameter, "is not a tone, a stream or an absolute file that FreeSWITCH may play.");
  return value;
};

const CADENCE = "${cond(${originate_disposition} == USER_BUSY ? 500 : 250)}";
const FAILURE_TONE = `tone_stream://%(${CADENCE},${CADENCE},480,620);loops=6`;
const isFailureTone = (value: string): value is MediaSource => value === FAILURE_TONE;

/** What became of the leg that was bridged last, as a phone tells it: busy for USER_BUSY, else congestion; 3 to 6 s. FreeSWITCH itself decides when it plays. */
export function failureTone(): MediaSource {
  if (!isFailureTone(FAILURE_TONE)) throw invalid("source", "is not the tone of a failed call.");
  return FAILURE_TONE;
}

/** An absolute path without blanks, `..` or anything that FreeSWITCH would interpret. Throws InvalidParameter. */
export const recordingPath = (value: string, parameter = "path"): RecordingPath => {
  if (!isRecordingPath(value)) throw invalid(parameter, "is not an absolute path that FreeSWITCH may record to.");
  return value;
};
