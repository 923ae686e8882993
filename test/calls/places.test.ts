import { beforeEach, describe, expect, it } from "vitest";
import { trackPlace } from "../../src/calls/control/places.js";
import { knowsOutsideLeg } from "../../src/calls/index.js";
import { channelUuid, type ChannelEvent } from "../../src/freeswitch/index.js";
import { EventParser } from "../../src/freeswitch/event-parser.js";
import { asEventPlain, recording } from "../support/recordings.js";
import { world, type World } from "./world.js";

const FIRST = channelUuid("f0000000-0000-4000-8000-000000000001");
const SECOND = channelUuid("f0000000-0000-4000-8000-000000000002");

/** The CREATE of an agent's leg that dials, and of the leg to the outside that FreeSWITCH dials from it. */
function created(uuid: typeof FIRST, of: "phone" | "trunk"): ChannelEvent {
  const parser = new EventParser();
  for (const entry of recording("transfer-ring-first")) {
    const event = entry.dir === "event" ? parser.parse(asEventPlain(entry.event)) : null;
    if (event?.kind !== "channel" || event.name !== "CHANNEL_CREATE") continue;
    const row = { ...event.row, uuid, call_uuid: FIRST, presence_data: "", direction: of === "phone" ? "inbound" : "outbound", presence_id: of === "phone" ? "1001@127.0.0.1" : "" };
    return { ...event, ...(of === "phone" ? { userVariable: "1001", domainVariable: "127.0.0.1" } : {}), uuid, row, otherLeg: of === "phone" ? "" : FIRST, otherType: of === "phone" ? "" : "originator" };
  }
  throw new Error("no such event");
}

let w: World;
let told: string[];
const follow = (): Promise<void> => trackPlace(w.registry, { begun: () => void told.push("begun"), giveBack: () => void told.push("given back") }, { first: FIRST, second: SECOND, node: "fs", timeoutMs: 10_000 });
beforeEach(() => {
  w = world();
  told = [];
});

describe("the place of a call that FreeSWITCH dials by itself", () => {
  it("is the registry's to count when it knows the leg, although it did not know the phone's leg when it was asked", async () => {
    const followed = follow();
    w.registry.channelEvent("fs", created(FIRST, "phone"));
    expect(told).toEqual([]);
    w.registry.channelEvent("fs", created(SECOND, "trunk"));
    await followed;
    expect(told).toEqual(["begun"]);
    expect([knowsOutsideLeg(w.registry, SECOND, 1), knowsOutsideLeg(w.registry, SECOND, 2), knowsOutsideLeg(w.registry, FIRST.replace("f", "e"))]).toEqual([true, false, false]);
  });

  it("is free again when the phone hangs up before the leg is dialled", async () => {
    const followed = follow();
    w.registry.channelEvent("fs", created(FIRST, "phone"));
    const leg = w.registry.channel(FIRST);
    if (leg === undefined) throw new Error("no leg");
    w.registry.gone(leg);
    await followed;
    expect(told).toEqual(["given back"]);
  });

  it("stays taken when the connection is lost: the call may be dialled all the same", async () => {
    const followed = follow();
    w.registry.channelEvent("fs", created(FIRST, "phone"));
    w.registry.nodeDown("fs");
    await followed;
    expect(told).toEqual([]);
  });
});
