/** How programs begin: from the configuration, or from what an earlier process has left. */
import type { LiveLeg } from "../calls/index.js";
import type { DocumentSource, Form, ProgramStart } from "./ports.js";
import { PROGRAM_CODES } from "./program-error.js";
import { toldUrl } from "./told-url.js";
import type { LegWatch } from "./watches.js";

/** Of a leg that the API has called, or given a document. */
export const API_PROGRAM = "api";

/** A program whose process has ended in the midst of it: its fallback is asked, else the caller is sent on. */
export function afterRestart({ fallback, document }: ProgramStart): { readonly source: DocumentSource; readonly parameters: Form } | "rescue" {
  if (fallback === null) return "rescue";
  return { source: fallback, parameters: [["ErrorCode", String(PROGRAM_CODES.internal)], ["ErrorUrl", "url" in document ? toldUrl(document.url) : ""]] };
}

/** A program of an earlier process that the configuration does not know, such as one of the API: what that process has left of it helps the caller. */
export function forgotten(leg: LiveLeg, organizationId: number, name: string, left: LegWatch | undefined): ProgramStart {
  const direction = left?.parties.direction ?? (leg.columns.direction === "inbound" ? "inbound" : "outbound-api");
  return { name, organizationId, document: left?.document ?? { twiml: "<Response/>" }, fallback: left?.fallback ?? null, department: left?.department ?? null, statusCallback: left?.callback ?? null, direction, ...(left?.line == null ? {} : { line: left.line }) };
}

/** Whether a program runs the leg, or is about to. */
export const isProgrammed = (leg: LiveLeg | undefined): boolean => leg !== undefined && !leg.hungUp && leg.program !== null;
