import { beforeEach, describe, expect, it } from "vitest";
import { Crew } from "../../src/queues/crew.js";
import { ALL_DEPARTMENTS, type AgentRecord } from "../../src/people/index.js";
import { DEFAULT_DEPARTMENT_SETTINGS, type DepartmentSettings } from "../../src/queues/settings.js";
import { ManualClock } from "../support/manual-clock.js";
import { agentRecord, organizationRecord } from "../support/records.js";

const SETTINGS: DepartmentSettings = { ...DEFAULT_DEPARTMENT_SETTINGS, maxMissed: 0 };
const agent = (agentId: string, departments: readonly string[] = ["support"]): AgentRecord => agentRecord({ agentId, departments });

describe("the router's crew", () => {
  let departments: Map<string, DepartmentSettings>;
  let agents: readonly AgentRecord[];
  let asked: string[];
  const nodes = new Map<string, readonly string[]>();
  let crew: Crew;
  beforeEach(() => {
    departments = new Map([["support", SETTINGS]]);
    agents = [agent("a"), agent("b"), agent("c")];
    asked = [];
    nodes.clear();
    crew = new Crew({
      directory: {
        organizations: () => [organizationRecord()],
        departments: () => [...departments.keys()],
        department: (organizationId, name) => {
          const settings = departments.get(name);
          return settings === undefined ? undefined : { organizationId, name, settings };
        },
        agentRecords: () => agents,
      },
      availability: {
        idleSince: (_organizationId, agentId) => {
          asked.push(agentId);
          return new Date(0);
        },
        isBusy: () => false,
        takesCalls: () => true,
        setAway: () => undefined,
        onIdleChange: () => () => undefined,
      },
      phones: { nodesOf: (_organizationId, agentId) => nodes.get(agentId) ?? ["fs1"] },
      clock: new ManualClock(),
      restMs: 1000,
    });
    crew.sync();
    asked.length = 0;
  });
  const joins = (id: string, department = "support"): void => crew.dispatch(1).join({ id, department, priority: 0, joinedAt: 1 });

  it("takes over alone the agent who changed", () => {
    const [first, , third] = agents;
    agents = [first, agent("b", ["sales"]), third].filter((each) => each !== undefined);
    expect(crew.sync()).toEqual([1]);
    expect(asked).toEqual(["b"]);
    joins("caller", "sales");
    expect(crew.dispatch(1).next()).toEqual({ waiter: "caller", department: "sales", agents: ["b"] });
    expect(crew.sync()).toEqual([]);
  });

  it("offers nothing to an agent who is gone, whatever is told of her afterwards", () => {
    agents = agents.slice(1, 2);
    crew.sync();
    crew.refresh(1, "a");
    joins("one");
    joins("two");
    expect(crew.dispatch(1).next()).toMatchObject({ agents: ["b"] });
    expect(crew.dispatch(1).next()).toBeNull();
  });

  it("offers a caller to the agents whose phone can be joined with the call, and to nobody whose phone no node reaches", () => {
    for (const [id, reached] of [["a", []], ["b", ["fs2"]], ["c", ["fs1", "fs2"]]] as const) {
      nodes.set(id, reached);
      crew.refresh(1, id);
    }
    for (const [joinedAt, id, node] of [[1, "first", "fs3"], [2, "second", "fs1"], [3, "third", "fs1"], [4, "fourth", "fs2"]] as const) crew.dispatch(1).join({ id, department: "support", node, priority: 0, joinedAt });
    expect([crew.dispatch(1).next(), crew.dispatch(1).next(), crew.dispatch(1).next()]).toMatchObject([{ waiter: "second", agents: ["c"] }, { waiter: "fourth", agents: ["b"] }, null]);
    expect(crew.count(1, "support")).toEqual({ free: 2, busy: 0 });
    nodes.set("a", ["fs3"]);
    crew.refresh(1, "a");
    expect(crew.dispatch(1).next()).toMatchObject({ waiter: "first", agents: ["a"] });
  });

  it("offers to an agent who sees all departments the callers of those that are named alone", () => {
    agents = [agent("a", [ALL_DEPARTMENTS]), agent("b", [ALL_DEPARTMENTS, "support"])];
    crew.sync();
    for (const [id, department] of [["one", "support"], ["two", "support"], ["three", "sales"], ["four", ALL_DEPARTMENTS]] as const) joins(id, department);
    expect(crew.dispatch(1).next()).toEqual({ waiter: "one", department: "support", agents: ["b"] });
    expect(crew.dispatch(1).next()).toBeNull();
    expect(crew.count(1, "support")).toEqual({ free: 1, busy: 0 });
  });

  it("serves whoever waits in a department that is gone without its old rules", () => {
    departments.set("support", { ...SETTINGS, skills: ["french"] });
    crew.sync();
    joins("caller");
    expect(crew.dispatch(1).next()).toBeNull();
    departments.delete("support");
    expect(crew.sync()).toEqual([1]);
    expect(crew.dispatch(1).next()).toMatchObject({ waiter: "caller", agents: ["a"] });
    departments.set("support", { ...SETTINGS, strategy: "ring-all" });
    expect(crew.sync()).toEqual([1]);
  });
});
