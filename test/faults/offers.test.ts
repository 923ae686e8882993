/** What becomes of a queue's offer when the agent takes no calls any more, and which phones have missed one. */
import { describe, expect, it } from "vitest";
import type { AgentView } from "../../src/agents/index.js";
import type { PartyBehaviour } from "../../src/simulator/index.js";
import type { ShownLog } from "../call-logs/shown.js";
import { delay, eventually } from "../lab/wait.js";
import { hears, ok, waitingIn } from "../contract/suites/steps.js";
import { inWorld, legsAtSwitch, PATIENT, type World } from "./world.js";

const statusOf = async ({ stage }: World, extension: string): Promise<AgentView> => (await stage.as.admin.get(`/voicechannel/agents/${extension}`)).body as AgentView;

/** Support's settings, and its agents; nobody is online. */
async function support({ stage: { as } }: World, settings: object, ...agents: readonly string[]): Promise<void> {
  ok(await as.admin.put("/voiceconfig/departments/support", settings));
  for (const agent of agents) ok(await as.admin.put(`/voiceconfig/voiceagents/${agent}`, { departments: ["support"] }));
}

const set = async ({ stage: { as } }: World, extension: string, status: string, who: "admin" | "bob" = "admin"): Promise<void> => ok(await as[who].post(`/voicechannel/agents/${extension}/status`, { status }));

/** Empty as long as there is no record. */
const timelineOf = async ({ stage }: World, id: string): Promise<readonly string[]> => {
  const { status, body } = await stage.as.admin.get(`/voiceconfig/calllogs/${id}`);
  return status === 200 ? (body as ShownLog).timeline.map(({ type, agent }) => (agent === null ? type : `${type} ${agent}`)) : [];
};

const originates = ({ lab }: World): number => lab.tap.commands().filter((line) => line.includes("originate")).length;

