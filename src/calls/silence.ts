/** Plays music to who was put aside, or waits in a department, and hears nothing: FreeSWITCH told too late of a hold that it made, or was not there to play. */
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import type { ControlContext } from "./control/context.js";
import { playMusic } from "./control/legs.js";
import type { Questions } from "./questions.js";

/** Whoever is put aside or taken back hears nothing for less than that. */
const SILENCE_MS = 1500;
/** Music that does not play is asked for again after so long. */
const AGAIN_MS = 30_000;

export class Silence {
  readonly #context: ControlContext;
  readonly #questions: Pick<Questions, "asking" | "ask">;
  /** Calls in which somebody waits in silence. Bounded by the held and parked calls. */
  readonly #waiting = new Map<Call, NodeJS.Timeout>();
  #closed = false;

  constructor(context: ControlContext, questions: Pick<Questions, "asking" | "ask">) {
    this.#context = context;
    this.#questions = questions;
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  /** Checks a call that changed, or whose last activity has ended. */
  look(call: Call, ms = SILENCE_MS): void {
    if (this.#closed) return;
    if (!call.ended && inSilence(call) !== undefined) {
      if (!this.#waiting.has(call)) this.#waiting.set(call, setTimeout(() => void this.#end(call), ms));
      return;
    }
    clearTimeout(this.#waiting.get(call));
    this.#waiting.delete(call);
  }

  async #end(call: Call): Promise<void> {
    const { activities, nodes, registry, logger } = this.#context;
    const leg = inSilence(call);
    let againMs = SILENCE_MS;
    try {
      if (leg === undefined || activities.busy(call.id) || this.#questions.asking !== null || nodes.get(call.node).status().state !== "ready") return;
      againMs = AGAIN_MS;
      const found = await this.#questions.ask(leg);
      // The event that tells of the music was lost, or came before this process.
      if (found === null || found.playing || inSilence(call) !== leg || activities.busy(call.id)) return;
      if (call.mode === null && call.owner !== null && call.queue === null) {
        // FreeSWITCH ended the leg of a lost phone before this process saw it.
        const isLost = call.legOf(call.owner) === undefined && call.endedLegs.length === 0;
        registry.annotate(call, { mode: "held", ...(isLost ? { lost: call.owner } : {}) });
      }
      playMusic(this.#context, leg);
    } catch (error) {
      logger.debug({ err: error, call: call.id }, "whether a caller waits in silence could not be asked");
    } finally {
      this.#waiting.delete(call);
      this.look(call, againMs);
    }
  }
}

/** Who waits for an agent and is played nothing. What plays before somebody has talked, or the department has taken the caller in, is the dialplan's matter. */
function inSilence(call: Call): Channel | undefined {
  const { state, queue, stage, mode, answeredAt, ownSounds } = call;
  if (ownSounds) return undefined;
  if (state === "queued" ? stage !== "waiting" : (state !== "held" && state !== "parked") || queue !== null || (mode === null && answeredAt === null)) return undefined;
  const leg = call.customer ?? call.legs.find(({ agentId, consult }) => agentId !== (call.lost ?? call.owner) && !consult);
  return leg !== undefined && leg.answered && leg.parked && leg.partner === null && !leg.playing && leg.timedPark !== leg.parks ? leg : undefined;
}
