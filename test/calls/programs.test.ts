import { describe, expect, it } from "vitest";
import type { ChannelFindings } from "../../src/calls/findings.js";
import { encodeChannelState } from "../../src/calls/channel-state.js";
import { ProgramTidings } from "../../src/calls/program-news.js";
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


describe("the legs that a program is to take up", () => {
  it("are told once each, also those that FreeSWITCH did not list when it was connected", async () => {
    const { registry } = world();
    let listsAgain = (): void => undefined;
    const reconciled = new Promise<void>((resolve) => (listsAgain = resolve));
    const tidings = new ProgramTidings({ registry, nodes: { get: () => ({ reconcile: () => reconciled }) }, lagMs: 0, logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined } }, () => null);
    const told: string[] = [];
    tidings.onProgram(({ how, leg }) => told.push(`${how} ${leg.uuid}`));
    tidings.onReady((node) => told.push(`ready ${node}`));
    const [row] = rowsOf("state-in-presence-data");
    if (row === undefined) throw new Error("no row");
    const listed = (uuid: string): typeof row => ({ ...row, uuid, call_uuid: uuid, presence_data: encodeChannelState({ v: 1, c: uuid, R: "line-1" }), application: "park", callstate: "ACTIVE", direction: "inbound" });
    const show = (reason: "connect" | "drift", ...uuids: string[]): void => registry.snapshot("fs", { coreUuid: "core", channels: uuids.map(listed), registrations: [], afterSequence: 0, reason });
    const [first, second] = [row.uuid, row.uuid.replace(/^./, "f")];
    show("connect", first);
    const ready = tidings.nodeReady("fs");
    await expect.poll(() => told).toEqual([`found ${first}`]);
    show("drift", first, second);
    expect(tidings.knowsAll("fs")).toBe(false);
    show("drift", first, second);
    listsAgain();
    await ready;
    expect(told).toEqual([`found ${first}`, `found ${second}`, "ready fs"]);
    expect(tidings.knowsAll("fs")).toBe(true);
    tidings.close();
  });
});
