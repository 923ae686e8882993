/** Carries out what the dispatch decided: offers a caller or a callback to agents, and tells what becomes of it. */
import { onAbort } from "../abort.js";
import { isMissed, type CallLegs } from "../calls/index.js";
import type { Clock } from "../clock.js";
import { CallplaneError, OfferWithdrawn } from "../errors.js";
import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import type { Callbacks } from "./callbacks.js";
import type { Crew } from "./crew.js";
import type { Offer } from "./dispatch.js";
import { offer, takeOver } from "./offer.js";
import type { OfferChange, OfferNews, OfferTold } from "./offers.js";
import type { Outcomes } from "./outcomes.js";
import type { CallbackRecord } from "./ports.js";
import type { WaitingCaller } from "./waiting.js";

/** What a callback's waiter is called in the dispatch. */
export const CALLBACK = "callback/";

export interface OfferingOptions {
  readonly calls: CallLegs;
  readonly crew: Crew;
  readonly outcomes: Outcomes;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when Callplane stops. */
  readonly signal: AbortSignal;
}

export class Offering {
  readonly #options: OfferingOptions;
  readonly #changes: Listeners<[OfferChange]>;

  constructor(options: OfferingOptions) {
    this.#options = options;
    this.#changes = new Listeners("offers", options.logger, ({ callId, agentId }) => ({ call: callId, agent: agentId }));
  }

  /** Returns the unsubscribe function. */
  onChange(handler: (change: OfferChange) => void): () => void {
    return this.#changes.add(handler);
  }

  close(): void {
    this.#changes.clear();
  }

  /** Whether the caller was answered, waits for the next offer, is to be left alone for a while, because somebody may have the caller, or waits there no more. */
  async offer(organizationId: number, { waiter, department, agents }: Offer): Promise<"answered" | "again" | "later" | "left"> {
    const { calls, crew, outcomes, signal } = this.#options;
    const offered = agents.map((agentId) => ({ agentId, ringS: outcomes.ringS(organizationId, department, agentId), withdrawn: crew.withdrawn(organizationId, agentId) }));
    const dispatch = crew.dispatch(organizationId);
    const stop = onAbort(offered.length === 1 ? offered[0]?.withdrawn : undefined, () => dispatch.returns(waiter));
    const outcome = await offer(calls, waiter, offered, { told: this.#tell(organizationId, department, waiter), now: this.#options.clock.now() }, signal).finally(stop);
    const { answered, failures, withdrawn } = await outcomes.learn(organizationId, department, outcome);
    if (answered) return "answered";
    // Another department may offer the caller already.
    if (calls.find(waiter)?.queue !== department) return "left";
    // A pickup took the caller while phones rang, and it may still fail.
    if (failures.length === 0 && !withdrawn) return "later";
    dispatch.requeue(waiter, failures.flatMap(({ agentId }) => agentId ?? []));
    return "again";
  }

  /** Throws when none of the phones was answered, so that the caller is checked again later. */
  async takeOver({ id, organizationId, department }: WaitingCaller, signal: AbortSignal): Promise<void> {
    const { calls, crew, outcomes } = this.#options;
    const outcome = await takeOver(calls, id, (agentId) => crew.withdrawn(organizationId, agentId), this.#tell(organizationId, department, id), signal);
    const { answered } = await outcomes.learn(organizationId, department, outcome);
    if (!answered) throw new CallplaneError("Conflict", "None of the phones was answered.");
  }

  async callBack(callbacks: Pick<Callbacks, "call">, callback: CallbackRecord, agentId: string): Promise<void> {
    const { calls, crew, outcomes, clock, signal } = this.#options;
    const { organizationId, department } = callback;
    const dispatch = crew.dispatch(organizationId);
    const ringS = outcomes.ringS(organizationId, department, agentId);
    const until = clock.now() + ringS * 1000;
    let callId: string | null = null;
    const tell = (news: OfferNews): void => {
      if (callId !== null) this.#tell(organizationId, department, callId)(agentId, until, news);
    };
    const rings = (id: string): void => {
      callId = id;
      tell({ type: "made" });
    };
    const answered = (): void => {
      tell({ type: "accepted" });
      callId = null;
    };
    const since = performance.now();
    const record = (error: CallplaneError): void => {
      if (callId !== null && isMissed(error)) calls.offered({ id: callId, node: calls.find(callId)?.node ?? callback.node ?? "" }, agentId, "missed", error.code, Math.round(performance.now() - since), department);
    };
    try {
      if (await callbacks.call(callback, agentId, ringS, crew.withdrawn(organizationId, agentId), { rings, answered })) crew.took(organizationId, agentId);
      dispatch.leave(`${CALLBACK}${callback.id}`);
    } catch (error) {
      if (!signal.aborted) tell(endOf(error));
      if (!(error instanceof CallplaneError) || error.code === "SwitchUnavailable" || signal.aborted) throw error;
      if (!(error instanceof OfferWithdrawn)) {
        record(error);
        await outcomes.failed(organizationId, department, agentId, isMissed(error));
      }
      dispatch.requeue(`${CALLBACK}${callback.id}`, [agentId]);
    }
  }

  #tell(organizationId: number, department: string, callId: string): OfferTold {
    return (agentId, until, news) => this.#changes.tell({ ...news, organizationId, department, callId, agentId, until });
  }
}

function endOf(error: unknown): OfferNews {
  if (error instanceof OfferWithdrawn) return { type: "withdrawn", reason: "agent" };
  return error instanceof CallplaneError && isMissed(error) ? { type: "missed", code: error.code } : { type: "withdrawn", reason: "failed" };
}
