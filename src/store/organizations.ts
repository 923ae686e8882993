import { and, eq, inArray, sql, type SQL } from "drizzle-orm";
import { conflict, notFound } from "../errors.js";
import { dialString, domainName } from "../freeswitch/index.js";
import { allowedPrefixes, awayReasons, countries, country, DEFAULT_DIAL_STRING, departmentNames, emergencyNumberList, organizationCallerId, organizationDomain, organizationName, timeZone, wholeNumber } from "./input.js";
import { canonicalNumber } from "../dialling/index.js";
import { first, returned } from "./rows.js";
import type { Reader } from "./sqlite/engine.js";
import { Repository } from "./sqlite/repository.js";
import { groupBy } from "./group.js";
import { homeOf, type Home } from "./home.js";
import { refuseDepartmentsInUse, refuseOrganizationInUse } from "./in-use.js";
import { departments, organizations } from "./schema.js";
import type { OrganizationChange, OrganizationRecord, OrganizationRepository } from "./types.js";

type Row = typeof organizations.$inferSelect;

const toRecord = (row: Row, names: readonly string[]): OrganizationRecord => ({ ...row, domain: domainName(row.domain, "domain"), departments: names });

const nameIs = (name: string) => sql`lower(${organizations.name}) = lower(${name})`;
const domainIs = (domain: string) => sql`lower(${organizations.domain}) = lower(${domain})`;

async function departmentsOf(db: Reader, id: number): Promise<readonly string[]> {
  return (await db.select({ name: departments.name }).from(departments).where(eq(departments.organizationId, id)).orderBy(departments.name)).map((row) => row.name);
}

function checkedColumns(change: OrganizationChange): Partial<typeof organizations.$inferInsert> {
  const columns: Partial<typeof organizations.$inferInsert> = {};
  if (change.dialString !== undefined) columns.dialString = dialString(change.dialString);
  if (change.allowedPrefixes !== undefined) columns.allowedPrefixes = allowedPrefixes(change.allowedPrefixes);
  if (change.supervisionVisible !== undefined) columns.supervisionVisible = change.supervisionVisible;
  if (change.maxOutboundCalls !== undefined) columns.maxOutboundCalls = limit(change.maxOutboundCalls, 0, 100_000, "maxOutboundCalls");
  if (change.maxOutboundCallsPerMinute !== undefined) columns.maxOutboundCallsPerMinute = limit(change.maxOutboundCallsPerMinute, 0, 100_000, "maxOutboundCallsPerMinute");
  if (change.maxOutboundCallS !== undefined) columns.maxOutboundCallS = limit(change.maxOutboundCallS, 1, 86_400, "maxOutboundCallS");
  if (change.premiumAllowed !== undefined) columns.premiumAllowed = change.premiumAllowed;
  if (change.country !== undefined) columns.country = change.country === null ? null : country(change.country);
  if (change.timeZone !== undefined) columns.timeZone = timeZone(change.timeZone);
  if (change.emergencyNumbers !== undefined) columns.emergencyNumbers = change.emergencyNumbers === null ? null : emergencyNumberList(change.emergencyNumbers);
  if (change.callbackCountries !== undefined) columns.callbackCountries = change.callbackCountries === null ? null : countries(change.callbackCountries);
  if (change.maxCallbacksPerDay !== undefined) columns.maxCallbacksPerDay = wholeNumber(change.maxCallbacksPerDay, 0, 100_000, "maxCallbacksPerDay");
  if (change.recordingRetentionDays !== undefined) columns.recordingRetentionDays = limit(change.recordingRetentionDays, 1, 36_500, "recordingRetentionDays");
  if (change.awayReasons !== undefined) columns.awayReasons = awayReasons(change.awayReasons);
  return columns;
}

const limit = (value: number | null, minimum: number, maximum: number, parameter: string): number | null => (value === null ? null : wholeNumber(value, minimum, maximum, parameter));

/** In E.164 as far as it is a number; a trunk may also be given a name or an extension to show. Throws InvalidParameter. */
const shownNumber = (written: string, { country: home }: Home): string => canonicalNumber(written, home) ?? organizationCallerId(written);

export class SqliteOrganizations extends Repository implements OrganizationRepository {
  async create(input: { readonly name: string; readonly domain: string; readonly country?: string | null }): Promise<OrganizationRecord> {
    const name = organizationName(input.name);
    const domain = organizationDomain(input.domain);
    const home = input.country === undefined || input.country === null ? null : country(input.country);
    return this.engine.write(async (tx) => {
      if ((await first(tx.select().from(organizations).where(nameIs(name)))) !== undefined) throw conflict(`There is an organization ${name} already.`);
      if ((await first(tx.select().from(organizations).where(domainIs(domain)))) !== undefined) throw conflict(`The domain ${domain} belongs to an organization already.`);
      const row = await returned(tx
        .insert(organizations)
        .values({ name, domain, dialString: DEFAULT_DIAL_STRING, callerId: null, country: home, allowedPrefixes: [], supervisionVisible: false, createdAt: new Date() })
        .returning());
      return toRecord(row, []);
    });
  }

  async update(id: number, change: OrganizationChange): Promise<OrganizationRecord> {
    const columns = checkedColumns(change);
    const names = change.departments === undefined ? undefined : departmentNames(change.departments);
    return this.engine.write(async (tx) => {
      if (Object.keys(columns).length > 0) await tx.update(organizations).set(columns).where(eq(organizations.id, id));
      // In the organization's new country.
      if (change.callerId !== undefined) await tx.update(organizations).set({ callerId: change.callerId === null ? null : shownNumber(change.callerId, await homeOf(tx, id)) }).where(eq(organizations.id, id));
      const row = await first(tx.select().from(organizations).where(eq(organizations.id, id)));
      if (row === undefined) throw notFound("The organization");
      if (names !== undefined) {
        // The others keep their settings and agents.
        const gone = (await departmentsOf(tx, id)).filter((name) => !names.includes(name));
        await refuseDepartmentsInUse(tx, id, gone);
        if (gone.length > 0) await tx.delete(departments).where(and(eq(departments.organizationId, id), inArray(departments.name, gone)));
        if (names.length > 0) await tx.insert(departments).values(names.map((name) => ({ organizationId: id, name }))).onConflictDoNothing();
      }
      return toRecord(row, await departmentsOf(tx, id));
    });
  }

  async remove(id: number): Promise<void> {
    await this.engine.write(async (tx) => {
      await refuseOrganizationInUse(tx, id);
      if ((await tx.delete(organizations).where(eq(organizations.id, id)).returning({ id: organizations.id })).length === 0) throw notFound("The organization");
    });
  }

  find(id: number): Promise<OrganizationRecord | null> {
    return this.#find(eq(organizations.id, id));
  }

  findByName(name: string): Promise<OrganizationRecord | null> {
    return this.#find(nameIs(name));
  }

  #find(which: SQL): Promise<OrganizationRecord | null> {
    return this.engine.read(async (db) => {
      const row = await first(db.select().from(organizations).where(which));
      return row === undefined ? null : toRecord(row, await departmentsOf(db, row.id));
    });
  }

  async list(): Promise<readonly OrganizationRecord[]> {
    return this.engine.read(async (db) => {
      const own = groupBy(await db.select().from(departments).orderBy(departments.name), ({ organizationId }) => organizationId);
      return (await db.select().from(organizations).orderBy(organizations.name)).map((row) => toRecord(row, (own.get(row.id) ?? []).map(({ name }) => name)));
    });
  }
}
