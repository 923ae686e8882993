import { describe, expect, it } from "vitest";
import { createCalls, type CallChange, type CallsDependencies } from "../../src/calls/index.js";
import { switchUnavailable } from "../../src/errors.js";
import { directory, rowsOf, splitAt, world } from "./world.js";

/** Of something large, the part that is used here. */
const fake = <T>(part: object): T => part as T;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe("a node that is followed no more", () => {
  it("takes its calls out of the picture, of which nobody hears that they have ended, and brings them back when it is followed again", async () => {
    const made = world();
    const { registry, feed } = made;
    const calls = createCalls(registry, fake<CallsDependencies>({
      nodes: { get: (name: string) => { throw switchUnavailable(name); }, all: () => [] },
      phones: { onChange: () => () => undefined }, directory, logger: quiet, audit: { append: () => undefined }, settings: { parkReturnS: null },
    }));
    const traced: boolean[] = [];
    const changes: CallChange["type"][] = [];
    calls.onTrace(({ ended }) => traced.push(ended));
    calls.onChange(({ type }) => changes.push(type));
    feed(splitAt("inbound-answer-hangup", "api show channels")[0]);
    const [id] = registry.index.calls.keys();
    const [uuid = ""] = registry.index.channels.keys();
    const waits = registry.proofs.until([uuid], () => undefined, { of: "anything", timeoutMs: 60_000, node: "fs" });
    const before = traced.length;

    calls.feed.removed("another");
    expect(registry.index.channels.size).toBe(2);
    calls.feed.removed("fs");
    await expect(waits).rejects.toMatchObject({ code: "SwitchUnavailable" });
    expect([registry.index.channels.size, registry.index.calls.size, registry.proofs.size, calls.counts.channels().size]).toEqual([0, 0, 0, 0]);
    expect([changes.at(-1), traced.length]).toEqual(["call.ended", before]);

    calls.feed.snapshot("fs", { coreUuid: "core", channels: rowsOf("inbound-answer-hangup"), registrations: [], afterSequence: 0, reason: "connect" });
    expect([[...registry.index.calls.keys()], registry.index.channels.size, traced.at(-1)]).toEqual([[id], 2, false]);
    await calls.close();
  });
});
