import { describe, expect, it } from "vitest";
import { chosenAfter, currentOf, inTheWay, isMine, myCalls, outcomeCallOf, wayTo } from "../../../src/console/pages/desk/my-calls.js";
import type { Call } from "../../../src/console/api/types.js";
import { agent, call, caller, leg, ME } from "./samples.js";

const talking = call({ id: "talking", createdAt: "2026-11-29T14:02:00.000Z" });
const held = call({ id: "held", state: "held", heldBy: "agent", createdAt: "2026-11-29T14:01:00.000Z" });
const ringing = call({ id: "ringing", state: "ringing", assignedTo: null, ringing: [ME], createdAt: "2026-11-29T14:03:00.000Z", legs: [caller({ state: "ringing" }), leg({ state: "ringing" })] });

describe("own calls", () => {
  it("are those that are owned, ring, or are talked in; not those that are listened to", () => {
    expect(isMine(talking, ME)).toBe(true);
    expect(isMine(ringing, ME)).toBe(true);
    expect(isMine(call({ assignedTo: "1002", legs: [caller(), leg({ agent: "1002" })] }), ME)).toBe(false);
    expect(isMine(call({ assignedTo: "1002", legs: [caller(), leg({ agent: "1002" }), leg({ role: "supervisor" })] }), ME)).toBe(false);
  });

  it("keep their order, so that a key stays with its call", () => {
    expect(myCalls([ringing, talking, held], ME).map(({ id }) => id)).toEqual(["held", "talking", "ringing"]);
  });
});

describe("the current call", () => {
  it("is the conversation, also while another rings", () => expect(currentOf([held, talking, ringing], ME, null)?.id).toBe("talking"));
  it("is what rings before what is on hold", () => expect(currentOf([held, ringing], ME, null)?.id).toBe("ringing"));
  it("is the one that was chosen, while it lives", () => {
    expect(currentOf([held, talking], ME, "held")?.id).toBe("held");
    expect(currentOf([talking], ME, "held")?.id).toBe("talking");
  });
  it("is none without calls", () => expect(currentOf([], ME, null)).toBeNull());
  it("is the newest of equals", () => {
    const later = call({ id: "later", state: "held", heldBy: "agent", stateSince: "2026-11-29T15:00:00.000Z" });
    expect(currentOf([held, later], ME, null)?.id).toBe("later");
  });
});

describe("what the middle is about after a change", () => {
  const other = call({ id: "other", createdAt: "2026-11-29T14:03:00.000Z", stateSince: "2026-11-29T14:06:00.000Z" });
  const dialled = call({ id: "dialled", state: "ringing", direction: "outbound", department: null, ringing: [ME], legs: [leg({ state: "ringing" })] });
  const onHold = { ...talking, state: "held", heldBy: "agent" } as const;
  const after = (was: readonly Call[], now: readonly Call[], chosen: string | null): string | null => currentOf(now, ME, chosenAfter(was, now, ME, chosen))?.id ?? null;

  it.each<[string, readonly Call[], readonly Call[], string | null, string | null]>([
    ["a conversation that begins takes it", [ringing], [{ ...ringing, ...talking, id: "ringing" }], null, "ringing"],
    ["not from the one that the agent talks in, when another rings", [talking], [talking, ringing], null, "talking"],
    ["nor when the phone takes another call by itself", [talking, ringing], [talking, other], "talking", "talking"],
    ["nor when nothing was chosen", [talking], [talking, other], null, "talking"],
    ["the next one takes it from one that is held first", [onHold, ringing], [onHold, other], "talking", "other"],
    ["also when the hold is told later", [talking, other], [onHold, other], "talking", "other"],
    ["a call that the agent makes takes it", [onHold], [onHold, dialled], "talking", "dialled"],
    ["not from the one that the agent talks in, when a program makes it", [talking], [talking, dialled], "talking", "talking"],
    ["a held call that the agent looks at stays", [onHold, other], [onHold, other], "talking", "talking"],
    ["the other one takes it when this one is over", [talking, other], [other], "talking", "other"],
    ["a call that is answered, and is not joined yet, takes it", [onHold, ringing], [onHold, { ...ringing, legs: [caller({ state: "ringing" }), leg()], ringing: [] }], "talking", "ringing"],
  ])("%s", (_, was, now, chosen, expected) => expect(after(was, now, chosen)).toBe(expected));
});

it("holds the conversation that is in the way, and none beside it", () => {
  expect(inTheWay([held, talking], ME, "held")?.id).toBe("talking");
  expect(inTheWay([held, talking], ME, "talking")).toBeNull();
  expect(inTheWay([held, ringing], ME, null)).toBeNull();
  expect(inTheWay([call({ conference: true })], ME, null)).toBeNull();
});

it("goes to a call by the one act that does it", () => expect([wayTo("ringing"), wayTo("held"), wayTo("parked"), wayTo("talking")]).toEqual(["answer", "resume", "takeBack", null]));

it("asks for the outcome of the call in the middle, then the last one, then that of the wrap-up", () => {
  const after = agent({ wrapUp: { callId: "of-wrap-up", until: null } });
  expect(outcomeCallOf(talking, "last", after)).toBe("talking");
  expect(outcomeCallOf(null, "last", after)).toBe("last");
  expect(outcomeCallOf(null, null, after)).toBe("of-wrap-up");
  expect(outcomeCallOf(null, null, null)).toBeNull();
});
