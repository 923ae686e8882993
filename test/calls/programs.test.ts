import { describe, expect, it } from "vitest";
import type { ChannelFindings } from "../../src/calls/findings.js";
import { encodeChannelState } from "../../src/calls/channel-state.js";
import { rowsOf, world } from "./world.js";

const nothing: ChannelFindings = {
  variables: { orgVariable: "", domainVariable: "", userVariable: "", fromVariable: "" },
  queue: "", partner: "", presenceData: "", fresh: true, answered: true, answeredUs: 1, application: "park", playing: false,
};

/** A parked caller whose row says nothing of us. */
function parked() {
  const { registry, changes } = world();
  const [row] = rowsOf("state-in-presence-data");
  if (row === undefined) throw new Error("no row");
  registry.snapshot("fs", { coreUuid: "core", channels: [{ ...row, presence_data: "", application: "park", callstate: "ACTIVE", direction: "inbound", call_uuid: row.uuid }], registrations: [], afterSequence: 0, reason: "connect" });
  const channel = registry.channel(row.uuid);
  if (channel?.call == null) throw new Error("no channel");
  return { registry, changes, channel, call: channel.call };
}

describe("a leg that FreeSWITCH is asked about", () => {
  it("has the program that an earlier process has written, which does not begin anew", () => {
    const { registry, changes, channel, call } = parked();
    registry.clarify(channel, { ...nothing, program: "line-1", presenceData: encodeChannelState({ v: 1, c: call.id, R: "line-1" }) });
    expect([channel.program, call.state]).toEqual(["line-1", "scripted"]);
    expect(changes.some(({ type }) => type === "program")).toBe(false);
  });

  it("begins the program of the dialplan when nobody has written anything", () => {
    const { registry, changes, channel, call } = parked();
    registry.clarify(channel, { ...nothing, program: "line-1" });
    expect([channel.program, call.state]).toEqual(["line-1", "scripted"]);
    expect(changes.filter(({ type }) => type === "program")).toHaveLength(1);
  });

  it("has none when it had one that has ended", () => {
    const { registry, channel, call } = parked();
    registry.clarify(channel, { ...nothing, program: "line-1", presenceData: encodeChannelState({ v: 1, c: call.id }) });
    expect(channel.program).toBeNull();
  });
});

