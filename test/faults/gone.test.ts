import { Writable } from "node:stream";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { hears, newCustomer, ok, talkingWith, waitingIn, type Conversation } from "../contract/suites/steps.js";
import type { Reply } from "../contract/harness.js";
import type { Fault } from "../../src/simulator/index.js";
import { eventually } from "../lab/wait.js";
import { EslClient } from "../simulator/esl-client.js";
import { during, inWorld, legsAtSwitch, noDrift, QUICK, stateWritten, timed, type World, PATIENT } from "./world.js";

interface Node {
  readonly state: string;
  readonly error: string | null;
}

const nodeOf = (reply: Reply): Node | undefined => (reply.body as { nodes?: Node[] }).nodes?.[0];

async function healthSays({ stage }: World, status: number, state: string, error: RegExp | null): Promise<void> {
  let last: Reply | null = null;
  await eventually(
    `/health/ready to say ${status} ${state}`,
    async () => {
      last = await stage.as.admin.get("/health/ready");
      const node = nodeOf(last);
      return last.status === status && node?.state === state && (error === null ? node.error === null : error.test(node.error ?? ""));
    },
    { details: () => JSON.stringify(last?.body) },
  );
}

/** Reads answer with what is known; every kind of command says 503, quickly, in its face's words, and when to come back. */
async function readsAnswerAndCommandsDoNot({ stage }: World, { id }: Conversation, waiting: Conversation): Promise<void> {
  const { as } = stage;
  for (const path of ["/voicechannel/calls", `/voicechannel/calls/${id}`, "/voicechannel/queues", "/voicechannel/agents", "/api/v2/channels", "/v1/call", "/call/list", "/call/queue", "/me", "/health/live"]) {
    expect({ path, status: (await as.alice.get(path)).status }).toEqual({ path, status: 200 });
  }
  expect(await as.alice.call(id)).toMatchObject({ id, state: "active", assignedTo: "1001" });
  const call = `/voicechannel/calls/${id}`;
  const target = { type: "client", to: "1002" };
  const commands: readonly [string, Promise<Reply & { readonly ms: number }>][] = [
    ...["hold", "park", "mute", "hangup"].map((operation): [string, Promise<Reply & { readonly ms: number }>] => [operation, timed(as.alice.post(`${call}:${operation}`))]),
    ["dtmf", timed(as.alice.post(`${call}:dtmf`, { digits: "1" }))],
    ["record", timed(as.alice.post(`${call}:record`, { action: "start" }))],
    ["transfer", timed(as.alice.post(`${call}:transfer`, target))],
    ["consult", timed(as.alice.post(`${call}:consult`, target))],
    ["conference", timed(as.alice.post(`${call}:conference`, { add: target }))],
    ["originate", timed(as.bob.post("/voicechannel/calls", target))],
    ["pickup", timed(as.bob.post(`/voicechannel/calls/${waiting.id}:pickup`))],
    ["supervise", timed(as.carol.post(`${call}:supervise`, { mode: "listen" }))],
    ["seed 002", timed(as.alice.post("/call/park"))],
    ["seed 003", timed(as.alice.put(`/api/v2/channels/${id}`, { state: "hold" }))],
    ["seed 004", timed(as.alice.post(`/v1/call/${id}/transfer`, { ext: "1002", legs: "aleg" }))],
  ];
  for (const [what, command] of commands) {
    const { status, headers, body, ms } = await command;
    expect({ what, status, body: JSON.stringify(body) }).toEqual({ what, status: 503, body: expect.stringMatching(/SwitchUnavailable|service unavailable/) as unknown });
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    // At once: nothing was waited for that FreeSWITCH should confirm.
    expect(ms).toBeLessThan(2900);
  }
}

/** While nobody listens: one caller leaves, another comes. Afterwards Callplane knows, and works. */
async function healsBySelf(world: World, gone: Conversation, stays: Conversation, away: () => Promise<void>): Promise<void> {
  const { lab, stage } = world;
  await away();
  await healthSays(world, 200, "ready", null);
  await stage.as.alice.gone(gone.id);
  await noDrift(world);
  await stage.as.bob.sees(stays.id, { state: "queued", department: "support" });
  ok(await stage.as.bob.post(`/voicechannel/calls/${stays.id}:pickup`));
  await hears(lab, stays.customer, "1002");
}

