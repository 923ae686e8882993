import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import { DOMAIN_EVENTS, WEBHOOK_EVENTS } from "../../src/events/index.js";
import { EVENTS } from "../../src/http/live/schemas.js";
import { alice, callView, carol, FakeAuth, liveApp, liveStage, parse, type LiveStage, type Received } from "./support.js";

interface SseEvent {
  readonly id: string | null;
  readonly type: string;
  readonly data: string;
}

/** Reads an event stream as a browser would. */
class SseReader {
  readonly events: SseEvent[] = [];
  readonly comments: string[] = [];
  status = 0;
  headers = new Headers();
  ended = false;
  readonly #abort = new AbortController();

  async open(url: string, headers: Record<string, string> = {}): Promise<this> {
    const response = await fetch(url, { headers, signal: this.#abort.signal });
    this.status = response.status;
    this.headers = response.headers;
    if (response.body !== null) void this.#read(response.body).catch(() => undefined).finally(() => (this.ended = true));
    return this;
  }

  close(): void {
    this.#abort.abort();
  }

  get received(): readonly Received[] {
    return this.events.filter(({ type }) => type !== "dropped" && type !== "closed").map(({ data }) => parse(data));
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.#block(block);
    }
  }

  #block(block: string): void {
    if (block.startsWith(":")) this.comments.push(block);
    const field = (name: string): string | null => block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
    const type = field("event");
    if (type !== null) this.events.push({ id: field("id"), type, data: field("data") ?? "" });
  }
}

class WsReader {
  readonly received: Received[] = [];
  readonly socket: WebSocket;
  code: number | null = null;
  refused: number | null = null;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url.replace("http", "ws"), { headers });
    this.socket.on("message", (data: Buffer) => this.received.push(parse(data.toString())));
    this.socket.on("close", (code) => (this.code = code));
    this.socket.on("unexpected-response", (_request, response) => {
      this.refused = response.statusCode ?? 0;
      response.resume();
    });
    this.socket.on("error", () => undefined);
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const until = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 5 });
const ticketReply = z.object({ ticket: z.string(), expires: z.number() });

interface Running {
  readonly live: LiveStage;
  readonly auth: FakeAuth;
  readonly url: string;
  readonly logged: string[];
  readonly ticket: (token: string) => Promise<string>;
  readonly sse: (path: string, headers?: Record<string, string>) => Promise<SseReader>;
  readonly ws: (path: string, headers?: Record<string, string>) => WsReader;
}

const cleanups: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function run(...options: Parameters<typeof liveStage>): Promise<Running> {
  const live = await liveStage(...options);
  const auth = new FakeAuth();
  auth.actors.set("carol", carol).set("alice", alice);
  const { app, url, logged } = await liveApp(live, auth);
  cleanups.push(() => live.close(), () => app.close());
  return {
    live,
    auth,
    url,
    logged,
    ticket: async (token) => {
      const response = await fetch(`${url}/events/tickets`, { method: "POST", headers: bearer(token) });
      expect(response.status).toBe(201);
      return ticketReply.parse(await response.json()).ticket;
    },
    sse: async (path, headers) => {
      const reader = new SseReader();
      cleanups.push(() => reader.close());
      return reader.open(url + path, headers);
    },
    ws: (path, headers) => {
      const reader = new WsReader(url + path, headers);
      cleanups.push(() => reader.socket.terminate());
      return reader;
    },
  };
}

