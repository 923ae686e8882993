/** Who takes part: two organizations that use the same agent ids, and numbers that are in one of them alone. */
import { hashPassword } from "../../src/auth/index.js";
import { openStore } from "../../src/store/index.js";

export const PASSWORD = "correct horse battery staple";
export const DEPARTMENTS = ["support", "sales"] as const;
/** Pressed by a waiting caller who wants to be called back. */
export const CALLBACK_KEY = "1";

export interface Organization {
  readonly name: string;
  readonly domain: string;
  readonly agents: readonly string[];
  readonly supervisor: string;
  /** Every number outside that has to do with this organization begins so, written as E.164 without its plus, and no other does. */
  readonly numbers: string;
  /** Called by customers: departments by name, agents by extension. */
  readonly lines: ReadonlyMap<string, string>;
}

/** Digits after `numbers` in a number of North America. */
const restOf = (numbers: string): number => 11 - numbers.length;

/** @param numbers with room for as many numbers as the run needs */
export const organizationOf = ({ name, domain, numbers, agents, supervisor }: Omit<Organization, "lines">): Organization => ({
  name,
  domain,
  numbers,
  agents,
  supervisor,
  lines: new Map([...DEPARTMENTS, ...agents].map((target, index) => [target, `+${numbers}${String(100 + index).padStart(restOf(numbers), "0")}`])),
});

/** Both use the same agent ids. */
const twin = { agents: ["1001", "1002", "1003", "1004"], supervisor: "1005" };
export const ORGANIZATIONS: readonly [Organization, Organization] = [
  organizationOf({ name: "north", domain: "north.chaos.test", numbers: "121220", ...twin }),
  organizationOf({ name: "south", domain: "south.chaos.test", numbers: "121320", ...twin }),
];

/** Makes numbers of the outside, each once. */
export class Numbers {
  #next = 0;

  take({ numbers }: Organization): string {
    const first = 10 ** (restOf(numbers) - 1);
    return `+${numbers}${String(first + (this.#next++ % (9 * first)))}`;
  }
}

export const trunkOf = ({ name }: Organization): string => `${name}-out`;

/** Fills a new database: organizations, lines, trunks, people, and root. */
export async function writePeople(databaseUrl: string, trunkProxy: string, organizations: readonly Organization[]): Promise<void> {
  const store = await openStore(databaseUrl);
  const passwordHash = await hashPassword(PASSWORD, { ln: 10, r: 8, p: 1 });
  await store.users.create({ username: "root", organizationId: null, role: "root", passwordHash });
  for (const each of organizations) {
    const { id } = await store.organizations.create({ name: each.name, domain: each.domain });
    await store.organizations.update(id, { country: "US", allowedPrefixes: [`+${each.numbers}`], departments: [...DEPARTMENTS], dialString: `sofia/gateway/${trunkOf(each)}/{number}` });
    await store.users.create({ username: "admin", organizationId: id, role: "admin", passwordHash });
    await store.trunks.create({ organizationId: id, name: trunkOf(each), proxy: trunkProxy });
    for (const agentId of [...each.agents, each.supervisor]) await store.users.create({ username: `u${agentId}`, organizationId: id, role: agentId === each.supervisor ? "supervisor" : "agent", agentId, passwordHash });
    for (const [target, number] of each.lines) await store.phoneLines.create({ organizationId: id, number, targetType: DEPARTMENTS.some((name) => name === target) ? "department" : "client", target });
  }
  await store.close();
}
