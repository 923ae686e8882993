/** Where the page's one supervision lives: in the application, beside its connection. */
import type { InjectionKey } from "vue";
import type { Supervision } from "./supervision.js";

export interface SupervisionHome {
  made: { readonly me: string; readonly supervision: Supervision; readonly stop: () => void } | null;
}

export const SUPERVISION: InjectionKey<SupervisionHome> = Symbol("supervision");
