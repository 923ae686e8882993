/** Keys that work on every page: `G` and a letter go to a page, `?` shows the keys. */
import { AFTER_G_MS } from "../keys.js";
import type { Page } from "../states.js";

export type PageDeed = { readonly to: Page } | { readonly show: "keys" };

/** Letters after `G`, and where they go. */
export const WAYS: readonly (readonly [letter: string, page: Page])[] = [["d", "desk"], ["w", "wall"], ["c", "calls"], ["q", "queues"], ["a", "agents"], ["l", "log"], ["r", "reports"]];

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "timeStamp">;

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
