/** Whether the server has a newer console than this page. The page that it serves names its script by what is in it, and that is all that has to be compared. */
import { shallowRef, type InjectionKey, type ShallowRef } from "vue";
import type { ConnectionState } from "../live/connection.js";

/** The address of the script that a page begins with; null: it has none. */
export const entryOf = (html: string): string | null => /<script\b[^>]*\btype="module"[^>]*>/.exec(html)?.[0].match(/\bsrc="([^"]+)"/)?.[1] ?? null;

export interface UpdatePorts {
  /** This page's own script. */
  readonly own: string | null;
  /** The page as the server has it now; null: not now. */
  readonly page: () => Promise<string | null>;
}

export interface Updates {
  readonly isNewer: Readonly<ShallowRef<boolean>>;
  look(): Promise<void>;
  /** A server is upgraded by a restart, and a restart breaks the stream: that is looked after, and nothing is asked by the clock. */
  connection(state: ConnectionState): void;
}

export const UPDATES: InjectionKey<Updates> = Symbol("updates");

export function createUpdates({ own, page }: UpdatePorts): Updates {
  const isNewer = shallowRef(false);
  let wasLost = false;
  const updates: Updates = {
    isNewer,
    async look() {
      if (own === null || isNewer.value) return;
      const html = await page();
      const served = html === null ? null : entryOf(html);
      if (served !== null && served !== own) isNewer.value = true;
    },
    connection({ kind }) {
      if (kind === "lost") wasLost = true;
      else if (kind === "live" && wasLost) {
        wasLost = false;
        void updates.look();
      }
    },
  };
  return updates;
}

/** What a browser has. */
export const browserUpdates = (): Updates =>
  createUpdates({
    own: document.querySelector('script[type="module"][src]')?.getAttribute("src") ?? null,
    page: async () => {
      try {
        const reply = await fetch("/", { headers: { accept: "text/html" }, cache: "no-cache", credentials: "same-origin" });
        return reply.ok ? await reply.text() : null;
      } catch {
        return null;
      }
    },
  });
