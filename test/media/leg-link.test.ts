/** Ports of links that are closed while they are opened. */
import { createSocket } from "node:dgram";
import { afterEach, beforeEach, expect, it } from "vitest";
import { newCounts } from "../../src/media/counts.js";
import { LegLink, type LegLinkOptions } from "../../src/media/leg-link.js";
import { PortPool } from "../../src/media/ports.js";

let ports: PortPool;
let closing: AbortController;
beforeEach(() => {
  ports = new PortPool(null);
  closing = new AbortController();
});

const leg = { uuid: "leg", columns: { read_rate: "8000" }, playing: false, hungUp: false } as unknown as LegLinkOptions["leg"];

/** FreeSWITCH sends a packet as soon as it is asked to. */
const unicast: LegLinkOptions["audio"]["unicast"] = async (_leg, from, to) => {
  const far = createSocket("udp4");
  await new Promise<void>((resolve) => far.bind({ address: from.host, port: from.port }, () => resolve()));
  far.send(Buffer.alloc(320, 1), to.port, to.host, () => far.close());
};

const open = (more: Partial<LegLinkOptions> = {}): Promise<LegLink> =>
  LegLink.open({ audio: { unicast, parkAnew: async () => undefined, onEnd: () => () => undefined }, leg, ports, place: { local: "127.0.0.1", remote: "127.0.0.1", shared: true }, counts: newCounts(), onAudio: () => undefined, firstAudioMs: 5000, ...more }, closing.signal);

afterEach(() => expect(ports.used).toBe(0));

it("gives its ports back when it is closed", async () => {
  const link = await open();
  expect(ports.used).toBe(1);
  await link.close();
});

it("gives its ports back when it is closed in the moment of its first audio", async () => {
  await expect(open({ onAudio: () => closing.abort(new Error("The stream ended.")) })).rejects.toThrow("The stream ended.");
});

it("asks FreeSWITCH for nothing, and gives its ports back, when it is closed while they are taken", async () => {
  let asked = 0;
  const taking: LegLinkOptions["ports"] = {
    take: async (host, shared) => {
      const pair = await ports.take(host, shared);
      closing.abort(new Error("The stream ended."));
      return pair;
    },
  };
  await expect(open({ ports: taking, audio: { unicast: async () => void asked++, parkAnew: async () => undefined, onEnd: () => () => undefined } })).rejects.toThrow("The stream ended.");
  expect(asked).toBe(0);
});
