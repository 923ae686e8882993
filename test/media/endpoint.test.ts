import { createSocket, type Socket } from "node:dgram";
import { afterEach, expect, it } from "vitest";
import { UdpEndpoint } from "../../src/media/endpoint.js";
import { PortPool } from "../../src/media/ports.js";
import { eventually } from "../lab/wait.js";

const HOST = "127.0.0.1";
const open: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(open.splice(0).map((close) => close())));

async function sender(port = 0): Promise<Socket> {
  const socket = createSocket("udp4");
  open.push(() => new Promise((resolve) => socket.close(() => resolve())));
  await new Promise<void>((resolve) => socket.bind(port, HOST, resolve));
  return socket;
}

it("exchanges packets with FreeSWITCH, and drops and counts what others send, or is no audio", async () => {
  const ports = await new PortPool(null).take(HOST, true);
  const heard: Buffer[] = [];
  let foreign = 0;
  const endpoint = new UdpEndpoint({ ports, peer: { host: HOST, port: ports.far }, onAudio: (pcm) => heard.push(pcm), onForeign: () => foreign++ });
  open.push(() => endpoint.close());
  const freeswitch = await sender(ports.far);
  const stranger = await sender();
  const sent: Buffer[] = [];
  freeswitch.on("message", (packet) => sent.push(packet));

  stranger.send(Buffer.alloc(320, 1), endpoint.port, HOST);
  freeswitch.send(Buffer.alloc(321, 2), endpoint.port, HOST);
  await eventually("both to be counted", () => foreign === 2);
  freeswitch.send(Buffer.alloc(320, 3), endpoint.port, HOST);
  endpoint.send(Buffer.alloc(320, 4));
  await eventually("both packets", () => heard.length === 1 && sent.length === 1);
  expect([heard[0]?.[0], sent[0]?.[0], foreign]).toEqual([3, 4, 2]);
});

it("goes on when nobody takes its packets", async () => {
  const ports = await new PortPool(null).take(HOST, true);
  const heard: Buffer[] = [];
  const endpoint = new UdpEndpoint({ ports, peer: { host: HOST, port: ports.far }, onAudio: (pcm) => heard.push(pcm), onForeign: () => undefined });
  open.push(() => endpoint.close());
  endpoint.send(Buffer.alloc(320));
  endpoint.send(Buffer.alloc(320));
  (await sender(ports.far)).send(Buffer.alloc(320, 5), endpoint.port, HOST);
  await eventually("FreeSWITCH to be heard", () => heard.length === 1);
});
