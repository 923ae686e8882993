import { describe, expect, it } from "vitest";
import { SequenceLog } from "../../src/freeswitch/sequence-log.js";
import { parseChannels, parseRegistrations, SnapshotError } from "../../src/freeswitch/snapshot.js";
import { CHANNEL_COLUMNS } from "../../src/freeswitch/types.js";
import { recording } from "../support/recordings.js";

function replyTo(name: string, command: string): string {
  const entries = recording(name);
  const reply = entries[entries.findIndex((entry) => entry.dir === "send" && entry.command === command) + 1];
  if (reply?.dir !== "frame") throw new Error("the recording has changed");
  return reply.body ?? "";
}

describe("snapshots", () => {
  it("are none when FreeSWITCH says zero", () => {
    expect(parseChannels(replyTo("handshake", "api show channels as json"))).toEqual([]);
  });

  it("have all columns of a recorded row, our state to the letter", () => {
    const [row] = parseChannels(replyTo("state-in-presence-data", "api show channels as json"));
    expect(Object.keys(row ?? {})).toEqual([...CHANNEL_COLUMNS]);
    // As an event would say it.
    expect(row).toMatchObject({ dest: "gw+1002", name: "sofia/internal/gw+1002@127.0.0.1:5090", presence_data: "first" });
    expect(parseChannels('{"row_count":1,"rows":[{"uuid":"x","presence_data":"{\\"n\\":\\"100%25\\"}","dest":null}]}')[0]).toMatchObject({ presence_data: '{"n":"100%25"}', dest: "", context: "" });
  });

  it("read recorded registrations", () => {
    const rows = parseRegistrations(replyTo("registration", "api show registrations as json"));
    expect(rows).toHaveLength(10);
    expect(rows[0]).toMatchObject({ reg_user: "1005", realm: "127.0.0.1", network_proto: "udp" });
  });

  it.each(["", "-ERR no", "[]", "null", '{"rows":1}', '{"rows":[1]}', '{"rows":[null]}', '{"row_count":1,"rows":[{"uuid":"x"'])("refuse %j", (reply) => {
    expect(() => parseChannels(reply)).toThrow(SnapshotError);
    expect(() => parseRegistrations(reply)).toThrow(SnapshotError);
  });
});

describe("the sequence log", () => {
  it("counts as settled only what rows must show by now", () => {
    const log = new SequenceLog(2000);
    expect(log.shownAt(0)).toBe(0);
    for (let at = 0; at <= 10_000; at += 50) log.seen(1000 + at, at);
    expect(log.shownAt(10_000)).toBe(9000);
    expect(log.shownAt(60_000)).toBe(11_000);
  });

  it("keeps its newest sequence when nothing comes for long", () => {
    const log = new SequenceLog(2000);
    log.seen(5, 0);
    log.seen(6, 50);
    log.seen(9, 500);
    expect(log.shownAt(1000)).toBe(0);
    expect(log.shownAt(100_000)).toBe(9);
  });

  it("remembers the destroyed for a while, not for ever", () => {
    const log = new SequenceLog(100);
    log.destroyed("a", 0);
    log.destroyed("b", 500);
    expect([log.isDestroyed("a"), log.isDestroyed("b")]).toEqual([true, true]);
    log.destroyed("c", 1200);
    expect([log.isDestroyed("a"), log.isDestroyed("b"), log.isDestroyed("c")]).toEqual([false, true, true]);
  });
});
