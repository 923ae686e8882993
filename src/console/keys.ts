/** What all single keys have in common: where they are text, whether they are on, and how long one waits for the next. */
import { preferences } from "./preferences.js";

/** `G` begins a way to another page: the letter that follows so soon is part of it. */
const AFTER_G_MS = 1500;

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "timeStamp" | "repeat">;

/** Tells whether a key is the letter after `G`. Everything that listens to single letters has one of its own, and asks it of each key that is not text: so none of them takes a letter that leads to a page. */
export function createAfterG(): (event: Pressed) => boolean {
  let gAt = -Infinity;
  return ({ key, ctrlKey, metaKey, altKey, timeStamp, repeat }) => {
    // A key that is held down is the same key still.
    if (repeat) return false;
    const isAfterG = timeStamp - gAt < AFTER_G_MS;
    gAt = !isAfterG && key.toLowerCase() === "g" && !ctrlKey && !metaKey && !altKey ? timeStamp : -Infinity;
    return isAfterG;
  };
}

/** Whether what is typed there is text, or belongs to an open dialog. */
export function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog") !== null);
}

/** Whether nothing on the page has the focus, so that a key is for what the page is about. */
export const isNobodys = (target: EventTarget | null): boolean => target instanceof Element && (target === document.body || target === document.documentElement || target.id === "content") && document.querySelector("dialog[open]") === null;

/** Off for whoever has switched them off. */
export const keysAreOn = (): boolean => preferences.get("keys") !== "off";