describe.concurrent("a queue's offer", PATIENT, () => {
  it.each([["away", "bob"], ["offline", "bob"], ["away", "admin"], ["offline", "admin"]] as const)("is withdrawn at once when the agent's status becomes %s (set by %s), and the caller stays first in line", async (status, who) =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      await support(world, { ringTimeoutS: 60, maxMissed: 1 }, "1002", "1004");
      lab.simulator.setPhone("1002", { kind: "no-answer" });
      await set(world, "1002", "online");
      const first = await waitingIn(stage, "support");
      await legsAtSwitch(world, first.customer, "1002");
      const second = await waitingIn(stage, "support");
      await set(world, "1002", status, who);
      await legsAtSwitch(world, first.customer, second.customer);
      await stage.as.admin.sees(first.id, { state: "queued", department: "support", ringing: [] });
      await set(world, "1004", "online");
      await stage.as.admin.sees(first.id, { state: "active", assignedTo: "1004" });
      expect(await stage.as.admin.call(second.id)).toMatchObject({ state: "queued", ringing: [] });
      expect(await statusOf(world, "1002")).toMatchObject({ status, reason: null });
      await eventually("the record to tell it", async () => (await timelineOf(world, first.id)).includes("offer-withdrawn 1002"));
      expect(await timelineOf(world, first.id)).not.toContain("missed 1002");
    }),
  );

  it("that is withdrawn goes to the next free agent, and the phone rings again for an agent who is back", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      await support(world, { ringTimeoutS: 60 }, "1002", "1004");
      for (const phone of ["1002", "1004"]) lab.simulator.setPhone(phone, { kind: "no-answer" });
      await set(world, "1002", "online");
      const { id, customer } = await waitingIn(stage, "support");
      await legsAtSwitch(world, customer, "1002");
      await set(world, "1004", "online");
      await set(world, "1002", "away");
      await legsAtSwitch(world, customer, "1004");
      lab.simulator.setPhone("1002", { kind: "answer" });
      await set(world, "1002", "online");
      await set(world, "1004", "offline");
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
    }));

  it("to all agents rings on for the others when one of them takes no calls any more", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      await support(world, { ringTimeoutS: 60, strategy: "ring-all" }, "1002", "1004");
      lab.simulator.setPhone("1002", { kind: "no-answer" });
      lab.simulator.setPhone("1004", { kind: "no-answer" });
      for (const agent of ["1002", "1004"]) await set(world, agent, "online");
      const { id, customer } = await waitingIn(stage, "support");
      await legsAtSwitch(world, customer, "1002", "1004");
      const rung = lab.simulator.channels().find(({ party }) => party === "1004")?.uuid;
      await set(world, "1002", "away");
      await legsAtSwitch(world, customer, "1004");
      expect(lab.simulator.channels().find(({ party }) => party === "1004")?.uuid).toBe(rung);
      await set(world, "1004", "away");
      await legsAtSwitch(world, customer);
      await stage.as.admin.sees(id, { state: "queued", ringing: [] });
    }));

  it("is withdrawn too from an agent who talks to somebody else and takes no calls after that", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      await support(world, { ringTimeoutS: 60 }, "1002");
      lab.simulator.setPhone("1002", { kind: "no-answer" });
      await set(world, "1002", "online");
      const { customer } = await waitingIn(stage, "support");
      await legsAtSwitch(world, customer, "1002");
      await lab.dialFrom("1002", "1001");
      await legsAtSwitch(world, customer, "1001", "1002", "1002");
      await eventually("the agent to be in a call", async () => (await statusOf(world, "1002")).status === "inCall");
      await set(world, "1002", "away");
      await legsAtSwitch(world, customer, "1001", "1002");
    }));

  it.each([40, 80, 90, 95, 100, 105, 110, 120, 160])("and the agent's answer, when both come at once (%d ms after the ring), end with one of the two, and nobody is lost", async (afterMs) =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      await support(world, { ringTimeoutS: 60 }, "1002");
      lab.simulator.setPhone("1002", { kind: "answer", afterMs: 100 });
      await set(world, "1002", "online");
      const { id, customer } = await waitingIn(stage, "support");
      await eventually("the phone to ring", () => lab.simulator.channels().some(({ party }) => party === "1002"), { everyMs: 1 });
      await delay(afterMs);
      await set(world, "1002", "away");
      const talks = await eventually("one of the two", async () => {
        const call = await stage.as.admin.call(id);
        const phones = lab.simulator.channels().filter(({ party }) => party === "1002");
        if (call?.state === "active" && call.assignedTo === "1002" && phones.length === 1) return "talks";
        return call?.state === "queued" && call.ringing.length === 0 && phones.length === 0 ? "waits" : null;
      });
      if (talks === "talks") await hears(lab, customer, "1002");
      else await eventually("the agent to be away", async () => (await statusOf(world, "1002")).status === "away");
    }),
  );
});

describe.concurrent("an agent", PATIENT, () => {
  it.each(["busy", "reject", "do-not-disturb", "redirect", "dead"] as const satisfies readonly PartyBehaviour["kind"][])("whose phone does not take calls (%s) is set away after the department's limit of missed offers", async (kind) =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        await support(world, { maxMissed: 2 }, "1002");
        lab.simulator.setPhone("1002", { kind });
        await set(world, "1002", "online");
        const { id } = await waitingIn(stage, "support");
        await eventually("the agent to be away", async () => (await statusOf(world, "1002")).status === "away");
        expect(await statusOf(world, "1002")).toMatchObject({ status: "away", reason: "missed" });
        expect(originates(world)).toBe(2);
        await stage.as.admin.sees(id, { state: "queued", ringing: [] });
        await eventually("the record to tell both", async () => (await timelineOf(world, id)).filter((entry) => entry === "missed 1002").length === 2);
      },
      {},
      { restMs: 100 },
    ),
  );

  it("with several phones has missed an offer when none of them takes it", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        await support(world, { maxMissed: 2 }, "1002");
        lab.simulator.setPhone("1002", { kind: "busy" });
        lab.simulator.setPhone("1002/browser", { kind: "do-not-disturb" });
        lab.simulator.register("1002", true, undefined, "browser");
        await eventually("both phones to be known", async () => (await statusOf(world, "1002")).phones.length === 2);
        await set(world, "1002", "online");
        await waitingIn(stage, "support");
        await eventually("the agent to be away", async () => (await statusOf(world, "1002")).reason === "missed");
        expect(originates(world)).toBe(2);
      },
      {},
      { restMs: 100 },
    ));

  it("whose phone is not registered at FreeSWITCH is not offered anything, which is no missed offer", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        await support(world, { maxMissed: 1 }, "1002");
        await set(world, "1002", "online");
        const stop = lab.simulator.fault({ kind: "drop-events", names: ["CUSTOM"] });
        lab.simulator.register("1002", false);
        const { id } = await waitingIn(stage, "support");
        await eventually("the offer to have failed", async () => (await timelineOf(world, id)).includes("offer-failed 1002"));
        stop();
        expect(await statusOf(world, "1002")).toMatchObject({ status: "online" });
        lab.simulator.register("1002", true);
        await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
        expect(originates(world)).toBe(2);
      },
      {},
      // No drift check tells Callplane.
      { restMs: 100, switchTiming: { driftEveryMs: 600_000, rowLagMs: 600_000 } },
    ));

  it("whose phone is lost for less than the grace time stays online, is offered nothing meanwhile, and the next caller after it", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        await support(world, {}, "1002");
        await set(world, "1002", "online");
        lab.simulator.expireRegistration("1002");
        await eventually("the phone to be gone", async () => !(await statusOf(world, "1002")).registered);
        const { id } = await waitingIn(stage, "support");
        expect(await statusOf(world, "1002")).toMatchObject({ status: "online" });
        await stage.restartCallplane();
        await stage.as.admin.sees(id, { state: "queued", ringing: [] });
        expect(await statusOf(world, "1002")).toMatchObject({ status: "online", registered: false });
        lab.simulator.register("1002", true);
        await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
        expect(originates(world)).toBe(1);
      },
      { REGISTRATION_GRACE_S: "600" },
    ));
});

