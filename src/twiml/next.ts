/** What follows a verb. */
import type { Document } from "./document.js";
import type { Form, HttpMethod } from "./ports.js";

export type Next =
  /** The next verb of the document. */
  | { readonly then: "next" }
  /** Another document; what comes after the verb is dead. `url` is absolute. */
  | { readonly then: "redirect"; readonly url: string; readonly method: HttpMethod; readonly parameters: Form }
  /** A document that is there already. */
  | { readonly then: "document"; readonly document: Document }
  | { readonly then: "hangup" }
  /** Out of the queue, or of another place where a document runs meanwhile: to the verb behind it. */
  | { readonly then: "leave" };

export const NEXT: Next = { then: "next" };
export const HANGUP: Next = { then: "hangup" };
export const LEAVE: Next = { then: "leave" };
