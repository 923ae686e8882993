import { describe, expect, it } from "vitest";
import { continued } from "../../src/call-logs/continued.js";
import type { TimelineEntry } from "../../src/call-logs/types.js";
import type { Item } from "../../src/call-logs/unwritten.js";

const at = (ms: number): Date => new Date(1_700_000_000_000 + ms);
const entry = (type: string, when: Date, agentId: string | null = null): TimelineEntry => ({ callId: "5f0c6e0a-0000-4000-8000-000000000001", at: when, type, agentId, detail: {} });
const item = (each: TimelineEntry): Item => ({ kind: "entry", entry: each });

describe("the entries of a found call", () => {
  it("do not repeat that the caller began to wait, also when the caller was taken for parked at first", () => {
    const queued = entry("queued", at(0));
    const parked = entry("parked", at(15));
    expect(continued([item(parked), item(queued)], [queued])).toEqual([item(parked)]);
  });

  it("say that the caller waits once more when that began at another time", () => {
    const again = entry("queued", at(500));
    expect(continued([item(entry("answered", at(100), "1001")), item(again)], [entry("queued", at(0))])).toHaveLength(2);
  });
});
