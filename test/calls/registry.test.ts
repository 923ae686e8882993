import { describe, expect, it } from "vitest";
import { NO_OWNER_VARIABLES } from "../../src/calls/identity.js";
import { viewOf } from "../../src/calls/views.js";
import { recording, recordingNames } from "../support/recordings.js";
import { agentActor, rowsOf, splitAt, supervisor, world } from "./world.js";

const onlyCall = (w: ReturnType<typeof world>) => {
  const calls = [...w.registry.index.calls.values()];
  expect(calls).toHaveLength(1);
  const [call] = calls;
  if (call === undefined) throw new Error("no call");
  return call;
};

describe("the registry, fed with what a real FreeSWITCH sent", () => {
  it("makes one call of the customer's leg and the agent's, owned by the agent once they are bridged", () => {
    const w = world();
    const [before] = splitAt("inbound-answer-hangup", "api show channels");
    const bridge = before.findIndex((item) => item.dir === "event" && item.event["Event-Name"] === "CHANNEL_ANSWER");
    w.feed(before.slice(0, bridge));
    const call = onlyCall(w);
    expect(viewOf(w.registry, supervisor, call)).toMatchObject({ state: "ringing", assignedTo: null, ringing: ["1001"], direction: "inbound", from: "15551230001" });
    w.feed(before.slice(bridge));
    expect(viewOf(w.registry, supervisor, call)).toMatchObject({
      state: "active",
      assignedTo: "1001",
      ringing: [],
      legs: [
        { role: "customer", agent: null, number: "15551230001", state: "active" },
        { role: "agent", agent: "1001", number: "1001", state: "active" },
      ],
    });
  });

  it("tells of a SIP call id that is learned only after a restart", () => {
    const w = world();
    w.registry.snapshot("fs", { coreUuid: "c", channels: rowsOf("inbound-answer-hangup"), registrations: [], afterSequence: 0, reason: "connect" });
    const event = recording("inbound-answer-hangup").find((item) => item.dir === "event" && item.event["Event-Name"] === "CHANNEL_EXECUTE" && item.event["variable_sip_call_id"] !== undefined);
    if (event === undefined) throw new Error("no such event");
    const { version } = onlyCall(w);
    w.feed([event]);
    expect(viewOf(w.registry, supervisor, onlyCall(w)).legs.some(({ sipCallId }) => sipCallId !== null)).toBe(true);
    expect(onlyCall(w).version).toBeGreaterThan(version);
  });

  it("keeps every column of the rows that FreeSWITCH itself shows", () => {
    const w = world();
    const [before] = splitAt("inbound-answer-hangup", "api show channels");
    w.feed(before);
    for (const row of rowsOf("inbound-answer-hangup")) {
      const kept = w.registry.channel(row.uuid)?.columns;
      expect({ ...kept, presence_data: "" }).toEqual({ ...row, presence_data: "" });
    }
  });

  it("knows a leg held by its phone, and free again", () => {
    const w = world();
    const [before, rest] = splitAt("hold-resume-agent-leg", "api uuid_hold");
    w.feed(before);
    const call = onlyCall(w);
    const off = rest.findIndex((item) => item.dir === "send" && item.command.startsWith("api uuid_hold off"));
    w.feed(rest.slice(0, off));
    expect(call.state).toBe("held");
    const second = rest.findIndex((item, index) => index > off && item.dir === "send" && item.command.startsWith("api uuid_hold off"));
    w.feed(rest.slice(off, second));
    expect(call.state).toBe("active");
  });

  it("keeps the caller's call when a transfer brings another agent, and makes it hers", () => {
    const w = world();
    const owners: (string | null)[] = [];
    const first = new Set<string>();
    w.registry.onChange(({ call }) => {
      if (first.size === 0) first.add(call.id);
      if (first.has(call.id) && owners.at(-1) !== call.owner) owners.push(call.owner);
    });
    w.feed(recording("transfer-ring-first"));
    expect(owners).toEqual([null, "1001", "1002"]);
  });

  it("shows both legs parked by a hold, and the caller alone when the agent's leg dies", () => {
    const w = world();
    w.feed(recording("hold-by-parking"));
    const call = onlyCall(w);
    expect(call.state).toBe("parked");
    expect(call.legs.map((leg) => leg.role)).toEqual(["customer"]);
    expect(call.owner).toBe("1002");
  });

  it("holds three legs of a conference in one call", () => {
    const w = world();
    const [before] = splitAt("conference", "bgapi originate");
    w.feed(before);
    expect(onlyCall(w).inConference).toBe(true);
    expect(onlyCall(w).state).toBe("active");
  });

  it.each(recordingNames())("forgets everything that ended in %s", (name) => {
    const w = world();
    const entries = recording(name);
    w.feed(entries);
    const destroyed = entries.flatMap((item) => (item.dir === "event" && item.event["Event-Name"] === "CHANNEL_DESTROY" ? [String(item.event["Unique-ID"])] : []));
    for (const uuid of destroyed) expect(w.registry.channel(uuid)).toBeUndefined();
    for (const call of w.registry.index.calls.values()) expect(call.legs.length).toBeGreaterThan(0);
  });

  it("has no agent see a colleague's call", () => {
    const w = world();
    const [before] = splitAt("inbound-answer-hangup", "api show channels");
    w.feed(before);
    const call = onlyCall(w);
    expect(w.registry.index.ofAgent(1, "1001").has(call)).toBe(true);
    expect(w.registry.index.ofAgent(1, "1002").size).toBe(0);
    expect(viewOf(w.registry, agentActor("1001"), call).id).toBe(call.id);
  });
});

