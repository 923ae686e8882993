/** Large replies to a client that reads nothing of them: read as they are taken, or bounded for each token. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HttpServices } from "../../src/http/services.js";
import { eventually } from "../lab/wait.js";
import { get, rawConnection, type RawConnection } from "../support/raw-connection.js";
import { ServedSockets } from "../support/served-sockets.js";
import { bearer, CALLS, createWorld, ORG, row, type World } from "./fakes.js";
import { recordOf } from "./fake-call-logs.js";

const MEGABYTE = 1024 * 1024;
/** What the kernel may hold of a connection, and what is on its way to it. */
const ON_ITS_WAY_BYTES = 16 * MEGABYTE;

let folder: string;
let sockets: ServedSockets;
let world: World;
const clients: RawConnection[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "callplane-large-"));
  sockets = new ServedSockets();
});
afterEach(async () => {
  for (const each of clients.splice(0)) each.close();
  sockets.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(path: string, who: string, reading: boolean): Promise<RawConnection> {
  const client = await rawConnection(url, { reading });
  clients.push(client);
  client.write(get(path, { Authorization: bearer(who).authorization }));
  return client;
}
let url: string;
async function listen(services: (of: HttpServices) => Partial<HttpServices>, config = {}): Promise<void> {
  const template = createWorld();
  world = createWorld({ services: services(template.services), config });
  await template.close();
  url = await world.app.listen({ host: "127.0.0.1", port: 0 });
}
/** The reply is read: a connection whose reply is not keeps the server from closing. */
async function statusOf(path: string, who: string): Promise<number> {
  const response = await fetch(url + path, { headers: bearer(who) });
  await response.arrayBuffer();
  return response.status;
}
const stuck = (client: RawConnection): Promise<unknown> => eventually("a reply that is stuck", () => sockets.of(client)?.writableNeedDrain === true);
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe("a stream is read as the client takes it, and let go when the client goes", () => {
  test("call logs as CSV", async () => {
    let made = 0;
    let ended = false;
    await listen(({ callLogs }) => ({
      callLogs: {
        ...callLogs,
        async *each() {
          try {
            for (;;) {
              made++;
              yield recordOf(randomUUID(), ORG, "1001");
            }
          } finally {
            ended = true;
          }
        },
      },
    }));
    const client = await ask("/voiceconfig/calllogs.csv", "admin", false);
    await stuck(client);
    await settle();
    const before = made;
    await settle();
    expect(made).toBe(before);
    expect(sockets.of(client)?.bytesWritten).toBeLessThan(ON_ITS_WAY_BYTES);
    client.close();
    await eventually("the reading of the records to end", () => ended);
  });

  test("a recording", async () => {
    const file = await open(join(folder, "long.wav"), "w");
    await file.truncate(500 * MEGABYTE);
    await file.close();
    let closed = false;
    await listen(({ callLogs }) => ({
      callLogs: {
        ...callLogs,
        async content() {
          const content = await open(join(folder, "long.wav"), "r");
          return { name: "long.wav", bytes: 500 * MEGABYTE, modifiedAt: new Date(), read: () => content.createReadStream({ autoClose: true }).on("close", () => (closed = true)), close: () => content.close() };
        },
      },
    }));
    const client = await ask(`/voiceconfig/recordings/${CALLS.alice}/content`, "admin", false);
    await stuck(client);
    await settle();
    expect(sockets.of(client)?.bytesWritten).toBeLessThan(ON_ITS_WAY_BYTES);
    client.close();
    await eventually("the file to be closed", () => closed);
  });
});

describe("a list that is made at once", () => {
  const rows = Array.from({ length: 10_000 }, () => JSON.stringify(row(randomUUID())));
  const size = rows.join(",").length;
  const channels = ({ calls }: HttpServices): Partial<HttpServices> => ({ calls: { ...calls, channels: () => ({ rowCount: rows.length, etag: "1", rows }) } });

  test("is refused with 429 to a token whose earlier replies are not read, and to no other", async () => {
    await listen(channels, { replyMemoryMb: Math.ceil((2.5 * size) / MEGABYTE) });
    const unread = [await ask("/api/v2/channels", "carol", false), await ask("/api/v2/channels", "carol", false)];
    for (const client of unread) await stuck(client);
    const refused = await fetch(`${url}/api/v2/channels`, { headers: bearer("carol") });
    expect([refused.status, await refused.json()]).toEqual([429, { status: "error", info: "-ERR RateLimited" }]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    // What is small is given all the same, and so is everything to somebody else.
    expect(await statusOf("/me", "carol")).toBe(200);
    expect(await statusOf("/api/v2/channels", "admin")).toBe(200);
    for (const client of unread) client.close();
    await eventually("room for the supervisor again", async () => (await statusOf("/api/v2/channels", "carol")) === 200);
  });

  test("is given, however large, to a token that reads what it asks for", async () => {
    await listen(channels, { replyMemoryMb: 1 });
    expect(size).toBeGreaterThan(2 * MEGABYTE);
    const client = await ask("/api/v2/channels", "carol", true);
    for (let count = 1; count <= 10; count++) {
      await eventually("the whole reply", () => client.text.length > size * count);
      client.write(get("/api/v2/channels", { Authorization: bearer("carol").authorization }));
    }
    await eventually("the last reply", () => client.text.length > size * 11);
    expect(new Set(client.statuses)).toEqual(new Set([200]));
  });
});
