import { createAuthService, hashPassword } from "../../src/auth/index.js";
import type { AuthOptions, ClosableAuthService, ScryptCost } from "../../src/auth/index.js";
import { openDirectory, openStore } from "../../src/store/index.js";
import { createAuditLog, type StoreAuditLog } from "../../src/audit/index.js";
import type { OrganizationRecord, Store, StoreDirectory } from "../../src/store/index.js";
import { ManualClock } from "../support/manual-clock.js";
import { silentLogger } from "../store/support.js";

export const QUICK: ScryptCost = { ln: 4, r: 1, p: 1 };
export const SECRET = new TextEncoder().encode("a secret of the tests, of more than 32 bytes");

export interface AuthWorld {
  readonly store: Store;
  readonly directory: StoreDirectory;
  readonly audit: StoreAuditLog;
  readonly auth: ClosableAuthService;
  readonly clock: ManualClock;
  readonly logger: ReturnType<typeof silentLogger>;
  readonly acme: OrganizationRecord;
  close(): Promise<void>;
}

/** The organization acme with alice (agent 1001), carol (supervisor 1003), boss (admin) and root, each with her name as password. */
export async function authWorld(url = ":memory:", extra: (directory: StoreDirectory) => Partial<AuthOptions> = () => ({})): Promise<AuthWorld> {
  const store = await openStore(url);
  const acme = await store.organizations.create({ name: "acme", domain: "acme.example" });
  const people = [
    { username: "alice", role: "agent", agentId: "1001", organizationId: acme.id },
    { username: "carol", role: "supervisor", agentId: "1003", organizationId: acme.id },
    { username: "boss", role: "admin", organizationId: acme.id },
    { username: "root", role: "root", organizationId: null },
  ] as const;
  for (const person of people) await store.users.create({ ...person, passwordHash: await hashPassword(person.username, QUICK) });
  const logger = silentLogger();
  // Row expiry is compared with the machine's clock in the store, so the manual one begins there.
  const clock = new ManualClock(Date.now());
  const directory = await openDirectory(store, { logger, clock });
  const audit = createAuditLog(store.audit, { logger });
  const auth = createAuthService({ store, directory, audit, logger, secret: SECRET, clock, passwordCost: QUICK, ...extra(directory) });
  const close = async (): Promise<void> => {
    auth.close();
    directory.close();
    await audit.close();
    await store.close();
  };
  return { store, directory, audit, auth, clock, logger, acme, close };
}
