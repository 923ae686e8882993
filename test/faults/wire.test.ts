import { describe, expect, it } from "vitest";
import { eventually } from "../lab/wait.js";
import { hears, newCustomer, ok, talkingWith, waitingIn } from "../contract/suites/steps.js";
import { openSimulatedLab } from "../lab/simulated.js";
import type { Fault } from "../../src/simulator/index.js";
import { openTappedLab } from "./tap.js";
import { openStage } from "../contract/harness.js";
import { during, inWorld, legsAtSwitch, noDrift, QUICK, stateWritten, timed, type World, PATIENT } from "./world.js";

const calls = (id: string, operation: string): string => `/voicechannel/calls/${id}:${operation}`;

/** A day in the life of a call: every kind of proof is waited for once. */
async function worksThroughout(world: World): Promise<void> {
  const { lab, stage } = world;
  const { as } = stage;
  const { id, customer } = await waitingIn(stage, "support");
  ok(await as.alice.post(calls(id, "pickup")));
  ok(await as.alice.post(calls(id, "hold")));
  ok(await as.alice.post(calls(id, "resume")));
  ok(await as.alice.post(calls(id, "mute")));
  ok(await as.alice.post(calls(id, "unmute")));
  ok(await as.carol.post(calls(id, "supervise"), { mode: "listen" }));
  ok(await as.alice.post(calls(id, "transfer"), { type: "client", to: "1002" }));
  ok(await as.bob.post(calls(id, "consult"), { type: "client", to: "1004" }), 201);
  ok(await as.bob.post(calls(id, "complete")), 204);
  await hears(lab, customer, "1004");
  ok(await as.dave.post(calls(id, "hangup")));
  await legsAtSwitch(world);
}

describe.concurrent("a connection that behaves badly", PATIENT, () => {
  const slow: Fault = { kind: "slow-replies", delayMs: 15 };
  it.each<[string, readonly Fault[]]>([
    ["splits every frame in pieces", [{ kind: "split-frames" }]],
    ["replies late", [slow]],
    ["does both", [{ kind: "split-frames" }, slow]],
  ])("and %s changes nothing but the time", async (_what, faults) => inWorld(async (world) => during(world, faults, () => worksThroughout(world)), {}, { confirmMs: 20_000 }));

  it("and is slower than the limits gives Timeouts, no confusion: a late reply is nobody's", async () =>
    inWorld(async (world) => {
      const { stage } = world;
      const { as } = stage;
      const first = await talkingWith(stage, "1001");
      const second = await talkingWith(stage, "1002");
      // Replies are late one after the other: to a write of state too, and bob's would come behind it.
      await stateWritten(world);
      const late = await during(world, [{ kind: "slow-replies", delayMs: 3300 }], () => timed(as.alice.post(calls(first.id, "dtmf"), { digits: "1" })));
      expect(late).toMatchObject({ status: 400, body: { error: "Timeout" } });
      // The refusal of this one comes behind the late reply, and must not be taken for it.
      expect(await as.bob.post(calls(second.id, "record"), { action: "stop" })).toMatchObject({ status: 409 });
      ok(await as.bob.post(calls(second.id, "dtmf"), { digits: "2" }));
      ok(await as.alice.post(calls(first.id, "hold")));
      await as.alice.sees(first.id, { state: "held" });
    }));

  it("and answers with 10 MB is understood, and the call works on", async () =>
    inWorld(async (world) => {
      const { stage } = world;
      const { as } = stage;
      const { id } = await talkingWith(stage, "1001");
      const [transferred, health] = await during(world, [{ kind: "huge-reply", command: "user_exists", bytes: 10 * 1024 * 1024 }], () =>
        Promise.all([as.alice.post(calls(id, "transfer"), { type: "client", to: "1002" }), as.admin.get("/health/live")]),
      );
      // Ten million x are not `true`: FreeSWITCH does not know the user.
      expect(transferred).toMatchObject({ status: 404 });
      expect(health).toMatchObject({ status: 200 });
      await as.alice.sees(id, { state: "active" });
      ok(await as.alice.post(calls(id, "transfer"), { type: "client", to: "1002" }));
    }));

  it("and lists 10 MB of nonsense for its channels is made anew, and nothing is forgotten for it", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id } = await talkingWith(stage, "1001");
      const connections = lab.tap.connections;
      await during(world, [{ kind: "huge-reply", command: "show", bytes: 10 * 1024 * 1024 }], async () => {
        await eventually("Callplane to give the connection up", () => lab.tap.connections > connections);
        expect(await stage.as.alice.call(id)).toMatchObject({ state: "active" });
      });
      await eventually("Callplane to be ready", async () => (await stage.as.admin.get("/health/ready")).status === 200);
      ok(await stage.as.alice.post(calls(id, "hold")));
    }, {}, { switchTiming: QUICK }));
});