async function twoCalls(world: World): Promise<[Conversation, Conversation]> {
  return [await talkingWith(world.stage, "1001"), await waitingIn(world.stage, "support")];
}

describe.concurrent("FreeSWITCH gone: lists answer, commands say 503 and when to come back, health says why, and all heals by itself", PATIENT, () => {
  it("when its sockets close and connections are refused", async () =>
    inWorld(async (world) => {
      const { lab } = world;
      const [talking, waiting] = await twoCalls(world);
      await healsBySelf(world, talking, waiting, async () => {
        const stop = lab.simulator.fault({ kind: "refuse-connections" });
        await lab.simulator.settled();
        lab.simulator.dropClients({ abrupt: true });
        // The tap accepts and finds nobody behind it: what it closes is told as that.
        await healthSays(world, 503, "down", /refused|closed|reset/);
        await readsAnswerAndCommandsDoNot(world, talking, waiting);
        await lab.hangUp(talking.customer);
        await lab.callIn({ from: newCustomer(), to: "1002" });
        stop();
      });
    }, {}, { switchTiming: QUICK }));

  it("when it is half open: sockets stay and nothing is said", async () =>
    inWorld(async (world) => {
      const { lab } = world;
      const [talking, waiting] = await twoCalls(world);
      await healsBySelf(world, talking, waiting, async () => {
        await during(world, [{ kind: "silent" }], async () => {
          await healthSays(world, 503, "down", /silent for|No event socket answered/);
          await readsAnswerAndCommandsDoNot(world, talking, waiting);
          await lab.hangUp(talking.customer);
          await lab.callIn({ from: newCustomer(), to: "1002" });
        });
      });
    }, {}, { switchTiming: QUICK }));

  it("when it resets the connection in the middle of a reply", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const [talking, waiting] = await twoCalls(world);
      await healsBySelf(world, talking, waiting, async () => {
        const before = lab.tap.connections;
        lab.simulator.fault({ kind: "reset-mid-reply" });
        const reply = await stage.as.alice.post(`/voicechannel/calls/${talking.id}:dtmf`, { digits: "1" });
        // Unless the drift check's question met the reset first.
        expect([200, 503]).toContain(reply.status);
        await eventually("Callplane to connect anew", () => lab.tap.connections > before);
        await lab.hangUp(talking.customer);
      });
    }, {}, { switchTiming: QUICK }));

  it("when it restarts: every call is gone, and the next ones are there", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const [talking, waiting] = await twoCalls(world);
      const { coreUuid } = lab.simulator;
      await lab.simulator.restart({ downMs: 300 });
      expect(lab.simulator.coreUuid).not.toBe(coreUuid);
      await healthSays(world, 200, "ready", null);
      await stage.as.alice.gone(talking.id);
      await stage.as.bob.gone(waiting.id);
      expect(await stage.as.admin.calls()).toEqual([]);
      const again = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${again.id}:hold`));
    }, {}, { switchTiming: QUICK }));

  it("while operations are under way: each ends with 503, the caller keeps waiting, and a phone that answers meanwhile is released", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { as } = stage;
      const [talking, waiting] = await twoCalls(world);
      await lab.phone("1003", { kind: "no-answer" });
      const transfer = as.alice.post(`/voicechannel/calls/${talking.id}:transfer`, { type: "client", to: "1003" });
      await as.admin.sees(talking.id, { ringing: ["1003"] });
      const stop = lab.simulator.fault({ kind: "refuse-connections" });
      await lab.simulator.settled();
      lab.simulator.dropClients({ abrupt: true });
      const reply = await transfer;
      expect(reply).toMatchObject({ status: 503, body: { error: "SwitchUnavailable" } });
      await lab.answer("1003");
      await eventually("the phone to answer for nobody", () => lab.simulator.channels().find(({ party }) => party === "1003")?.parked === true);
      await healthSays(world, 503, "down", /./);
      stop();
      await healthSays(world, 200, "ready", null);
      await legsAtSwitch(world, talking.customer, "1001", waiting.customer);
      await as.admin.sees(talking.id, { state: "held", assignedTo: "1001", ringing: [] });
      ok(await as.alice.post(`/voicechannel/calls/${talking.id}:resume`));
      await hears(lab, talking.customer, "1001");
      ok(await as.bob.post(`/voicechannel/calls/${waiting.id}:pickup`));
    }, {}, { switchTiming: QUICK }));
});

describe.concurrent("an event socket that needs an operator", PATIENT, () => {
  const cases: readonly [string, Fault, RegExp][] = [
    ["refuses the password", { kind: "reject-password" }, /password/],
    ["refuses the address", { kind: "rude-rejection" }, /access list/],
  ];
  it.each(cases)("that %s: one clear line without the password, the node unusable with the reason, no storm", async (_what, fault, reason) => {
    const lines: string[] = [];
    const logger = pino({ level: "debug" }, new Writable({ write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()) }));
    await inWorld(
      async (world) => {
        const { lab, stage } = world;
        const { id } = await talkingWith(stage, "1001");
        lines.length = 0;
        const connections = lab.tap.connections;
        await during(world, [fault], async () => {
          lab.simulator.dropClients({ abrupt: true });
          await healthSays(world, 503, "unusable", reason);
          const attempts = lab.tap.connections - connections;
          expect(attempts).toBeLessThanOrEqual(2);
          expect((await stage.as.alice.post(`/voicechannel/calls/${id}:hold`)).status).toBe(503);
          expect((await stage.as.alice.get("/voicechannel/calls")).status).toBe(200);
          // Sixty of the steps in which a mere fault would be tried again: what needs an operator waits for the longest one.
          await eventually("the next attempt", () => lab.tap.connections - connections > attempts, { timeoutMs: 4000 });
          expect(lab.tap.connections - connections).toBe(attempts + 1);
        });
        await healthSays(world, 200, "ready", null);
        await stage.as.alice.sees(id, { state: "active" });
        const told = lines.filter((line) => line.includes("until an operator corrects this"));
        expect(told.length).toBeGreaterThan(0);
        expect(told.length).toBeLessThanOrEqual(3);
        expect(told[0]).toMatch(reason);
        expect(lines.filter((line) => line.includes("lab secret") || line.includes(encodeURIComponent("lab secret%@:")))).toEqual([]);
      },
      {},
      { logger, switchTiming: { ...QUICK, backoffMinMs: 20, unusableMs: 1200 } },
    );
  });
});

describe.concurrent("a Callplane that was killed", PATIENT, () => {
  it.each([
    ["releases both agents when the customer hung up meanwhile", true],
    ["keeps the customer held for her agent otherwise, and releases the other's phone", false],
  ])("in the middle of a transfer: the next one %s", async (_what, leaves) =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
      await stateWritten(world);
      await stage.stopCallplane();
      // As the transfer rang it: it has answered, and nobody joins it with the customer any more.
      const client = await EslClient.authenticated(lab.simulator.port, "lab secret%@:");
      const state = lab.simulator.channels().find(({ uuid }) => uuid === id)?.variables["presence_data"] ?? "";
      const rung = JSON.stringify({ ...(JSON.parse(state) as object), r: "agent", s: undefined });
      expect(await client.send(`api originate {presence_data='${rung}'}user/1002@${lab.domain} &park()`)).toContain("+OK");
      await legsAtSwitch(world, customer, "1001", "1002");
      if (leaves) await lab.hangUp(customer);
      await stage.startAgain();
      if (leaves) {
        await legsAtSwitch(world);
        await stage.as.admin.gone(id);
      } else {
        await legsAtSwitch(world, customer, "1001");
        await stage.as.alice.sees(id, { state: "held", assignedTo: "1001" });
        ok(await stage.as.alice.post(`/voicechannel/calls/${id}:resume`));
        await hears(lab, customer, "1001");
      }
    }),
  );
});
