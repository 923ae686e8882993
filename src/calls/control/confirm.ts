import { underAny } from "../../abort.js";
import { CallplaneError } from "../../errors.js";
import type { SwitchNode } from "../../freeswitch/index.js";
import type { Channel } from "../channel.js";
import type { ControlContext } from "./context.js";

export interface Confirmation<T> {
  /** The channels whose events may prove it. */
  readonly uuids: readonly string[];
  /** Looked at after each of those events: the result, `undefined` to go on waiting; throws to fail. */
  readonly proof: () => T | undefined;
  /** What is waited for, in FreeSWITCH's words, for the Timeout's text. */
  readonly of: string;
  readonly signal?: AbortSignal | undefined;
  /** Legs of which FreeSWITCH is asked what they do when no proof comes: it may have done what it was told, and the event be lost. */
  readonly ask?: readonly Channel[];
  /** Milliseconds; the limit of all confirmations unless given. */
  readonly timeoutMs?: number;
}

/**
 * Sends a command and resolves when FreeSWITCH's events have proved it (CONTRACT: not on its `+OK`). Nothing is sent for an operation
 * that has been called off. The one place where a command and its proof meet, so that the failure of one never leaves the other unhandled.
 */
export async function confirmed<T>(context: ControlContext, node: SwitchNode, send: () => Promise<unknown>, { uuids, proof, of, signal, ask = [], timeoutMs }: Confirmation<T>): Promise<T> {
  signal?.throwIfAborted();
  const refused = new AbortController();
  return underAny([...(signal === undefined ? [] : [signal]), refused.signal], async (any) => {
    const proved = context.registry.proofs.until(uuids, proof, { of, timeoutMs: timeoutMs ?? context.settings.confirmMs, signal: any, node: node.name });
    // Behind a promise, so that a command that cannot even be made rejects like one that is refused.
    const sent = Promise.resolve().then(send);
    try {
      const [result] = await Promise.all([proved, sent]);
      return result;
    } catch (error) {
      // What FreeSWITCH has refused is not waited for any longer; for a sound that would be minutes.
      refused.abort(error);
      if (error instanceof CallplaneError && error.code === "Timeout" && ask.length > 0) context.registry.onUnclear(ask, "unclear");
      throw error;
    }
  });
}
