import type { DepartmentRepository, DepartmentSettings } from "../queues/index.js";
import { ALL_DEPARTMENTS, type AgentRepository, type NewUser, type OrganizationRepository, type UserRepository } from "../people/index.js";
import { DEFAULT_COST, hashPassword, verifyPassword, type ScryptCost } from "./passwords.js";

interface DemoPeople {
  readonly organizations: OrganizationRepository;
  readonly users: UserRepository;
  readonly agents: Pick<AgentRepository, "create" | "find">;
  readonly departments: Pick<DepartmentRepository, "create">;
}

interface DemoStore extends DemoPeople {
  transaction(work: (tx: DemoPeople) => Promise<void>): Promise<void>;
}

export const DEMO_ORGANIZATION = { name: "demo", domain: "demo.local" } as const;
/** Publicly known, so a process that uses it listens on loopback alone. */
export const DEMO_PASSWORD = "demo";

const USERS: readonly (Pick<NewUser, "username" | "role" | "agentId" | "departments"> & { readonly name: string })[] = [
  { username: "alice", name: "Alice Moreau", role: "agent", agentId: "1001", departments: ["support", "sales"] },
  { username: "bob", name: "Bob Okafor", role: "agent", agentId: "1002", departments: ["support"] },
  { username: "carol", name: "Carol Weiss", role: "supervisor", agentId: "1003", departments: [ALL_DEPARTMENTS] },
  { username: "admin", name: "admin", role: "admin" },
];

/** The people of the demonstration. */
export const demoPeople = (): readonly { readonly username: string; readonly role: NewUser["role"]; readonly agentId: string | null }[] => USERS.map(({ username, role, agentId = null }) => ({ username, role, agentId }));
const ALARMS = { longestWaitS: 60, waiting: 3, talkS: 600, awayS: 1800 } as const;
/** What a newcomer sees at work: wrap-up, outcomes, a service level and its alarms; conversations of support are recorded. */
const DEPARTMENTS: Readonly<Record<string, Partial<DepartmentSettings>>> = {
  support: { wrapUpS: 20, dispositions: ["solved", "callback", "wrong-number"], serviceLevelS: 20, serviceLevelTarget: 0.8, alarms: ALARMS, recorded: true },
  sales: { wrapUpS: 20, dispositions: ["sold", "offer-sent", "no-interest"], serviceLevelS: 30, serviceLevelTarget: 0.9, alarms: ALARMS },
};
const SETTINGS = { country: "US", allowedPrefixes: ["+1212"], awayReasons: ["lunch", "break", "training"], recordingRetentionDays: 7 } as const;

/** Makes the demo organization and its users where they are missing, in one unit of work. */
export async function seedDemo(store: DemoStore, passwordCost: ScryptCost = DEFAULT_COST): Promise<void> {
  const known = await store.organizations.findByName(DEMO_ORGANIZATION.name);
  const names = known === null ? [] : (await store.users.list(known.id)).map(({ username }) => username);
  const missing = await Promise.all(USERS.filter(({ username }) => !names.includes(username)).map(async ({ name, ...user }) => ({ name, user, passwordHash: await hashPassword(DEMO_PASSWORD, passwordCost) })));
  await store.transaction(async ({ organizations, users, agents, departments }) => {
    const organization = known ?? (await organizations.create(DEMO_ORGANIZATION));
    if (known === null) {
      await organizations.update(organization.id, SETTINGS);
      for (const [name, settings] of Object.entries(DEPARTMENTS)) await departments.create(organization.id, name, settings);
    }
    // What somebody has removed since stays removed.
    const there = known === null ? Object.keys(DEPARTMENTS) : known.departments;
    for (const { name, user: { agentId = null, departments: wanted = [], ...user }, passwordHash } of missing) {
      const organizationId = organization.id;
      const own = wanted.filter((department) => department === ALL_DEPARTMENTS || there.includes(department));
      if (agentId !== null && (await agents.find(organizationId, agentId)) === null) await agents.create({ organizationId, agentId, name, departments: own });
      await users.create({ ...user, agentId, organizationId, passwordHash });
    }
  });
}

/** The demo users who may still log in with the demo password; a database that once served the demo has them. */
export async function demoUsersLeft(store: DemoStore): Promise<readonly string[]> {
  const organization = await store.organizations.findByName(DEMO_ORGANIZATION.name);
  if (organization === null) return [];
  const left = await Promise.all(
    USERS.map(async ({ username }) => {
      const [user] = await store.users.named(username, organization.id);
      return user !== undefined && !user.disabled && (await verifyPassword(user.passwordHash, DEMO_PASSWORD)) ? [username] : [];
    }),
  );
  return left.flat();
}
