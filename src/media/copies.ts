import type { AudioLeg, CallsRoom, CopyRequest } from "../calls/index.js";
import type { StreamCounts } from "./counts.js";
import { STREAM_ERRORS, StreamError } from "./errors.js";
import { LegLink } from "./leg-link.js";
import type { MediaPlace } from "./place.js";
import type { PortPool } from "./ports.js";

export interface LinkOptions {
  readonly audio: CallsRoom["audio"];
  readonly ports: PortPool;
  readonly counts: StreamCounts;
  /** Where the node's FreeSWITCH and Callplane meet. */
  readonly place: (node: string) => Promise<MediaPlace>;
  readonly firstAudioMs?: number;
}

export interface OpenCopy {
  readonly link: LegLink;
  /** Parked; it is FreeSWITCH's own. */
  readonly near: AudioLeg;
}

/** The audio of a parked leg. Throws StreamError, and what the signal was aborted with. */
export async function openLink({ audio, ports, place, counts, firstAudioMs }: LinkOptions, leg: AudioLeg, onAudio: (pcm: Buffer) => void, signal: AbortSignal): Promise<LegLink> {
  const where = await place(leg.node).catch((error: unknown) => {
    throw new StreamError(STREAM_ERRORS.audio, `The address of FreeSWITCH is unknown: ${error instanceof Error ? error.message : String(error)}`);
  });
  return LegLink.open({ audio, leg, ports, place: where, counts, onAudio, ...(firstAudioMs === undefined ? {} : { firstAudioMs }) }, signal);
}

/** A copy of a leg, and its audio. Throws as `openLink`, and what the copy throws. */
export async function openCopy(options: LinkOptions, request: CopyRequest, onAudio: (pcm: Buffer) => void, signal: AbortSignal): Promise<OpenCopy> {
  const near = await options.audio.copy(request, signal);
  try {
    return { near, link: await openLink(options, near, onAudio, signal) };
  } catch (error) {
    await options.audio.release(near);
    throw error;
  }
}
