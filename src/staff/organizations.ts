/** Organizations and their settings. */
import { CallplaneError, conflict, notFound } from "../errors.js";
import type { OrganizationChange, OrganizationRecord } from "../people/index.js";
import { assertRoot, unit, type AdministrationStore, type Administrator } from "./administration.js";

export interface NewOrganization extends OrganizationChange {
  readonly name: string;
  readonly domain: string;
}

/** What is removed with an organization, by its plural. */
export type Belongings = (organization: OrganizationRecord) => Promise<ReadonlyMap<string, number>>;

/** What bounds the costs of an organization is the operator's: an admin chooses where its people may call to, and not how much. */
const OPERATORS_OWN = ["maxOutboundCalls", "maxOutboundCallsPerMinute", "maxOutboundCallS", "premiumAllowed"] as const satisfies readonly (keyof OrganizationChange)[];

const detailOf = (change: OrganizationChange): Readonly<Record<string, string | number | boolean | null>> => Object.fromEntries(Object.entries(change).map(([field, value]) => [field, Array.isArray(value) ? value.join(",") : value]));

export class OrganizationAdministration {
  readonly #store: AdministrationStore;
  readonly #belongings: Belongings;

  constructor(store: AdministrationStore, belongings: Belongings) {
    this.#store = store;
    this.#belongings = belongings;
  }

  /** By name; an admin's own alone. */
  async list(by: Administrator): Promise<readonly OrganizationRecord[]> {
    return (await this.#store.organizations.list()).filter(({ id }) => by.organizationId === null || id === by.organizationId);
  }

  /** Throws NotFound. */
  async get(by: Administrator, id: number): Promise<OrganizationRecord> {
    const found = by.organizationId !== null && by.organizationId !== id ? null : await this.#store.organizations.find(id);
    if (found === null) throw notFound("The organization");
    return found;
  }

  /** Throws InvalidParameter naming the field, Conflict for a name or domain that is taken, Forbidden. */
  async create(by: Administrator, { name, domain, country = null, ...settings }: NewOrganization): Promise<OrganizationRecord> {
    assertRoot(by, "make organizations");
    return unit(this.#store, by, async (tx, note) => {
      const bare = await tx.organizations.create({ name, domain, country });
      const whole = Object.keys(settings).length === 0 ? bare : await tx.organizations.update(bare.id, settings);
      await note(whole.id, "org.create", whole.name, { domain: whole.domain, country: whole.country, departments: whole.departments.join(",") });
      return whole;
    });
  }

  /** Sets what is given. Throws InvalidParameter naming the field, NotFound, InUse for a department, Forbidden. */
  async update(by: Administrator, id: number, change: OrganizationChange): Promise<OrganizationRecord> {
    await this.get(by, id);
    return unit(this.#store, by, async (tx, note) => {
      const before = await tx.organizations.find(id);
      if (before === null) throw notFound("The organization");
      // What is malformed is refused before what is not allowed; nothing of it is kept.
      const set = await tx.organizations.update(id, change);
      await this.#requireRight(tx, by, before, change);
      await note(id, "org.set", set.name, detailOf(change));
      return set;
    });
  }

  /** Gives what was removed with it. Throws NotFound, Forbidden, InUse while another organization dials by its trunk, Conflict while it has anything and `withAll` is not given. */
  async remove(by: Administrator, id: number, { withAll = false, hint = "" }: { readonly withAll?: boolean; readonly hint?: string } = {}): Promise<ReadonlyMap<string, number>> {
    const organization = await this.get(by, id);
    assertRoot(by, "remove organizations");
    const counts = await this.#belongings(organization);
    const all = [...counts].map(([what, count]) => `${count} ${what}`).join(", ");
    if (counts.size > 0 && !withAll) throw conflict(`With the organization ${organization.name} go ${all}.${hint}`);
    await unit(this.#store, by, async (tx, note) => {
      await tx.organizations.remove(id);
      await note(id, "org.remove", organization.name, { domain: organization.domain, ...Object.fromEntries(counts) });
    });
    return counts;
  }

  /** Throws Forbidden. */
  async #requireRight(tx: Pick<AdministrationStore, "trunks">, by: Administrator, before: OrganizationRecord, change: OrganizationChange): Promise<void> {
    if (by.role === "root" || by.role === "operator") return;
    const field = OPERATORS_OWN.find((name) => change[name] !== undefined && change[name] !== before[name]);
    if (field !== undefined) throw new CallplaneError("Forbidden", `${field} is set by root alone: it bounds what the organization's calls cost.`);
    if (change.dialString === undefined || change.dialString === before.dialString) return;
    const trunk = /^sofia\/gateway\/([^/]+)\/\{number\}$/.exec(change.dialString)?.[1];
    const trunks = await tx.trunks.list(before.id);
    if (!trunks.some(({ name }) => name === trunk)) throw new CallplaneError("Forbidden", "dialString: other ways out than the organization's own trunks (sofia/gateway/<trunk>/{number}) are set by root alone.");
  }
}
