/** Legs whose CHANNEL_CREATE was lost, or that began while nobody followed, are known from FreeSWITCH's rows alone. */
import { expect, it } from "vitest";
import { recording } from "../support/recordings.js";
import { rowsOf, world } from "./world.js";

it("keeps an agent's call the agent's, outbound, when the leg that was called for it becomes known first", () => {
  const w = world();
  const events = recording("originate-agent-first").filter((entry) => entry.dir === "event");
  const uuidOf = (at: number): string => events.flatMap(({ event }) => (event["Event-Name"] === "CHANNEL_CREATE" ? [String(event["Unique-ID"])] : []))[at] ?? "";
  const [agent, called] = [uuidOf(0), uuidOf(1)];
  const bridged = events.findIndex(({ event }) => event["Event-Name"] === "CHANNEL_BRIDGE");
  const isLost = ({ event }: (typeof events)[number]): boolean => event["Event-Name"] === "CHANNEL_CREATE" && event["Unique-ID"] === agent;
  w.feed(events.slice(0, bridged).filter((entry) => !isLost(entry)));
  expect([...w.registry.index.calls.values()].map(({ id, direction }) => [id, direction])).toEqual([[called, "outbound"]]);
  const rows = rowsOf("originate-agent-first").filter(({ uuid }) => uuid === agent);
  expect(rows).toHaveLength(1);
  w.registry.snapshot("fs", { coreUuid: "c", channels: rows, registrations: [], afterSequence: 0, reason: "drift" });
  w.feed(events.slice(bridged, bridged + 1));
  expect([...w.registry.index.calls.values()].map(({ id, direction, from, to, owner }) => [id, direction, from, to, owner])).toEqual([[agent, "outbound", "1001", "15557654321", "1001"]]);
  expect(w.registry.index.find(called)?.id).toBe(agent);
});

it("makes no call of a phone that still rings for a caller who hung up while nobody followed", () => {
  const rings = rowsOf("inbound-answer-hangup").filter(({ uuid, call_uuid }) => call_uuid !== uuid).map((row) => ({ ...row, callstate: "RINGING", presence_data: "" }));
  expect(rings).toHaveLength(1);
  const w = world();
  const found = (reason: "connect" | "drift"): number => {
    w.registry.snapshot("fs", { coreUuid: "c", channels: rings, registrations: [], afterSequence: 0, reason });
    return w.registry.index.calls.size;
  };
  expect(found("connect")).toBe(0);
  // FreeSWITCH has not ended it: it is a call after all.
  expect(found("drift")).toBe(1);
});
