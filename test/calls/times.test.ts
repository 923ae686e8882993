/** When something happened is FreeSWITCH's to say: our clock may differ, and a process that stalled reads late. */
import { describe, expect, it } from "vitest";
import { NO_OWNER_VARIABLES } from "../../src/calls/identity.js";
import type { Call } from "../../src/calls/call.js";
import { encodeChannelState } from "../../src/calls/channel-state.js";
import { stateOf } from "../../src/calls/leg-state.js";
import type { Channel } from "../../src/calls/channel.js";
import type { ChannelRow } from "../../src/freeswitch/index.js";
import { recordedEvents } from "../support/recordings.js";
import { rowsOf, splitAt, world, type World } from "./world.js";

const RECORDING = "inbound-answer-hangup";

/** When FreeSWITCH says that this event of the recording happened. */
function stampOf(name: string, which: "first" | "last" = "first"): Date {
  const stamps = recordedEvents(RECORDING).filter((event) => event["Event-Name"] === name).map((event) => Number(event["Event-Date-Timestamp"]) / 1000);
  const stamp = which === "first" ? stamps[0] : stamps.at(-1);
  if (stamp === undefined) throw new Error(`no ${name}`);
  return new Date(stamp);
}

const onlyCall = ({ registry }: World): Call => {
  const [call] = registry.index.calls.values();
  if (call === undefined) throw new Error("no call");
  return call;
};

const talking = (): World => {
  const w = world();
  w.feed(splitAt(RECORDING, "api show channels")[0]);
  return w;
};

const connect = (channels: readonly ChannelRow[]) => ({ coreUuid: "c", channels, registrations: [], afterSequence: 0, reason: "connect" as const });

/** The rows as they would be with the state that this call's legs carry. */
const rowsWithState = (call: Call): ChannelRow[] =>
  rowsOf(RECORDING).map((row) => {
    const leg = call.legs.find(({ uuid }) => uuid === row.uuid);
    return leg === undefined ? row : { ...row, presence_data: encodeChannelState(stateOf(call, leg)) };
  });

const times = (call: Call): object => ({ createdAt: call.createdAt, answeredAt: call.answeredAt, legs: call.legs.map(({ uuid, answeredAt }) => ({ uuid, answeredAt })) });

