/** Decisions of the router: 2,000 callers wait, 500 agents become free. */
import { Dispatch, type Offer } from "../../src/queues/dispatch.js";
import { Random } from "../faults/random.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { inTurn, median } from "./support/measure.js";

const CALLERS = 2000;
const AGENTS = 500;
const DEPARTMENTS = 20;
const DECISIONS = 2000;
const STRATEGIES = ["longest-idle", "skill", "round-robin"] as const;

interface Place {
  readonly id: string;
  readonly department: string;
  readonly priority: number;
  readonly joinedAt: number;
}

const departmentsOf = (agent: number): readonly string[] => [agent % DEPARTMENTS, (agent * 7 + 3) % DEPARTMENTS, (agent * 11 + 5) % DEPARTMENTS].map((n) => `d${n}`);

/** A full house: nobody is free, and CALLERS wait. */
function fullHouse(): { readonly dispatch: Dispatch; readonly places: Map<string, Place> } {
  const random = new Random(2000);
  const dispatch = new Dispatch();
  for (let n = 0; n < DEPARTMENTS; n++) dispatch.setDepartment(`d${n}`, { strategy: STRATEGIES[n % 3] ?? "skill", priority: n % 3, skills: [] });
  for (let n = 0; n < AGENTS; n++) dispatch.setAgent(`a${n}`, { departments: departmentsOf(n), skills: {} });
  const places = new Map<string, Place>();
  for (let n = 0; n < CALLERS; n++) {
    const place = { id: `c${n}`, department: `d${n % DEPARTMENTS}`, priority: Math.floor(random.next() * 3), joinedAt: n };
    places.set(place.id, place);
    dispatch.join(place);
  }
  if (dispatch.next() !== null) throw new Error("somebody is offered although nobody is free");
  return { dispatch, places };
}

const urgency = ({ department, priority, joinedAt }: Place): number => -(Number(department.slice(1)) % 3) * 1e9 - priority * 1e6 + joinedAt;

/** A benchmark of a wrong answer would be worth nothing. */
function check(offer: Offer | null, agent: number, places: Map<string, Place>): Place {
  const own = departmentsOf(agent);
  const chosen = offer === null ? undefined : places.get(offer.waiter);
  if (chosen === undefined || offer?.agents.join() !== `a${agent}`) throw new Error(`a${agent} was not offered a caller`);
  for (const place of places.values()) if (own.includes(place.department) && urgency(place) < urgency(chosen)) throw new Error(`${place.id} was more urgent than ${chosen.id}`);
  return chosen;
}

/** Microseconds from "an agent became free" to the offer: the median and the longest of all decisions. */
function decisions(): { readonly median: number; readonly longest: number } {
  const { dispatch, places } = fullHouse();
  const took: number[] = [];
  for (let n = 0; n < DECISIONS; n++) {
    const agent = (n * 131) % AGENTS;
    const began = performance.now();
    dispatch.setIdle(`a${agent}`, n);
    const offer = dispatch.next();
    took.push((performance.now() - began) * 1000);
    const served = n % 50 === 0 ? check(offer, agent, places) : places.get(offer?.waiter ?? "");
    if (served === undefined) throw new Error(`a${agent} was not offered a caller`);
    dispatch.setIdle(`a${agent}`, null);
    dispatch.leave(served.id);
    places.delete(served.id);
    // Another one joins, so that the house stays full.
    const next = { ...served, id: `n${n}`, joinedAt: CALLERS + n };
    places.set(next.id, next);
    dispatch.join(next);
  }
  return { median: median(took), longest: Math.max(...took) };
}

export const routing: Benchmark = {
  title: `The router's decisions with ${CALLERS} waiting callers and ${AGENTS} agents`,
  async run(): Promise<readonly Finding[]> {
    decisions();
    const longest: number[] = [];
    const figures = await inTurn({
      decision: async () => {
        const found = decisions();
        longest.push(found.longest);
        return found.median;
      },
    });
    return [
      { what: "an agent becomes free: the offer of the right caller, median", measured: `longest of ${DECISIONS}: ${median(longest).toFixed(0)} µs`, value: median(figures.decision), unit: "µs", target: { atMost: 200 } },
      { what: "the longest of them, against the 50 ms that an offer may take", measured: `median of 5 runs ${median(longest).toFixed(0)} µs`, value: median(longest) / 1000, unit: "ms", target: { atMost: 25 } },
    ];
  },
};
