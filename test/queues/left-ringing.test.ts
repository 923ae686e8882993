/** Phones that ring for a waiting caller when nobody is left to look after them. */
import { describe, expect, it } from "vitest";
import { openStore } from "../../src/store/index.js";
import { hears, waitingIn } from "../contract/suites/steps.js";
import { legsAtSwitch, inWorld, QUICK, type World, PATIENT } from "../faults/world.js";
import { eventually } from "../lab/wait.js";
import { FakeAvailability } from "./availability.js";

interface Scene {
  readonly world: World;
  readonly free: FakeAvailability;
  readonly id: string;
  readonly customer: string;
  /** Originates that FreeSWITCH has been told since. */
  readonly rung: () => readonly string[];
}

/** A caller for whom 1001's phone rings, until the test answers it; 1002 is free from then on. */
async function offered(test: (scene: Scene) => Promise<void>, lose: (world: World) => Promise<void> = async () => undefined): Promise<void> {
  const free = new FakeAvailability();
  await inWorld(
    async (world) => {
      const { lab, stage } = world;
      const store = await openStore(stage.databaseUrl);
      const organization = await store.organizations.findByName("lab");
      for (const agent of await store.agents.list(organization?.id ?? 0)) await store.agents.update(agent.id, { departments: ["support"] });
      await store.close();
      await lab.phone("1001", { kind: "no-answer" });
      await stage.startAgain();
      free.set("1001", true);
      const { id, customer } = await waitingIn(stage, "support");
      await stage.as.alice.sees(id, { ringing: ["1001"] });
      await lose(world);
      free.set("1002", true);
      const mark = lab.tap.sent.length;
      await test({ world, free, id, customer, rung: () => lab.tap.commands(mark).filter((line) => line.includes("originate")) });
    },
    {},
    { stopped: true, availability: (agents) => free.over(agents), switchTiming: QUICK },
  );
}

/** As `offered`, and then Callplane has lost its switch. */
const abandoned = (test: (scene: Scene) => Promise<void>): Promise<void> =>
  offered(test, async (world) => {
    const { lab } = world;
    lab.simulator.fault({ kind: "refuse-connections" });
    await lab.simulator.settled();
    lab.simulator.dropClients({ abrupt: true });
    await healthIs(world, 503);
  });

const healthIs = async ({ stage }: World, status: number): Promise<void> => {
  await eventually(`/health/ready to be ${status}`, async () => (await stage.root.get("/health/ready")).status === status);
};

/** As after a kill: nothing that it rang has been called off. */
async function restarted({ lab, stage }: World): Promise<void> {
  await stage.stopCallplane();
  lab.simulator.clearFaults();
  await stage.startAgain();
}

/** Nobody joins it with the caller yet. */
const answersAlone = async ({ lab }: World, party: string): Promise<void> => {
  await lab.answer(party);
  await eventually(`${party} to have answered`, () => lab.simulator.channels().some((channel) => channel.party === party && channel.answered && channel.parked));
};

/** The phone has rung on, is answered, and nobody else's was rung. */
async function answersTheFirst(scene: Scene): Promise<void> {
  await scene.world.stage.as.alice.sees(scene.id, { ringing: ["1001"] });
  await scene.world.lab.answer("1001");
  await talksWithTheFirst(scene);
}

async function talksWithTheFirst({ world: { lab, stage }, id, customer, rung }: Scene): Promise<void> {
  await stage.as.admin.sees(id, { state: "active", assignedTo: "1001", ringing: [] });
  // FreeSWITCH tells of a bridge a moment before the two hear each other.
  await hears(lab, customer, "1001");
  expect(rung()).toEqual([]);
  await legsAtSwitch({ lab, stage }, "1001", customer);
}

describe.concurrent("a phone that rings for a waiting caller", PATIENT, () => {
  it("rings on for the caller after a restart, and nobody else's does", async () =>
    abandoned(async (scene) => {
      await restarted(scene.world);
      await answersTheFirst(scene);
    }));

  it("rings on for the caller when Callplane is stopped in good order, and the next one joins the two", async () =>
    offered(async (scene) => {
      await scene.world.stage.restartCallplane();
      await answersTheFirst(scene);
    }));

  it("and was answered while Callplane was stopped in good order, is joined with the caller after it", async () =>
    offered(async (scene) => {
      await scene.world.stage.stopCallplane();
      await answersAlone(scene.world, "1001");
      await scene.world.stage.startAgain();
      await talksWithTheFirst(scene);
    }));

  it("and was answered while Callplane was away, is joined with the caller after a restart", async () =>
    abandoned(async (scene) => {
      await answersAlone(scene.world, "1001");
      await restarted(scene.world);
      await talksWithTheFirst(scene);
    }));

  it("rings on for the caller when the connection is back, and nobody else's does", async () =>
    abandoned(async (scene) => {
      scene.world.lab.simulator.clearFaults();
      await healthIs(scene.world, 200);
      await answersTheFirst(scene);
    }));

  it("and was answered while the connection was lost, is joined with the caller when it is back", async () =>
    abandoned(async (scene) => {
      await answersAlone(scene.world, "1001");
      scene.world.lab.simulator.clearFaults();
      await talksWithTheFirst(scene);
    }));

  it("stops after a restart when its agent takes no calls any more, and the caller goes to the next one", async () =>
    abandoned(async ({ world, free, id, customer }) => {
      const { stage } = world;
      await restarted(world);
      await stage.as.alice.sees(id, { ringing: ["1001"] });
      free.leave("1001");
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002", ringing: [] });
      await legsAtSwitch(world, "1002", customer);
    }));

  it("stops after a restart during which its agent has left", async () =>
    abandoned(async ({ world, free, id, customer }) => {
      free.leave("1001");
      await restarted(world);
      await world.stage.as.admin.sees(id, { state: "active", assignedTo: "1002", ringing: [] });
      await legsAtSwitch(world, "1002", customer);
    }));

  it("stops after a restart when somebody picks the caller up", async () =>
    abandoned(async ({ world, id, rung }) => {
      const { lab, stage } = world;
      await restarted(world);
      await stage.as.alice.sees(id, { ringing: ["1001"] });
      await eventually("the pickup", async () => (await stage.as.carol.post(`/voicechannel/calls/${id}:pickup`)).status === 200);
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1003", ringing: [] });
      await eventually("the first phone to be silent", () => lab.simulator.channels().every(({ party }) => party !== "1001"));
      expect(rung()).toHaveLength(1);
    }));
});
