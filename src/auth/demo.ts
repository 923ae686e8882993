import type { NewUser, Store } from "../store/index.js";
import { DEFAULT_COST, hashPassword, verifyPassword } from "./passwords.js";
import type { ScryptCost } from "./passwords.js";

export const DEMO_ORGANIZATION = { name: "demo", domain: "demo.local" } as const;
/** Known to everybody: whoever uses it must listen on loopback alone. */
export const DEMO_PASSWORD = "demo";

const USERS: readonly Pick<NewUser, "username" | "role" | "agentId">[] = [
  { username: "alice", role: "agent", agentId: "1001" },
  { username: "bob", role: "agent", agentId: "1002" },
  { username: "carol", role: "supervisor", agentId: "1003" },
  { username: "admin", role: "admin" },
];

/** Makes the demo organization and its users where they are missing; what is there stays as it is. */
export async function seedDemo(store: Store, passwordCost: ScryptCost = DEFAULT_COST): Promise<void> {
  const known = await store.organizations.findByName(DEMO_ORGANIZATION.name);
  const organization = known ?? (await store.organizations.create(DEMO_ORGANIZATION));
  if (known === null) await store.organizations.update(organization.id, { country: "US", allowedPrefixes: ["+1212"], departments: ["support", "sales"] });
  await Promise.all(
    USERS.map(async (user) => {
      if ((await store.users.findByUsername(user.username)) !== null) return;
      await store.users.create({ ...user, organizationId: organization.id, passwordHash: await hashPassword(DEMO_PASSWORD, passwordCost) });
    }),
  );
}

/** The demo users who may still log in with the password that everybody knows; a database that once served the demo has them. */
export async function demoUsersLeft(store: Store): Promise<readonly string[]> {
  const left = await Promise.all(
    USERS.map(async ({ username }) => {
      const user = await store.users.findByUsername(username);
      return user !== null && !user.disabled && (await verifyPassword(user.passwordHash, DEMO_PASSWORD)) ? [username] : [];
    }),
  );
  return left.flat();
}
