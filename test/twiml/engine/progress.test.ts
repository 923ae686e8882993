import { describe, expect, it } from "vitest";
import { Progress, type ProgressOf } from "../../../src/twiml/progress.js";
import { statusOfEnd } from "../../../src/twiml/statuses.js";
import { statusOfRefusal } from "../../../src/twiml/refusals.js";
import type { CallbackDelivery } from "../../../src/twiml/index.js";
import type { LegWatch } from "../../../src/twiml/watches.js";
import { CallplaneError } from "../../../src/errors.js";
import { eventually } from "../../lab/wait.js";
import { ACCOUNT } from "./stage.js";

const of: ProgressOf = {
  facts: { account: ACCOUNT, callSid: "CA1", parentCallSid: "CA0", parties: { from: "+1", to: "+2", direction: "outbound-dial", callerName: null } },
  uuid: "u",
  node: "fs",
  callback: { url: "https://server.example/status", method: "POST", events: ["initiated", "ringing", "answered", "completed"] },
};

function world(fails = false) {
  const told: CallbackDelivery[] = [];
  const watches = new Map<string, LegWatch>();
  const failures: unknown[] = [];
  const parts = {
    callbacks: {
      enqueue: async (delivery: CallbackDelivery): Promise<void> => {
        if (fails) throw new Error("no database");
        told.push(delivery);
      },
    },
    watches: {
      open: async () => [...watches.values()],
      put: async (watch: LegWatch) => void watches.set(watch.callSid, watch),
      remove: async (sid: string) => void watches.delete(sid),
      claim: async () => true,
    },
    failed: (error: unknown) => void failures.push(error),
  };
  const fields = (name: string): readonly (string | undefined)[] => told.map(({ form }) => Object.fromEntries(form)[name]);
  return { told, watches, failures, parts, fields };
}

const at = (s: number): Date => new Date(Date.UTC(2026, 10, 28, 19, 30, s));

