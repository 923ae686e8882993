/** Attributes of calls that were found, until they are read from a leg. Calls that are joined before that each have their own. */
import type { MutableCall } from "./call.js";
import type { MutableChannel } from "./channel.js";

type Due = Pick<MutableCall, "attributesDue" | "attributesDueOf" | "legs">;

/** Whether this leg is to tell what it carries. */
export const isDueOf = (call: Due, leg: MutableChannel): boolean => call.attributesDue && (call.attributesDueOf.length === 0 || call.attributesDueOf.some((legs) => legs.has(leg)));

/** The leg has told it. */
export function readOf(call: Due, leg: MutableChannel): void {
  remain(call, (legs) => !legs.has(leg));
}

/** A leg has ended: nobody waits for what none is left to tell. */
export function legLeft(call: Due): void {
  if (call.attributesDueOf.length > 0) remain(call, (legs) => call.legs.some((leg) => legs.has(leg)));
}

/** Before the legs of one become the other's. */
export function joinDue(keep: Due, gone: Due): void {
  if (!keep.attributesDue && !gone.attributesDue) return;
  keep.attributesDueOf = [...eachOf(keep), ...eachOf(gone)];
  keep.attributesDue = true;
}

function remain(call: Due, which: (legs: ReadonlySet<MutableChannel>) => boolean): void {
  call.attributesDueOf = call.attributesDueOf.filter(which);
  call.attributesDue = call.attributesDueOf.length > 0;
}

function eachOf({ attributesDue, attributesDueOf, legs }: Due): readonly ReadonlySet<MutableChannel>[] {
  if (!attributesDue) return [];
  return attributesDueOf.length > 0 ? attributesDueOf : [new Set(legs)];
}