describe.concurrent("a pickup while a queue's offer rings", PATIENT, () => {
  /** 1002's phone rings, and nobody answers it unless the test does. */
  const offered = async (world: World, settings: object = { ringTimeoutS: 60 }, ...agents: readonly string[]): Promise<{ readonly id: string; readonly customer: string; readonly leg: string | undefined }> => {
    const { lab, stage } = world;
    await support(world, settings, "1002", ...agents);
    lab.simulator.setPhone("1002", { kind: "no-answer" });
    for (const agent of agents) lab.simulator.setPhone(agent, { kind: "no-answer" });
    for (const agent of ["1002", ...agents]) await set(world, agent, "online");
    const waiting = await waitingIn(stage, "support");
    await legsAtSwitch(world, waiting.customer, "1002", ...agents);
    return { ...waiting, leg: legOf(world, agents[0] ?? "1002") };
  };
  const legOf = ({ lab }: World, party: string): string | undefined => lab.simulator.channels().find((channel) => channel.party === party)?.uuid;
  const causes = async ({ stage }: World, id: string, agent: string): Promise<readonly (string | null)[]> =>
    // The record is made a moment after the call.
    ((await stage.as.admin.get(`/voiceconfig/calllogs/${id}`)).body as { legs?: { agent: string | null; hangupCause: string | null }[] }).legs?.flatMap((leg) => (leg.agent === agent ? [leg.hangupCause] : [])) ?? [];

  it.each([["busy", "USER_BUSY"], ["reject", "CALL_REJECTED"], ["no-answer", "NO_ANSWER"]] as const)("that fails (%s) leaves the offer alone", async (kind, error) =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        lab.simulator.setPhone("1003", { kind });
        const { id, customer, leg } = await offered(world);
        expect(await stage.as.carol.post(`/voicechannel/calls/${id}:pickup`)).toMatchObject({ status: 409, body: { error } });
        await legsAtSwitch(world, customer, "1002");
        expect(legOf(world, "1002")).toBe(leg);
        await lab.answer("1002");
        await stage.as.admin.sees(id, { state: "active", assignedTo: "1002", ringing: [] });
        await hears(lab, customer, "1002");
        expect(originates(world)).toBe(2);
      },
      { RING_TIMEOUT_S: "1" },
    ),
  );

  it("has the caller when its phone answers first, and the other phone is told that it was answered elsewhere", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await offered(world);
      ok(await stage.as.carol.post(`/voicechannel/calls/${id}:pickup`));
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1003", ringing: [] });
      await hears(lab, customer, "1003");
      await legsAtSwitch(world, customer, "1003");
      await eventually("the record to tell it", async () => (await causes(world, id, "1002")).includes("LOSE_RACE"));
      expect(await timelineOf(world, id)).not.toContain("missed 1002");
    }));

  it("loses the caller when the offered phone answers first, and its phone is told that it was answered elsewhere", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      lab.simulator.setPhone("1003", { kind: "no-answer" });
      const { id, customer } = await offered(world);
      const pickup = stage.as.carol.post(`/voicechannel/calls/${id}:pickup`);
      await legsAtSwitch(world, customer, "1002", "1003");
      await lab.answer("1002");
      expect(await pickup).toMatchObject({ status: 409, body: { error: "Conflict" } });
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002", ringing: [] });
      await hears(lab, customer, "1002");
      await legsAtSwitch(world, customer, "1002");
      await eventually("the record to tell it", async () => (await causes(world, id, "1003")).includes("LOSE_RACE"));
    }));

  it("goes on when the offer ends first, and nobody else is rung meanwhile", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        lab.simulator.setPhone("1003", { kind: "no-answer" });
        const { id, customer } = await offered(world, { ringTimeoutS: 3 });
        const pickup = stage.as.carol.post(`/voicechannel/calls/${id}:pickup`);
        await eventually("the offer to end", async () => (await timelineOf(world, id)).includes("missed 1002"));
        await legsAtSwitch(world, customer, "1003");
        await lab.answer("1003");
        ok(await pickup);
        await stage.as.admin.sees(id, { state: "active", assignedTo: "1003", ringing: [] });
        await hears(lab, customer, "1003");
        expect(originates(world)).toBe(2);
      },
      { RING_TIMEOUT_S: "20" },
      { restMs: 100 },
    ));

  it("is one of two at most, and the second is refused at once", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        lab.simulator.setPhone("1003", { kind: "no-answer" });
        const { id, customer, leg } = await offered(world);
        const first = stage.as.carol.post(`/voicechannel/calls/${id}:pickup`);
        await legsAtSwitch(world, customer, "1002", "1003");
        expect(await stage.as.erin.post(`/voicechannel/calls/${id}:pickup`)).toMatchObject({ status: 409, body: { error: "Conflict" } });
        await lab.hangUp("1003");
        expect((await first).status).toBe(409);
        await legsAtSwitch(world, customer, "1002");
        expect(legOf(world, "1002")).toBe(leg);
        ok(await stage.as.erin.post(`/voicechannel/calls/${id}:pickup`));
        await stage.as.admin.sees(id, { state: "active", assignedTo: "1005", ringing: [] });
      },
      { RING_TIMEOUT_S: "20" },
    ));

  it.each([["answers", "answer"], ["does not answer", "no-answer"]] as const)("by one of those whose phones ring ends that ringing alone; the phone %s", async (_what, kind) =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        const { id, customer, leg } = await offered(world, { ringTimeoutS: 60, strategy: "ring-all" }, "1004");
        lab.simulator.setPhone("1002", { kind });
        const reply = await stage.as.bob.post(`/voicechannel/calls/${id}:pickup`);
        if (kind === "answer") {
          ok(reply);
          await stage.as.admin.sees(id, { state: "active", assignedTo: "1002", ringing: [] });
          await hears(lab, customer, "1002");
          await legsAtSwitch(world, customer, "1002");
        } else {
          expect(reply).toMatchObject({ status: 409, body: { error: "NO_ANSWER" } });
          await legsAtSwitch(world, customer, "1004");
          expect(legOf(world, "1004")).toBe(leg);
        }
        expect(await timelineOf(world, id)).not.toContain("missed 1002");
      },
      { RING_TIMEOUT_S: "1" },
    ),
  );

  it("ends with the caller, like the offer", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      lab.simulator.setPhone("1003", { kind: "no-answer" });
      const { id, customer } = await offered(world);
      const pickup = stage.as.carol.post(`/voicechannel/calls/${id}:pickup`);
      await legsAtSwitch(world, customer, "1002", "1003");
      await lab.hangUp(customer);
      expect((await pickup).status).toBe(409);
      await legsAtSwitch(world);
    }, { RING_TIMEOUT_S: "20" }));
});