describe("times of a live call", () => {
  it("are those of FreeSWITCH's events", () => {
    const w = talking();
    const call = onlyCall(w);
    expect(call.answeredAt).toEqual(stampOf("CHANNEL_BRIDGE"));
    expect(call.createdAt).toEqual(stampOf("CHANNEL_CREATE"));
    expect(call.changedAt).toEqual(stampOf("CHANNEL_BRIDGE"));
    w.feed(splitAt(RECORDING, "api show channels")[1]);
    expect(call.ended).toBe(true);
    expect(call.changedAt).toEqual(stampOf("CHANNEL_HANGUP", "last"));
  });

  it("are the same after a restart", () => {
    const call = onlyCall(talking());
    const again = world();
    again.registry.snapshot("fs", connect(rowsWithState(call)));
    expect(times(onlyCall(again))).toEqual(times(call));
  });

  it("are asked for where neither events nor our own state tell, and until then not made up", () => {
    const w = world();
    const asked: Channel[] = [];
    w.registry.onUnclear = (channels) => asked.push(...channels);
    w.registry.snapshot("fs", connect(rowsOf(RECORDING)));
    const call = onlyCall(w);
    expect(call.state).toBe("active");
    expect(call.answeredAt).toBeNull();
    expect(asked.map(({ uuid }) => uuid).sort()).toEqual(call.legs.map(({ uuid }) => uuid).sort());
    const [first, second] = call.legs;
    if (first === undefined || second === undefined) throw new Error("two legs");
    const found = (leg: Channel, answeredUs: number) => ({ variables: NO_OWNER_VARIABLES, queue: "", partner: leg.partner?.uuid ?? "", presenceData: "", fresh: true, answered: true, answeredUs, application: "", playing: false });
    w.registry.clarify(first, found(first, 1_795_206_465_475_085));
    expect(call.answeredAt).toBeNull();
    w.registry.clarify(second, found(second, 1_795_206_465_495_097));
    expect(call.legs.map(({ answeredAt }) => answeredAt?.getTime())).toEqual([1_795_206_465_475, 1_795_206_465_495]);
    expect(call.answeredAt?.getTime()).toBe(1_795_206_465_495);
  });

  it("are asked for of a leg that was answered while nobody listened", () => {
    const w = world();
    const [before] = splitAt(RECORDING, "api show channels");
    w.feed(before.slice(0, before.findIndex((item) => item.dir === "event" && item.event["Event-Name"] === "CHANNEL_ANSWER")));
    const asked: Channel[] = [];
    w.registry.onUnclear = (channels) => asked.push(...channels);
    w.registry.snapshot("fs", connect(rowsOf(RECORDING)));
    expect(asked.map(({ answered, answeredAt }) => ({ answered, answeredAt }))).toEqual([{ answered: true, answeredAt: null }, { answered: true, answeredAt: null }]);
  });

  it("of the end come from the last events too, when the first of them was lost", () => {
    const w = talking();
    const call = onlyCall(w);
    const legs = [...call.legs];
    w.feed(splitAt(RECORDING, "api show channels")[1].filter((item) => item.dir !== "event" || !["CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE"].includes(String(item.event["Event-Name"]))));
    expect(legs.map(({ hungUpAt, hangupCause }) => ({ hungUpAt, hangupCause }))).toEqual(legs.map(() => ({ hungUpAt: stampOf("CHANNEL_HANGUP"), hangupCause: "NORMAL_CLEARING" })));
  });

  it("that we decide are by FreeSWITCH's clock, however wrong ours is", () => {
    const w = talking();
    const call = onlyCall(w);
    w.registry.annotate(call, { queue: "support", mode: "parked" });
    const last = stampOf("CALL_UPDATE", "last").getTime();
    for (const at of [call.queuedAt, call.parkedAt, call.changedAt]) {
      expect(at?.getTime()).toBeGreaterThanOrEqual(last);
      expect(at?.getTime()).toBeLessThan(last + 60_000);
    }
  });

  it("keep a call active that was active before, also between two conversations", () => {
    const call = onlyCall(talking());
    for (const leg of call.legs) Object.assign(leg, { partner: null });
    expect(call.state).toBe("active");
    const again = world();
    again.registry.snapshot("fs", connect(rowsWithState(call).map((row) => ({ ...row, state: "CS_EXECUTE", application: "set", application_data: "x=1" }))));
    expect(onlyCall(again).state).toBe("active");
  });

  it("of a wait go on through a move to another department, also after a restart", () => {
    const w = talking();
    const call = onlyCall(w);
    w.registry.annotate(call, { queue: "support" });
    const { queuedAt } = call;
    if (queuedAt === null) throw new Error("nobody waits");
    Object.assign(call, { queuedAt: new Date(queuedAt.getTime() - 5000), enteredAt: new Date(queuedAt.getTime() - 5000) });
    w.registry.annotate(call, { queue: "sales" });
    const waits = { queue: "sales", queuedAt: new Date(queuedAt.getTime() - 5000) };
    expect(call).toMatchObject(waits);
    expect(call.enteredAt?.getTime()).toBeGreaterThanOrEqual(queuedAt.getTime());
    const again = world();
    for (const leg of call.legs) Object.assign(leg, { partner: null, parked: true });
    again.registry.snapshot("fs", connect(rowsWithState(call).map((row) => ({ ...row, state: "CS_EXECUTE", application: "park", application_data: "" }))));
    expect(onlyCall(again)).toMatchObject({ ...waits, enteredAt: call.enteredAt });
    w.registry.annotate(call, { stage: "message" });
    w.registry.annotate(call, { queue: "support" });
    expect(call.queuedAt).toEqual(call.enteredAt);
    w.registry.annotate(call, { queue: null });
    expect(call).toMatchObject({ queuedAt: null, enteredAt: null });
  });
});
