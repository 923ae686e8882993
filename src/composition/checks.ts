/** What is looked into when Callplane begins to work: things of before that would be refused today. */
import { DEMO_ORGANIZATION, demoUsersLeft } from "../auth/index.js";
import { shadowedEmergencies } from "../dialling/index.js";
import type { Logger } from "../logger.js";
import type { OrganizationSounds } from "../queues/index.js";
import type { Store, StoreDirectory } from "../store/index.js";

/** A database that has once been the demonstration's still knows people whose password everybody knows. Refused on loopback too, where a proxy usually is in front. */
export async function refuseDemoUsers(store: Store): Promise<void> {
  const left = await demoUsersLeft(store);
  if (left.length > 0) throw new Error(`The users ${left.join(", ")} still have the demonstration's password: change it (callplane user passwd) or disable them (callplane user disable).`);
}

/** A forgotten FREESWITCH_NODES must not put people whose password everybody knows into a real database. */
export async function refuseForeignOrganizations(store: Store): Promise<void> {
  const others = (await store.organizations.list()).filter(({ domain }) => domain !== DEMO_ORGANIZATION.domain).map(({ name }) => name);
  if (others.length > 0) throw new Error(`FREESWITCH_NODES is not set, so this would be the demonstration, and its database (DATABASE_URL) has other organizations: ${others.join(", ")}. Set FREESWITCH_NODES, or give the demonstration a database of its own.`);
}

/** Departments of before sounds were chosen by name: what lies in the organization's own directory goes on being played. */
export async function nameSounds(store: Store, sounds: OrganizationSounds, logger: Logger): Promise<void> {
  const foreign = await store.departments.nameSounds((organizationId, path) => sounds.nameOf(organizationId, path));
  for (const { organizationId, department, setting, sound } of foreign) logger.warn({ organization: organizationId, department, setting, sound }, "a department's sound is no sound of its organization: it is not played");
  if (foreign.length > 0) logger.warn({ sounds: foreign.length }, "put these sounds into their organizations' directories below SOUNDS_DIR, and choose them by name");
}

/** New ones are refused; those of before stay until somebody changes them. */
export function warnOfShadowedEmergencies(directory: StoreDirectory, logger: Logger): void {
  for (const organization of directory.organizations()) {
    const shadowed = shadowedEmergencies({ ...organization, firstLine: directory.ownNumbers(organization.id)[0] }, directory.agentRecords(organization.id));
    if (shadowed.length > 0) logger.warn({ organization: organization.name, numbers: shadowed }, "agents have emergency numbers as id or extension, and may be rung instead of the emergency service: give them others");
  }
}

/** Entries that are in no chain were put there by hand, or are older than the chain. */
export async function tellUnchained(store: Store, logger: Logger): Promise<void> {
  const entries = await store.audit.unchained();
  if (entries > 0) logger.error({ entries }, "entries of the audit log are in no chain (callplane audit verify, audit chain)");
}