describe.concurrent("events that are lost", PATIENT, () => {
  it("are found out by the drift check: who left, who came, who answered, who talks to whom", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        const { as } = stage;
        const leaving = await talkingWith(stage, "1001");
        const waiting = await waitingIn(stage, "support");
        await lab.phone("1002", { kind: "answer", afterMs: 400 });
        const customer = newCustomer();
        const ringing = await lab.callIn({ from: customer, to: "1002" });
        await as.admin.sees(ringing, { state: "ringing", ringing: ["1002"] });
        const came = await during(world, [{ kind: "drop-events" }], async () => {
          await lab.hangUp(leaving.customer);
          const id = await lab.callIn({ from: newCustomer(), to: "1004" });
          await eventually("them to talk", () => lab.simulator.channels().filter(({ bridgedTo }) => bridgedTo !== undefined).length === 4);
          return id;
        });
        await as.admin.gone(leaving.id);
        await as.admin.sees(came, { state: "active", assignedTo: "1004" });
        await as.admin.sees(ringing, { state: "active", assignedTo: "1002" });
        await as.admin.sees(waiting.id, { state: "queued" });
        await noDrift(world);
        const drift = /^callplane_incidents_total\{[^}]*registry_drift[^}]*\} (\d+)$/m.exec(String((await stage.root.get("/metrics")).body))?.[1];
        expect(Number(drift)).toBeGreaterThan(0);
        ok(await as.bob.post(calls(ringing, "hold")));
        ok(await as.dave.post(calls(came, "transfer"), { type: "client", to: "1001" }));
      },
      {},
      { switchTiming: QUICK },
    ));

  it("make an operation a Timeout, and the drift check shows what it really did", async () =>
    inWorld(
      async (world) => {
        const { stage } = world;
        const { as } = stage;
        const { id, customer } = await talkingWith(stage, "1001");
        const held = await during(world, [{ kind: "drop-events", names: ["CHANNEL_PARK"] }], () => timed(as.alice.post(calls(id, "hold"))));
        expect(held).toMatchObject({ status: 400, body: { error: "Timeout" } });
        await eventually("the caller to be seen waiting", async () => ["held", "parked"].includes((await as.alice.call(id))?.state ?? ""));
        ok(await as.alice.post(calls(id, "resume")));
        await hears(world.lab, customer, "1001");
      },
      {},
      { switchTiming: QUICK },
    ));
});

describe("a table of channels that FreeSWITCH writes late", PATIENT, () => {
  it("ends no call and parts nobody", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        const { as } = stage;
        const before = await talkingWith(stage, "1001");
        await during(world, [{ kind: "stale-rows" }], async () => {
          const looks = (): number => lab.tap.sent.filter((line) => line.startsWith("api show channels")).length;
          const looked = looks();
          await eventually("the table to have been read", () => looks() > looked);
          const born = await talkingWith(stage, "1002");
          ok(await as.alice.post(calls(before.id, "hold")));
          ok(await as.alice.post(calls(before.id, "resume")));
          const since = looks();
          await eventually("the old table to have been read again and again", () => looks() > since + 4);
          expect(await as.bob.call(born.id)).toMatchObject({ state: "active", assignedTo: "1002" });
          expect(await as.alice.call(before.id)).toMatchObject({ state: "active", assignedTo: "1001" });
        });
        await noDrift(world);
      },
      {},
      { switchTiming: QUICK },
    ));
});

describe("a table of registrations that FreeSWITCH writes late", PATIENT, () => {
  it.each([true, false])("does not contradict a phone that has told of itself: registered %s", async (registered) =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        const isRegistered = async (): Promise<unknown> => ((await stage.as.admin.get("/voicechannel/agents/1001")).body as { registered?: unknown }).registered;
        const looks = (): number => lab.tap.sent.filter((line) => line.startsWith("api show registrations")).length;
        lab.simulator.register("1001", !registered);
        await eventually("the phone to be known", async () => (await isRegistered()) === !registered);
        await during(world, [{ kind: "stale-rows" }], async () => {
          const looked = looks();
          await eventually("the table to have been read", () => looks() > looked);
          lab.simulator.register("1001", registered);
          await eventually("the change to be known", async () => (await isRegistered()) === registered);
          const since = looks();
          await eventually("the old table to have been read again", async () => {
            expect(await isRegistered()).toBe(registered);
            return looks() > since + 2;
          });
        });
      },
      {},
      { switchTiming: { ...QUICK, rowLagMs: 60_000 } },
    ));
});

describe("two FreeSWITCH servers", PATIENT, () => {
  it("of which one is gone: its calls alone say 503, the other's go on, and it is ready all the while", async () => {
    const lab = await openTappedLab();
    const second = await openSimulatedLab();
    const stage = await openStage({ ...lab, eslUrl: `${lab.eslUrl},${second.eslUrl}` }, {}, { switchTiming: QUICK });
    try {
      const { as } = stage;
      const here = await talkingWith(stage, "1001");
      const customer = newCustomer();
      const there = await second.callIn({ from: customer, to: "1002" });
      await as.admin.sees(there, { state: "active", assignedTo: "1002" });
      const stop = second.simulator.fault({ kind: "refuse-connections" });
      await second.simulator.settled();
      second.simulator.dropClients({ abrupt: true });
      await eventually("the other server's loss to be told", async () => JSON.stringify((await as.admin.get("/health/ready")).body).includes('"down"'));
      expect((await as.admin.get("/health/ready")).status).toBe(200);
      expect(await as.bob.post(calls(there, "hold"))).toMatchObject({ status: 503, body: { error: "SwitchUnavailable" } });
      expect(await as.admin.post(calls(here.id, "bridge"), { with: there })).toMatchObject({ status: 409 });
      ok(await as.alice.post(calls(here.id, "hold")));
      ok(await as.dave.post("/voicechannel/calls", { type: "client", to: "1005" }), 201);
      stop();
      await eventually("both to be ready", async () => !JSON.stringify((await as.admin.get("/health/ready")).body).includes('"down"'));
      ok(await as.bob.post(calls(there, "hold")));
    } finally {
      second.simulator.clearFaults();
      await stage.close();
      await lab.close();
      await second.close();
    }
  });
});
