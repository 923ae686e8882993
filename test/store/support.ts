import { vi } from "vitest";
import { openStore } from "../../src/store/index.js";
import type { OrganizationRecord, Store, UserRecord } from "../../src/store/index.js";

/** Of no real password, and quick to make. */
export const HASH = "$scrypt$ln=1,r=1,p=1$c2FsdA$aGFzaA";

export const silentLogger = () => ({ debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() });

export async function storeWithAcme(url = ":memory:"): Promise<{ readonly store: Store; readonly acme: OrganizationRecord; readonly dora: UserRecord }> {
  const store = await openStore(url);
  const acme = await store.organizations.create({ name: "acme", domain: "acme.example" });
  const dora = await store.users.create({ username: "dora", organizationId: acme.id, role: "agent", agentId: "2001", passwordHash: HASH });
  return { store, acme, dora };
}
