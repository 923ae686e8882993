import { createSocket } from "node:dgram";
import { describe, expect, it } from "vitest";
import { reservePorts } from "./ports.js";

const canBind = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(false));
    socket.bind({ port, address: "127.0.0.1", exclusive: true }, () => socket.close(() => resolve(true)));
  });

describe("reserved ports", () => {
  it("never overlap between blocks held at the same time, and are free to listen on", async () => {
    const blocks = await Promise.all([reservePorts(), reservePorts(), reservePorts()]);
    try {
      const ranges = blocks.map(({ services, rtpEnd }) => [Math.min(...services), rtpEnd] as const).sort(([a], [b]) => a - b);
      for (const [index, [start]] of ranges.entries()) expect(start).toBeGreaterThan(ranges[index - 1]?.[1] ?? 0);
      for (const { services, rtpStart, rtpEnd } of blocks) expect(await Promise.all([...services, rtpStart, rtpEnd].map(canBind))).not.toContain(false);
    } finally {
      await Promise.all(blocks.map((block) => block.release()));
    }
  });
});
