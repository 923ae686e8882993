/** Calls that somebody has asked for help with, and why: the call itself does not say it. */
import { effectScope, shallowRef, type ShallowRef } from "vue";
import { useConsole, type Console } from "../console.js";

export type Helps = ReadonlyMap<string, string | null>;

const made = new WeakMap<Console, Readonly<ShallowRef<Helps>>>();

/** Kept while the page is open. A wish is over when a supervisor is on the call, or when the call has ended. */
export function useHelp(): Readonly<ShallowRef<Helps>> {
  const console = useConsole();
  const known = made.get(console);
  if (known !== undefined) return known;
  // Bounded by the live calls.
  const helps = shallowRef<Helps>(new Map());
  const forget = (id: string): void => {
    if (!helps.value.has(id)) return;
    const rest = new Map(helps.value);
    rest.delete(id);
    helps.value = rest;
  };
  // The first list that asks may close; the wishes stay.
  effectScope(true).run(() =>
    console.live.on((event) => {
      if (event.type === "call.help") helps.value = new Map(helps.value).set(event.data.call.id, event.data.reason);
      else if (event.type === "call.ended" || event.type === "call.supervision.started") forget(event.data.call.id);
      else if (event.type === "call.removed") forget(event.data.callId);
    }),
  );
  made.set(console, helps);
  return helps;
}
