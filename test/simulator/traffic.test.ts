import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { createSimulator, DEMO_NUMBERS, type ChannelSnapshot, type Simulator } from "../../src/simulator/index.js";
import { EslClient } from "./esl-client.js";

const PASSWORD = "secret";
const shownRows = z.object({ rows: z.array(z.record(z.string(), z.string())).default([]) });

describe("people and loads on the simulated switch", () => {
  let simulator: Simulator;
  let client: EslClient;
  const byParty = (party: string): ChannelSnapshot | undefined => simulator.channels().find((channel) => channel.party === party);
  const rows = async (): Promise<Record<string, string>[]> => shownRows.parse(JSON.parse(await client.send("api show channels as json"))).rows;

  beforeEach(async () => {
    simulator = await createSimulator({ password: PASSWORD, domain: "demo.local", defaultBehaviour: { kind: "answer", afterMs: 1 } });
    client = await EslClient.authenticated(simulator.port, PASSWORD);
  });
  afterEach(async () => {
    client.close();
    await simulator.close();
  });

  it("lets a caller of a department wait, answered and parked with music", async () => {
    const uuid = simulator.callIn({ from: "15551230001", to: "queue:support" });
    await expect.poll(() => simulator.channel(uuid)?.playing).toContain("tone_stream");
    expect(simulator.channel(uuid)).toMatchObject({ parked: true, answered: true });
    expect(await client.send(`api uuid_getvar ${uuid} callplane_queue`)).toBe("support");
    expect(await client.send(`api uuid_getvar ${uuid} domain_name`)).toBe("demo.local");
  });

  it("bridges an agent who dials a colleague or a number, with her presence id on her own leg", async () => {
    const inside = simulator.dialFrom("1001", "1002");
    await expect.poll(() => byParty("1002")?.bridgedTo).toBe(inside);
    expect(await rows()).toMatchObject([{ uuid: inside, direction: "inbound", presence_id: "1001@demo.local", dest: "1002" }, { presence_id: "1002@demo.local" }]);
    const outside = simulator.dialFrom("1003", "+15557654321");
    await expect.poll(() => byParty("+15557654321")?.bridgedTo).toBe(outside);
    expect([...simulator.hears("1003")]).toEqual(["+15557654321"]);
  });

  it.each([
    [{ kind: "busy" }, "USER_BUSY"],
    [{ kind: "reject" }, "CALL_REJECTED"],
    [{ kind: "no-answer" }, "NO_ANSWER"],
  ] as const)("ends a call to a phone that is %o with the cause of it", async (behaviour, cause) => {
    simulator.setPhone("1002", behaviour);
    expect(await client.send("api originate {originate_timeout=1}user/1002@demo.local &park()")).toBe(`-ERR ${cause}\n`);
    await expect.poll(() => client.send("api show channels count as json")).toBe('{"row_count":0,"rows":[]}');
  });

  it("knows the numbers under +1555 and no others", async () => {
    expect(await client.send("api originate sofia/gateway/trunk/+15557654321 &park()")).toMatch(/^\+OK/);
    expect(await client.send("api originate sofia/gateway/trunk/+4930123456 &park()")).toBe("-ERR NO_ROUTE_DESTINATION\n");
    expect(await client.send("api originate sofia/gateway/nobody/+15557654321 &park()")).toBe("-ERR INVALID_GATEWAY\n");
  });

  it("rings every phone of a list, and the first to answer wins", async () => {
    simulator.setPhone("1002", { kind: "no-answer" });
    await client.send("event json CHANNEL_HANGUP");
    expect(await client.send("api originate user/1002@demo.local,user/1003@demo.local &park()")).toMatch(/^\+OK/);
    const lost = await client.event(() => true, "the loser's end");
    expect([lost["Channel-Presence-ID"], lost["Hangup-Cause"]]).toEqual(["1002@demo.local", "LOSE_RACE"]);
    expect(await client.send("api originate user/1009@demo.local|user/1004@demo.local &park()")).toMatch(/^\+OK/);
  });

  it("cancels the ringing phone when the caller gives up, and frees the caller when the phone refuses", async () => {
    simulator.setPhone("1002", { kind: "no-answer" });
    await client.send("event json CHANNEL_HANGUP");
    simulator.callIn({ from: "15551230001", to: "1002" });
    await expect.poll(() => byParty("1002")?.callState).toBe("RINGING");
    simulator.hangUp("15551230001");
    await client.until(() => client.events.length === 2, "both ends");
    expect(client.events.map((event) => event["Hangup-Cause"])).toEqual(["ORIGINATOR_CANCEL", "ORIGINATOR_CANCEL"]);
    await expect.poll(() => simulator.channels()).toEqual([]);
    simulator.callIn({ from: "15551230002", to: "1002" });
    await expect.poll(() => byParty("1002")?.callState).toBe("RINGING");
    simulator.hangUp("1002");
    await expect.poll(() => simulator.channels()).toEqual([]);
    expect(client.events.slice(2).map((event) => event["Hangup-Cause"])).toEqual(["CALL_REJECTED", "CALL_REJECTED"]);
  });

  it("hangs up later when it is asked to, unless it is told otherwise", async () => {
    const uuid = simulator.callIn({ from: "15551230001", to: "queue:support" });
    await expect.poll(() => simulator.channel(uuid)?.parked).toBe(true);
    expect(await client.send(`api sched_hangup +0 ${uuid} USER_BUSY`)).toBe("+OK\n");
    await expect.poll(() => simulator.channel(uuid)).toBeUndefined();
    const other = simulator.callIn({ from: "15551230001", to: "queue:support" });
    await client.send(`api sched_hangup +100 ${other}`);
    expect(await client.send(`api sched_del ${other}`)).toBe("+OK Deleted: 1\n");
  });

  it("keeps another organization's phones apart by their domain", async () => {
    simulator.addPhone({ extension: "1001", domain: "other.test" });
    expect(await client.send("api originate user/1001@other.test &park()")).toMatch(/^\+OK/);
    expect(byParty("1001@other.test")).toBeDefined();
    expect(byParty("1001")).toBeUndefined();
    expect((await rows())[0]).toMatchObject({ presence_id: "1001@other.test" });
  });

  it("makes ten thousand channels at once that behave as if they had been called", async () => {
    const customers = simulator.loadCalls({ kind: "bridged", count: 5000, extensions: ["1001", "1002"], variables: { presence_data: '{"v":1}' } });
    const listed = await rows();
    expect(listed).toHaveLength(10_000);
    expect(listed[1]).toMatchObject({ presence_id: "1001@demo.local", presence_data: '{"v":1}', callstate: "ACTIVE", call_uuid: customers[0], direction: "outbound" });
    const agent = listed[1]?.["uuid"] ?? "";
    await client.send("event json CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_PARK CHANNEL_DESTROY");
    await client.send(`api uuid_hold ${agent}`);
    await client.event((event) => event["Event-Name"] === "CHANNEL_HOLD" && event["Unique-ID"] === agent, "hold");
    expect(await client.send(`api uuid_hold off ${agent}`)).toBe("+OK Success\n");
    await client.send(`api uuid_transfer ${customers[1] ?? ""} -both park: inline`);
    await client.until(() => client.events.filter((event) => event["Event-Name"] === "CHANNEL_PARK").length === 2, "both parked");
    await client.send(`api uuid_kill ${customers[0] ?? ""}`);
    await client.until(() => client.events.filter((event) => event["Event-Name"] === "CHANNEL_DESTROY").length === 2, "both ended");
    expect(simulator.channels()).toHaveLength(9998);
  });

  it("makes waiting callers in bulk that can be picked up", async () => {
    const [first = ""] = simulator.loadCalls({ kind: "parked", count: 3, variables: { callplane_queue: "support" } });
    await client.send("event json CHANNEL_BRIDGE");
    const reply = await client.send("api originate user/1001@demo.local &park()");
    await client.send(`api uuid_bridge ${first} ${reply.slice(4).trim()}`);
    await client.event((event) => event["Bridge-A-Unique-ID"] === first, "pickup");
    await expect.poll(() => [...simulator.hears("1001")]).toEqual(["15550000000"]);
  });

  describe("the demonstration", () => {
    const waiting = (): ChannelSnapshot[] => simulator.channels().filter((channel) => channel.parked && channel.variables["callplane_queue"] === "support");

    it("has alice and bob in calls, one caller waiting, and carol idle", async () => {
      simulator.startDemo({ othersEveryMs: 0 });
      await expect.poll(() => ["1001", "1002"].map((party) => byParty(party)?.bridgedTo !== undefined)).toEqual([true, true]);
      await expect.poll(waiting).toHaveLength(1);
      expect(byParty("1003")).toBeUndefined();
      expect(await client.send("api show registrations as json")).toContain('"reg_user":"1003"');
      // Under a second, measured by a phone that takes just that long: both count from the same moment, however slow the machine is.
      simulator.addPhone({ extension: "1099", behaviour: { kind: "answer", afterMs: 1000 } });
      await client.send("event json CHANNEL_ANSWER");
      const answered = new Set<string>();
      const bothAnswered = client.event((event) => {
        if (event["Event-Name"] === "CHANNEL_ANSWER") answered.add(event["Channel-Presence-ID"] ?? "");
        return answered.has("1099@demo.local");
      }, "both answers");
      await client.send("bgapi originate user/1099@demo.local &park()");
      await client.send("bgapi originate user/1003@demo.local &park()");
      await bothAnswered;
      expect([...answered].filter((who) => /^(1003|1099)@/.test(who))).toEqual(["1003@demo.local", "1099@demo.local"]);
    });

    it("calls an agent only while the agent takes calls", async () => {
      const away = new Set(["1001"]);
      simulator.startDemo({ othersEveryMs: 0, queueEveryMs: 0, nextAgentCallMs: 0, takesCalls: (extension) => !away.has(extension) });
      await expect.poll(() => byParty("1002")?.bridgedTo).toBeDefined();
      const first = byParty("1002")?.uuid;
      simulator.hangUp("1002");
      // Both are looked at in the same moment.
      await expect.poll(() => byParty("1002")?.uuid ?? first, { timeout: 15_000 }).not.toBe(first);
      expect(byParty("1001")).toBeUndefined();
      away.clear();
      await expect.poll(() => byParty("1001")?.bridgedTo, { timeout: 15_000 }).toBeDefined();
    });

    it("knows a number by the same name after a restart", async () => {
      const named = async (): Promise<readonly string[]> => (await rows()).filter(({ direction, cid_num }) => direction === "inbound" && cid_num?.startsWith("+1555") === true).map(({ cid_num, cid_name }) => `${cid_num} ${cid_name}`).sort();
      const stop = simulator.startDemo({ othersEveryMs: 0, queueEveryMs: 0, random: () => 0.1 });
      await expect.poll(named).toHaveLength(3);
      const before = await named();
      stop();
      for (const { party } of simulator.channels()) simulator.hangUp(party);
      await expect.poll(named).toEqual([]);
      simulator.startDemo({ othersEveryMs: 0, queueEveryMs: 0, random: () => 0.9 });
      await expect.poll(named).toEqual(before);
      expect(before.every((each) => / [A-Z]/.test(each))).toBe(true);
    });

    it("lets a phone ring on while somebody sits before its agent's console, but not for whoever has asked to listen", async () => {
      simulator.startDemo({ othersEveryMs: 0, isAttended: (extension) => extension === "1003" });
      simulator.addPhone({ extension: "1099", behaviour: { kind: "answer", afterMs: 1000 } });
      await client.send("event json CHANNEL_ANSWER");
      // Those that have come are looked at again with each one.
      const answered = new Set<string>();
      const lastAnswered = client.event((event) => {
        const who = event["Channel-Presence-ID"] ?? "";
        if (event["Event-Name"] === "CHANNEL_ANSWER" && /^10(03|99)@/.test(who)) answered.add(`${who}${event["variable_eavesdrop_enable_dtmf"] === undefined ? "" : " listens"}`);
        return answered.has("1099@demo.local");
      }, "the answer of the phone that is slow");
      await client.send("bgapi originate user/1099@demo.local &park()");
      await client.send("bgapi originate user/1003@demo.local &park()");
      await client.send("bgapi originate {eavesdrop_enable_dtmf=false}user/1003@demo.local &park()");
      await lastAnswered;
      expect([...answered]).toEqual(["1003@demo.local listens", "1099@demo.local"]);
      expect(await client.send(`api uuid_phone_event ${simulator.channels().find(({ party, answered: up }) => party === "1003" && !up)?.uuid ?? ""} talk`)).toBe("+OK Success\n");
      await expect.poll(() => simulator.channels().filter(({ party }) => party === "1003").map((channel) => channel.answered)).toEqual([true, true]);
    });

    it("takes no second call by itself with a phone that is in one", async () => {
      simulator.startDemo({ othersEveryMs: 0, queueEveryMs: 0, nextAgentCallMs: 600_000, isAttended: (extension) => extension === "1002" });
      const answers = (party: string): readonly boolean[] => simulator.channels().filter((channel) => channel.party === party).map(({ answered }) => answered);
      await expect.poll(() => answers("1001")).toEqual([true]);
      for (const extension of ["1001", "1002"]) simulator.hangUp(extension);
      await expect.poll(() => [answers("1001"), answers("1002")]).toEqual([[], []]);
      await client.send("api originate {sip_auto_answer=true}user/1002@demo.local &park()");
      await client.send("api originate user/1001@demo.local &park()");
      // As long as a phone that is not busy takes to answer, measured by one.
      simulator.addPhone({ extension: "1099", behaviour: { kind: "answer", afterMs: 1000 } });
      for (const extension of ["1001", "1002"]) simulator.callIn({ from: `+1555012${extension}`, to: extension });
      await expect.poll(() => [answers("1001").length, answers("1002").length]).toEqual([2, 2]);
      await client.send("api originate user/1099@demo.local &park()");
      expect([answers("1001"), answers("1002")]).toEqual([[true, false], [true, false]]);
      // What Callplane rings, such as a consultation, is answered where nobody sits before the console.
      await client.send("api originate {presence_data=state}user/1001@demo.local &park()");
      expect(answers("1001")).toEqual([true, false, true]);
    });

    it("sends another caller to wait after the last one was picked up", async () => {
      simulator.startDemo({ othersEveryMs: 0, nextWaitingMs: 0 });
      await expect.poll(waiting).toHaveLength(1);
      const first = waiting()[0]?.uuid ?? "";
      const reply = await client.send("api originate user/1003@demo.local &park()");
      await client.send(`api uuid_bridge ${first} ${reply.slice(4).trim()}`);
      await expect.poll(() => waiting().map((channel) => channel.uuid === first), { timeout: 15_000 }).toEqual([false]);
    });

    it("fills the departments' lines while nobody takes a caller, so far and no further", async () => {
      simulator.startDemo({ othersEveryMs: 0, queueEveryMs: 2 });
      const lines = (): string[] => simulator.channels().flatMap(({ parked, variables }) => (parked ? [variables["callplane_queue"] ?? ""] : []));
      await expect.poll(() => lines().filter((name) => name !== "").length, { timeout: 15_000 }).toBe(5);
      expect(lines().filter((name) => name !== "").length).toBe(5);
      expect([...new Set(lines())].every((name) => ["support", "sales"].includes(name))).toBe(true);
    });

    it("has numbers with a fate of their own", async () => {
      simulator.startDemo({ othersEveryMs: 0 });
      expect(await client.send(`api originate sofia/gateway/trunk/${DEMO_NUMBERS.busy} &park()`)).toBe("-ERR USER_BUSY\n");
      expect(await client.send(`api originate sofia/gateway/trunk/${DEMO_NUMBERS.rejects} &park()`)).toBe("-ERR CALL_REJECTED\n");
      expect(await client.send(`api originate {originate_timeout=1}sofia/gateway/trunk/${DEMO_NUMBERS.noAnswer} &park()`)).toBe("-ERR NO_ANSWER\n");
    });

    it("has calls of others with every end, and stops when told", async () => {
      const fates = [0.05, 0.2, 0.4, 0.9];
      let turn = 0;
      const random = vi.fn(() => fates[turn++ % fates.length] ?? 0);
      const stop = simulator.startDemo({ othersEveryMs: 2, random });
      await expect.poll(() => simulator.channels().filter(({ party }) => /^101\d$/.test(party)).length, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
      stop();
      const calls = random.mock.calls.length;
      await expect.poll(() => byParty("1001")?.bridgedTo !== undefined).toBe(true);
      expect(random.mock.calls.length).toBe(calls);
    });
  });
});
