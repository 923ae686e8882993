/** Loopback ports for several FreeSWITCH servers at a time, without collisions between labs that run side by side. */
import { createSocket, type Socket } from "node:dgram";
import { createServer } from "node:net";

const FIRST = 20_000;
// Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes one meanwhile.
const BLOCKS = 60;
const BLOCK_SIZE = 200;
const SERVICE_PORTS = 10;

export interface PortBlock {
  /** Ports that are free for TCP and UDP alike. */
  readonly services: readonly number[];
  /** The range for media, both ends included. */
  readonly rtpStart: number;
  readonly rtpEnd: number;
  release(): Promise<void>;
}

const bindUdp = (port: number): Promise<Socket | null> =>
  new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => {
      socket.close();
      resolve(null);
    });
    socket.bind({ port, address: "127.0.0.1", exclusive: true }, () => resolve(socket));
  });

const closeUdp = (socket: Socket): Promise<void> => new Promise((resolve) => socket.close(() => resolve()));

async function udpIsFree(port: number): Promise<boolean> {
  const socket = await bindUdp(port);
  if (socket === null) return false;
  await closeUdp(socket);
  return true;
}

const tcpIsFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });

const range = (start: number, count: number, step = 1): number[] => Array.from({ length: count }, (_, index) => start + index * step);

/** Takes a block of ports. The last port of a block stays bound as its lock, so two labs never hold the same one. Throws when all are taken. */
export async function reservePorts(): Promise<PortBlock> {
  const offset = Math.floor(Math.random() * BLOCKS);
  for (let attempt = 0; attempt < BLOCKS; attempt++) {
    const start = FIRST + ((offset + attempt) % BLOCKS) * BLOCK_SIZE;
    const lock = await bindUdp(start + BLOCK_SIZE - 1);
    if (lock === null) continue;
    const services = range(start, SERVICE_PORTS);
    const rtpStart = start + SERVICE_PORTS;
    const rtpEnd = start + BLOCK_SIZE - 4;
    const free = await Promise.all([...services.map(tcpIsFree), ...services.map(udpIsFree), ...range(rtpStart, (rtpEnd - rtpStart) / 2, 2).map(udpIsFree)]);
    if (free.every(Boolean)) {
      lock.unref();
      let released: Promise<void> | null = null;
      return { services, rtpStart, rtpEnd, release: () => (released ??= closeUdp(lock)) };
    }
    await closeUdp(lock);
  }
  throw new Error("No block of free loopback ports is left for a lab.");
}
