/** A supervisor's leg watches somebody, or ends: also when what it watched changed while nobody listened. */
import { describe, expect, it } from "vitest";
import { Follower } from "../contract/suites/follower.js";
import { hears, newNumber, ok, talkingWith } from "../contract/suites/steps.js";
import { eventually } from "../lab/wait.js";
import { EslClient } from "../lab/esl-client.js";
import { byHand, during, inWorld, legsAtSwitch, neverConfirm, QUICK, type World, PATIENT } from "./world.js";

const NEW_LEG = "11111111-2222-4333-8444-555555555555";

async function supervised({ stage }: World): Promise<{ readonly id: string; readonly customer: string }> {
  const talk = await talkingWith(stage, "1001");
  ok(await stage.as.carol.post(`/voicechannel/calls/${talk.id}:supervise`, { mode: "listen" }));
  return talk;
}

/** The end of the supervision as the supervisor is told of it. */
async function endTold(world: World, id: string, during: () => Promise<void>): Promise<unknown> {
  const follower = await new Follower().open(world.stage.as.carol);
  try {
    await follower.sees("the snapshot", ({ type }) => type === "snapshot");
    await during();
    return (await follower.sees("the end", ({ type, data }) => type === "call.supervision.ended" && data.call?.id === id)).data;
  } finally {
    follower.close();
  }
}

