import { describe, expect, it } from "vitest";
import { currentOf, inTheWay, isMine, myCalls, outcomeCallOf, wayTo } from "../../../src/console/pages/desk/my-calls.js";
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
