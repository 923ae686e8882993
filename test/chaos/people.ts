/** Who takes part: two organizations that use the same agent ids, and numbers that are in one of them alone. */
import { hashPassword } from "../../src/auth/index.js";
import { openStore } from "../../src/store/index.js";
import type { Random } from "../faults/random.js";

export const PASSWORD = "correct horse battery staple";
export const AGENTS = ["1001", "1002", "1003", "1004"] as const;
export const SUPERVISOR = "1005";
export const DEPARTMENTS = ["support", "sales"] as const;
/** Pressed by a waiting caller who wants to be called back. */
export const CALLBACK_KEY = "1";

export interface Organization {
  readonly name: string;
  readonly domain: string;
  /** Every number outside that has to do with this organization begins so, written as E.164 without its plus, and no other does. */
  readonly numbers: string;
  /** Called by customers: departments by name, agents by extension. */
  readonly lines: ReadonlyMap<string, string>;
}

const organization = (name: string, domain: string, numbers: string): Organization => ({
  name,
  domain,
  numbers,
  lines: new Map([...DEPARTMENTS, ...AGENTS].map((target, index) => [target, `+${numbers}0${String(100 + index)}`])),
});

export const ORGANIZATIONS: readonly [Organization, Organization] = [organization("north", "north.chaos.test", "1212555"), organization("south", "south.chaos.test", "1213555")];

/** Makes numbers of the outside, each once. */
export class Numbers {
  #next = 0;

  take({ numbers }: Organization): string {
    return `+${numbers}${String(1000 + (this.#next++ % 9000))}`;
  }

  /** One that was made before, or a new one. */
  some(organization: Organization, random: Random): string {
    return `+${organization.numbers}${String(1000 + Math.floor(random.next() * Math.max(1, this.#next)))}`;
  }
}

export const trunkOf = ({ name }: Organization): string => `${name}-out`;

/** Fills a new database: organizations, lines, trunks, people, and root. */
export async function writePeople(databaseUrl: string, trunkProxy: string): Promise<void> {
  const store = await openStore(databaseUrl);
  const passwordHash = await hashPassword(PASSWORD, { ln: 10, r: 8, p: 1 });
  await store.users.create({ username: "root", organizationId: null, role: "root", passwordHash });
  for (const each of ORGANIZATIONS) {
    const { id } = await store.organizations.create({ name: each.name, domain: each.domain });
    await store.organizations.update(id, { country: "US", allowedPrefixes: [`+${each.numbers}`], departments: [...DEPARTMENTS], dialString: `sofia/gateway/${trunkOf(each)}/{number}` });
    await store.users.create({ username: "admin", organizationId: id, role: "admin", passwordHash });
    await store.trunks.create({ organizationId: id, name: trunkOf(each), proxy: trunkProxy });
    for (const agentId of [...AGENTS, SUPERVISOR]) await store.users.create({ username: `u${agentId}`, organizationId: id, role: agentId === SUPERVISOR ? "supervisor" : "agent", agentId, passwordHash });
    for (const [target, number] of each.lines) await store.phoneLines.create({ organizationId: id, number, targetType: DEPARTMENTS.some((name) => name === target) ? "department" : "client", target });
  }
  await store.close();
}
