import { describe, expect, it } from "vitest";
import { Dispatch, type Offer } from "../../src/queues/dispatch.js";
import type { Strategy } from "../../src/queues/settings.js";
import { Random } from "../faults/random.js";

const rules = (strategy: Strategy, more: { readonly priority?: number; readonly skills?: readonly string[] } = {}) => ({ strategy, priority: 0, skills: [], ...more });

function offers(dispatch: Dispatch): Offer[] {
  const found: Offer[] = [];
  for (let offer = dispatch.next(); offer !== null; offer = dispatch.next()) found.push(offer);
  return found;
}

function withAgents(strategy: Strategy, agents: Readonly<Record<string, number | null>>): Dispatch {
  const dispatch = new Dispatch();
  dispatch.setDepartment("support", rules(strategy));
  for (const [id, idleSince] of Object.entries(agents)) {
    dispatch.setAgent(id, { departments: ["support"], skills: {} });
    dispatch.setIdle(id, idleSince);
  }
  return dispatch;
}

const caller = (id: string, joinedAt: number, department = "support", priority = 0) => ({ id, joinedAt, department, priority });

describe("who is offered whom", () => {
  it("gives the longest waiting caller to the longest idle agent, and nothing twice", () => {
    const dispatch = withAgents("longest-idle", { a: 30, b: 10, c: 20, d: null });
    dispatch.join(caller("second", 2));
    dispatch.join(caller("first", 1));
    expect(offers(dispatch)).toEqual([
      { waiter: "first", department: "support", agents: ["b"] },
      { waiter: "second", department: "support", agents: ["c"] },
    ]);
    expect(offers(dispatch)).toEqual([]);
    dispatch.setIdle("d", 40);
    expect(offers(dispatch)).toEqual([]);
    dispatch.join(caller("third", 3));
    expect(offers(dispatch)).toEqual([{ waiter: "third", department: "support", agents: ["a"] }]);
  });

  it("serves nobody behind a caller whose offer was withdrawn until its phone has been called off", () => {
    const dispatch = withAgents("longest-idle", { a: 10 });
    for (const [id, joinedAt] of [["first", 1], ["second", 2]] as const) dispatch.join(caller(id, joinedAt));
    expect(offers(dispatch).map(({ waiter }) => waiter)).toEqual(["first"]);
    dispatch.setIdle("a", null);
    dispatch.returns("first");
    dispatch.setAgent("b", { departments: ["support"], skills: {} });
    dispatch.setIdle("b", 20);
    expect(offers(dispatch)).toEqual([]);
    dispatch.join(caller("urgent", 3, "support", 5));
    expect(offers(dispatch).map(({ waiter }) => waiter)).toEqual(["urgent"]);
    dispatch.leave("urgent");
    expect(offers(dispatch)).toEqual([]);
    dispatch.requeue("first");
    expect(offers(dispatch).map(({ waiter }) => waiter)).toEqual(["first"]);
    dispatch.leave("first");
    expect(offers(dispatch).map(({ waiter }) => waiter)).toEqual(["second"]);
  });

  it("lets a caller of higher priority before those who waited longer, and a department of higher priority before both", () => {
    const dispatch = withAgents("longest-idle", {});
    dispatch.setDepartment("vip", rules("longest-idle", { priority: 5 }));
    dispatch.setAgent("a", { departments: ["support", "vip"], skills: {} });
    dispatch.join(caller("old", 1));
    dispatch.join(caller("urgent", 5, "support", 3));
    dispatch.join(caller("important", 9, "vip"));
    const served: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      dispatch.setIdle("a", turn);
      const [offer] = offers(dispatch);
      served.push(offer?.waiter ?? "nobody");
      dispatch.setIdle("a", null);
      dispatch.leave(offer?.waiter ?? "");
    }
    expect(served).toEqual(["important", "urgent", "old"]);
  });

  it("asks for the skills of the department, and by level for the strategy skill", () => {
    const dispatch = new Dispatch();
    dispatch.setDepartment("french", rules("skill", { skills: ["fr"] }));
    for (const [id, skills] of Object.entries({ none: {}, little: { fr: 2 }, fluent: { fr: 9 }, alsoFluent: { fr: 9 } })) {
      dispatch.setAgent(id, { departments: ["french"], skills });
      dispatch.setIdle(id, id === "alsoFluent" ? 1 : 0);
    }
    for (const id of ["1", "2", "3", "4"]) dispatch.join(caller(id, Number(id), "french"));
    expect(offers(dispatch).map(({ agents }) => agents)).toEqual([["fluent"], ["alsoFluent"], ["little"]]);
  });

  it("goes round in turn", () => {
    const dispatch = withAgents("round-robin", { a: 0, b: 0, c: 0 });
    const turns: string[] = [];
    for (let i = 0; i < 6; i++) {
      dispatch.join(caller(`c${i}`, i));
      const [offer] = offers(dispatch);
      turns.push(offer?.agents.join() ?? "");
      dispatch.leave(`c${i}`);
    }
    expect(turns).toEqual(["a", "b", "c", "a", "b", "c"]);
  });

  it("rings all for ring-all, who are offered nothing else until it is settled", () => {
    const dispatch = withAgents("ring-all", { a: 2, b: 1 });
    dispatch.join(caller("one", 1));
    dispatch.join(caller("two", 2));
    expect(offers(dispatch)).toEqual([{ waiter: "one", department: "support", agents: ["b", "a"] }]);
    dispatch.setIdle("b", null);
    dispatch.leave("one");
    expect(offers(dispatch)).toEqual([{ waiter: "two", department: "support", agents: ["a"] }]);
  });

  it("tries another agent after one who let it ring, and that one again when all have", () => {
    const dispatch = withAgents("longest-idle", { a: 1, b: 2 });
    dispatch.join(caller("one", 1));
    const tried: string[] = [];
    for (let i = 0; i < 4; i++) {
      const [offer] = offers(dispatch);
      tried.push(...(offer?.agents ?? []));
      dispatch.requeue("one", offer?.agents);
    }
    expect(tried).toEqual(["a", "b", "a", "b"]);
  });

  it("lets nobody wait behind a caller whom no free agent's phone can be joined with", () => {
    const dispatch = withAgents("longest-idle", { a: 1, b: 2 });
    dispatch.setNodes("a", ["fs1"]);
    dispatch.setNodes("b", []);
    dispatch.join({ ...caller("first", 1), node: "fs2" });
    dispatch.join({ ...caller("second", 2), node: "fs1" });
    expect(offers(dispatch)).toEqual([{ waiter: "second", department: "support", agents: ["a"] }]);
    dispatch.setNodes("b", ["fs2"]);
    expect(offers(dispatch)).toEqual([{ waiter: "first", department: "support", agents: ["b"] }]);
  });

  it("keeps a caller's place when her offer comes to nothing", () => {
    const dispatch = withAgents("longest-idle", { a: 1 });
    dispatch.join(caller("one", 1));
    dispatch.join(caller("two", 2));
    expect(offers(dispatch)[0]?.waiter).toBe("one");
    dispatch.requeue("one", ["a"]);
    expect(offers(dispatch)[0]?.waiter).toBe("one");
  });
});

