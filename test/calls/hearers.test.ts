import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/calls/views.js";
import { rowsOf, splitAt, supervisor, world } from "./world.js";

const onlyCall = ({ registry }: ReturnType<typeof world>) => {
  const [call] = registry.index.calls.values();
  if (call === undefined) throw new Error("no call");
  return call;
};
const SINCE = new Date(0);
/** Who hears a program in each mode: by name, and by leg. */
const heard = (w: ReturnType<typeof world>) =>
  (["listen", "whisper", "barge"] as const).map((mode) => {
    w.registry.annotate(onlyCall(w), { programs: [{ stream: "MZ1", mode, since: SINCE }] });
    const { legs, supervision } = viewOf(w.registry, supervisor, onlyCall(w));
    return supervision.map(({ heardBy, hearers }) => [heardBy, hearers.map((id) => legs.find((leg) => leg.id === id)?.role)]);
  });

describe("who hears a program that listens", () => {
  it("is whoever talks: the agent, and in a barge the customer", () => {
    const w = world();
    w.feed(splitAt("inbound-answer-hangup", "api show channels")[0]);
    expect(heard(w)).toEqual([[[[], []]], [[["agent"], ["agent"]]], [[["agent", "customer"], ["agent", "customer"]]]]);
  });

  it("is nobody while no agent talks, whatever the mode, in names as in legs", () => {
    const w = world();
    const [row] = rowsOf("state-in-presence-data");
    if (row === undefined) throw new Error("no row");
    w.registry.snapshot("fs", { coreUuid: "core", channels: [{ ...row, presence_data: "", application: "park", callstate: "ACTIVE", direction: "inbound", call_uuid: row.uuid }], registrations: [], afterSequence: 0, reason: "connect" });
    expect(heard(w)).toEqual([[[[], []]], [[[], []]], [[[], []]]]);
  });
});
