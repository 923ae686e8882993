/** A leg has one progress, whoever comes first after a restart: the program that is begun again, or the look at what an earlier process has left. */
import { describe, expect, it } from "vitest";
import type { LiveLeg, ProgramLegs } from "../../src/calls/index.js";
import { FollowedLegs } from "../../src/twiml/followed-legs.js";
import { OwnedNodes, ProgramLog, type CallbackDelivery, type LegWatch, type UnmadeCall } from "../../src/twiml/index.js";
import { callSid } from "../../src/sids.js";
import { eventually } from "../lab/wait.js";
import { liveLeg } from "./legs.js";

type Hears = Parameters<ProgramLegs["onLeg"]>[1];

const ACCOUNT = { organizationId: 1, accountSid: `AC${"a".repeat(32)}`, authToken: "b".repeat(32) };
const LEG = "11111111-1111-4111-8111-111111111111";
const OTHER = "22222222-2222-4222-8222-222222222222";
const SID = callSid(LEG);
const nothing = (): void => undefined;
const callback = { url: "https://server.example/status", method: "POST", events: ["answered", "completed"] } as const;

const watchOf = (more: Partial<LegWatch> = {}): LegWatch => ({
  callSid: SID, uuid: LEG, node: "fs", organizationId: 1, parties: { from: "+1", to: "+2", direction: "inbound", callerName: null }, parentCallSid: null,
  callback, sequence: 1, untold: null, answeredAt: new Date(), answeredBy: null, machine: null, document: null, fallback: null, department: null, line: null, ...more,
});

/** FreeSWITCH, the database and the outbox, as far as followed legs see them. */
async function world(legs: readonly LiveLeg[], kept: readonly LegWatch[], unclaimedMs = 600_000) {
  const told: CallbackDelivery[] = [];
  const unmade: UnmadeCall[] = [];
  const rows = new Map(kept.map((watch) => [watch.callSid, watch]));
  const live = new Map(legs.map((leg) => [leg.uuid, leg]));
  const hearing = new Map<string, Set<Hears>>();
  const ready = new Set<(node: string) => void>();
  const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const owned = new OwnedNodes({ names: ["fs"], unclaimedMs, logger });
  const followed = await FollowedLegs.open({
    legs: {
      knowsAll: true,
      legOrRung: (uuid) => live.get(uuid),
      onLeg: (uuid, handler) => {
        const handlers = hearing.get(uuid) ?? new Set<Hears>();
        hearing.set(uuid, handlers.add(handler));
        return () => void handlers.delete(handler);
      },
      tidings: {
        onReady: (handler) => {
          ready.add(handler);
          return () => void ready.delete(handler);
        },
      },
    },
    callbacks: { enqueue: async (delivery) => void told.push(delivery) },
    watches: { open: async () => [...rows.values()], put: async (watch) => void rows.set(watch.callSid, watch), remove: async (sid) => void rows.delete(sid), claim: async (sid, node) => {
      const row = rows.get(sid);
      if (row?.node !== null) return false;
      rows.set(sid, { ...row, node });
      return true;
    } },
    owned,
    legBook: { add: async () => undefined, unmade: async (call) => void unmade.push(call) },
    accounts: { of: async () => ACCOUNT },
    log: new ProgramLog(logger),
    logger,
  });
  return {
    followed,
    rows,
    unmade,
    told: () => told.map(({ form }) => Object.fromEntries(form)).map((form) => `${form["CallStatus"] ?? ""} ${form["SequenceNumber"] ?? ""}`),
    ready: () => ready.forEach((handler) => handler("fs")),
    listeners: () => hearing.get(LEG)?.size ?? 0,
    hangUp: (leg: LiveLeg) => {
      live.delete(leg.uuid);
      hearing.get(leg.uuid)?.forEach((handler) => handler({ type: "completed", leg, at: new Date() }));
    },
  };
}

const answered = (): LiveLeg => liveLeg({ uuid: LEG, answered: true });
const of = { facts: { account: ACCOUNT, callSid: SID, parentCallSid: null, parties: { ...watchOf().parties, forwardedFrom: "+3" } }, uuid: LEG, node: "fs", callback, fallback: null, department: "support" };

