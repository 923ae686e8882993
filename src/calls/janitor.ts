/** Cleaning up that no request asks for: it releases abandoned legs, ends music in bridges that have ended, and returns parked callers. */
import { CallplaneError, type ErrorCode } from "../errors.js";
import { SYSTEM } from "./activities.js";
import type { Call } from "./call.js";
import type { ControlContext } from "./control/context.js";
import { DeadBridges } from "./dead-bridges.js";
import { ringBack } from "./control/hold.js";
import { release } from "./control/legs.js";
import { LeftAlone } from "./left-alone.js";
import { LostPhones } from "./lost-phones.js";
import type { Questions } from "./questions.js";
import { Silence } from "./silence.js";
import { SilentPhones } from "./silent-phones.js";

/** FreeSWITCH writes its table of channels through a queue, a little behind the events. */
const TABLE_LAG_MS = 300;
/** A clock that is set back makes a wait longer than a timer of Node.js can be, which fires at once then. */
const LONGEST_WAIT_MS = 3_600_000;

export class Janitor {
  readonly #context: ControlContext;
  /** Bounded by the parked calls. */
  readonly #returns = new Map<Call, NodeJS.Timeout>();
  readonly #leftAlone: LeftAlone;
  readonly #deadBridges: DeadBridges;
  readonly #lostPhones: LostPhones;
  readonly #silentPhones: SilentPhones;
  readonly #silence: Silence;
  /** Nodes that are reconciled soon. Bounded by the nodes. */
  readonly #suspects = new Map<string, NodeJS.Timeout>();
  readonly #stop: () => void;
  #closed = false;

  constructor(context: ControlContext, questions: Questions) {
    this.#context = context;
    this.#leftAlone = new LeftAlone(context);
    this.#deadBridges = new DeadBridges(context);
    this.#lostPhones = new LostPhones(context);
    this.#silentPhones = new SilentPhones(context);
    this.#silence = new Silence(context, questions);
    this.#stop = context.registry.onChange((change) => {
      if (change.type === "ended") {
        this.#cancelReturn(change.call);
        this.#lostPhones.look(change.call);
        this.#silence.look(change.call);
      } else if (change.type === "quiet") this.#silence.look(change.call);
      else if (change.type === "updated") this.check(change.call);
    });
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#leftAlone.close();
    this.#deadBridges.close();
    this.#lostPhones.close();
    this.#silentPhones.close();
    this.#silence.close();
    for (const timer of [...this.#returns.values(), ...this.#suspects.values()]) clearTimeout(timer);
    this.#suspects.clear();
    this.#returns.clear();
  }

  /** Checks a call that changed, or whose last activity has ended. */
  check(call: Call): void {
    this.#watchReturn(call);
    this.#silentPhones.look(call);
    this.#lostPhones.look(call);
    this.#leftAlone.look(call);
    this.#deadBridges.look(call);
    this.#silence.look(call);
  }

  /** Reconciles the node soon, because of an event of an unknown channel. */
  suspect(node: string): void {
    if (this.#suspects.has(node)) return;
    const reconcile = async (): Promise<void> => {
      this.#suspects.delete(node);
      try {
        await this.#context.nodes.get(node).reconcile();
      } catch (error) {
        this.#context.logger.debug({ err: error, node }, "the node could not be reconciled; the next connect does it");
      }
    };
    this.#suspects.set(node, setTimeout(() => void reconcile(), TABLE_LAG_MS));
  }

  #watchReturn(call: Call): void {
    const { parkReturnS } = this.#context.settings;
    if (parkReturnS === null) return;
    if (call.state !== "parked" || call.mode !== "parked" || call.parkedAt === null) {
      this.#cancelReturn(call);
      return;
    }
    if (this.#returns.has(call)) return;
    this.#returns.set(call, setTimeout(() => void this.#returnToParker(call), Math.min(LONGEST_WAIT_MS, Math.max(0, this.#returnsInMs(call)))));
  }

  #returnsInMs(call: Call): number {
    return (call.parkedAt?.getTime() ?? Infinity) + (this.#context.settings.parkReturnS ?? Infinity) * 1000 - this.#context.registry.now(call.node).getTime();
  }

  #cancelReturn(call: Call): void {
    clearTimeout(this.#returns.get(call));
    this.#returns.delete(call);
  }

  /** Rings the parker; without an answer the call ends (CONTRACT: "then ring the parker, then end"). */
  async #returnToParker(call: Call): Promise<void> {
    await this.#context.activities
      .run(call.id, { name: "return", by: SYSTEM }, async (signal) => {
        const far = call.customer ?? call.legs[0];
        if (call.state !== "parked" || far === undefined || this.#returnsInMs(call) > 0) return;
        try {
          await ringBack(this.#context, call, far, call.owner, signal);
        } catch (error) {
          if (!isAway(call, error)) {
            // The parker could not be rung: the time starts again.
            if (!call.ended) this.#context.registry.annotate(call, { mode: "parked" });
            throw error;
          }
          this.#context.logger.info({ err: error, call: call.id }, "the parker of a parked call did not answer, and the call ends");
          await release(this.#context, far);
        }
      })
      .catch((error: unknown) => this.#context.logger.warn({ err: error, call: call.id }, "a parked call could not be returned"));
    this.#returns.delete(call);
    if (!this.#closed) this.#watchReturn(call);
  }
}

const AWAY: ReadonlySet<ErrorCode> = new Set(["USER_BUSY", "NO_ANSWER", "CALL_REJECTED", "USER_NOT_REGISTERED", "CALL_FAILED", "NotFound"]);

/** Whether the parker's phone caused the error. A caller's call does not end because of FreeSWITCH or a shutdown of Callplane. */
function isAway(call: Call, error: unknown): boolean {
  return call.owner === null || (error instanceof CallplaneError && AWAY.has(error.code));
}