describe("the progress of a leg", () => {
  it("is told step by step, each once, with one end", async () => {
    const { told, fields, parts } = world();
    const progress = new Progress(of, parts).begin();
    progress.happened("initiated", at(0));
    progress.happened("ringing", at(1));
    progress.happened("ringing", at(2));
    progress.happened("answered", at(3));
    progress.completed({ cause: "NORMAL_CLEARING" }, at(64));
    progress.completed({ cause: "USER_BUSY" }, at(65));
    progress.happened("answered", at(66));
    await progress.settled;
    expect(fields("CallStatus")).toEqual(["initiated", "ringing", "in-progress", "completed"]);
    expect(fields("SequenceNumber")).toEqual(["0", "1", "2", "3"]);
    expect(fields("Timestamp")[0]).toBe("Sat, 28 Nov 2026 19:30:00 +0000");
    expect(Object.fromEntries(told.at(-1)?.form ?? [])).toMatchObject({ CallDuration: "61", Duration: "2", SipResponseCode: "200", ParentCallSid: "CA0", CallbackSource: "call-progress-events" });
    expect(told.map(({ once, lane }) => [once, lane])).toEqual([["CA1/initiated", "CA1"], ["CA1/ringing", "CA1"], ["CA1/answered", "CA1"], ["CA1/completed", "CA1"]]);
  });

  it("is completed for who had answered, even if the ringing was called off at that moment", async () => {
    const { fields, parts } = world();
    const progress = new Progress(of, parts).begin();
    progress.happened("answered", at(3));
    progress.completed({ status: "canceled", cause: "ORIGINATOR_CANCEL" }, at(4));
    await progress.settled;
    expect(fields("CallStatus")).toEqual(["in-progress", "completed"]);
    expect(fields("SipResponseCode").at(-1)).toBe("200");
  });

  it("numbers what is asked for alone", async () => {
    const { fields, parts } = world();
    const progress = new Progress({ ...of, callback: { url: "https://server.example/", method: "GET", events: ["completed"] } }, parts);
    progress.happened("initiated", at(0));
    progress.completed({ cause: "USER_BUSY" }, at(1));
    await progress.settled;
    expect([fields("SequenceNumber"), fields("CallStatus"), fields("SipResponseCode")]).toEqual([["0"], ["busy"], ["486"]]);
  });

  it("is kept until its end has been told, and goes on after a restart where it was", async () => {
    const { watches, fields, parts } = world();
    const before = new Progress(of, parts).begin();
    before.happened("initiated", at(0));
    before.happened("ringing", at(1));
    before.happened("answered", at(2));
    await before.settled;
    const [left] = watches.values();
    expect(left).toMatchObject({ callSid: "CA1", uuid: "u", sequence: 3, answeredAt: at(2) });
    if (left === undefined) return;
    const after = Progress.resumed(left, of, parts);
    after.happened("answered", at(3));
    after.completed({ cause: "NORMAL_CLEARING" }, at(12));
    await after.settled;
    expect(fields("SequenceNumber")).toEqual(["0", "1", "2", "3"]);
    expect(fields("CallDuration").at(-1)).toBe("10");
    expect(watches.size).toBe(0);
  });

  it("tells after a restart what its process could not tell any more, and gives no number twice", async () => {
    const { watches, fields, parts } = world();
    // A process that is killed when it has told the first.
    const killed = { ...parts, callbacks: { enqueue: (delivery: CallbackDelivery) => (delivery.once === "CA1/initiated" ? parts.callbacks.enqueue(delivery) : new Promise<void>(() => undefined)) } };
    const before = new Progress(of, killed).begin();
    before.happened("initiated", at(0));
    await before.settled;
    expect(watches.get("CA1")).toMatchObject({ sequence: 1 });
    before.happened("ringing", at(1));
    const left = await eventually("the ringing to be kept", () => (watches.get("CA1")?.sequence === 2 ? watches.get("CA1") : null));
    const after = Progress.resumed(left, of, parts);
    after.completed({ cause: "NO_ANSWER" }, at(5));
    await after.settled;
    expect([fields("SequenceNumber"), fields("CallStatus")]).toEqual([["0", "1", "2"], ["initiated", "ringing", "no-answer"]]);
  });

  it("keeps each step before it is told, also one that happens while another is told", async () => {
    const order: string[] = [];
    const { parts } = world();
    const progress: Progress = new Progress(of, {
      ...parts,
      watches: { ...parts.watches, put: async ({ sequence }) => void order.push(`kept ${sequence}`) },
      callbacks: {
        enqueue: async ({ once = "" }) => {
          order.push(`told ${once}`);
          if (once === "CA1/initiated") progress.happened("ringing", at(1));
        },
      },
    });
    progress.happened("initiated", at(0));
    await eventually("both to be told", () => order.length >= 4);
    expect(order).toEqual(["kept 1", "told CA1/initiated", "kept 2", "told CA1/ringing"]);
  });

  it("says when it could not be kept, and goes on", async () => {
    const { failures, parts } = world(true);
    const progress = new Progress(of, parts);
    progress.completed({ cause: "NO_ANSWER" }, at(1));
    await progress.settled;
    expect(failures).toHaveLength(1);
    expect(progress.end).toBe("no-answer");
  });
});

describe("the status of an end", () => {
  it.each([
    ["USER_BUSY", "busy"], ["CALL_REJECTED", "busy"], ["NO_ANSWER", "no-answer"], ["NO_USER_RESPONSE", "no-answer"], ["USER_NOT_REGISTERED", "no-answer"], ["ORIGINATOR_CANCEL", "canceled"],
    ["LOSE_RACE", "canceled"], ["UNALLOCATED_NUMBER", "failed"], ["NORMAL_TEMPORARY_FAILURE", "failed"], ["what is that", "failed"],
  ] as const)("is for %s without an answer %s", (cause, status) => {
    expect(statusOfEnd(cause, false)).toBe(status);
    expect(statusOfEnd(cause, true)).toBe("completed");
  });

  it("is canceled for a caller who gave up", () => {
    expect(statusOfEnd("NORMAL_CLEARING", false, "inbound")).toBe("canceled");
    expect(statusOfEnd("NORMAL_CLEARING", false, "outbound")).toBe("no-answer");
  });

  it("is read from a refusal, by FreeSWITCH's word where there is one", () => {
    expect(statusOfRefusal(new CallplaneError("CALL_FAILED", "", { switchReply: "-ERR USER_BUSY" }))).toEqual({ status: "busy", cause: "USER_BUSY" });
    expect(statusOfRefusal(new CallplaneError("USER_NOT_REGISTERED"))).toEqual({ status: "no-answer" });
    expect(statusOfRefusal(new CallplaneError("NUMBER_NOT_ALLOWED"))).toEqual({ status: "failed" });
    expect(statusOfRefusal(new Error("x"))).toEqual({ status: "failed" });
  });
});
