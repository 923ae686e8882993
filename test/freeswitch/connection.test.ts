import { createServer, type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EventSocketConnection, type ConnectionOptions } from "../../src/freeswitch/connection.js";
import type { ConnectionError } from "../../src/freeswitch/switch-errors.js";
import { PASSWORD, ScriptedSwitch } from "./scripted-switch.js";
import { stall, until } from "./until.js";
import { apiResponse, commandReply, frame } from "./wire.js";

const SOON = { timeoutMs: 2000 };

describe("a connection to the event socket", () => {
  let server: ScriptedSwitch;
  const opened: EventSocketConnection[] = [];
  const lost: ConnectionError[] = [];
  const events: string[] = [];

  beforeEach(async () => {
    server = await ScriptedSwitch.listen();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((connection) => connection.close()));
    lost.length = 0;
    events.length = 0;
    await server.close();
  });

  async function open(options: Partial<ConnectionOptions> = {}): Promise<EventSocketConnection> {
    const connection = await EventSocketConnection.open({
      name: "lab", host: "127.0.0.1", port: server.port, password: PASSWORD, handshakeMs: 2000,
      onEvent: (body) => events.push(body.toString()), onLost: (error) => lost.push(error), ...options,
    });
    opened.push(connection);
    return connection;
  }

  it("authenticates, sends each command as one text and takes its reply", async () => {
    const connection = await open();
    expect(await connection.request(["api version"], SOON)).toBe("FreeSWITCH Version 1.10.12\n");
    expect(await connection.request(["bgapi originate x", "Job-UUID: 1"], SOON)).toBe("+OK Job-UUID: 1");
    expect(server.commands).toEqual([`auth ${PASSWORD}`, "api version", "bgapi originate x\nJob-UUID: 1"]);
  });

  it("pairs replies of both kinds with pipelined commands, in one order", async () => {
    server.answer = (command) => (command.startsWith("api n") ? apiResponse(command) : command.startsWith("sendmsg") ? commandReply(command) : undefined);
    const connection = await open();
    const commands = Array.from({ length: 300 }, (_, n) => (n % 3 === 0 ? `sendmsg ${n}` : `api n${n}`));
    expect(await Promise.all(commands.map((command) => connection.request([command], SOON)))).toEqual(commands);
  });

  it("takes a refusal in the form of the other kind for the command that it answers", async () => {
    server.answer = (command) => (command === "api secret" ? commandReply("-ERR permission denied") : undefined);
    const connection = await open();
    expect(await Promise.all([connection.request(["api secret"], SOON), connection.request(["api version"], SOON)])).toEqual(["-ERR permission denied", "FreeSWITCH Version 1.10.12\n"]);
  });

  it("drops the late reply of a command that timed out", async () => {
    server.answer = (command) => (command.startsWith("api n") ? null : undefined);
    const connection = await open();
    await expect(connection.request(["api n1"], { timeoutMs: 10 })).rejects.toMatchObject({ code: "Timeout" });
    const next = connection.request(["api n2"], SOON);
    await until("the second command", () => server.commands.includes("api n2"));
    server.commandPeer.write(Buffer.concat([apiResponse("the first one's"), apiResponse("the second one's")]));
    expect(await next).toBe("the second one's");
  });

  it("takes a reply that arrived in time, also when a stall of our own kept it from being read", async () => {
    server.answer = (command, peer) => {
      if (command !== "api x") return undefined;
      peer.write(apiResponse("in time"));
      stall(80);
      return null;
    };
    expect(await (await open()).request(["api x"], { timeoutMs: 20 })).toBe("in time");
  });

  it("survives a bare percent sign in a reply", async () => {
    server.answer = (command) => (command === "api x" ? commandReply("-ERR 100% %zz %") : undefined);
    expect(await (await open()).request(["api x"], SOON)).toBe("-ERR 100% %zz %");
  });

  it("hands on the bodies of events, between replies", async () => {
    const connection = await open();
    server.commandPeer.event({ "Event-Name": "HEARTBEAT" });
    await connection.request(["api version"], SOON);
    server.commandPeer.event({ "Event-Name": "BACKGROUND_JOB" }, "+OK x\n");
    await until("two events", () => events.length === 2);
    expect(events).toEqual(["Event-Name: HEARTBEAT\n\n", "Event-Name: BACKGROUND_JOB\nContent-Length: 6\n\n+OK x\n"]);
  });

  it.each([["\n"], ["\r"], ["\0"], ["\n\n"]])("lets no %j into a line", async (hostile) => {
    const connection = await open();
    await expect(connection.request([`api uuid_hold x${hostile}api shutdown`], SOON)).rejects.toThrow(TypeError);
    await expect(connection.request([], SOON)).rejects.toThrow(TypeError);
    await expect(connection.request([""], SOON)).rejects.toThrow(TypeError);
    await connection.request(["api version"], SOON);
    expect(server.commands).toEqual([`auth ${PASSWORD}`, "api version"]);
  });

  it("does not let modesl's own send past that", async () => {
    const connection = await open();
    expect(() => connection.send()).toThrow(TypeError);
  });

  it("says that the password is wrong, without saying it", async () => {
    const error: unknown = await open({ password: "wrong-one" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "ConnectionError", fault: "password", permanent: true });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("wrong-one");
  });

  it.each(["", "a\nb", "a\0"])("does not even send the password %j", async (password) => {
    await expect(open({ password })).rejects.toMatchObject({ fault: "password" });
    expect(server.commands).toEqual([]);
  });

  it("says that the address is refused", async () => {
    server.greet = (peer) => {
      peer.write(frame({ "Content-Type": "text/rude-rejection" }, "Access Denied, go away.\n"));
      peer.end();
      return false;
    };
    await expect(open()).rejects.toMatchObject({ fault: "acl", permanent: true });
  });

  it("says that nothing listens", async () => {
    const { port } = server;
    await server.close();
    await expect(EventSocketConnection.open({ name: "lab", host: "127.0.0.1", port, password: PASSWORD, handshakeMs: 2000 })).rejects.toMatchObject({ fault: "refused", permanent: false });
  });

  it("gives up on a server that says nothing", async () => {
    server.greet = () => false;
    await expect(open({ handshakeMs: 30 })).rejects.toMatchObject({ fault: "timeout" });
  });

  it("gives up on a server that never answers the password", async () => {
    server.answer = () => null;
    await expect(open({ handshakeMs: 30 })).rejects.toMatchObject({ fault: "timeout" });
  });

  it("gives up on a server that hangs up instead of greeting", async () => {
    server.greet = (peer) => {
      peer.end();
      return false;
    };
    await expect(open()).rejects.toMatchObject({ fault: "closed" });
  });

  it("is called off by its signal", async () => {
    server.greet = () => false;
    const abort = new AbortController();
    const opening = open({ signal: abort.signal });
    await until("the connection", () => server.peers.length === 1);
    abort.abort(new Error("enough"));
    await expect(opening).rejects.toThrow("enough");
    await expect(open({ signal: abort.signal })).rejects.toThrow("enough");
  });

  it("reports a reset in the middle of a reply, and rejects what was pending", async () => {
    server.answer = (command, peer) => {
      if (command !== "api big") return undefined;
      peer.reset("Content-Type: api/response\nContent-Length: 1000000\n\nonly the beginning");
      return null;
    };
    const connection = await open();
    const pending = [connection.request(["api big"], SOON), connection.request(["api never"], SOON)];
    for (const one of pending) await expect(one).rejects.toMatchObject({ code: "SwitchUnavailable", details: { retryAfterS: 5 } });
    // When the RST comes with data before it, the system may show it as an end.
    expect(lost.map(({ fault }) => fault)).toEqual([expect.stringMatching(/^(?:reset|closed)$/)]);
    await expect(connection.request(["api version"], SOON)).rejects.toMatchObject({ code: "SwitchUnavailable" });
  });

  it("reports a reset out of the blue", async () => {
    await open();
    server.commandPeer.reset("");
    await until("the report", () => lost.length > 0);
    expect(lost).toMatchObject([{ fault: "reset" }]);
  });

  it("reports that the other side has closed its half", async () => {
    const connection = await open();
    server.commandPeer.end();
    await until("the report", () => lost.length > 0);
    expect(lost).toMatchObject([{ fault: "closed" }]);
    expect(connection.closed).toBe(true);
  });

  it("reports FreeSWITCH's goodbye", async () => {
    await open();
    server.commandPeer.write(frame({ "Content-Type": "text/disconnect-notice" }, "Disconnected, goodbye.\n"));
    await until("the report", () => lost.length > 0);
    expect(lost).toMatchObject([{ fault: "closed", message: "FreeSWITCH said goodbye." }]);
  });

  it.each([
    ["a length that is none", "Content-Type: api/response\nContent-Length: x\n\n"],
    ["a header block without end", "x".repeat(70_000)],
    ["a reply without a command", "Content-Type: command/reply\nReply-Text: +OK\n\n"],
  ])("cannot go on after %s", async (_, bytes) => {
    await open();
    server.commandPeer.write(bytes);
    await until("the report", () => lost.length > 0);
    expect(lost).toMatchObject([{ fault: "protocol" }]);
  });

  it("closes politely, once, and rejects what is pending", async () => {
    server.answer = (command) => (command === "api never" ? null : undefined);
    const connection = await open();
    const pending = connection.request(["api never"], SOON);
    await Promise.all([connection.close(), connection.close(), expect(pending).rejects.toMatchObject({ code: "SwitchUnavailable" })]);
    await connection.close();
    await until("the goodbye", () => server.commands.includes("exit"));
    expect(server.commands.filter((command) => command === "exit")).toHaveLength(1);
    expect(lost).toEqual([]);
  });

  it("closes also when the other side reads nothing more", async () => {
    const sockets = new Set<{ destroy: () => void }>();
    const deaf = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.write("Content-Type: auth/request\n\nContent-Type: command/reply\nReply-Text: +OK accepted\n\n");
      socket.pause();
    });
    await new Promise<void>((resolve) => deaf.listen(0, "127.0.0.1", resolve));
    const address: AddressInfo | string | null = deaf.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    const connection = await open({ port: address.port });
    const flood = "x".repeat(1024 * 1024);
    const refused: string[] = [];
    for (let n = 0; n < 12; n++) connection.request([`api ${flood}`], { timeoutMs: 60_000 }).catch((error: { code?: string }) => refused.push(error.code ?? "?"));
    // Commands are refused rather than piled up.
    await until("a refusal", () => refused.includes("SwitchUnavailable"));
    await connection.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => deaf.close(resolve));
  });
});