describe("with random events", () => {
  const NODES = ["fs1", "fs2", "fs3"];
  /** Of a callback, which is on no node. */
  const ANYWHERE = "";
  const STRATEGIES: readonly Strategy[] = ["longest-idle", "skill", "round-robin", "ring-all"];

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("offers nobody twice, leaves no free agent beside a caller she could take, and takes the most urgent (seed %i)", (seed) => {
    const generator = new Random(seed);
    const random = (): number => generator.next();
    const pick = <T>(from: readonly T[]): T | undefined => (from.length === 0 ? undefined : generator.of(from));
    // Said a hundred thousand times: `expect` itself would take longer than the rest.
    const must = (holds: boolean, what: string): void => {
      if (!holds) throw new Error(what);
    };
    const dispatch = new Dispatch();
    const departments = ["d0", "d1", "d2", "d3"].map((name, i) => ({ name, strategy: STRATEGIES[(i + seed) % 4] ?? "skill", priority: i % 2, skills: i === 3 ? ["x"] : [] }));
    for (const { name, ...own } of departments) dispatch.setDepartment(name, own);
    const agents = Array.from({ length: 12 }, (_, i) => ({ id: `a${i}`, departments: departments.filter(() => random() < 0.5).map(({ name }) => name), skills: random() < 0.5 ? { x: 1 } : {}, nodes: NODES.filter(() => random() < 0.6), idle: false }));
    for (const agent of agents) {
      dispatch.setAgent(agent.id, agent);
      dispatch.setNodes(agent.id, agent.nodes);
    }
    const waiting = new Map<string, { readonly department: string; readonly node: string; readonly priority: number; readonly joinedAt: number }>();
    const offered = new Map<string, readonly string[]>();
    let made = 0;
    const serves = (agent: (typeof agents)[number], department: string, node: string): boolean =>
      (node === ANYWHERE || agent.nodes.includes(node)) && agent.departments.includes(department) && (departments.find(({ name }) => name === department)?.skills ?? []).every((skill) => skill in agent.skills);
    const urgency = (id: string): number[] => {
      const { department = "", priority = 0, joinedAt = 0 } = waiting.get(id) ?? {};
      return [-(departments.find(({ name }) => name === department)?.priority ?? 0), -priority, joinedAt];
    };
    for (let step = 0; step < 1500; step++) {
      const dice = random();
      if (dice < 0.35) {
        const id = `c${step}`;
        const place = { department: pick(departments)?.name ?? "d0", node: pick([...NODES, ANYWHERE]) ?? ANYWHERE, priority: Math.floor(random() * 3), joinedAt: step };
        waiting.set(id, place);
        dispatch.join({ id, ...place });
      } else if (dice < 0.4) {
        const agent = pick(agents);
        if (agent !== undefined) {
          agent.nodes = NODES.filter(() => random() < 0.6);
          dispatch.setNodes(agent.id, agent.nodes);
        }
      } else if (dice < 0.6) {
        const agent = pick(agents);
        if (agent !== undefined) {
          agent.idle = !agent.idle;
          dispatch.setIdle(agent.id, agent.idle ? step : null);
        }
      } else if (dice < 0.8) {
        const id = pick([...offered.keys()]);
        if (id !== undefined) {
          dispatch.requeue(id, offered.get(id));
          offered.delete(id);
        }
      } else {
        const id = pick([...waiting.keys()]);
        if (id !== undefined) {
          dispatch.leave(id);
          waiting.delete(id);
          offered.delete(id);
        }
      }
      for (const offer of offers(dispatch)) {
        must(waiting.has(offer.waiter) && !offered.has(offer.waiter), `${offer.waiter} is offered twice or waits no more`);
        for (const id of offer.agents) {
          must(![...offered.values()].flat().includes(id), `${id} is offered two`);
          const agent = agents.find((one) => one.id === id);
          must(agent?.idle === true && serves(agent, offer.department, waiting.get(offer.waiter)?.node ?? ""), `${id} is not free for ${offer.department}`);
          // Nobody else whom she could have taken was more urgent.
          if (agent === undefined) continue;
          for (const [other, { department, node }] of waiting) {
            if (other === offer.waiter || offered.has(other) || !serves(agent, department, node)) continue;
            const [mine, theirs] = [urgency(offer.waiter), urgency(other)];
            const at = mine.findIndex((value, i) => value !== theirs[i]);
            must((mine[at] ?? 0) <= (theirs[at] ?? 0), `${other} was more urgent than ${offer.waiter}`);
          }
        }
        offered.set(offer.waiter, offer.agents);
        made++;
      }
      const inOffer = new Set([...offered.values()].flat());
      const left = agents.filter((agent) => agent.idle && !inOffer.has(agent.id));
      for (const [id, { department, node }] of waiting) if (!offered.has(id)) must(!left.some((agent) => serves(agent, department, node)), `${id} waits beside a free agent`);
    }
    expect(made).toBeGreaterThan(50);
  });
});

