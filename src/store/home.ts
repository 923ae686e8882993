import { asc, eq } from "drizzle-orm";
import { notFound } from "../errors.js";
import { emergencyNumbers, homeCountry } from "../dialling/index.js";
import type { Reader } from "./sqlite/engine.js";
import { first } from "./rows.js";
import { organizations, phoneLines } from "./schema.js";

type Country = ReturnType<typeof homeCountry>;

/** What an organization decides about the meaning of a number. */
export interface Home {
  /** Undefined when neither a setting nor a number gives it. */
  readonly country: Country;
  readonly emergencyNumbers: ReadonlySet<string>;
}

/** As stored, read within the caller's unit of work. */
export async function homeOf(db: Reader, organizationId: number): Promise<Home> {
  const { country, callerId, emergencyNumbers: chosen } = organizations;
  const row = await first(db.select({ country, callerId, chosen }).from(organizations).where(eq(organizations.id, organizationId)));
  const line = await first(db.select({ number: phoneLines.number }).from(phoneLines).where(eq(phoneLines.organizationId, organizationId)).orderBy(asc(phoneLines.id)).limit(1));
  const home = homeCountry({ country: row?.country ?? null, callerId: row?.callerId ?? null, firstLine: line?.number });
  return { country: home, emergencyNumbers: emergencyNumbers(home, row?.chosen ?? null) };
}

/** Throws NotFound. */
export async function requireOrganization(db: Reader, id: number): Promise<void> {
  if ((await first(db.select({ id: organizations.id }).from(organizations).where(eq(organizations.id, id)))) === undefined) throw notFound("The organization");
}
