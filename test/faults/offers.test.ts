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
        expect(await statusOf(world, "1002")).toMatchObject({ status: "online", registered: true });
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
