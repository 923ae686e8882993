/** Who is left alone in a call: a leg that waits for nobody is released, and two outside parties whom nobody can take back are joined again. */
import { CallplaneError } from "../errors.js";
import { SYSTEM } from "./activities.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import { nodeOf, type ControlContext } from "./control/context.js";
import { join, release } from "./control/legs.js";

/** What FreeSWITCH did not do is asked for again after this time; nothing else need happen to the call meanwhile. */
const AGAIN_MS = 5000;

export class LeftAlone {
  readonly #context: ControlContext;
  /** Bounded by the live legs and calls: one leaves when what was tried has ended. */
  readonly #trying = new Set<Channel | Call>();
  /** Bounded by the calls. */
  readonly #again = new Map<Call, NodeJS.Timeout>();

  constructor(context: ControlContext) {
    this.#context = context;
  }

  close(): void {
    for (const timer of this.#again.values()) clearTimeout(timer);
    this.#again.clear();
  }

  /** Looks at a call that changed or whose last operation has ended. */
  look(call: Call): void {
    // An activity under way knows best what its legs are for.
    if (call.ended || this.#context.activities.busy(call.id)) return;
    for (const leg of [...lonely(call), ...leftBehind(call)]) this.#try(call, leg, () => this.#release(leg));
    if (parted(call) !== undefined) this.#try(call, call, () => this.#rejoin(call));
  }

  #try(call: Call, what: Channel | Call, work: () => Promise<boolean>): void {
    // A node that is away tells of the call again when it is back.
    if (this.#trying.has(what) || !isReachable(this.#context, call)) return;
    this.#trying.add(what);
    void work().then((done) => {
      this.#trying.delete(what);
      if (!done) this.#lookAgain(call);
    });
  }

  async #release(leg: Channel): Promise<boolean> {
    await release(this.#context, leg);
    return leg.hungUp;
  }

  async #rejoin(call: Call): Promise<boolean> {
    try {
      await this.#context.activities.run(call.id, { name: "rejoin", by: SYSTEM }, async (signal) => {
        const both = parted(call);
        if (both !== undefined) await join(this.#context, ...both, signal);
      });
      return true;
    } catch (error) {
      this.#context.logger.warn({ err: error, call: call.id }, "two parties whom nobody can take back could not be joined again");
      return false;
    }
  }

  #lookAgain(call: Call): void {
    if (call.ended || this.#again.has(call)) return;
    this.#again.set(
      call,
      setTimeout(() => {
        this.#again.delete(call);
        this.look(call);
      }, AGAIN_MS).unref(),
    );
  }
}

function isReachable(context: ControlContext, call: Call): boolean {
  try {
    nodeOf(context, call);
    return true;
  } catch (error) {
    if (error instanceof CallplaneError) return false;
    throw error;
  }
}

/** Legs that wait for nobody: agents' whose caller has gone or whose colleague has with nothing held for the agent, and a last leg that is held while no agent has the call. */
function lonely(call: Call): Channel[] {
  // Seed 004's park drops the other leg so that this one waits; FreeSWITCH ends it in time.
  if (call.mode === "parked") return [];
  if (call.legs.some((leg) => leg.partner !== null || leg.inConference || !leg.parked)) return [];
  // Held for nobody: the others have gone, and no agent has the call.
  if (call.mode === "held" && call.legs.length === 1 && call.legs.every((leg) => leg.consult || call.owner === null)) return call.legs;
  if (call.hadCustomer) return call.customer === undefined ? call.legs.filter((leg) => leg.role === "agent") : [];
  const [only, ...others] = call.legs;
  return only !== undefined && others.length === 0 && only.agentId === call.owner ? [only] : [];
}

/**
 * Agents' phones that an operation brought in and could not take back (FreeSWITCH was away): they wait beside a caller who is another agent's, who was
 * given to an outside party, or who waits in a department.
 */
function leftBehind(call: Call): Channel[] {
  const { customer } = call;
  if (customer === undefined || call.inConference) return [];
  if (call.owner === null && customer.partner === null && call.queue === null && call.mode !== "held") return [];
  return call.legs.filter((leg) => leg.role === "agent" && leg.parked && leg.partner === null && leg.agentId !== call.owner);
}

/** Two outside parties who talked until an operation parted them that failed: no agent has the call, so nobody would resume it. */
function parted(call: Call): readonly [Channel, Channel] | undefined {
  const [one, other, ...more] = call.legs;
  if (call.mode !== "held" || call.owner !== null || one === undefined || other === undefined || more.length > 0) return undefined;
  return [one, other].every((leg) => leg.parked && !leg.hungUp && leg.isOutside) ? [one, other] : undefined;
}
