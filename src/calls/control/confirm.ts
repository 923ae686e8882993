import { underAny } from "../../abort.js";
import { CallplaneError, conflict } from "../../errors.js";
import { CommandRefused, type SwitchNode } from "../../freeswitch/index.js";
import type { Channel } from "../channel.js";
import type { ControlContext } from "./context.js";

export interface Confirmation<T> {
  /** The channels whose events may prove it. */
  readonly uuids: readonly string[];
  /** Evaluated after each of those events: the result, or `undefined` to go on waiting; throws to fail. */
  readonly proof: () => T | undefined;
  /** What is waited for, in FreeSWITCH's words, for the Timeout's text. */
  readonly of: string;
  readonly signal?: AbortSignal | undefined;
  /** Legs that FreeSWITCH is asked about when no proof comes: it may have carried the command out, and the event was lost. */
  readonly ask?: readonly Channel[];
  /** Milliseconds; default: `confirmMs` of the settings. */
  readonly timeoutMs?: number;
}

/** FreeSWITCH does not know a leg: it has listed one that had ended, or its end was lost. Resolves when the picture shows that. */
async function missed({ registry }: ControlContext, ask: readonly Channel[]): Promise<void> {
  const ended = (): true | undefined => (ask.some(({ hungUp }) => hungUp) ? true : undefined);
  const [first] = ask;
  if (first === undefined || ended() === true) return;
  registry.onUnclear(ask, "unclear");
  await registry.proofs.until(ask.map(({ uuid }) => uuid), ended, { of: "the end of a leg", timeoutMs: MISSED_MS, node: first.node }).catch(() => undefined);
}

/** FreeSWITCH answers at once. */
const MISSED_MS = 1000;

/** For a proof: `true` once it is done, `undefined` before. Throws Conflict when one of the legs has hung up. */
export function whileUp(done: boolean, ...legs: readonly (readonly [leg: Channel, whose: string])[]): true | undefined {
  for (const [{ hungUp }, whose] of legs) if (hungUp) throw conflict(`The ${whose} hung up.`);
  return done ? true : undefined;
}

/** Sends a command and resolves when FreeSWITCH's events have proved it (CONTRACT: not on its `+OK`). Sends nothing for an operation that is cancelled. */
export async function confirmed<T>(context: ControlContext, node: SwitchNode, send: () => Promise<unknown>, { uuids, proof, of, signal, ask = [], timeoutMs }: Confirmation<T>): Promise<T> {
  signal?.throwIfAborted();
  const refused = new AbortController();
  return underAny([...(signal === undefined ? [] : [signal]), refused.signal], async (either) => {
    const proved = context.registry.proofs.until(uuids, proof, { of, timeoutMs: timeoutMs ?? context.settings.confirmMs, signal: either, node: node.name });
    // In a promise, so that a command that cannot be built rejects like one that is refused.
    const sent = Promise.resolve().then(send);
    try {
      const [result] = await Promise.all([proved, sent]);
      return result;
    } catch (error) {
      // The proof of a refused command is not waited for.
      refused.abort(error);
      if (error instanceof CallplaneError && error.code === "Timeout" && ask.length > 0) context.registry.onUnclear(ask, "unclear");
      if (error instanceof CommandRefused && error.code === "NotFound") await missed(context, ask);
      throw error;
    }
  });
}
