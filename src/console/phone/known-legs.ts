/** What the live events say of the page's own calls. Outside the frames of the store: a hidden tab draws none. */
import type { Call, CallLeg, LiveEvent } from "../api/types.js";
import type { Picture } from "../live/picture.js";

export interface KnownLeg {
  readonly call: Call;
  readonly leg: CallLeg;
}

/** The call and the leg of a dialog; null: not told yet. */
export function legOf(calls: Iterable<Call>, sipCallId: string): KnownLeg | null {
  for (const call of calls) {
    const leg = call.legs.find((each) => each.sipCallId === sipCallId);
    if (leg !== undefined) return { call, leg };
  }
  return null;
}

/** Whether the event may tell something new of these dialogs, or of what rings the agent. */
export function concerns(event: LiveEvent, agent: string, isOwn: (sipCallId: string) => boolean): boolean {
  if (event.type === "snapshot") return event.data.last;
  const { data } = event;
  if (!event.type.startsWith("call.") || !("call" in data)) return event.type === "call.removed";
  return data.call.legs.some((leg) => leg.agent === agent || (leg.sipCallId !== null && isOwn(leg.sipCallId)));
}

/** Of one dialog, kept while it lives. */
export class LegMemory {
  #last: KnownLeg | null = null;

  /** The leg as it is now; where the picture has lost it, as it was. `gone`: it was there, and is no more. */
  look(picture: Picture, sipCallId: string): { readonly known: KnownLeg | null; readonly gone: boolean } {
    const last = this.#last === null ? undefined : picture.calls.get(this.#last.call.id);
    const found = legOf(last === undefined ? picture.calls.values() : [last], sipCallId) ?? legOf(picture.calls.values(), sipCallId);
    if (found !== null) this.#last = found;
    return { known: found ?? this.#last, gone: found === null && this.#last !== null };
  }
}
