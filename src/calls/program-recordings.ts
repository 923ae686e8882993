/** Recordings of a whole conversation that a program asks for. No face uses it. */
import { conflict } from "../errors.js";
import { commands, plainUuid, recordingPath, variableName, variableValue } from "../freeswitch/index.js";
import type { LiveLeg } from "./call-legs.js";
import { confirmed, whileUp } from "./control/confirm.js";
import { attempt, nodeOf, type ControlContext } from "./control/context.js";

export interface RunningRecording {
  /** On FreeSWITCH's disk. */
  readonly path: string;
  /** Ends it; it has ended when the leg has hung up. Never rejects. */
  readonly stop: () => Promise<{ readonly path: string; readonly durationMs: number }>;
}

const STEREO = variableName("RECORD_STEREO", "variable");

export class ProgramRecordings {
  readonly #context: ControlContext;

  constructor(context: ControlContext) {
    this.#context = context;
  }

  /**
   * Records the leg until it hangs up, or the recording is stopped. `dual`: what the leg's far end says is on the left channel, what it hears on the right
   * (switch_ivr_async.c, record_callback). Throws Conflict for a leg that has hung up, SwitchUnavailable and Timeout.
   */
  async begin(leg: LiveLeg, { dual }: { readonly dual: boolean }, signal: AbortSignal): Promise<RunningRecording> {
    const { registry, settings } = this.#context;
    const channel = registry.channel(leg.uuid);
    if (channel === undefined || channel.hungUp) throw conflict("The leg hung up.");
    const node = nodeOf(this.#context, channel);
    const path = recordingPath(`${settings.recordingsDir}/${plainUuid(channel.call?.id ?? channel.uuid)}-${Date.now()}.wav`);
    await node.api(commands.setVariable(channel.uuid, STEREO, variableValue(dual ? "true" : "", "stereo")));
    await confirmed(this.#context, node, () => node.api(commands.record(channel.uuid, "start", path)), {
      uuids: [channel.uuid],
      proof: () => whileUp(channel.recordings.includes(path), [channel, "leg"]),
      of: "RECORD_START",
      signal,
    });
    const began = performance.now();
    return {
      path,
      stop: async () => {
        const durationMs = Math.round(performance.now() - began);
        if (!channel.hungUp && channel.recordings.includes(path)) {
          await attempt(this.#context, node, commands.record(channel.uuid, "stop", path));
          const stopped = (): true | undefined => (channel.hungUp || !channel.recordings.includes(path) ? true : undefined);
          await registry.proofs.until([channel.uuid], stopped, { of: "RECORD_STOP", timeoutMs: settings.confirmMs, node: channel.node }).catch((error: unknown) => this.#context.logger.warn({ err: error, channel: channel.uuid }, "a recording may not have ended"));
        }
        return { path, durationMs };
      },
    };
  }
}
