/** Clients that open, write and do not read: what one connection, and one address, may cost the whole product. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../contract/harness.js";
import { eventually } from "../lab/wait.js";
import { get, rawConnection, type RawConnection } from "../support/raw-connection.js";
import { openTappedLab, type TappedLab } from "./tap.js";

/** More than any of these may take, and a tenth of what the attack took. */
const MEMORY_BYTES = 128 * 1024 * 1024;
/** Several times what the kernel keeps of a connection that nobody reads. */
const REQUESTS = 20_000;

let lab: TappedLab;
let stage: Stage;
const opened: RawConnection[] = [];
/** The server's ends of the connections since the test began. */
let served: Socket[] = [];
const note = (message: unknown): void => void served.push((message as { socket: Socket }).socket);

async function open(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  lab = await openTappedLab();
  stage = await openStage(lab, environment);
}
async function connection(reading: boolean): Promise<RawConnection> {
  const made = await rawConnection(stage.url(), { reading });
  opened.push(made);
  return made;
}
/** Whether the server has let go of it; a client that does not read learns nothing of that. */
const isLost = ({ socket }: RawConnection): boolean => served.some((each) => each.remotePort === socket.localPort && each.destroyed);
const ended = async (reason: string): Promise<number> => Number(new RegExp(`^callplane_connections_ended_total\\{reason="${reason}"\\} (\\d+)$`, "m").exec(await (await fetch(`${stage.url()}/metrics`)).text())?.[1] ?? 0);

beforeEach(() => {
  served = [];
  subscribe("net.server.socket", note);
});
afterEach(async () => {
  unsubscribe("net.server.socket", note);
  for (const each of opened.splice(0)) each.close();
  await stage.close();
  await lab.close();
});

describe("a client that reads nothing", () => {
  it.each(["/docs/json", "/docs", "/docs/events", "/health/ready", "/nowhere", "/voicechannel/calls"])("takes no memory by pipelining GET %s without a token, and loses its connection", async (path) => {
    await open();
    const before = process.memoryUsage.rss();
    const client = await connection(false);
    client.write(get(path).repeat(REQUESTS));
    await eventually("the connection to be ended", () => isLost(client));
    expect(process.memoryUsage.rss() - before).toBeLessThan(MEMORY_BYTES);
    expect(await ended("pipelined")).toBe(1);
  });

  it("takes no memory by pipelining requests that are malformed, expect what there is not, or name no host", async () => {
    await open();
    for (const request of [get("/docs/json", { Expect: "the-unexpected" }), "GET /docs/json HTTP/1.1\r\n\r\n", "GET /docs/json HTTP/1.1\r\nBad Header\r\n\r\n", get("/events", { Upgrade: "h2c", Connection: "upgrade" })]) {
      const before = process.memoryUsage.rss();
      const client = await connection(false);
      // A whole document first, so that the replies after it do not fit into the kernel's buffers alone.
      client.write(get("/docs/json").repeat(5) + request.repeat(REQUESTS));
      await eventually(`the connection to be ended after ${request}`, () => isLost(client));
      expect(process.memoryUsage.rss() - before).toBeLessThan(MEMORY_BYTES);
    }
  });
});