describe("the registry after a reconnect", () => {
  it.each([["a FreeSWITCH that was restarted", "another", true], ["the same FreeSWITCH", "c", false]])("legs that %s does not have any more are known as lost with it, or as ended", (_, coreUuid, lost) => {
    const w = world();
    w.registry.snapshot("fs", { coreUuid: "c", channels: rowsOf("inbound-answer-hangup"), registrations: [], afterSequence: 0, reason: "connect" });
    const call = onlyCall(w);
    w.registry.snapshot("fs", { coreUuid, channels: [], registrations: [], afterSequence: 0, reason: "connect" });
    expect(call.ended).toBe(true);
    expect([call.endedLegs.length, new Set(call.endedLegs.map((leg) => leg.lost))]).toEqual([expect.any(Number), new Set([lost])]);
  });

  it("makes up from `show channels` what it missed: call, agent and bridge", () => {
    const w = world();
    w.registry.snapshot("fs", { coreUuid: "c", channels: rowsOf("inbound-answer-hangup"), registrations: [], afterSequence: 0, reason: "connect" });
    // The customer's leg has no domain of its own: her partner's is taken.
    expect(viewOf(w.registry, supervisor, onlyCall(w))).toMatchObject({ state: "active", assignedTo: "1001" });
  });

  it("asks about a leg that was not answered when its row was written, since FreeSWITCH writes its table late", () => {
    const [row] = rowsOf("inbound-answer-hangup");
    if (row === undefined) throw new Error("no row");
    const early = { ...row, callstate: "RINGING", application: "", application_data: "", call_uuid: "" };
    const findings = { variables: { ...NO_OWNER_VARIABLES, orgVariable: "lab" }, queue: "support", partner: "", presenceData: "", fresh: true, answered: true, answeredUs: 0, application: "park", playing: false };
    for (const [found, state, queue] of [
      [findings, "queued", "support"],
      [{ ...findings, queue: "" }, "parked", null],
      [{ ...findings, answered: false, queue: "", application: "bridge" }, "ringing", null],
      [{ ...findings, queue: "", application: "bridge" }, "active", null],
    ] as const) {
      const w = world();
      const asked: string[] = [];
      w.registry.onUnclear = (channels) => asked.push(...channels.map((channel) => channel.uuid));
      w.registry.snapshot("fs", { coreUuid: "c", channels: [early], registrations: [], afterSequence: 0, reason: "drift" });
      expect(asked).toEqual([row.uuid]);
      const [channel] = w.registry.index.channels.values();
      if (channel === undefined) throw new Error("no channel");
      w.registry.clarify(channel, found);
      expect(viewOf(w.registry, supervisor, onlyCall(w))).toMatchObject({ state, department: queue, assignedTo: null });
    }
  });

  it("ends what is no longer there and keeps what is", () => {
    const w = world();
    const [before] = splitAt("inbound-answer-hangup", "api show channels");
    w.feed(before);
    const [customer] = rowsOf("inbound-answer-hangup");
    const call = onlyCall(w);
    w.registry.snapshot("fs", { coreUuid: "c", channels: customer === undefined ? [] : [customer], registrations: [], afterSequence: 0, reason: "connect" });
    expect(call.legs).toHaveLength(1);
    w.registry.snapshot("fs", { coreUuid: "c", channels: [], registrations: [], afterSequence: 0, reason: "connect" });
    expect(call.ended).toBe(true);
    expect(w.registry.index.calls.size).toBe(0);
    expect(w.registry.index.channels.size).toBe(0);
  });

  it("does not show a channel again that FreeSWITCH lists but does not know, until the list was without it", () => {
    const w = world();
    const rows = rowsOf("inbound-answer-hangup");
    const show = (channels: typeof rows, reason: "connect" | "drift"): void => w.registry.snapshot("fs", { coreUuid: "c", channels, registrations: [], afterSequence: 0, reason });
    show(rows, "connect");
    for (const channel of [...w.registry.index.channels.values()]) w.registry.gone(channel);
    show(rows, "drift");
    show(rows, "connect");
    expect(w.registry.index.channels.size).toBe(0);
    expect(w.incidents["registry_drift"] ?? 0).toBe(0);
    show([], "drift");
    show(rows, "connect");
    expect(w.registry.index.channels.size).toBe(rows.length);
  });

  it("ignores and counts presence data that is not ours", () => {
    const w = world();
    const rows = rowsOf("inbound-answer-hangup").map((row) => ({ ...row, presence_data: '{"v":7,"x":1}' }));
    w.registry.snapshot("fs", { coreUuid: "c", channels: rows, registrations: [], afterSequence: 0, reason: "connect" });
    expect(w.incidents["presence_data_unreadable"] ?? 0).toBe(2);
    expect(onlyCall(w).state).toBe("active");
  });

  it("does not end a channel that was born after a drift check was asked for", () => {
    const w = world();
    const [before] = splitAt("inbound-answer-hangup", "api show channels");
    w.feed(before);
    w.registry.snapshot("fs", { coreUuid: "c", channels: [], registrations: [], afterSequence: 1, reason: "drift" });
    expect(w.registry.index.channels.size).toBe(2);
    expect(w.incidents["registry_drift"] ?? 0).toBe(0);
  });
});
