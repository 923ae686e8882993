/** Recordings of a leg that a program asks for, whatever the leg does meanwhile. No face uses it. */
import { conflict } from "../errors.js";
import { commands, recordingPath, type RecordAction, type RecordingPath } from "../freeswitch/index.js";
import type { Actor } from "../people/index.js";
import { audited } from "./audited.js";
import type { LiveLeg } from "./call-legs.js";
import type { Channel } from "./channel.js";
import { attempt, FILE_COMPLETE_MS, nodeOf, type ControlContext } from "./control/context.js";
import { newRecording, recordLeg, type RecordingForm } from "./control/recording.js";

export interface RecordingOptions extends RecordingForm {
  /** Who asked for it, for the audit log; absent: a program. */
  readonly by?: Actor;
}

export interface RunningRecording {
  /** The file's name without its ending, by which the records know it. */
  readonly id: string;
  /** On FreeSWITCH's disk. */
  readonly path: string;
  /** `silence`: what is said meanwhile is silence in the file; `skip`: it is left out. Throws Conflict when the leg has hung up, SwitchUnavailable and Timeout. */
  readonly pause: (how: "silence" | "skip", by?: Actor) => Promise<void>;
  /** As `pause`. */
  readonly resume: (by?: Actor) => Promise<void>;
  /** Ends it; resolves when the file is complete, with milliseconds without what was skipped. Never rejects. */
  readonly stop: (by?: Actor) => Promise<{ readonly path: string; readonly durationMs: number }>;
  /** How long it lasts by now, without what was skipped. */
  readonly durationMs: () => number;
}

export class ProgramRecordings {
  readonly #context: ControlContext;

  constructor(context: ControlContext) {
    this.#context = context;
  }

  /** Records the leg until it hangs up, or the recording is stopped. Throws Conflict for a leg that has hung up, SwitchUnavailable and Timeout. */
  async begin(leg: LiveLeg, { dual, track, by }: RecordingOptions, signal: AbortSignal): Promise<RunningRecording> {
    const channel = this.#context.registry.channel(leg.uuid);
    if (channel === undefined || channel.hungUp) throw conflict("The leg hung up.");
    const { id, path } = newRecording(this.#context, channel);
    await this.#told(channel, by, { action: "start", id }, () => recordLeg(this.#context, channel, path, signal, { dual, track }));
    return this.#running(channel, id, path);
  }

  /** Ends one that an earlier process has begun, if it goes on; resolves when the file is complete. Never rejects. */
  async end({ uuid }: LiveLeg, path: string): Promise<void> {
    const channel = this.#context.registry.channel(uuid);
    if (channel === undefined) return;
    if (!channel.hungUp) await attempt(this.#context, this.#context.nodes.get(channel.node), commands.record(channel.uuid, "stop", recordingPath(path)));
    await this.#stopped(channel, path);
  }

  /** FreeSWITCH closes the files of a leg that has hung up a moment later (switch_core_state_machine.c, switch_core_session_hangup_state). */
  async #stopped(channel: Channel, path: string): Promise<void> {
    const { registry, logger } = this.#context;
    const stopped = (): true | undefined => (channel.recordings.includes(path) ? undefined : true);
    await registry.proofs.until([channel.uuid], stopped, { of: "RECORD_STOP", timeoutMs: FILE_COMPLETE_MS, node: channel.node }).catch((error: unknown) => logger.warn({ err: error, channel: channel.uuid }, "a recording may not have ended"));
  }

  #running(channel: Channel, id: string, path: RecordingPath): RunningRecording {
    const began = performance.now();
    let skippedMs = 0;
    let skippedSince: number | null = null;
    const durationMs = (): number => Math.round((skippedSince ?? performance.now()) - began - skippedMs);
    const act = async (...actions: readonly RecordAction[]): Promise<void> => {
      if (channel.hungUp) throw conflict("The leg hung up.");
      for (const action of actions) await nodeOf(this.#context, channel).api(commands.record(channel.uuid, action, path));
    };
    const resumed = (): void => {
      if (skippedSince !== null) skippedMs += performance.now() - skippedSince;
      skippedSince = null;
    };
    return {
      id,
      path,
      durationMs,
      pause: (how, by) =>
        this.#told(channel, by, { action: "pause" }, async () => {
          await act(how === "silence" ? "mask" : "pause");
          this.#paused(channel, channel.recordings.length === 1);
          if (how === "skip") skippedSince ??= performance.now();
        }),
      resume: (by) =>
        this.#told(channel, by, { action: "resume" }, async () => {
          await act("unmask", "resume");
          this.#paused(channel, false);
          resumed();
        }),
      stop: async (by) => {
        const lasted = durationMs();
        if (!channel.hungUp && channel.recordings.includes(path)) await this.#told(channel, by, { action: "stop" }, () => attempt(this.#context, this.#context.nodes.get(channel.node), commands.record(channel.uuid, "stop", path)));
        await this.#stopped(channel, path);
        return { path, durationMs: lasted };
      },
    };
  }

  /** No event tells of it. */
  #paused(channel: Channel, recordingPaused: boolean): void {
    const { registry } = this.#context;
    registry.annotateLeg(channel, { recordingPaused });
    if (channel.call !== null) registry.markChanged(channel.call);
  }

  #told<T>(channel: Channel, by: Actor | undefined, asked: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
    return by === undefined || channel.call === null ? work() : audited(this.#context, by, channel.call, "record", work, { asked });
  }
}
