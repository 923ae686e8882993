import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, type Simulator } from "../../src/simulator/index.js";
import { EslClient } from "./esl-client.js";

const PASSWORD = "secret";

describe("faults of the simulated switch", () => {
  let simulator: Simulator;
  const clients: EslClient[] = [];
  const keep = (client: EslClient): EslClient => {
    clients.push(client);
    return client;
  };
  const open = async (): Promise<EslClient> => keep(await EslClient.authenticated(simulator.port, PASSWORD));

  beforeEach(async () => {
    simulator = await createSimulator({ password: PASSWORD, domain: "lab.test" });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await simulator.close();
  });

  it("refuses new connections and keeps the old ones, then listens at the same port again", async () => {
    const old = await open();
    const { port } = simulator;
    simulator.fault({ kind: "refuse-connections" });
    await simulator.settled();
    const refused = keep(new EslClient(port));
    await refused.until(() => refused.closed, "refusal");
    expect(refused.error).toBe("ECONNREFUSED");
    expect(await old.send("api hostname")).toBe("simulated");
    simulator.clearFaults();
    await simulator.settled();
    expect(simulator.port).toBe(port);
    expect(await (await open()).send("api hostname")).toBe("simulated");
  });

  it("rejects the right password", async () => {
    simulator.fault({ kind: "reject-password" });
    const client = keep(new EslClient(simulator.port));
    await client.until(() => client.frames.length > 0, "auth/request");
    expect(await client.send(`auth ${PASSWORD}`)).toBe("-ERR invalid");
    await client.until(() => client.closed, "end");
  });

  it("turns an address away rudely", async () => {
    simulator.fault({ kind: "rude-rejection" });
    const client = keep(new EslClient(simulator.port));
    await client.until(() => client.closed, "end");
    expect(client.frames.map((frame) => [frame.headers.get("Content-Type"), frame.body])).toEqual([["text/rude-rejection", "Access Denied, go away.\n"]]);
  });

  it("falls silent with its sockets up, and speaks again", async () => {
    const client = await open();
    await client.send("event json CHANNEL_CREATE");
    const end = simulator.fault({ kind: "silent" });
    client.write("api hostname\n\n");
    simulator.callIn({ from: "15551230001", to: "1001" });
    const late = keep(new EslClient(simulator.port));
    await expect.poll(() => simulator.clientCount).toBe(2);
    await expect.poll(() => simulator.channels().filter((channel) => channel.bridgedTo !== undefined)).toHaveLength(2);
    expect([client.replies.length, client.events.length, client.closed, late.frames.length, late.closed]).toEqual([2, 0, false, 0, false]);
    end();
    expect(await client.send("api hostname")).toBe("simulated");
    expect(client.events).toEqual([]);
  });

  it("resets in the middle of one reply", async () => {
    const client = await open();
    simulator.fault({ kind: "reset-mid-reply" });
    client.write("api status\n\n");
    await client.until(() => client.closed, "reset");
    // Whether the client is told of the reset or of a mere end is its operating system's choice.
    expect(client.frames.map((frame) => frame.headers.get("Content-Type"))).toEqual(["auth/request", "command/reply"]);
    expect(await (await open()).send("api hostname")).toBe("simulated");
  });

  it("sends frames byte by byte without changing them", async () => {
    simulator.fault({ kind: "split-frames" });
    const client = await open();
    await client.send("event plain CHANNEL_CREATE");
    simulator.callIn({ from: "15551230001", to: "1001" });
    await client.until(() => client.events.length === 2, "two events");
    expect(client.events.map((event) => event["Call-Direction"])).toEqual(["inbound", "outbound"]);
  });

  it("answers late", async () => {
    const client = await open();
    simulator.fault({ kind: "slow-replies", delayMs: 80 });
    const asked = performance.now();
    await client.send("api hostname");
    expect(performance.now() - asked).toBeGreaterThanOrEqual(75);
  });

  it("answers with ten megabytes", async () => {
    const client = await open();
    simulator.fault({ kind: "huge-reply", command: "status", bytes: 10_000_000 });
    expect(await client.send("api status")).toHaveLength(10_000_000);
    expect(await client.send("api hostname")).toBe("simulated");
  });

  it.each([
    ["uuid_hold", (uuid: string) => `api uuid_hold ${uuid}`, "+OK Success\n"],
    ["uuid_kill", (uuid: string) => `api uuid_kill ${uuid}`, "+OK\n"],
    ["uuid_park", (uuid: string) => `api uuid_park ${uuid}`, "+OK\n"],
    ["uuid_transfer", (uuid: string) => `api uuid_transfer ${uuid} -both park: inline`, "+OK\n"],
    ["uuid_record", (uuid: string) => `api uuid_record ${uuid} start /tmp/x.wav`, "+OK Success\n"],
    ["uuid_audio", (uuid: string) => `api uuid_audio ${uuid} start read mute -4`, "+OK\n"],
    ["sendmsg", (uuid: string) => `sendmsg ${uuid}\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: x=1`, "+OK"],
    ["originate", () => "bgapi originate user/1002@lab.test &park()", "+OK Job-UUID"],
  ])("accepts %s and never confirms it", async (command, line, reply) => {
    const client = await open();
    await client.send("event json ALL");
    simulator.callIn({ from: "15551230001", to: "1001" });
    const bridge = await client.event((event) => event["Event-Name"] === "CALL_UPDATE" && event["Unique-ID"] === event["Channel-Call-UUID"], "call");
    await client.until(() => client.events.filter((event) => event["Event-Name"] === "CALL_UPDATE").length === 2, "both displays");
    const before = client.events.length;
    simulator.fault({ kind: "never-confirm", command });
    expect(await client.send(line(bridge["Other-Leg-Unique-ID"] ?? ""))).toContain(reply);
    // Whatever it had done would have been told of before another call is made and answered.
    simulator.callIn({ from: "15559999999", to: "1003" });
    await client.until(() => client.events.filter((event) => event["Event-Name"] === "CALL_UPDATE").length === 4, "another call");
    expect(client.events.slice(before).filter((event) => event["Caller-Caller-ID-Number"] !== "15559999999" && event["Caller-Orig-Caller-ID-Number"] !== "15559999999" && event["Channel-State"] !== "CS_NEW")).toEqual([]);
    expect(simulator.channels().map((channel) => channel.bridgedTo === undefined)).toEqual([false, false, false, false]);
  });

  it("hangs in one command, so that its client hears nothing any more and others do", async () => {
    const client = await open();
    simulator.fault({ kind: "never-reply", command: "status" });
    const other = await open();
    const before = client.replies.length;
    client.write("api status\n\napi hostname\n\n");
    expect(await other.send("api hostname")).toBe("simulated");
    simulator.clearFaults();
    expect(await other.send("api status")).toContain("ready");
    expect(client.replies).toHaveLength(before);
  });

  it("loses events of the names asked for, and counts them all the same", async () => {
    const client = await open();
    await client.send("event json ALL");
    simulator.fault({ kind: "drop-events", names: ["CHANNEL_BRIDGE"] });
    simulator.callIn({ from: "15551230001", to: "1001" });
    const after = await client.event((event) => event["Event-Name"] === "CALL_UPDATE", "what follows the bridge");
    expect(client.events.some((event) => event["Event-Name"] === "CHANNEL_BRIDGE")).toBe(false);
    expect(Number(after["Event-Sequence"])).toBe(client.events.indexOf(after) + 2);
  });

  it("restarts as another core without its calls, at the same address with the same phones", async () => {
    const client = await open();
    await client.send("event json SHUTDOWN");
    simulator.callIn({ from: "15551230001", to: "1001" });
    const { coreUuid, port } = simulator;
    await simulator.restart();
    await client.until(() => client.closed, "end");
    expect(client.events.map((event) => event["Event-Name"])).toEqual(["SHUTDOWN"]);
    expect(simulator.port).toBe(port);
    expect(simulator.coreUuid).not.toBe(coreUuid);
    const again = await open();
    expect(await again.send("api show channels as json")).toBe('{"row_count": 0}\n');
    expect(await again.send("api show registrations count as json")).toBe('{"row_count":5,"rows":[]}');
  });

  it("closes once and for all, however often it is asked", async () => {
    const client = await open();
    simulator.callIn({ from: "15551230001", to: "1001" });
    await Promise.all([simulator.close(), simulator.close()]);
    await client.until(() => client.closed, "end");
    const late = keep(new EslClient(simulator.port));
    await late.until(() => late.closed, "refusal");
    expect(late.error).toBe("ECONNREFUSED");
  });
});
