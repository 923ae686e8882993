/** Keys that work on every page: `G` and a letter go to a page, `?` shows the keys. */
import type { Page } from "../states.js";

export type PageDeed = { readonly to: Page } | { readonly show: "keys" };

/** Letters after `G`, and where they go. */
export const WAYS: readonly (readonly [letter: string, page: Page])[] = [["d", "desk"], ["w", "wall"], ["c", "calls"], ["q", "queues"], ["a", "agents"], ["l", "log"], ["r", "reports"]];

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "timeStamp">;

/** A letter that comes later is a key of its own. */
const AFTER_G_MS = 1500;

/** Whether what is typed there is text, or belongs to an open dialog. */
export const isWriting = (target: EventTarget | null): boolean => target instanceof Element && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog") !== null;

/** What the keys ask for, one after the other; `pages`: those of the person. */
export function createPageKeys(pages: () => readonly Page[]): (event: Pressed) => PageDeed | null {
  let gAt = -Infinity;
  return ({ key, ctrlKey, metaKey, altKey, timeStamp }) => {
    const isAfterG = timeStamp - gAt < AFTER_G_MS;
    gAt = -Infinity;
    if (ctrlKey || metaKey || altKey) return null;
    if (isAfterG) {
      const to = WAYS.find(([letter]) => letter === key.toLowerCase())?.[1];
      return to !== undefined && pages().includes(to) ? { to } : null;
    }
    if (key.toLowerCase() === "g") gAt = timeStamp;
    return key === "?" ? { show: "keys" } : null;
  };
}
