import { describe, expect, it } from "vitest";
import type { ChannelRow, SwitchSnapshot } from "../../src/freeswitch/index.js";
import { viewOf } from "../../src/calls/views.js";
import type { Channel, MutableChannel } from "../../src/calls/channel.js";
import { NO_OWNER_VARIABLES } from "../../src/calls/identity.js";
import type { ChannelFindings } from "../../src/calls/findings.js";
import { recording } from "../support/recordings.js";
import { rowsOf, splitAt, supervisor, world, type World } from "./world.js";

const snapshot = (channels: readonly ChannelRow[], afterSequence: number, reason: SwitchSnapshot["reason"] = "drift"): SwitchSnapshot => ({ coreUuid: "c", channels, registrations: [], afterSequence, reason });

/** What `uuid_dump` tells of a leg that does nothing. */
const FINDINGS: ChannelFindings = { variables: NO_OWNER_VARIABLES, queue: "", partner: "", presenceData: "", fresh: true, answered: true, answeredUs: 0, application: "bridge", playing: false };

/** The customer and the agent talk. */
function talking(): World {
  const w = world();
  w.feed(splitAt("inbound-answer-hangup", "api show channels")[0]);
  return w;
}

const lastSequence = ({ registry }: World): number => Math.max(...[...registry.index.channels.values()].map((channel) => channel.lastSequence));
const onlyCall = ({ registry }: World) => {
  const [call] = registry.index.calls.values();
  if (call === undefined) throw new Error("no call");
  return call;
};

describe("a connection that was lost and is back", () => {
  const told = (w: World): string[] => {
    const types: string[] = [];
    w.registry.onChange(({ type }) => types.push(type));
    return types;
  };
  const connected = (w: World): void => {
    w.registry.snapshot("fs", snapshot(rowsOf("inbound-answer-hangup"), lastSequence(w), "connect"));
  };

  it("leaves what was shown of a call as it is, and tells that it was found again", () => {
    const w = talking();
    connected(w);
    const call = onlyCall(w);
    const { version } = call;
    const types = told(w);
    connected(w);
    expect([call.version, types]).toEqual([version, ["updated"]]);
  });

  it("shows a leg parked that has left its conference meanwhile", () => {
    const w = talking();
    connected(w);
    const [leg] = onlyCall(w).legs;
    if (leg === undefined) throw new Error("no leg");
    Object.assign(leg, { inConference: true, memberId: "5", heldInConference: true, partner: null });
    const parked = rowsOf("inbound-answer-hangup").map((row) => (row.uuid === leg.uuid ? { ...row, application: "park", state: "CS_EXECUTE" } : row));
    w.registry.snapshot("fs", snapshot(parked, lastSequence(w), "connect"));
    expect(leg).toMatchObject({ parked: true, inConference: false, memberId: "", heldInConference: false, legState: "parked" });
  });

  it.each([
    ["parked", { parked: true }],
    ["in a conference", { inConference: true }],
    ["not answered", { answered: false }],
    ["without the other", { partner: null }],
    ["hearing a sound", { playing: true }],
  ] satisfies readonly (readonly [string, Partial<MutableChannel>])[])("shows a call anew of which a leg was thought to be %s and is not", (_, was) => {
    const w = talking();
    connected(w);
    const call = onlyCall(w);
    const { version } = call;
    Object.assign(call.legs[0] ?? {}, was);
    const types = told(w);
    connected(w);
    expect(call.version).toBeGreaterThan(version);
    expect(types).toEqual(["updated"]);
  });
});

