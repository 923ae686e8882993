/** Keys that work on every page: `G` and a letter go to a page, `?` shows the keys. */
import { createAfterG } from "../keys.js";
import type { Page } from "../states.js";

export type PageDeed = { readonly to: Page } | { readonly show: "keys" };

/** Letters after `G`, and where they go. */
export const WAYS: readonly (readonly [letter: string, page: Page])[] = [["d", "desk"], ["w", "wall"], ["c", "calls"], ["q", "queues"], ["a", "agents"], ["l", "log"], ["r", "reports"]];

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "timeStamp" | "repeat">;

/** What the keys ask for, one after the other; `pages`: those of the person. */
export function createPageKeys(pages: () => readonly Page[]): (event: Pressed) => PageDeed | null {
  const isAfterG = createAfterG();
  return (event) => {
    const { key, ctrlKey, metaKey, altKey, repeat } = event;
    const isLetter = isAfterG(event);
    if (ctrlKey || metaKey || altKey || repeat) return null;
    if (isLetter) {
      const to = WAYS.find(([letter]) => letter === key.toLowerCase())?.[1];
      return to !== undefined && pages().includes(to) ? { to } : null;
    }
    return key === "?" ? { show: "keys" } : null;
  };
}
