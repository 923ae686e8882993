/** Clients that open, write and do not read: what one connection, and one address, may cost the whole product. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../contract/harness.js";
import { eventually } from "../lab/wait.js";
import { get, rawConnection, type RawConnection } from "../support/raw-connection.js";
import { ServedSockets } from "../support/served-sockets.js";
import { openTappedLab, type TappedLab } from "./tap.js";
import { basic } from "../support/basic-auth.js";

/** More than any of these may take, and a tenth of what the attack took. */
const MEMORY_BYTES = 128 * 1024 * 1024;
/** Several times what the kernel keeps of a connection that nobody reads. */
const REQUESTS = 20_000;

let lab: TappedLab;
let stage: Stage;
let sockets: ServedSockets;
const opened: RawConnection[] = [];

async function open(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  lab = await openTappedLab();
  stage = await openStage(lab, environment);
}
async function connection(reading: boolean): Promise<RawConnection> {
  const made = await rawConnection(stage.url(), { reading });
  opened.push(made);
  return made;
}
const ended = async (reason: string): Promise<number> => Number(new RegExp(`^callplane_connections_ended_total\\{reason="${reason}"\\} (\\d+)$`, "m").exec(await (await fetch(`${stage.url()}/metrics`)).text())?.[1] ?? 0);
const bearer = () => ({ Authorization: `Bearer ${stage.as.alice.token}` });

beforeEach(() => {
  sockets = new ServedSockets();
});
afterEach(async () => {
  for (const each of opened.splice(0)) each.close();
  sockets.close();
  await stage.close();
  await lab.close();
});

