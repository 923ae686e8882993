import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Connections, type ConnectionSettings } from "../../src/connections/index.js";
import { addressGroup } from "../../src/security/index.js";
import { eventually } from "../lab/wait.js";
import { ManualClock } from "../support/manual-clock.js";
import { get, rawConnection, type RawConnection } from "../support/raw-connection.js";
import { ServedSockets } from "../support/served-sockets.js";

const SETTINGS: ConnectionSettings = { connectionsMax: 100, connectionsPerAddress: 3, pipelineMax: 4, stallTimeoutS: 30, receiveTimeoutS: 30 };
const STALL_MS = SETTINGS.stallTimeoutS * 1000;
/** More than the kernel takes for a client that reads nothing. */
const LARGE = Buffer.alloc(16 * 1024 * 1024, "x");

let clock: ManualClock;
let sockets: ServedSockets;
let connections: Connections;
let server: Server;
let ended: string[];
const clients: RawConnection[] = [];
const begun: { readonly request: IncomingMessage; readonly response: ServerResponse }[] = [];

async function listen({ peersAreProxies = false, ...settings }: Partial<ConnectionSettings & { readonly peersAreProxies: boolean }> = {}, handle?: (request: IncomingMessage, response: ServerResponse) => void, host = "127.0.0.1"): Promise<void> {
  connections = new Connections({ settings: { ...SETTINGS, ...settings }, peersAreProxies, clock, metrics: { connectionEnded: (reason) => void ended.push(reason) } });
  server = connections.server((request, response) => {
    begun.push({ request, response });
    handle?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
}
async function client(options: { readonly reading: boolean } = { reading: true }): Promise<RawConnection> {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening");
  const made = await rawConnection(`http://${address.family === "IPv6" ? "[::1]" : "127.0.0.1"}:${address.port}`, options);
  clients.push(made);
  return made;
}

beforeEach(() => {
  clock = new ManualClock();
  sockets = new ServedSockets();
  ended = [];
  begun.length = 0;
});
afterEach(async () => {
  for (const each of clients.splice(0)) each.close();
  sockets.close();
  connections.close();
  await new Promise((resolve) => server.close(resolve));
});

describe("the requests of one connection", () => {
  it("are begun one after the other, each when the reply before it was taken, and answered in order", async () => {
    await listen();
    const one = await client();
    one.write(["/a", "/b", "/c"].map((path) => get(path)).join(""));
    for (const path of ["/a", "/b", "/c"]) {
      const { request, response } = await eventually(`${path} to be begun`, () => begun.at(-1)?.request.url === path && begun.at(-1));
      expect(begun.map(({ request: { url } }) => url).at(-1)).toBe(request.url);
      response.end(path);
    }
    await eventually("three replies", () => one.statuses.length === 3);
    expect(begun).toHaveLength(3);
    expect(one.text.match(/\/[abc]/g)).toEqual(["/a", "/b", "/c"]);
  });

  it("wait while the reply before them is not taken", async () => {
    await listen({}, (_request, response) => response.end(LARGE));
    const one = await client({ reading: false });
    one.write(get("/a").repeat(3));
    await eventually("a reply that is stuck", () => (sockets.of(one)?.writableLength ?? 0) > 0);
    // The server has read all three requests, and has had every chance to begin them.
    await eventually("the requests to be read", () => (sockets.of(one)?.bytesRead ?? 0) === Buffer.byteLength(get("/a")) * 3);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toHaveLength(1);
    one.socket.resume();
    await eventually("the others", () => begun.length === 3);
  });

  it("end the connection when more wait than may, and those that waited are not begun", async () => {
    await listen();
    const one = await client();
    one.write(get("/a").repeat(SETTINGS.pipelineMax + 2));
    await eventually("the end", () => one.isClosed);
    expect(begun).toHaveLength(1);
    expect(ended).toEqual(["pipelined"]);
    await eventually("nothing to be kept", () => connections.size === 0);
  });

  it("that wait for nothing when their client has gone are not begun", async () => {
    await listen();
    const one = await client();
    one.write(get("/a").repeat(3));
    await eventually("the first", () => begun.length === 1);
    one.close();
    await eventually("nothing to be kept", () => connections.size === 0);
    expect(begun).toHaveLength(1);
  });

  it.each([
    ["names no host", "GET /a HTTP/1.1\r\n\r\n", [400]],
    ["expects what there is not", get("/a", { Expect: "the-unexpected" }), [200]],
    ["is of HTTP/1.0, which needs no host", "GET /a HTTP/1.0\r\n\r\n", [200]],
  ])("are answered in turn when one %s", async (_what, request, statuses) => {
    await listen({}, (_request, response) => response.end("-"));
    const one = await client();
    one.write(request);
    await eventually("a reply", () => one.statuses.length > 0);
    expect(one.statuses).toEqual(statuses);
  });
});

describe("a connection that takes nothing", () => {
  async function stuck(reply: Buffer = LARGE): Promise<RawConnection> {
    await listen({}, (_request, response) => response.end(reply));
    const one = await client({ reading: false });
    one.write(get("/a"));
    await eventually("a reply that is stuck", () => (sockets.of(one)?.writableLength ?? 0) > 0);
    clock.advance(1000);
    return one;
  }

  it("is ended after its time and what the slowest line needs for the reply", async () => {
    const one = await stuck();
    clock.advance(STALL_MS);
    expect(sockets.lost(one)).toBe(false);
    clock.advance(LARGE.length / 64 + 2000);
    expect(sockets.lost(one)).toBe(true);
    expect(ended).toEqual(["stalled"]);
  });

  it("is ended though it goes on sending", async () => {
    const one = await stuck();
    for (let minute = 0; minute < 10 && !sockets.lost(one); minute++) {
      one.write("GET /trickle HTTP/1.1\r\nX: ");
      clock.advance(60_000);
    }
    expect(ended).toEqual(["stalled"]);
  });

  it("is let be when it has taken something meanwhile", async () => {
    await listen({}, (_request, response) => void (async () => {
      for (;;) if (!response.write(LARGE.subarray(0, 65_536))) await new Promise((resolve) => response.once("drain", resolve));
    })());
    const one = await client({ reading: false });
    one.write(get("/a"));
    for (let minute = 0; minute < 5; minute++) {
      await eventually("a reply that is stuck", () => (sockets.of(one)?.writableLength ?? 0) > 0);
      clock.advance(STALL_MS - 2000);
      const before = sockets.of(one)?.bytesWritten ?? 0;
      one.socket.resume();
      await eventually("some of it to be taken", () => (sockets.of(one)?.bytesWritten ?? 0) > before);
      one.socket.pause();
    }
    expect(ended).toEqual([]);
    expect(sockets.lost(one)).toBe(false);
  });

  it("with nothing to take is let be", async () => {
    await listen();
    const one = await client();
    one.write(get("/a"));
    await eventually("the request", () => begun.length === 1);
    clock.advance(3_600_000);
    expect(sockets.lost(one)).toBe(false);
  });
});

describe("the connections of one address", () => {
  it("are refused when too many have proven nothing; those that have, do not count", async () => {
    await listen({}, ({ socket }, response) => {
      connections.proven(socket);
      connections.proven(socket);
      response.end("-");
    });
    const proven = await client();
    proven.write(get("/a"));
    await eventually("a reply", () => proven.statuses.length === 1);
    const others = [await client(), await client(), await client()];
    const late = await client();
    await eventually("the fourth to be refused", () => late.isClosed);
    expect(ended).toEqual(["address"]);
    expect(others.some(({ isClosed }) => isClosed)).toBe(false);
    proven.write(get("/b"));
    await eventually("the proven one to be served on", () => proven.statuses.length === 2);
    others[0]?.close();
    await eventually("one to have left", () => connections.size === 3);
    const another = await client();
    another.write(get("/c"));
    await eventually("another in its place", () => another.statuses.length === 1);
  });

  it("are not counted where the peer is a proxy", async () => {
    await listen({ peersAreProxies: true }, (_request, response) => response.end("-"));
    for (let count = 0; count < 10; count++) {
      const one = await client();
      one.write(get("/a"));
      await eventually("a reply", () => one.statuses.length === 1);
    }
    expect(ended).toEqual([]);
  });

  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:ffff::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::203.0.113.7", "64:ff9b:0:0::/64"],
    ["", ""],
  ])("%s counts as %s", (address, group) => expect(addressGroup(address)).toBe(group));
});

describe("all connections", () => {
  it("have a limit", async () => {
    await listen({ connectionsMax: 2, peersAreProxies: true });
    const kept = [await client(), await client()];
    const late = await client();
    await eventually("the third to be refused", () => late.isClosed);
    expect(ended).toEqual(["total"]);
    expect(kept.some(({ isClosed }) => isClosed)).toBe(false);
  });

  it.each([
    ["nothing at all", ""],
    ["half a head", "GET /a HTTP/1.1\r\nHost:"],
    ["a head without its body", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"],
  ])("that send %s are ended", async (_what, text) => {
    await listen({ receiveTimeoutS: 0.05 });
    const one = await client();
    one.write(text);
    await eventually("the end", () => one.isClosed);
  });
});
