import { CallplaneError, conflict } from "../../errors.js";
import { CommandRefused, commands, type SwitchNode } from "../../freeswitch/index.js";
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

/** FreeSWITCH has refused a command. Where the reason is that it had ended one of the legs, resolves when the picture shows that; where it knows them all, when it has said so. */
async function missed({ registry, settings }: ControlContext, node: SwitchNode, ask: readonly Channel[], signal: AbortSignal | undefined): Promise<void> {
  const ended = (): true | undefined => (ask.some(({ hungUp }) => hungUp) ? true : undefined);
  if (ask.length === 0 || ended() === true) return;
  // The words of the refusal do not tell: `uuid_phone_event` says "Operation failed" of everything (mod_commands.c), `uuid_bridge` "Invalid uuid" also of legs that are not answered.
  // The answer to a job is an event: it comes behind the leg's CHANNEL_HANGUP, which alone tells why the leg has ended.
  const wait = { timeoutMs: settings.confirmMs, ...(signal === undefined ? {} : { signal }) };
  const isKnown = async ({ uuid }: Channel): Promise<boolean> => {
    const exists = commands.exists(uuid);
    // No event comes where all are lost.
    const answer = await node.bgapi(exists, wait).catch(() => node.api(exists, wait)).catch(() => "");
    return answer !== "false";
  };
  const known = await Promise.all(ask.map(isKnown));
  if (ended() === true || !known.includes(false) || signal?.aborted === true) return;
  // The event was lost.
  registry.onUnclear(ask, "unclear");
  await registry.proofs.until(ask.map(({ uuid }) => uuid), ended, { of: "the end of a leg", timeoutMs: MISSED_MS, signal, node: node.name }).catch(() => undefined);
}

/** How long FreeSWITCH may take for an answer that waits behind nothing. */
const MISSED_MS = 1000;

/** For a proof: `true` once it is done, `undefined` before. Throws Conflict when one of the legs has hung up. */
export function whileUp(done: boolean, ...legs: readonly (readonly [leg: Channel, whose: string])[]): true | undefined {
  for (const [{ hungUp }, whose] of legs) if (hungUp) throw conflict(`The ${whose} hung up.`);
  return done ? true : undefined;
}

/** Sends a command and resolves when FreeSWITCH's events have proved it (CONTRACT: not on its `+OK`). Sends nothing for an operation that is cancelled. */
export async function confirmed<T>(context: ControlContext, node: SwitchNode, send: () => Promise<unknown>, { uuids, proof, of, signal, ask = [], timeoutMs }: Confirmation<T>): Promise<T> {
  signal?.throwIfAborted();
  const { proved, fail } = context.registry.proofs.expect(uuids, proof, { of, timeoutMs: timeoutMs ?? context.settings.confirmMs, signal, node: node.name });
  // In a promise, so that a command that cannot be built rejects like one that is refused.
  const sent = Promise.resolve().then(send);
  try {
    const [result] = await Promise.all([proved, sent]);
    return result;
  } catch (error) {
    // The proof of a refused command is not waited for.
    fail(error);
    if (error instanceof CallplaneError && error.code === "Timeout" && ask.length > 0) context.registry.onUnclear(ask, "unclear");
    if (error instanceof CommandRefused) await missed(context, node, ask, signal);
    throw error;
  }
}