describe("fairness", () => {
  /** Serves callers one after the other, each for a random time, and counts whom they came to. */
  function served(strategy: Strategy, agents: number, callers: number): { readonly counts: readonly number[]; readonly order: readonly string[] } {
    const generator = new Random(20260101);
    const random = (): number => generator.next();
    const dispatch = withAgents(strategy, Object.fromEntries(Array.from({ length: agents }, (_, i) => [`a${String(i).padStart(2, "0")}`, i])));
    const counts = new Map<string, number>();
    const order: string[] = [];
    const busyUntil = new Map<string, number>();
    let now = 0;
    let next = 0;
    while (order.length < callers) {
      now++;
      for (const [agent, until] of [...busyUntil]) {
        if (until > now) continue;
        busyUntil.delete(agent);
        dispatch.setIdle(agent, now);
      }
      if (next < callers && random() < 0.9) dispatch.join(caller(`c${String(next++).padStart(6, "0")}`, now));
      for (const { waiter, agents: chosen } of offers(dispatch)) {
        const [agent = ""] = chosen;
        order.push(waiter);
        counts.set(agent, (counts.get(agent) ?? 0) + 1);
        busyUntil.set(agent, now + 1 + Math.floor(-Math.log(1 - random()) * agents));
        for (const one of chosen) if (one === agent) dispatch.setIdle(one, null);
        dispatch.leave(waiter);
      }
    }
    return { counts: [...counts.values()], order };
  }

  it.each(["longest-idle", "round-robin"] as const)("%s gives every agent nearly the same number of calls", (strategy) => {
    const { counts } = served(strategy, 20, 8000);
    const mean = 8000 / 20;
    const deviation = Math.sqrt(counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length);
    expect(counts).toHaveLength(20);
    // Calls last a random time, so an agent's share varies a little: by less than a tenth of it.
    expect(deviation / mean).toBeLessThan(0.1);
  });

  it("serves callers of one priority in the order in which they came", () => {
    const { order } = served("longest-idle", 5, 2000);
    expect(order).toEqual([...order].sort());
  });
});
