import { expect, it } from "vitest";
import type { CallView } from "../../src/calls/types.js";
import { Book } from "./book.js";

const CALLER = "+16462010000";
const call: CallView = {
  id: "call", state: "active", direction: "inbound", from: CALLER, fromName: null, fromText: "+1 646 201 0000", previousAgents: [], stateSince: "2026-01-01T00:00:00.000Z", queuedAt: null, position: null, priority: null, offeredTo: [], recordingState: "off", consult: null, transfer: null, attributes: {}, to: "1", toText: "1", assignedTo: "2001", department: null, node: "n", createdAt: "", answeredAt: null, ringing: [], recording: false, heldBy: null, help: null, conference: false, supervision: [],
  legs: [
    { id: "a", role: "customer", agent: null, number: CALLER, name: null, state: "active", muted: false, sipCallId: null, quality: null },
    { id: "b", role: "agent", agent: "2001", number: "2001", name: null, state: "active", muted: false, sipCallId: null, quality: null },
  ],
};
const partyOf = (agent: string): string => `soak-${agent}`;

function bookAt(): { readonly book: Book; readonly pass: (ms: number) => void } {
  let now = 1000;
  return { book: new Book(() => now), pass: (ms) => void (now += ms) };
}

it("knows no reason for the end of a caller whom nobody hung up on", () => {
  const { book } = bookAt();
  book.saw([call], partyOf);
  book.hungUp("soak-2002");
  expect([book.callsOf(CALLER), book.reason(CALLER)]).toEqual([["call"], null]);
});

it("takes the caller, who was in the call just then, and an act for a reason", () => {
  for (const end of [(book: Book): void => book.hungUp(CALLER.slice(1)), (book: Book): void => book.hungUp("soak-2001"), (book: Book): void => book.ended("call")]) {
    const { book, pass } = bookAt();
    book.saw([call], partyOf);
    pass(400);
    end(book);
    expect(book.reason(CALLER)).not.toBeNull();
  }
});

it("takes no old end for a reason, nor one by who had left the call", () => {
  const { book, pass } = bookAt();
  book.saw([call], partyOf);
  book.ended("call");
  pass(60_000);
  book.hungUp("soak-2001");
  expect(book.reason(CALLER)).toBeNull();
});