describe("the legs that an earlier process has followed", () => {
  it("have one progress when they are looked at while the program that goes on asks FreeSWITCH about the caller", async () => {
    const leg = answered();
    const { followed, ready, told, rows, listeners, hangUp } = await world([leg], [watchOf()]);
    const left = followed.leftOf(leg);
    expect(left?.callSid).toBe(SID);
    ready();
    await eventually("it to be taken up", () => listeners() === 1);
    const progress = followed.follow(leg, of);
    // What the program knows besides is kept for the next process.
    await eventually("the rest to be kept", () => rows.get(SID)?.department === "support");
    expect(rows.get(SID)).toMatchObject({ sequence: 1, parties: { forwardedFrom: "+3" } });
    hangUp(leg);
    await progress.settled;
    expect(told()).toEqual(["completed 1"]);
    await followed.close();
    expect(rows.size).toBe(0);
  });

  it("have one progress when their FreeSWITCH comes back, and is asked a second time meanwhile", async () => {
    const leg = answered();
    const { followed, ready, told, listeners, hangUp } = await world([leg], [watchOf()]);
    const first = followed.follow(leg, of);
    ready();
    expect(followed.sidOf(leg)).toBe(SID);
    expect(followed.follow(leg, of)).toBe(first);
    expect(listeners()).toBe(1);
    hangUp(leg);
    await first.settled;
    expect(told()).toEqual(["completed 1"]);
    await followed.close();
  });

  it("are not told again when the leg has ended before its program could go on", async () => {
    const leg = answered();
    const { followed, ready, told } = await world([], [watchOf()]);
    const left = followed.leftOf(leg);
    expect(left !== undefined && followed.isToBeTold(left)).toBe(true);
    ready();
    await eventually("its end to be told", () => told().length === 1);
    await eventually("nothing to be left", () => left !== undefined && !followed.isToBeTold(left));
    await followed.close();
  });
});

describe("whom a program of an earlier process has dialled", () => {
  it.each(["+2", "client:1002"])("is kept as a child of the caller's, should FreeSWITCH have made no leg: %s", async (to) => {
    const { followed, ready, told, unmade } = await world([], [watchOf({ answeredAt: null, parentCallSid: callSid(OTHER), parties: { ...watchOf().parties, to, direction: "outbound-dial" } })]);
    ready();
    await eventually("its end to be told", () => told().length === 1);
    expect([told(), unmade]).toMatchObject([["failed 1"], [{ uuid: LEG, parent: OTHER, to, status: "failed" }]]);
    await followed.close();
  });
});

describe("the legs that a process beside this one follows", () => {
  const foreign = watchOf({ node: "other" });

  it("are left alone, until a leg of theirs is on a FreeSWITCH of this one", async () => {
    const { followed, ready, told, rows } = await world([], [foreign, watchOf({ callSid: "CA2", uuid: OTHER })]);
    ready();
    // Both were looked at, one after another.
    await eventually("the own one's end to be told", () => !rows.has("CA2"));
    expect(told()).toEqual(["completed 1"]);
    expect([...rows.keys()]).toEqual([SID]);
    await followed.close();
    const leg = answered();
    const renamed = await world([leg], [foreign]);
    renamed.ready();
    await eventually("it to be taken up", () => renamed.listeners() === 1);
    await eventually("its node to be known", () => renamed.rows.get(SID)?.node === "fs");
    await renamed.followed.close();
  });

  it("are ended once, when no process has their FreeSWITCH any more", async () => {
    const { followed, told, rows } = await world([], [foreign, watchOf({ callSid: "CA2", uuid: OTHER })]);
    await followed.abandoned("other");
    await followed.abandoned("other");
    expect(told()).toEqual(["completed 1"]);
    expect([...rows.keys()]).toEqual(["CA2"]);
    await followed.close();
  });
});

describe("the legs of which nobody knows the node", () => {
  it("are taken up where they are live", async () => {
    const leg = answered();
    const { followed, ready, rows, listeners } = await world([leg], [watchOf({ node: null })]);
    ready();
    await eventually("it to be taken up", () => listeners() === 1 && rows.get(SID)?.node === "fs");
    await followed.close();
  });

  it("are ended by one process when every process had the time to claim its own", async () => {
    const { followed, ready, told, rows } = await world([], [watchOf({ node: null }), watchOf({ callSid: "CA2", uuid: OTHER, node: null })], 50);
    // Another process has it since.
    rows.set("CA2", watchOf({ callSid: "CA2", uuid: OTHER, node: "other" }));
    ready();
    expect(told()).toEqual([]);
    await eventually("the end of the one that nobody has", () => !rows.has(SID));
    expect(told()).toEqual(["completed 1"]);
    expect([...rows.keys()]).toEqual(["CA2"]);
    await followed.close();
  });
});
