/** A whole Callplane whose departments and free agents a test decides on. */
import { afterAll, afterEach, beforeAll } from "vitest";
import type { DepartmentFigures, DepartmentSettings } from "../../src/queues/index.js";
import { ALL_DEPARTMENTS } from "../../src/people/index.js";
import { openStore, type Store } from "../../src/store/index.js";
import { openStage, type Stage } from "../contract/harness.js";
import type { SimulatedLab } from "../lab/simulated.js";
import type { Lab } from "../lab/types.js";
import { eventually } from "../lab/wait.js";
import { FakeAvailability } from "./availability.js";

export interface QueueStage {
  readonly stage: Stage;
  readonly free: FakeAvailability;
  readonly store: Store;
  /** Replaces a department's settings, and makes the agents its members. */
  readonly department: (name: string, settings: Partial<DepartmentSettings>, members: readonly string[]) => Promise<void>;
  readonly figures: (name: string) => Promise<DepartmentFigures>;
  close(): Promise<void>;
}

/** The waiting caller presses the department's `callbackKey`, 5, as soon as it is bound, and is gone. */
export const asksForCallback = ({ simulator }: Pick<SimulatedLab, "simulator">, { id, customer }: { readonly id: string; readonly customer: string }): Promise<unknown> =>
  eventually("the key to be bound", () => {
    simulator.press(customer, "5");
    return simulator.channel(id) === undefined;
  });

const DEFAULTS: Partial<DepartmentSettings> = {
  strategy: "longest-idle", priority: 0, skills: [], ringTimeoutS: 20, maxMissed: 0, maxWaitS: null, maxLength: null, overflow: { type: "hangup" },
  music: null, greeting: null, announceEveryS: null, callbackKey: null, serviceLevelS: 20,
};

async function openQueueStage(lab: Lab & { readonly recordingsDir?: string }, environment: Readonly<Record<string, string>> = {}): Promise<QueueStage> {
  const free = new FakeAvailability();
  const stage = await openStage(lab, environment, { availability: (agents) => free.over(agents), restMs: 300 });
  const store = await openStore(stage.databaseUrl);
  const [organization] = (await store.organizations.list()).filter(({ name }) => name === "lab");
  if (organization === undefined) throw new Error("no organization");
  return {
    stage,
    free,
    store,
    department: async (name, settings, members) => {
      for (const agent of await store.agents.list(organization.id)) {
        const others = agent.departments.filter((department) => department !== name && department !== ALL_DEPARTMENTS);
        await store.agents.update(agent.id, { departments: members.includes(agent.agentId) ? [...others, name] : agent.departments.filter((department) => department !== name) });
      }
      // Asked last: another process's writes are seen within a second, its own at once, and the others with them.
      const { status, body } = await stage.as.admin.put(`/voiceconfig/departments/${name}`, { ...DEFAULTS, ...settings });
      if (status !== 200) throw new Error(`The department ${name}: ${status} ${JSON.stringify(body)}`);
      // Whoever missed an offer in the test before is offered nothing for a while yet; a new process knows nothing of it.
      if (await someoneMissed(stage)) await stage.restartCallplane();
    },
    figures: async (name) => {
      const { body } = await stage.as.admin.get("/voicechannel/queues");
      const queue = (body as { items: { name: string; figures: DepartmentFigures }[] }).items.find((each) => each.name === name);
      if (queue === undefined) throw new Error(`no queue ${name}`);
      return queue.figures;
    },
    close: async () => {
      await store.close();
      await stage.close();
    },
  };
}

/** Whether an offer has been missed since Callplane was started. */
const someoneMissed = async (stage: Stage): Promise<boolean> => /^callplane_queue_missed_offers_total\{.*\} [1-9]/m.test(String((await stage.root.get("/metrics")).body));

/** A stage for the tests of this block, with nobody calling and nobody free before each. */
export function useQueueStage(openLab: () => Promise<Lab & { readonly recordingsDir?: string }>, environment: Readonly<Record<string, string>> = {}): () => QueueStage {
  let queues: QueueStage;
  beforeAll(async () => {
    queues = await openQueueStage(await openLab(), environment);
  }, 60_000);
  afterEach(async () => {
    queues.free.clear();
    await queues.stage.clear();
  });
  afterAll(async () => {
    await queues.close();
    await queues.stage.lab.close();
  });
  return () => queues;
}