describe.concurrent("a supervisor's leg", PATIENT, () => {
  it("is ended as soon as FreeSWITCH is back when its call ended during an outage", async () =>
    inWorld(
      async (world) => {
        const { lab } = world;
        const { customer } = await supervised(world);
        const stop = lab.simulator.fault({ kind: "refuse-connections" });
        await lab.simulator.settled();
        lab.simulator.dropClients({ abrupt: true });
        await lab.hangUp(customer);
        await legsAtSwitch(world, "1003");
        stop();
        await legsAtSwitch(world);
      },
      {},
      // No drift check helps.
      { switchTiming: { ...QUICK, driftEveryMs: 600_000, rowLagMs: 1000 } },
    ));

  it("listens after a restart, also when nobody had heard that the supervisor answered", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        const { id, customer } = await talkingWith(stage, "1001");
        // A second after the connect the channels are listed once more (program-news.ts), which would tell of the leg.
        await eventually("the channels to be listed again", () => lab.tap.sent.filter((line) => line === "api show channels as json").length > 1);
        await during(world, [{ kind: "drop-events" }], async () => {
          expect((await stage.as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" })).status).toBe(400);
          await stage.stopCallplane();
        });
        await stage.startAgain();
        await hears(lab, "1003", customer, "1001");
      },
      { RING_TIMEOUT_S: "1" },
      // No drift check helps.
      { switchTiming: { ...QUICK, driftEveryMs: 600_000, rowLagMs: 60_000 } },
    ));

  it("watches the agent also while the call is on hold", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await supervised(world);
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
      const spy = lab.simulator.channels().find(({ party }) => party === "1003")?.uuid ?? "";
      const begun = (): number => lab.tap.commands().filter((line) => line.startsWith(`sendmsg ${spy}`)).length;
      const before = begun();
      expect(before).toBeGreaterThan(0);
      await byHand(lab, `uuid_transfer ${spy} park: inline`);
      await eventually("the supervisor's leg to watch again", () => begun() > before);
      await stage.as.alice.sees(id, { state: "held" });
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, "1003", customer, "1001");
    }));

  it("is ended when its call ended while Callplane was away", async () =>
    inWorld(async (world) => {
      const { customer } = await supervised(world);
      await world.stage.stopCallplane();
      await world.lab.hangUp(customer);
      await legsAtSwitch(world, "1003");
      await world.stage.startAgain();
      await legsAtSwitch(world);
    }));

  it("follows its call to the agent who took it while Callplane was away, in the mode that it was in", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await supervised(world);
      ok(await stage.as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "whisper" }));
      await stage.stopCallplane();
      const client = await EslClient.connect(lab.simulator.port, "lab secret%@:");
      try {
        await client.send(`api originate {origination_uuid=${NEW_LEG}}user/1002@${lab.domain} &park()`);
        await eventually("the second phone to answer", () => lab.simulator.channel(NEW_LEG)?.parked);
        await client.send(`api uuid_bridge ${id} ${NEW_LEG}`);
        await legsAtSwitch(world, customer, "1002", "1003");
      } finally {
        client.close();
      }
      await stage.startAgain();
      await hears(lab, "1003", "1002", customer);
      await hears(lab, "1002", "1003", customer);
      await hears(lab, customer, "1002");
      await stage.as.carol.sees(id, { state: "active", assignedTo: "1002" });
    }));

  it("ends with the reason when a consultation leaves the call without an agent", async () =>
    inWorld(async (world) => {
      const { stage } = world;
      const { id, customer } = await supervised(world);
      const number = newNumber();
      const data = await endTold(world, id, async () => {
        ok(await stage.as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "phonenumber", to: number }), 201);
        ok(await stage.as.alice.post(`/voicechannel/calls/${id}:complete`), 204);
      });
      expect(data).toMatchObject({ agent: "1003", mode: "listen", reason: "no_agent", call: { id, state: "active", assignedTo: null, supervision: [] } });
      await legsAtSwitch(world, customer, number);
      expect((await stage.audit()).find(({ action }) => action === "supervision.end")?.detail).toMatchObject({ reason: "no_agent" });
    }));

  it("stays while its call waits, and hears who comes", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await supervised(world);
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:park`));
      await stage.as.carol.sees(id, { state: "parked" });
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, "1003", "1001", customer);
    }));

  it("says why it ended", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const carol = stage.as.carol;
      for (const [how, reason] of [
        [async (id: string) => ok(await carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "off" })), "asked"],
        [async () => lab.hangUp("1003"), "hung_up"],
        [async (id: string) => ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1003" })), "own_call"],
        [async (id: string) => ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hangup`)), "call_ended"],
      ] as const) {
        const { id } = await supervised(world);
        expect(await endTold(world, id, () => how(id))).toMatchObject({ reason });
        await stage.clear();
        await legsAtSwitch(world);
      }
      expect(lab.simulator.channels()).toEqual([]);
    }));

  it("is told to have ended before its call is, and nothing is told of the call after that", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const follower = await new Follower().open(stage.as.carol);
      try {
        await follower.sees("the snapshot", ({ type }) => type === "snapshot");
        for (const end of [async (customer: string) => lab.hangUp(customer), async (_: string, id: string) => ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hangup`))]) {
          const { id, customer } = await supervised(world);
          await end(customer, id);
          await follower.sees("the end of the call", ({ type, data }) => type === "call.ended" && data.call?.id === id);
          await legsAtSwitch(world);
          // Whatever is still to be told of the first call comes before what is told of the next.
          const next = await talkingWith(stage, "1001");
          await follower.sees("the next call", ({ data }) => data.call?.id === next.id);
          const told = follower.told.filter(({ data }) => data.call?.id === id);
          expect(told.map(({ type }) => type).slice(-2)).toEqual(["call.supervision.ended", "call.ended"]);
          expect(told.filter(({ type }) => type === "call.supervision.ended")).toMatchObject([{ data: { reason: "call_ended", call: { state: "ended", supervision: [] } } }]);
          await stage.clear();
          await legsAtSwitch(world);
        }
      } finally {
        follower.close();
      }
    }));

  it("tries again to follow when FreeSWITCH did not do it at first", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await supervised(world);
      await during(world, neverConfirm("sendmsg"), async () => {
        ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
        await hears(lab, "1003");
      });
      await hears(lab, "1003", "1002", customer);
    }, {}, { confirmMs: 500 }));
});
