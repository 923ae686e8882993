/** Why a call rings at the agent, and whom it shows. */
import type { Call } from "../../api/types.js";
import type { Desk as Words } from "../../messages/desk.en.js";
import { nameIn, partyOf, type Book, type Party } from "./parties.js";
import { actsOf, ownRingingLeg, situationOf } from "./situation.js";

export type RingReason =
  | { readonly kind: "direct" }
  | { readonly kind: "department"; readonly department: string }
  /** A colleague, whose call it is, asks the agent about it, passes it on, or has the agent join it. */
  | { readonly kind: "consult" | "transfer" | "add"; readonly by: string };

export function ringReason(call: Call, agentId: string): RingReason {
  const { assignedTo: by, consult, transfer, department } = call;
  if (by !== null && by !== agentId) {
    if (consult !== null && (consult.agent === agentId || consult.leg === ownRingingLeg(call, agentId)?.id)) return { kind: "consult", by };
    if (transfer !== null) return { kind: "transfer", by };
    if (call.state === "active") return { kind: "add", by };
  }
  return department === null ? { kind: "direct" } : { kind: "department", department };
}

export interface Ring {
  readonly why: string;
  /** The same where there is little room. */
  readonly short: string;
  /** Who is heard when it is answered. */
  readonly party: Party;
}

export function ringOf(call: Call, agentId: string, book: Book, words: Words["ring"]): Ring {
  const reason = ringReason(call, agentId);
  const caller = partyOf(call, agentId, book);
  switch (reason.kind) {
    case "direct":
      return { why: words.direct, short: words.direct, party: caller };
    case "department":
      return { why: words.forDepartment(reason.department), short: words.forDepartment(reason.department), party: caller };
    case "transfer":
      return { why: words.transfer(nameIn(book, reason.by), caller.name), short: words.short.transfer, party: caller };
    default:
      return { why: words[reason.kind](nameIn(book, reason.by), caller.name), short: words.short[reason.kind], party: { name: nameIn(book, reason.by), number: book.get(reason.by)?.extension ?? null } };
  }
}

/** The calls that ring while the agent looks at another one, the longest first. */
export const ringingBeside = (calls: readonly Call[], agentId: string, current: string | null): readonly Call[] => calls.filter((call) => call.id !== current && situationOf(call, agentId) === "ringing");

/** Which of the two keys are those of the first call that rings beside the middle: the ones that the call in the middle has no use for. Two calls must not show the same key. */
export function keysBeside(current: Call | null, agentId: string): { readonly answer: boolean; readonly decline: boolean } {
  const acts = current === null ? null : actsOf(current, agentId);
  return { answer: acts?.has("answer") !== true, decline: acts?.has("decline") !== true };
}
