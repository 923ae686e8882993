/** The keys of the desk. */
import type { Act } from "./situation.js";

export type KeyDeed = { readonly act: readonly Act[] } | { readonly call: number } | { readonly show: "keys" | "status" | "find" };

const ACTS: Readonly<Record<string, readonly Act[]>> = {
  m: ["mute"],
  h: ["hold", "resume", "takeBack"],
  k: ["keypad"],
  t: ["transfer"],
  a: ["add"],
  r: ["record"],
  p: ["park"],
  E: ["hangup", "leave", "cancelDial"],
  y: ["answer"],
  n: ["decline"],
  x: ["swap"],
  c: ["complete"],
  b: ["cancelConsult", "cancelTransfer", "cancelAdd"],
};

/** The key of an act as it is shown; none: the act has no key. */
export function keyOf(act: Act): string | undefined {
  const key = Object.keys(ACTS).find((name) => ACTS[name]?.includes(act) === true);
  return key === undefined ? undefined : key === key.toUpperCase() ? `⇧ ${key}` : key.toUpperCase();
}

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** What a key asks for; null: nothing of the desk. Letters without Shift, so that a capital never hangs up by mistake but for `Shift+E`. */
export function deedOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed): KeyDeed | null {
  if (ctrlKey || metaKey || altKey) return null;
  if (key === "?") return { show: "keys" };
  if (key === "/") return { show: "find" };
  if (/^[1-9]$/.test(key)) return { call: Number(key) - 1 };
  // With caps lock, letters are capital without Shift.
  const name = shiftKey ? key.toUpperCase() : key.toLowerCase();
  if (name === "s") return { show: "status" };
  const act = ACTS[name];
  return act === undefined ? null : { act };
}

/** What the keys that are shown do, in the order of the list. */
export const SHOWN_KEYS = [
  ["M", "mute"], ["H", "hold"], ["K", "keypad"], ["T", "transfer"], ["A", "add"], ["R", "record"], ["P", "park"], ["⇧ E", "hangup"], ["Y", "answer"], ["N", "decline"], ["X", "swap"], ["C", "complete"], ["B", "cancel"], ["1…9", "switchTo"], ["S", "status"], ["/", "find"], ["?", "keys"],
] as const;
