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

/** Whoever writes has noticed by then that the field is gone. */
const STILL_WRITES_MS = 1000;
/** With these, the writing is over. */
const ENDS_WRITING: ReadonlySet<string> = new Set(["Enter", "Escape", "Tab"]);

/**
 * Tells whether a key was meant for a field that has just been taken away, such as by a call that rings while somebody writes: it must not decline that call.
 * It is asked of every key, those in fields included.
 */
export function createAfterField(): (event: Pick<KeyboardEvent, "key" | "target" | "timeStamp">) => boolean {
  let field: Node | null = null;
  let at = -Infinity;
  return ({ key, target, timeStamp }) => {
    if (isField(target)) {
      field = target instanceof Node && !ENDS_WRITING.has(key) ? target : null;
      at = timeStamp;
      return false;
    }
    if (field === null || field.isConnected || timeStamp - at >= STILL_WRITES_MS) return false;
    at = timeStamp;
    return true;
  };
}

/** Whether nothing on the page has the focus, so that a key is for what the page is about. */
export const isNobodys = (target: EventTarget | null): boolean => target instanceof Element && (target === document.body || target === document.documentElement || target.id === "content") && document.querySelector("dialog[open]") === null;

/** Off for whoever has switched them off. */
export const keysAreOn = (): boolean => preferences.get("keys") !== "off";