describe("a drift check", () => {
  it("tells who waits for several phones of one ringing what has become of one of them", async () => {
    const w = talking();
    const [one, other] = onlyCall(w).legs;
    if (one === undefined || other === undefined) throw new Error("two legs");
    for (const leg of [one, other]) Object.assign(leg, { ring: "the-ringing" });
    const waiting = (condition: () => true | undefined): Promise<true> => w.registry.proofs.until(["the-ringing"], condition, { of: "the phones", timeoutMs: 5000, node: "fs" });
    const parked = waiting(() => (one.parked ? true : undefined));
    w.registry.clarify(one, { ...FINDINGS, application: "park" });
    expect(await parked).toBe(true);
    const ended = waiting(() => (other.hungUp ? true : undefined));
    w.registry.gone(other);
    expect(await ended).toBe(true);
  });

  it("leaves a channel alone of which an event has told something newer than the rows show", () => {
    const w = talking();
    const stale = rowsOf("inbound-answer-hangup").map((row) => ({ ...row, callstate: "RINGING", state: "CS_CONSUME_MEDIA", cid_name: "before" }));
    const { version } = w.registry.index;
    w.registry.snapshot("fs", snapshot(stale, lastSequence(w) - 1));
    const customer = onlyCall(w).customer;
    expect(customer?.columns.callstate).toBe("ACTIVE");
    expect(customer?.columns.cid_name).not.toBe("before");
    // The one whose events are all older is brought up to date.
    w.registry.snapshot("fs", snapshot(stale, lastSequence(w)));
    expect(w.registry.index.version).toBeGreaterThan(version);
    expect(customer?.columns.cid_name).toBe("before");
  });

  it("asks FreeSWITCH about two that the rows show talking although no event told of their bridge, and believes it alone", () => {
    const w = talking();
    const call = onlyCall(w);
    for (const leg of call.legs) Object.assign(leg, { partner: null });
    const suspects: Channel[] = [];
    w.registry.onUnclear = (channels, why) => why === "drift" && suspects.push(...channels);
    w.registry.snapshot("fs", snapshot(rowsOf("inbound-answer-hangup"), lastSequence(w)));
    // The one that runs the dialplan's bridge shows nothing that could not be otherwise; the other's state tells.
    expect(suspects.map(({ agentId }) => agentId)).toEqual(["1001"]);
    expect(call.legs.map((leg) => leg.partner)).toEqual([null, null]);
    const [one, other] = call.legs;
    if (one === undefined || other === undefined) throw new Error("two legs");
    expect(w.registry.clarify(one, { ...FINDINGS, partner: other.uuid })).toBe(true);
    expect(w.registry.clarify(other, { ...FINDINGS, partner: one.uuid })).toBe(false);
    expect(viewOf(w.registry, supervisor, call)).toMatchObject({ state: "active", assignedTo: "1001" });
  });

  it("finds one leg of a bridge answered after the other: the two talk, the agent owns the call, and each step is told once", () => {
    const w = world();
    const events = splitAt("inbound-answer-hangup", "api show channels")[0];
    const steps: string[] = [];
    w.registry.onLeg(({ type, leg }) => steps.push(`${leg.columns.direction} ${type}`));
    w.feed(events.slice(0, events.findIndex((item) => item.dir === "event" && item.event["Event-Name"] === "CHANNEL_PROGRESS")));
    const call = onlyCall(w);
    const [caller, phone] = call.legs;
    if (caller === undefined || phone === undefined) throw new Error("two legs");
    const found = (phoneIs: string): void => {
      const rows = rowsOf("inbound-answer-hangup").map((row) => (row.uuid === phone.uuid ? { ...row, callstate: phoneIs } : row));
      w.registry.snapshot("fs", snapshot(rows, lastSequence(w)));
    };
    found("RINGING");
    w.registry.clarify(caller, { ...FINDINGS, partner: phone.uuid, answeredUs: 1 });
    expect(call).toMatchObject({ state: "ringing", owner: null });
    found("ACTIVE");
    w.registry.clarify(phone, { ...FINDINGS, partner: caller.uuid, answeredUs: 2 });
    expect(call).toMatchObject({ state: "active", owner: "1001" });
    expect(steps).toEqual(["inbound initiated", "outbound initiated", "inbound answered", "outbound ringing", "outbound answered"]);
  });

  it("tells of a phone that was found ringing only when it has answered", () => {
    const w = world();
    const steps: string[] = [];
    w.registry.onLeg(({ type, leg }) => steps.push(`${leg.columns.direction} ${type}`));
    const found = (phoneIs: string, reason: SwitchSnapshot["reason"]): void => w.registry.snapshot("fs", snapshot(rowsOf("inbound-answer-hangup").map((row) => (row.direction === "outbound" ? { ...row, callstate: phoneIs } : row)), 0, reason));
    found("RINGING", "connect");
    found("EARLY", "drift");
    expect(steps).toEqual([]);
    found("ACTIVE", "drift");
    expect(steps).toEqual(["outbound answered"]);
  });

  it("asks about a leg that the events left with nobody, under our own mark in its row", () => {
    const w = talking();
    const [one, other] = onlyCall(w).legs;
    if (one === undefined || other === undefined) throw new Error("two legs");
    for (const leg of [one, other]) Object.assign(leg, { partner: null });
    const suspects: Channel[] = [];
    w.registry.onUnclear = (channels, why) => why === "drift" && suspects.push(...channels);
    const idle = [one, other].map(({ columns }) => ({ ...columns, state: "CS_EXECUTE", application: "set" }));
    w.registry.snapshot("fs", snapshot(idle, lastSequence(w)));
    expect(suspects).toEqual([one, other]);
    expect(w.registry.clarify(one, { ...FINDINGS, application: "set" })).toBe(true);
    expect(one.parked).toBe(true);
  });

  it("asks about a leg that hears music and that the events left with nobody, unless the dialplan may be what plays", () => {
    const w = talking();
    const [one, other] = onlyCall(w).legs;
    if (one === undefined || other === undefined) throw new Error("two legs");
    for (const leg of [one, other]) Object.assign(leg, { partner: null });
    const suspects: Channel[] = [];
    w.registry.onUnclear = (channels, why) => why === "drift" && suspects.push(...channels);
    const music = (dialplan: string): readonly ChannelRow[] => [one, other].map(({ columns }) => ({ ...columns, state: "CS_EXECUTE", application: "playback", dialplan }));
    w.registry.snapshot("fs", snapshot(music("XML"), lastSequence(w)));
    expect(suspects.map(({ columns }) => columns.direction)).toEqual(["outbound"]);
    w.registry.snapshot("fs", snapshot(music("inline"), lastSequence(w)));
    expect(suspects.slice(1).map(({ columns }) => columns.direction).sort()).toEqual(["inbound", "outbound"]);
    expect(w.registry.clarify(other, { ...FINDINGS, application: "playback", playing: true })).toBe(true);
    expect(other.parked).toBe(true);
  });

  it("finds a caller in the queue who has left park and is not joined yet with the phone that answered", () => {
    const w = talking();
    const call = onlyCall(w);
    const [caller, phone] = call.legs;
    if (caller === undefined || phone === undefined) throw new Error("two legs");
    w.registry.annotate(call, { queue: "support", owner: null });
    Object.assign(caller, { partner: null, parked: true });
    Object.assign(phone, { partner: null, parked: true, unjoined: true });
    expect(call.state).toBe("queued");
    Object.assign(caller, { parked: false });
    expect(call.state).toBe("queued");
  });

  it("notices another state on a leg than was written last", () => {
    const w = talking();
    const call = onlyCall(w);
    const written = JSON.stringify({ v: 1, c: call.id });
    for (const leg of call.legs) w.registry.annotateLeg(leg, { presenceData: written });
    const rows = call.legs.map(({ columns }) => ({ ...columns, presence_data: written }));
    const { version } = call;
    w.registry.snapshot("fs", snapshot(rows, lastSequence(w)));
    expect(call.version).toBe(version);
    w.registry.snapshot("fs", snapshot(rows.map((row) => ({ ...row, presence_data: "" })), lastSequence(w)));
    expect(call.version).toBeGreaterThan(version);
    expect(call.legs.map(({ presenceData }) => presenceData)).toEqual(["", ""]);
  });

  it("gives a call that was found to the agent who dialled, as soon as that phone is proven", () => {
    const w = world();
    const rows = rowsOf("inbound-answer-hangup").map((row) => (row.direction === "inbound" ? { ...row, presence_id: "1002@127.0.0.1" } : row));
    w.registry.snapshot("fs", snapshot(rows, 0, "connect"));
    const call = onlyCall(w);
    const dialler = call.legs.find(({ columns }) => columns.direction === "inbound");
    const called = call.legs.find((leg) => leg !== dialler);
    if (dialler === undefined || called === undefined) throw new Error("two legs");
    expect(call.owner).toBe("1001");
    w.registry.clarify(dialler, { ...FINDINGS, variables: { ...NO_OWNER_VARIABLES, userVariable: "1002", domainVariable: "127.0.0.1" }, partner: called.uuid });
    expect([call.owner, dialler.role]).toEqual(["1002", "agent"]);
  });

  it("believes in no music whose end may have been lost with the connection", () => {
    const w = world();
    const events = recording("mute-dtmf-record-play");
    const begins = events.findIndex((item) => item.dir === "event" && item.event["Event-Name"] === "PLAYBACK_START");
    w.feed(events.slice(0, begins + 1));
    const isPlaying = (): boolean => [...w.registry.index.channels.values()].some(({ playing }) => playing);
    expect(isPlaying()).toBe(true);
    w.registry.snapshot("fs", snapshot([...w.registry.index.channels.values()].map(({ columns }) => ({ ...columns })), lastSequence(w), "connect"));
    expect(isPlaying()).toBe(false);
  });

  it("leaves a leg the number that was dialled where the rows keep the inline program of a transfer", () => {
    const w = talking();
    const programs = rowsOf("inbound-answer-hangup").map((row) => ({ ...row, dest: "conference:callplane-1@default", dialplan: "inline" }));
    w.registry.snapshot("fs", snapshot(programs, lastSequence(w)));
    expect(onlyCall(w).customer?.columns.dest).toBe("1001");
    const restarted = world();
    restarted.registry.snapshot("fs", snapshot(programs, 0, "connect"));
    expect(onlyCall(restarted).customer?.columns.dest).toBe("1001");
  });

  it("removes a channel that has hung up and whose end was lost, and no other without asking", () => {
    const w = talking();
    const [customer] = onlyCall(w).legs;
    if (customer === undefined) throw new Error("no customer");
    w.feed(splitAt("inbound-answer-hangup", "api show channels")[1].filter((item) => item.dir !== "event" || (item.event["Event-Name"] !== "CHANNEL_DESTROY" && item.event["Unique-ID"] === customer.uuid)));
    expect(customer.hungUp).toBe(true);
    const asked: Channel[] = [];
    w.registry.onUnclear = (channels) => asked.push(...channels);
    // Its end may still be told: the rows are no older than its hangup.
    w.registry.snapshot("fs", snapshot([], customer.lastSequence - 1));
    expect(w.registry.channel(customer.uuid)).toBe(customer);
    const { version } = w.registry.index;
    w.registry.snapshot("fs", snapshot([], lastSequence(w)));
    expect(w.registry.channel(customer.uuid)).toBeUndefined();
    expect(w.registry.index.version).toBeGreaterThan(version);
    expect(w.incidents["registry_drift"] ?? 0).toBe(1);
    expect([...w.registry.index.channels.values()].map(({ agentId }) => agentId)).toEqual(["1001"]);
    expect(new Set(asked.map(({ agentId }) => agentId))).toEqual(new Set(["1001"]));
  });

  it("tells of no call that it finds as it was", () => {
    const w = talking();
    w.registry.snapshot("fs", snapshot(rowsOf("inbound-answer-hangup"), lastSequence(w)));
    w.changes.length = 0;
    w.registry.snapshot("fs", snapshot(rowsOf("inbound-answer-hangup"), lastSequence(w)));
    expect(w.changes).toEqual([]);
    const [first, ...others] = rowsOf("inbound-answer-hangup");
    if (first === undefined) throw new Error("no rows");
    w.registry.snapshot("fs", snapshot([{ ...first, callstate: "HELD" }, ...others], lastSequence(w)));
    expect(w.changes).toEqual([{ type: "updated", call: onlyCall(w) }]);
  });

  it("does not part two, or end one, for rows that are late: it asks, and is content when all is as it was", () => {
    const w = talking();
    const suspects: Channel[] = [];
    w.registry.onUnclear = (channels, why) => why === "drift" && suspects.push(...channels);
    const [first, ...others] = rowsOf("inbound-answer-hangup").map((row) => ({ ...row, state: "CS_EXECUTE", application: "park", application_data: "" }));
    if (first === undefined) throw new Error("no rows");
    w.registry.snapshot("fs", snapshot([first], lastSequence(w)));
    const call = onlyCall(w);
    expect(suspects.map(({ uuid }) => uuid).sort()).toEqual([first, ...others].map(({ uuid }) => uuid).sort());
    for (const leg of suspects) expect(w.registry.clarify(leg, { ...FINDINGS, partner: leg.partner?.uuid ?? "" })).toBe(false);
    expect(viewOf(w.registry, supervisor, call)).toMatchObject({ state: "active", assignedTo: "1001" });
    expect(call.legs).toHaveLength(2);
    // Parked it is when FreeSWITCH says so, and gone when FreeSWITCH does not know it.
    const [one, other] = suspects;
    if (one === undefined || other === undefined) throw new Error("two legs");
    expect(w.registry.clarify(one, { ...FINDINGS, application: "park" })).toBe(true);
    w.registry.gone(other);
    expect(call.legs.map(({ uuid, parked }) => ({ uuid, parked }))).toEqual([{ uuid: one.uuid, parked: true }]);
  });

  it("does not believe our own state that two talk when FreeSWITCH shows both idle", () => {
    const rows = rowsOf("inbound-answer-hangup");
    const [one, other] = rows;
    const state = (row: ChannelRow | undefined, partner: ChannelRow | undefined): string => JSON.stringify({ v: 1, c: one?.uuid, o: 1, a: "1001", s: "held", r: row === one ? "customer" : "agent", b: partner?.uuid, d: "inbound" });
    const held = rows.map((row) => ({ ...row, state: "CS_EXECUTE", application: row === one ? "playback" : "set", application_data: "x=1", call_uuid: row.uuid, presence_data: state(row, row === one ? other : one) }));
    const w = world();
    let asked = 0;
    w.registry.onUnclear = (channels) => (asked += channels.length);
    w.registry.snapshot("fs", snapshot(held, 0, "connect"));
    expect(onlyCall(w).legs.every((leg) => leg.partner === null)).toBe(true);
    expect(asked).toBe(2);
    for (const channel of w.registry.index.channels.values()) w.registry.clarify(channel, { variables: NO_OWNER_VARIABLES, queue: "", partner: "", presenceData: "", fresh: true, answered: true, answeredUs: 0, application: "playback", playing: false });
    expect(onlyCall(w).state).toBe("held");
  });
});

describe("a channel's own claim", () => {
  const claiming = (state: object): readonly ChannelRow[] => rowsOf("inbound-answer-hangup").map((row) => (row.presence_id === "" ? row : { ...row, presence_data: JSON.stringify(state) }));

  it("to another organization than its phone's is not believed", () => {
    const w = world();
    w.registry.snapshot("fs", snapshot(claiming({ v: 1, c: "00000000-0000-4000-8000-000000000001", o: 7, r: "agent" }), 0, "connect"));
    // Organization 7 is unknown here, and the phone is organization 1's.
    expect(w.incidents["presence_data_unreadable"] ?? 0).toBeGreaterThan(0);
    expect(w.registry.index.organization(7).channels.size).toBe(0);
    expect(w.registry.index.organization(1).channels.size).toBe(2);
  });

  it("to its own organization is", () => {
    const w = world();
    const [customer] = rowsOf("inbound-answer-hangup");
    w.registry.snapshot("fs", snapshot(claiming({ v: 1, c: customer?.uuid, o: 1, r: "agent" }), 0, "connect"));
    expect(w.incidents["presence_data_unreadable"] ?? 0).toBe(0);
    expect(w.registry.index.calls.size).toBe(1);
  });
});
