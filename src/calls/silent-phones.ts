/** Tells FreeSWITCH what to do when an agent's phone sends nothing any more: to park the other party, where Callplane finds it, and only then to end the phone's leg. */
import { commands, variableName, variableValue } from "../freeswitch/index.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import { attempt, type ControlContext } from "./control/context.js";

/**
 * FreeSWITCH finds such variables by the beginning of their name (switch_channel.c, switch_channel_execute_on): those for the end of the media would be executed when
 * the media begins, as `execute_on_media`, if they were set before. So they are set when the parties have talked for so long.
 */
const TALKS_MS = 2000;
/** In this order. With the limit by `rtp-timeout-sec` FreeSWITCH leaves the end of the leg to them (switch_core_media.c, switch_core_media_read_frame). */
const ON_SILENCE = [
  [variableName("execute_on_media_timeout", "variable"), variableValue("transfer -bleg park inline")],
  [variableName("execute_on_media_timeout_end", "variable"), variableValue("hangup MEDIA_TIMEOUT")],
] as const;

export class SilentPhones {
  readonly #context: Pick<ControlContext, "nodes" | "logger">;
  /** Bounded by the live legs. */
  readonly #timers = new Map<Channel, NodeJS.Timeout>();
  readonly #told = new WeakSet<Channel>();

  constructor(context: Pick<ControlContext, "nodes" | "logger">) {
    this.#context = context;
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Checks a call that changed. */
  look(call: Call): void {
    for (const leg of call.legs) {
      if (leg.agentId === null || leg.partner === null || this.#told.has(leg)) continue;
      this.#told.add(leg);
      this.#timers.set(leg, setTimeout(() => void this.#tell(leg), TALKS_MS));
    }
  }

  async #tell(leg: Channel): Promise<void> {
    this.#timers.delete(leg);
    if (leg.hungUp) return;
    const node = this.#context.nodes.get(leg.node);
    for (const [name, value] of ON_SILENCE) {
      // Otherwise the other party would be lost with the phone: when the node is back, its calls are checked again.
      if (!(await attempt(this.#context, node, commands.setVariable(leg.uuid, name, value)))) this.#told.delete(leg);
    }
  }
}
