import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, type Simulator } from "../../src/simulator/index.js";
import { recordedEvents, recording } from "../support/recordings.js";
import { EslClient } from "./esl-client.js";

const PASSWORD = "secret % word";

describe("the event socket of the simulated switch", () => {
  let simulator: Simulator;
  const clients: EslClient[] = [];
  const open = async (): Promise<EslClient> => {
    const client = await EslClient.authenticated(simulator.port, PASSWORD);
    clients.push(client);
    return client;
  };

  beforeEach(async () => {
    simulator = await createSimulator({ password: PASSWORD, domain: "lab.test" });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await simulator.close();
  });

  it("refuses a wrong password, says goodbye and closes, as recorded", async () => {
    const client = new EslClient(simulator.port);
    await client.until(() => client.frames.length > 0, "auth/request");
    expect(await client.send("auth wrong")).toBe("-ERR invalid");
    await client.until(() => client.closed, "end");
    const recorded = recording("wrong-password").slice(-2).flatMap((entry) => (entry.dir === "frame" ? [entry] : []));
    expect(client.frames.at(-1)?.body).toBe(recorded.at(-1)?.body);
    expect(client.frames.at(-1)?.headers.get("Content-Type")).toBe("text/disconnect-notice");
  });

  it("takes no command before authentication", async () => {
    const client = new EslClient(simulator.port);
    clients.push(client);
    await client.until(() => client.frames.length > 0, "auth/request");
    expect(await client.send("api status")).toBe("-ERR command not found");
  });

  it("gives its address as FREESWITCH_NODES takes it", async () => {
    const url = new URL(simulator.eslUrl);
    expect(decodeURIComponent(url.password)).toBe(PASSWORD);
    expect(Number(url.port)).toBe(simulator.port);
  });

  it("answers pipelined commands in order, each to its own", async () => {
    const client = await open();
    client.write("api uuid_exists x\n\napi hostname\n\nbogus\n\napi global_getvar hold_music\n\n");
    await client.until(() => client.replies.length === 5, "four replies");
    expect([1, 2, 3, 4].map((index) => client.reply(index))).toEqual(["false", "simulated", "-ERR command not found", expect.stringContaining("tone_stream")]);
  });

  it("takes the words after CUSTOM as subclasses, and sends what was asked for alone", async () => {
    const client = await open();
    expect(await client.send("event plain CHANNEL_CREATE CUSTOM sofia::register")).toBe("+OK event listener enabled plain");
    simulator.register("1001", false);
    simulator.register("1001", true);
    simulator.callIn({ from: "15551230001", to: "1001" });
    await client.event((event) => event["Event-Name"] === "CHANNEL_CREATE" && event["Call-Direction"] === "outbound", "the agent's leg");
    expect(client.events.map((event) => event["Event-Subclass"] ?? event["Event-Name"])).toEqual(["sofia::register", "CHANNEL_CREATE", "CHANNEL_CREATE"]);
    expect(await client.send("nixevent CHANNEL_CREATE")).toBe("+OK events nixed");
    expect(await client.send("noevents")).toBe("+OK no longer listening for events");
    expect(await client.send("noevents")).toBe("-ERR not listening for events");
  });

  it("numbers events for all, subscribed or not", async () => {
    const [all, some] = [await open(), await open()];
    await all.send("event json ALL");
    await some.send("event json CHANNEL_BRIDGE");
    simulator.callIn({ from: "15551230001", to: "1001" });
    const bridge = await some.event((event) => event["Event-Name"] === "CHANNEL_BRIDGE", "bridge");
    const same = await all.event((event) => event["Event-Name"] === "CHANNEL_BRIDGE", "bridge");
    expect(bridge["Event-Sequence"]).toBe(same["Event-Sequence"]);
    const sequences = all.events.map((event) => Number(event["Event-Sequence"]));
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  });

  it("shows a client only what its filters let through", async () => {
    const client = await open();
    await client.send("event json CHANNEL_CREATE");
    await client.send("filter Call-Direction outbound");
    simulator.callIn({ from: "15551230001", to: "1001" });
    await client.event(() => true, "an event");
    expect(client.events.map((event) => event["Call-Direction"])).toEqual(["outbound"]);
  });

  it("gives plain and JSON events the same headers, whatever their values hold", async () => {
    const [json, plain] = [await open(), await open()];
    await json.send("event json CHANNEL_PARK");
    await plain.send("event plain CHANNEL_PARK");
    const state = '{"v":1\\,"note":"100% é\\, a b&c"}';
    await json.send(`bgapi originate {presence_data=${state}}user/1001@lab.test &park()`);
    const wanted = '{"v":1,"note":"100% é, a b&c"}';
    const fromJson = await json.event(() => true, "park");
    const fromPlain = await plain.event(() => true, "park");
    expect(fromJson["Channel-Presence-Data"]).toBe(wanted);
    expect(fromPlain["Channel-Presence-Data"]).toBe(wanted);
    expect(fromJson["variable_switch_r_sdp"]).toMatch(/\r\n/);
    // `%2B` in a name is left as it is by FreeSWITCH's encoder, so it reads as a plus once decoded.
    const decoded = Object.fromEntries(Object.entries(fromJson).map(([name, value]) => [name, value.replaceAll("%2B", "+")]));
    expect(fromPlain).toEqual(decoded);
  });

  it("holds back events of its own socket until the reply is written, not those of others", async () => {
    const [busy, watcher] = [await open(), await open()];
    for (const client of [busy, watcher]) await client.send("event json CHANNEL_ANSWER");
    simulator.setPhone("1001", { kind: "answer", afterMs: 30 });
    const reply = busy.send("api originate user/1001@lab.test &park()");
    await watcher.event(() => true, "the answer");
    expect(busy.events).toEqual([]);
    expect(await reply).toMatch(/^\+OK /);
    await busy.event(() => true, "the answer");
  });

  it("tells of registrations with the recorded headers", async () => {
    const client = await open();
    await client.send("event json ALL");
    simulator.register("1005", false);
    simulator.register("1005", true);
    simulator.expireRegistration("1005");
    await client.event((event) => event["Event-Subclass"] === "sofia::expire", "expire");
    for (const subclass of ["sofia::register", "sofia::unregister"]) {
      const recorded = recordedEvents("registration").find((event) => event["Event-Subclass"] === subclass) ?? {};
      const simulated = client.events.find((event) => event["Event-Subclass"] === subclass) ?? {};
      for (const header of ["from-user", "to-user", "username", "expires", "network-port", "user-agent", "contact"]) {
        if (recorded[header] !== undefined) expect([header, simulated[header]]).toEqual([header, recorded[header]]);
      }
      expect(simulated["from-host"]).toBe("lab.test");
    }
    expect(await client.send("api sofia_contact 1005@lab.test")).toBe("error/user_not_registered");
  });

  it("tells of a phone that was refused with the headers that FreeSWITCH 1.10.12 was seen to send", async () => {
    const client = await open();
    await client.send("event json CUSTOM sofia::register_failure");
    simulator.refuseRegistration({ user: "1001", address: "203.0.113.9" });
    simulator.refuseRegistration({ user: "nobody", domain: "elsewhere.test", address: "203.0.113.9", method: "INVITE" });
    await client.event((event) => event["to-user"] === "nobody", "the second refusal");
    const told = ["profile-name", "to-user", "to-host", "network-ip", "network-port", "registration-type"] as const;
    expect(client.events.map((event) => told.map((header) => event[header]))).toEqual([
      ["internal", "1001", "lab.test", "203.0.113.9", "5090", "REGISTER"],
      ["internal", "nobody", "elsewhere.test", "203.0.113.9", "5090", "INVITE"],
    ]);
  });

  it("answers the questions of a doctor", async () => {
    const client = await open();
    expect(await client.send("api module_exists mod_sofia")).toBe("true");
    expect(await client.send("api module_exists mod_nothing")).toBe("false");
    expect(await client.send("api user_exists id 1009 lab.test")).toBe("true");
    expect(await client.send("api user_exists id 1019 lab.test")).toBe("false");
    expect(await client.send("api sofia_contact 1001@lab.test")).toMatch(/^sofia\/internal\/sip:/);
    expect(await client.send("api sofia status gateway trunk")).toMatch(/^Status\s+UP/m);
    expect(await client.send("api sofia status gateway nobody")).toBe("Invalid Gateway!\n");
    expect(await client.send("api show codec as json")).toContain("G.711 ulaw");
    expect(await client.send("api global_getvar nothing")).toBe("-ERR no reply\n");
    expect(await client.send("api global_getvar core_uuid")).toBe(simulator.coreUuid);
  });
});
