/** What every page of the console works with. Made once, in `main.ts`, and given to the components. */
import { inject, type InjectionKey } from "vue";
import type { Api } from "./api/client.js";
import type { Session } from "./api/session.js";
import type { PageClock } from "./clock.js";
import type { LiveStore } from "./live/store.js";
import type { Me } from "./api/types.js";
import type { Messages } from "./messages/index.js";

export interface Console {
  readonly session: Session;
  readonly api: Api;
  readonly live: LiveStore;
  readonly clock: PageClock;
  /** All text, in the person's language. Read through a function of it, so that a change of language shows. */
  readonly t: Messages;
}

export const CONSOLE: InjectionKey<Console> = Symbol("console");

/** Throws outside a component of the console. */
export function useConsole(): Console {
  const console = inject(CONSOLE);
  if (console === undefined) throw new Error("This component is not part of the console.");
  return console;
}

/** Who is logged in. Throws where nobody is. */
export function meOf({ state: { value } }: Session): Me {
  if (value.kind !== "in" && value.kind !== "over") throw new Error("Nobody is logged in.");
  return value.me;
}

/** Who was logged in when the component was made. Throws on a page that nobody is logged in to see. */
export const useMe = (): Me => meOf(useConsole().session);
