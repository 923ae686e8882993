import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import { registerLive } from "../../src/http/live/index.js";
import { ACTORS, createWorld, type World } from "../http/fakes.js";
import { callView, FakeAuth, liveStage, parse, type LiveStage, type Received } from "./support.js";

let world: World | null = null;
let live: LiveStage | null = null;

async function run(): Promise<{ readonly world: World; readonly live: LiveStage; readonly url: string }> {
  const stage = (live = await liveStage());
  const auth = new FakeAuth();
  for (const [token, actor] of Object.entries(ACTORS)) auth.actors.set(token, actor);
  const here = (world = createWorld({ services: { registerLive: (app) => registerLive(app, { hub: stage.hub, auth, clock: stage.clock }) } }));
  const url = await here.app.listen({ port: 0, host: "127.0.0.1" });
  return { world: here, live: stage, url };
}

afterEach(async () => {
  // The client connects anew, in reserve, when a stream is aborted; nobody would close that connection for seconds.
  world?.app.server.closeAllConnections();
  await world?.close();
  await live?.close();
  world = live = null;
});

const ticketReply = z.strictObject({ ticket: z.string(), expires: z.number(), expiresAt: z.string() }).refine(({ expires, expiresAt }) => Date.parse(expiresAt) === expires);
async function readUntil(body: ReadableStream<Uint8Array> | null, expected: string): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes(expected)) return;
  }
  throw new Error(`the stream ended without ${expected}`);
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("the live routes in the whole app", () => {
  it("declare who may use them, refuse in the native face's words, and know their methods", async () => {
    const { world: { app } } = await run();
    for (const url of ["/events", "/ws", "/events?ticket=guess"]) {
      const refused = await app.inject({ method: "GET", url });
      expect(refused.statusCode).toBe(401);
      expect(refused.json()).toMatchObject({ error: "Unauthorized" });
    }
    expect((await app.inject({ method: "POST", url: "/events/tickets" })).statusCode).toBe(401);
    const wrong = await app.inject({ method: "DELETE", url: "/events", headers: bearer("carol") });
    expect([wrong.statusCode, wrong.headers["allow"]]).toEqual([405, "GET"]);
    expect((await app.inject({ method: "GET", url: "/ws", headers: bearer("carol") })).json()).toMatchObject({ error: "InvalidParameter" });
  });

  it.each(["alice", "carol", "admin", "service", "root"])("give %s a ticket", async (token) => {
    const { world: { app } } = await run();
    const reply = await app.inject({ method: "POST", url: "/events/tickets", headers: bearer(token) });
    expect(reply.statusCode).toBe(201);
    expect(ticketReply.parse(reply.json()).ticket).toMatch(/^[\w-]{43}$/);
    expect(reply.headers["cache-control"]).toBe("no-store");
  });

  it("are in the OpenAPI document, and the event types beside it", async () => {
    const { world: { app } } = await run();
    const document = z.object({ paths: z.record(z.string(), z.unknown()) }).parse((await app.inject({ method: "GET", url: "/docs/json" })).json());
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(["/events", "/events/tickets"]));
    expect((await app.inject({ method: "GET", url: "/docs/events" })).json()).toHaveProperty("asyncapi");
  });

  it("stream over both transports, with the app's headers and without a ticket in the log", async () => {
    const { url, live: { registry }, world: { log } } = await run();
    const tickets = await Promise.all(
      [0, 1].map(async () => ticketReply.parse(await (await fetch(`${url}/events/tickets`, { method: "POST", headers: bearer("carol") })).json()).ticket),
    );
    const abort = new AbortController();
    const stream = await fetch(`${url}/events?ticket=${tickets[0]}`, { signal: abort.signal });
    expect([stream.status, stream.headers.get("content-type"), stream.headers.get("x-content-type-options")]).toEqual([200, "text/event-stream; charset=utf-8", "nosniff"]);
    expect(stream.headers.get("x-request-id")).toMatch(/\S/);
    const received: Received[] = [];
    const socket = new WebSocket(`${url.replace("http", "ws")}/ws?ticket=${tickets[1]}`);
    socket.on("message", (data: Buffer) => received.push(parse(data.toString())));
    await vi.waitFor(() => expect(received.map(({ type }) => type)).toEqual(["snapshot"]), { timeout: 15_000 });
    registry.put(callView("c1"));
    await vi.waitFor(() => expect(received.map(({ type }) => type)).toEqual(["snapshot", "call.created"]), { timeout: 15_000 });
    await readUntil(stream.body, "event: call.created");
    abort.abort();
    socket.close();
    await vi.waitFor(() => expect(log.filter((line) => line.includes("event stream closed"))).toHaveLength(2), { timeout: 15_000 });
    for (const ticket of tickets) expect(log.join("")).not.toContain(ticket);
  });
});