describe("GET /events", () => {
  it("streams a snapshot and events, and resumes after Last-Event-ID", async () => {
    const { live, sse } = await run();
    const reader = await sse("/events", bearer("carol"));
    expect(reader.status).toBe(200);
    expect(reader.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(reader.headers.get("cache-control")).toBe("no-store");
    await until(() => expect(reader.received.map(({ type }) => type)).toEqual(["snapshot"]));
    live.registry.put(callView("c1", { from: "+1555\n\nevent: forged\ndata: x" }));
    live.registry.put(callView("c2"));
    await until(() => expect(reader.events.map(({ id, type }) => [id, type])).toEqual([["boot-0", "snapshot"], ["boot-1", "call.created"], ["boot-2", "call.created"]]));
    expect(reader.received[1]?.data["call"]).toMatchObject({ from: "+1555\n\nevent: forged\ndata: x" });
    reader.close();
    const back = await sse("/events", { ...bearer("carol"), "last-event-id": "boot-1" });
    await until(() => expect(back.events.map(({ id }) => id)).toEqual(["boot-2"]));
    const asked = await sse("/events?lastEventId=boot-1", bearer("carol"));
    await until(() => expect(asked.events.map(({ id }) => id)).toEqual(["boot-2"]));
  });

  it("forgets a reader who goes away", async () => {
    const { live, sse } = await run();
    const reader = await sse("/events", bearer("carol"));
    await until(() => expect(live.hub.stats().readers).toBe(1));
    reader.close();
    await until(() => expect(live.hub.stats().readers).toBe(0));
  });

  it("keeps the connection alive", async () => {
    const { live, sse } = await run();
    const reader = await sse("/events", bearer("carol"));
    await until(() => expect(reader.received).toHaveLength(1));
    live.clock.advance(16_000);
    await until(() => expect(reader.comments).toEqual([": keep-alive"]));
  });

  it("drops a reader who stops reading, and serves the others", async () => {
    const { live, url, sse } = await run({ limits: { lagBytes: 200_000 } });
    const socket: Socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
    cleanups.push(() => void socket.destroy());
    let closed = false;
    socket.on("close", () => (closed = true)).on("error", () => undefined);
    socket.write("GET /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer carol\r\n\r\n");
    await until(() => expect(live.hub.stats().readers).toBe(1));
    socket.pause();
    const quick = await sse("/events", bearer("carol"));
    const padding = "x".repeat(10_000);
    for (let round = 0; live.hub.stats().dropped.slow === 0 && round < 5_000; round++) {
      live.registry.put(callView("c1", { from: `${padding}${round}` }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(live.hub.stats()).toMatchObject({ readers: 1, dropped: { slow: 1 } });
    live.registry.put(callView("last"));
    await until(() => expect(quick.received.at(-1)?.data["call"]).toMatchObject({ id: "last" }));
    socket.resume();
    await until(() => expect(closed).toBe(true));
  });

  it("ends when the token is revoked, and says so", async () => {
    const { live, auth, sse } = await run();
    const reader = await sse("/events", bearer("carol"));
    await until(() => expect(reader.received).toHaveLength(1));
    auth.actors.delete("carol");
    live.clock.advance(6_000);
    await until(() => expect(reader.events.at(-1)).toEqual({ id: null, type: "dropped", data: '{"reason":"unauthorized"}' }));
    await until(() => expect(reader.ended).toBe(true));
  });

  it("refuses bad tokens and too many streams before it begins", async () => {
    const { sse } = await run({ limits: { readersPerToken: 1 } });
    expect((await sse("/events")).status).toBe(401);
    expect((await sse("/events", bearer("mallory"))).status).toBe(401);
    expect((await sse("/events", bearer("carol"))).status).toBe(200);
    expect((await sse("/events", bearer("carol"))).status).toBe(429);
    expect((await sse("/events", bearer("alice"))).status).toBe(200);
  });
});

describe("the streams of one user", () => {
  it("are limited with all tokens together, and make room when they end", async () => {
    const { auth, sse } = await run({ limits: { readersPerToken: 2, readersPerHolder: 3 } });
    const carol = auth.actors.get("carol");
    if (carol === undefined) throw new Error("carol");
    for (const token of ["first", "second", "third"]) auth.actors.set(token, { ...carol, tokenId: token, holder: "user 3" });
    const open = async (token: string) => sse("/events", bearer(token));
    const streams = [await open("first"), await open("first"), await open("second")];
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const token of ["second", "third"]) expect((await open(token)).status).toBe(429);
    expect((await open("carol")).status).toBe(200);
    streams[0]?.close();
    await expect.poll(async () => (await open("third")).status).toBe(200);
    expect((await open("third")).status).toBe(429);
  });
});

describe("GET /ws", () => {
  it("sends a snapshot and events as messages, and resumes", async () => {
    const { live, ws } = await run();
    const reader = ws("/ws", bearer("alice"));
    await until(() => expect(reader.received.map(({ type }) => type)).toEqual(["snapshot"]));
    live.registry.put(callView("c1", { assignedTo: "1001" }));
    live.registry.put(callView("c1", { assignedTo: "1002" }));
    await until(() => expect(reader.received.map(({ id, type }) => [id, type])).toEqual([["boot-0", "snapshot"], ["boot-1", "call.created"], ["boot-2", "call.removed"]]));
    const back = ws("/ws?lastEventId=boot-1", bearer("alice"));
    await until(() => expect(back.received.map(({ id }) => id)).toEqual(["boot-2"]));
  });

  it("refuses before the upgrade", async () => {
    const { ws, url } = await run({ limits: { readersPerToken: 1 } });
    const nobody = ws("/ws");
    await until(() => expect(nobody.refused).toBe(401));
    const first = ws("/ws", bearer("carol"));
    await until(() => expect(first.received).toHaveLength(1));
    const second = ws("/ws", bearer("carol"));
    await until(() => expect(second.refused).toBe(429));
    expect((await fetch(`${url}/ws`, { headers: bearer("alice") })).status).toBe(400);
  });

  it("closes with 4401 when the token is revoked", async () => {
    const { live, auth, ws } = await run();
    const reader = ws("/ws", bearer("carol"));
    await until(() => expect(reader.received).toHaveLength(1));
    auth.actors.delete("carol");
    live.clock.advance(6_000);
    await until(() => expect(reader.code).toBe(4401));
  });

  it("closes a slow reader with 1013", async () => {
    const { live, ws } = await run({ limits: { lagBytes: 200_000 } });
    const reader = ws("/ws", bearer("carol"));
    await until(() => expect(reader.received).toHaveLength(1));
    reader.socket.pause();
    const padding = "x".repeat(10_000);
    for (let round = 0; live.hub.stats().dropped.slow === 0 && round < 5_000; round++) {
      live.registry.put(callView("c1", { from: `${padding}${round}` }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(live.hub.stats().dropped.slow).toBe(1);
    reader.socket.resume();
    await until(() => expect(reader.code).toBe(1013));
  });

  it("answers pings of the server and takes no large message", async () => {
    const { live, ws } = await run();
    const reader = ws("/ws", bearer("carol"));
    await until(() => expect(reader.received).toHaveLength(1));
    let pings = 0;
    reader.socket.on("ping", () => (pings += 1));
    live.clock.advance(16_000);
    await until(() => expect(pings).toBe(1));
    reader.socket.send("x".repeat(2_000));
    await until(() => expect(reader.code).toBe(1009));
    await until(() => expect(live.hub.stats().readers).toBe(0));
  });

  it("answers a client's pings while it reads the answers, and ends it when it does not", async () => {
    const { live, ws } = await run();
    const reader = ws("/ws", bearer("carol"));
    await until(() => expect(reader.received).toHaveLength(1));
    let pongs = 0;
    reader.socket.on("pong", () => (pongs += 1));
    reader.socket.ping("x");
    await until(() => expect(pongs).toBe(1));
    reader.socket.pause();
    const ping = Buffer.alloc(125, "x");
    // ws has a limit of its own for answers that wait (maxPendingAutoPongs). 64 MB: many times what the kernel keeps of them.
    for (let round = 0; live.hub.stats().readers === 1 && round < 1000; round++) {
      for (let count = 0; count < 512; count++) reader.socket.ping(ping);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => expect(live.hub.stats().readers).toBe(0));
  });

  it("leaves upgrades of other paths to HTTP", async () => {
    const { url, ws } = await run();
    const elsewhere = ws("/plain");
    await until(() => expect(elsewhere.refused).toBe(200));
    const raw = (request: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
        let text = "";
        socket.on("data", (chunk) => (text += chunk.toString())).on("error", reject).on("close", () => resolve(text));
        socket.write(request);
      });
    expect(await raw("GET /plain HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\{"ok":true\}$/);
    expect(await raw("POST /plain HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}")).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe("tickets", () => {
  it("open one stream, without a token and without a trace in the log", async () => {
    const { ticket, sse, ws, logged } = await run();
    const [one, two] = [await ticket("carol"), await ticket("alice")];
    const stream = await sse(`/events?ticket=${one}&lastEventId=boot-7`);
    expect(stream.status).toBe(200);
    await until(() => expect(stream.received).toHaveLength(1));
    expect((await sse(`/events?ticket=${one}`)).status).toBe(401);
    const socket = ws(`/ws?ticket=${two}`);
    await until(() => expect(socket.received).toHaveLength(1));
    stream.close();
    socket.socket.close();
    await until(() => expect(logged.filter((line) => line.includes("event stream closed"))).toHaveLength(2));
    expect(logged.filter((line) => line.includes('"msg":"request"')).length).toBeGreaterThanOrEqual(3);
    expect(logged.join("")).not.toContain(one);
    expect(logged.join("")).not.toContain(two);
  });

  it("say whether their stream counts as the agent's heartbeats", async () => {
    const { live, url, ws } = await run();
    const ticketFor = async (body: unknown): Promise<Response> => fetch(`${url}/events/tickets`, { method: "POST", headers: { ...bearer("alice"), "content-type": "application/json" }, body: JSON.stringify(body) });
    expect((await ticketFor({ presence: "yes" })).status).not.toBe(201);
    const [who] = [live.service.get(alice, "1001")];
    expect(who.status).toBe("offline");
    await live.service.setStatus(alice, "1001", { status: "online" });
    const socket = ws(`/ws?ticket=${ticketReply.parse(await (await ticketFor({ presence: true })).json()).ticket}`);
    await until(() => expect(socket.received).toHaveLength(1));
    live.clock.advance(10_000);
    live.clock.advance(10_000);
    live.clock.advance(11_000);
    expect(live.service.get(alice, "1001").status).toBe("online");
    socket.socket.close();
    await until(() => expect(live.hub.stats().readers).toBe(0));
    live.clock.advance(31_000);
    expect(live.service.get(alice, "1001").status).toBe("offline");
  });

  it("may limit the topics of their stream, which the query narrows further", async () => {
    const { url, sse, ws } = await run();
    const ticketFor = async (body: unknown): Promise<Response> => fetch(`${url}/events/tickets`, { method: "POST", headers: { ...bearer("carol"), "content-type": "application/json" }, body: JSON.stringify(body) });
    for (const topics of [[], ["nonsense"], ["snapshot"], "call", [1]]) expect((await ticketFor({ topics })).status).not.toBe(201);
    const made = await ticketFor({ topics: ["agent", "call.ended"] });
    const stream = await sse(`/events?topics=agent&ticket=${ticketReply.parse(await made.json()).ticket}`);
    await until(() => expect(stream.received).toMatchObject([{ type: "snapshot", data: { calls: [], queues: [], switches: [], agents: [{ id: "1001" }, { id: "1002" }, { id: "1003" }] } }]));
    for (const topics of ["nonsense", "call,", "snapshot"]) expect((await sse(`/events?topics=${topics}`, bearer("carol"))).status).toBe(400);
    const socket = ws("/ws?topics=call", bearer("carol"));
    await until(() => expect(socket.received).toMatchObject([{ type: "snapshot", data: { agents: [] } }]));
  });

  it("may ask for signs of life, as the query may", async () => {
    const { live, url, sse, ws } = await run();
    const made = await fetch(`${url}/events/tickets`, { method: "POST", headers: { ...bearer("carol"), "content-type": "application/json" }, body: JSON.stringify({ alive: true }) });
    const streams = [await sse(`/events?ticket=${ticketReply.parse(await made.json()).ticket}`), await sse("/events?alive=true", bearer("carol")), ws("/ws?alive=true", bearer("carol")), ws("/ws?alive=false", bearer("carol")), await sse("/events", bearer("carol"))];
    for (const stream of streams) await until(() => expect(stream.received).toHaveLength(1));
    for (let seconds = 0; seconds < 16; seconds++) live.clock.advance(1_000);
    live.registry.put(callView("c1"));
    for (const [index, stream] of streams.entries()) await until(() => expect(stream.received.map(({ type }) => type)).toEqual(["snapshot", ...(index < 3 ? ["alive"] : []), "call.created"]));
    expect((await sse("/events?alive=yes", bearer("carol"))).status).not.toBe(200);
  });

  it("are good for 30 s, and only while the token is", async () => {
    const { live, ticket, sse, auth } = await run();
    const late = await ticket("carol");
    live.clock.advance(30_000);
    expect((await sse(`/events?ticket=${late}`)).status).toBe(401);
    const orphan = await ticket("carol");
    auth.actors.delete("carol");
    expect((await sse(`/events?ticket=${orphan}`)).status).toBe(401);
    expect((await sse("/events?ticket=")).status).toBe(401);
    expect((await sse("/events?ticket=guess", bearer("alice"))).status).toBe(401);
  });

  it("count with their token: as streams, and as tickets", async () => {
    const { url, ticket, sse } = await run({ limits: { readersPerToken: 1 } });
    expect((await sse("/events", bearer("carol"))).status).toBe(200);
    expect((await sse(`/events?ticket=${await ticket("carol")}`)).status).toBe(429);
    const statuses = await Promise.all(Array.from({ length: 21 }, async () => (await fetch(`${url}/events/tickets`, { method: "POST", headers: bearer("alice") })).status));
    expect(statuses.filter((status) => status === 201)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect((await fetch(`${url}/events/tickets`, { method: "POST" })).status).toBe(401);
  });
});

describe("GET /docs/events", () => {
  it("documents every event type, for machines and for people, without a token", async () => {
    const { url } = await run();
    const document = z.object({ asyncapi: z.string(), channels: z.record(z.string(), z.object({ messages: z.record(z.string(), z.unknown()) })), components: z.object({ messages: z.record(z.string(), z.object({ name: z.string(), summary: z.string().min(10), description: z.string().startsWith("Seen by: ") })), schemas: z.record(z.string(), z.unknown()) }) });
    const { asyncapi, channels, components } = document.parse(await (await fetch(`${url}/docs/events`)).json());
    expect(asyncapi).toMatch(/^3\./);
    expect(Object.values(components.messages).map(({ name }) => name)).toEqual([...Object.keys(EVENTS), ...Object.keys(WEBHOOK_EVENTS)]);
    const told = (channel: string): readonly string[] => Object.keys(channels[channel]?.messages ?? {}).map((name) => components.messages[name]?.name ?? "");
    expect([told("events"), told("webSocket"), told("webhooks")]).toEqual([Object.keys(EVENTS), Object.keys(EVENTS), [...Object.keys(DOMAIN_EVENTS), ...Object.keys(WEBHOOK_EVENTS)]]);
    expect(told("webhooks")).toEqual(expect.arrayContaining(["calllog.completed", "webhook.test"]));
    expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(["Agent", "Call", "CallLeg", "Envelope", "QueueFigures"]));
    const page = await fetch(`${url}/docs/events`, { headers: { accept: "text/html,application/xhtml+xml" } });
    expect(page.headers.get("content-type")).toContain("text/html");
    const html = await page.text();
    for (const type of Object.keys({ ...EVENTS, ...WEBHOOK_EVENTS })) expect(html).toContain(`<code>${type}</code>`);
    expect(html).not.toContain("<script");
  });
});

describe("closing the app", () => {
  it("tells every reader and does not wait for them to go", async () => {
    const live = await liveStage();
    const auth = new FakeAuth();
    auth.actors.set("carol", carol);
    const { app, url } = await liveApp(live, auth);
    const stream = await new SseReader().open(`${url}/events`, bearer("carol"));
    const socket = new WsReader(`${url}/ws`, bearer("carol"));
    await until(() => expect([stream.received.length, socket.received.length]).toEqual([1, 1]));
    await app.close();
    await until(() => expect(stream.events.at(-1)).toEqual({ id: null, type: "closed", data: '{"reason":"shutdown"}' }));
    await until(() => expect(socket.code).toBe(1001));
    await live.close();
  });
});
