import { asc, eq } from "drizzle-orm";
import { emergencyNumbers, homeCountry } from "../dialling/index.js";
import type { Reader } from "./sqlite/engine.js";
import { first } from "./rows.js";
import { organizations, phoneLines } from "./schema.js";

type Country = ReturnType<typeof homeCountry>;

/** An organization as far as it decides what a number means there. */
export interface Home {
  /** Undefined when nothing tells it. */
  readonly country: Country;
  readonly emergencyNumbers: ReadonlySet<string>;
}

/** As stored, within the transaction of whoever asks. */
export async function homeOf(db: Reader, organizationId: number): Promise<Home> {
  const { country, callerId, emergencyNumbers: chosen } = organizations;
  const row = await first(db.select({ country, callerId, chosen }).from(organizations).where(eq(organizations.id, organizationId)));
  const line = await first(db.select({ number: phoneLines.number }).from(phoneLines).where(eq(phoneLines.organizationId, organizationId)).orderBy(asc(phoneLines.id)).limit(1));
  const home = homeCountry({ country: row?.country ?? null, callerId: row?.callerId ?? null, firstLine: line?.number });
  return { country: home, emergencyNumbers: emergencyNumbers(home, row?.chosen ?? null) };
}
