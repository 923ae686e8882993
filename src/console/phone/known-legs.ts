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
  /** Since the last snapshot. One of a Callplane that was just started has no calls, and the first events of a call may not have all its legs. */
  #isSeen = false;
  #isOver = false;

  /** Whether the event says that the leg is gone: a snapshot proves nothing. To be told every event, after the picture. */
  tell(event: LiveEvent, sipCallId: string): boolean {
    if (event.type === "snapshot") {
      this.#isSeen = this.#isOver = false;
      return false;
    }
    const id = event.type === "call.removed" ? event.data.callId : event.type.startsWith("call.") && "call" in event.data ? event.data.call.id : null;
    if (id === null || id !== this.#last?.call.id) return false;
    const hasEnded = event.type === "call.ended" || event.type === "call.removed";
    const lacksLeg = "call" in event.data && !event.data.call.legs.some((leg) => leg.sipCallId === sipCallId);
    if (!hasEnded && !(lacksLeg && this.#isSeen)) return false;
    return (this.#isOver = true);
  }

  /** The leg as it is now; where the picture has lost it, as it was. `gone`: an event has said so, and no other call has it. */
  look(picture: Picture, sipCallId: string): { readonly known: KnownLeg | null; readonly gone: boolean } {
    const last = this.#last === null ? undefined : picture.calls.get(this.#last.call.id);
    const found = legOf(last === undefined ? picture.calls.values() : [last], sipCallId) ?? legOf(picture.calls.values(), sipCallId);
    if (found !== null) {
      this.#last = found;
      this.#isSeen = true;
      this.#isOver = false;
    }
    return { known: found ?? this.#last, gone: this.#isOver };
  }
}