describe("a client that reads nothing", () => {
  it.each(["/docs/json", "/docs", "/docs/events", "/health/ready", "/nowhere", "/voicechannel/calls"])("takes no memory by pipelining GET %s without a token, and loses its connection", async (path) => {
    await open();
    const before = process.memoryUsage.rss();
    const client = await connection(false);
    client.write(get(path).repeat(REQUESTS));
    await eventually("the connection to be ended", () => sockets.lost(client));
    expect(process.memoryUsage.rss() - before).toBeLessThan(MEMORY_BYTES);
    expect(await ended("pipelined")).toBe(1);
  });

  it("nor with a token", async () => {
    await open();
    const before = process.memoryUsage.rss();
    for (const path of ["/api/v2/channels", "/voicechannel/calls", "/events"]) {
      const client = await connection(false);
      client.write(get(path, bearer()).repeat(REQUESTS / 10));
      await eventually("the connection to be ended", () => sockets.lost(client));
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(MEMORY_BYTES);
    expect(await ended("pipelined")).toBe(3);
  });

  it("takes no memory by pipelining requests that are malformed, expect what there is not, or name no host", async () => {
    await open();
    for (const request of [get("/docs/json", { Expect: "the-unexpected" }), "GET /docs/json HTTP/1.1\r\n\r\n", "GET /docs/json HTTP/1.1\r\nBad Header\r\n\r\n", get("/events", { Upgrade: "h2c", Connection: "upgrade" })]) {
      const before = process.memoryUsage.rss();
      const client = await connection(false);
      // Documents first, so that the replies after them do not fit into the kernel's buffers alone.
      client.write(get("/docs/json").repeat(5) + request.repeat(REQUESTS));
      await eventually(`the connection to be ended after ${request}`, () => sockets.lost(client));
      expect(process.memoryUsage.rss() - before).toBeLessThan(MEMORY_BYTES);
    }
  });

  it("cannot write a WebSocket's beginning into the midst of an earlier reply", async () => {
    await open();
    const client = await connection(true);
    client.write(get("/docs/json") + get("/ws", { ...bearer(), Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13" }));
    await eventually("the connection to be ended", () => client.isClosed);
    expect(client.text).not.toContain("101 Switching Protocols");
  });

  it("loses its connection when a reply is stuck", async () => {
    await open({ STALL_TIMEOUT_S: "1" });
    const client = await connection(false);
    await eventually(
      "a reply that is stuck, and then the end",
      () => {
        const served = sockets.of(client);
        if (served?.writableLength === 0 && !served.destroyed) client.write(get("/docs/json"));
        return served?.destroyed === true;
      },
      { timeoutMs: 35_000 },
    );
    expect(await ended("stalled")).toBe(1);
    // Who reads is served on.
    expect((await stage.as.alice.get("/voicechannel/calls")).status).toBe(200);
  });
});

describe("a client that sends too slowly", () => {
  it.each([
    ["nothing", ""],
    ["half a head", "GET /docs HTTP/1.1\r\nHost:"],
    ["a login without its body", "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"],
  ])("loses its connection: %s", async (_what, text) => {
    await open({ RECEIVE_TIMEOUT_S: "1" });
    const client = await connection(true);
    client.write(text);
    await eventually("the connection to be ended", () => client.isClosed);
  });

  it("may not send a large login at all", async () => {
    await open();
    const response = await fetch(`${stage.url()}/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username: "alice", password: "x".repeat(20_000) }) });
    expect(response.status).toBe(413);
  });
});

describe("many connections of one address", () => {
  /** Opens connections that send nothing until one is refused; gives those that were taken. */
  async function fill(): Promise<RawConnection[]> {
    const taken: RawConnection[] = [];
    for (;;) {
      const next = await connection(true);
      await eventually("it to be served or refused", () => sockets.of(next) !== undefined || next.isClosed);
      if (sockets.lost(next) || next.isClosed) return taken;
      taken.push(next);
    }
  }

  it("are refused until some leave, while those that have proven themselves, event streams among them, work on", async () => {
    await open({ CONNECTIONS_PER_ADDRESS: "20" });
    const own = await connection(true);
    own.write(get("/me", bearer()));
    const stream = await connection(true);
    stream.write(get("/events", bearer()));
    await eventually("both to be answered", () => own.statuses.length === 1 && stream.statuses.length === 1);
    const taken = await fill();
    expect(taken.length).toBeLessThanOrEqual(20);
    expect(taken.length).toBeGreaterThan(0);
    own.write(get("/me", bearer()));
    await eventually("the proven one to be served on", () => own.statuses.length === 2);
    expect(own.statuses).toEqual([200, 200]);
    expect(sockets.lost(stream)).toBe(false);
    // A wrong token proves nothing.
    taken[0]?.write(get("/me", { Authorization: "Bearer x" }));
    await eventually("the refusal", () => taken[0]?.statuses.length === 1);
    expect(taken[0]?.statuses).toEqual([401]);
    expect(await fill()).toEqual([]);
    // A right one makes room.
    taken[0]?.write(get("/me", bearer()));
    await eventually("the reply", () => taken[0]?.statuses.length === 2);
    expect(await fill()).toHaveLength(1);
  });

  it("are not refused behind a proxy, whose address is everybody's", async () => {
    await open({ CONNECTIONS_PER_ADDRESS: "3", TRUST_PROXY: "1" });
    const clients = await Promise.all(Array.from({ length: 30 }, () => connection(true)));
    for (const client of clients) client.write(get("/health/live"));
    await eventually("every one to be served", () => clients.every(({ statuses }) => statuses[0] === 200));
  });

  it("are refused by the listener that FreeSWITCH asks, too, but not FreeSWITCH", async () => {
    await open({ CONNECTIONS_PER_ADDRESS: "5", PROVISIONING_LISTEN: "127.0.0.1:0", PROVISIONING_SECRET: "0123456789abcdef0123456789abcdef" });
    const url = stage.provisioningUrl() ?? "";
    const ask = (authorization: string): string => `POST /freeswitch HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 17\r\n\r\nsection=directory`;
    const right = basic("freeswitch", "0123456789abcdef0123456789abcdef");
    const own = await rawConnection(url, { reading: true });
    opened.push(own);
    own.write(ask(right));
    await eventually("FreeSWITCH to be answered", () => own.statuses.length === 1);
    const others: RawConnection[] = [];
    for (let count = 0; count < 8; count++) others.push(await rawConnection(url, { reading: true }));
    opened.push(...others);
    for (const other of others) other.write(ask("Basic eA=="));
    await eventually("five to be answered and three to be refused", () => others.filter(({ statuses }) => statuses.length === 1).length === 5 && others.filter(({ isClosed }) => isClosed).length === 3);
    own.write(ask(right));
    await eventually("FreeSWITCH to be answered again", () => own.statuses.length === 2);
    own.socket.pause();
    own.write(ask(right).repeat(REQUESTS));
    await eventually("a flood of which nothing is read to be ended", () => sockets.lost(own));
  });
});
