import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { FRAME_BYTES } from "../../src/media/frames.js";
import { SILENCE } from "../../src/g711.js";
import { MAX_MARKS, MAX_QUEUED_MS, PlayoutQueue, QueueFull } from "../../src/media/playout.js";

function queue(): { readonly queue: PlayoutQueue; readonly reached: string[]; readonly play: () => Buffer | null } {
  const reached: string[] = [];
  const made = new PlayoutQueue((mark) => reached.push(mark));
  return {
    queue: made,
    reached,
    play: () => {
      const frame = made.next();
      if (frame !== null) made.played();
      return frame;
    },
  };
}

describe("what waits to be played", () => {
  it("costs no more for coming in single bytes", () => {
    const { queue: waiting, reached, play } = queue();
    const bytes = 200_000;
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    collect();
    const memory = process.memoryUsage().heapUsed;
    for (let at = 0; at < bytes; at++) waiting.add(Buffer.from([at % 200]));
    waiting.mark("end");
    collect();
    // A piece of its own for each byte takes some 150 bytes.
    expect(process.memoryUsage().heapUsed - memory).toBeLessThan(10 * bytes);
    const heard = Array.from({ length: bytes / FRAME_BYTES }, () => play() ?? Buffer.alloc(0));
    expect(Buffer.concat(heard).equals(Buffer.from(Array.from({ length: bytes }, (_, at) => at % 200)))).toBe(true);
    expect([reached, play()]).toEqual([["end"], null]);
  });

  it("comes out in packets of 20 ms, however it came in", () => {
    const { queue: waiting, play } = queue();
    waiting.add(Buffer.alloc(100, 1));
    waiting.add(Buffer.alloc(100, 2));
    expect(play()).toEqual(Buffer.concat([Buffer.alloc(100, 1), Buffer.alloc(60, 2)]));
    expect(play()).toEqual(Buffer.concat([Buffer.alloc(40, 2), Buffer.alloc(120, SILENCE)]));
    expect(play()).toBeNull();
  });

  it("reaches a mark when all before it has been played, at once when nothing waits", () => {
    const { queue: waiting, reached, play } = queue();
    waiting.mark("at once");
    expect(reached).toEqual(["at once"]);
    waiting.add(Buffer.alloc(2 * FRAME_BYTES));
    waiting.mark("first");
    waiting.add(Buffer.alloc(FRAME_BYTES));
    waiting.mark("second");
    play();
    expect(reached).toEqual(["at once"]);
    play();
    expect(reached).toEqual(["at once", "first"]);
    play();
    expect(reached).toEqual(["at once", "first", "second"]);
  });

  it("reaches all marks in order when it is cleared, and plays what comes after", () => {
    const { queue: waiting, reached, play } = queue();
    waiting.add(Buffer.alloc(8000));
    waiting.mark("a");
    waiting.add(Buffer.alloc(8000));
    waiting.mark("b");
    play();
    waiting.clear();
    expect(reached).toEqual(["a", "b"]);
    expect(play()).toBeNull();
    waiting.add(Buffer.alloc(FRAME_BYTES, 7));
    expect(play()).toEqual(Buffer.alloc(FRAME_BYTES, 7));
  });

  it("is bounded, in audio and in marks", () => {
    const { queue: waiting } = queue();
    const minute = Buffer.alloc(60 * 8000);
    for (let minutes = 0; minutes < MAX_QUEUED_MS / 60_000; minutes++) waiting.add(minute);
    expect(() => waiting.add(Buffer.alloc(1))).toThrow(QueueFull);
    for (let marks = 0; marks < MAX_MARKS; marks++) waiting.mark("m");
    expect(() => waiting.mark("m")).toThrow(QueueFull);
  });
});
