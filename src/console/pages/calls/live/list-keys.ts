/** The keys of the list of live calls. */
import { createAfterG } from "../../../keys.js";
import { stepOf, type Step } from "./window.js";

export type ListDeed = { readonly step: Step } | "open" | "listen";

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "timeStamp" | "repeat">;

export interface Around {
  /** What has the focus: the list, nothing (as after the page has opened), or something else, whose key it is. */
  readonly focus: "list" | "nothing" | "other";
  readonly isText: boolean;
  /** The person is on a call. */
  readonly isSupervising: boolean;
}

/** What the keys ask of the list, one after the other; it is told of each key, also of those of others. Null: nothing. */
export function createListKeys(): (event: Pressed, around: Around) => ListDeed | null {
  const isAfterG = createAfterG();
  return (event, { focus, isText, isSupervising }) => {
    const isLetterOfPage = !isText && isAfterG(event);
    if (event.ctrlKey || event.altKey || event.metaKey || focus === "other") return null;
    const step = stepOf(event.key);
    if (step !== undefined) return { step };
    // Held down, the others would do again what they have just done.
    if (event.repeat) return null;
    if (event.key === "Enter") return "open";
    if (event.key.toLowerCase() !== "l" || event.shiftKey || isLetterOfPage) return null;
    // Whoever speaks in a call must not be taken to another one by a key that the dock shows as its own: going back to listening.
    return isSupervising && focus === "nothing" ? null : "listen";
  };
}
