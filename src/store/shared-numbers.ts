import { and, count, eq } from "drizzle-orm";
import { readNumber } from "../dialling/index.js";
import { conflict, invalid, notFound } from "../errors.js";
import { homeOf, requireOrganization } from "./home.js";
import { agentName } from "./input.js";
import { first, returned } from "./rows.js";
import { sharedNumbers } from "./schema.js";
import type { Reader } from "./sqlite/engine.js";
import { Repository } from "./sqlite/repository.js";
import type { SharedNumber, SharedNumberRepository } from "./types.js";

const SHORT = /^[0-9]{2,6}$/;
/** Of one organization: all of them are in memory. */
const MAX = 5000;

/** In E.164; a short number stays as it is. Throws InvalidParameter. */
async function canonical(db: Reader, organizationId: number, written: string): Promise<string> {
  const number = readNumber(written, (await homeOf(db, organizationId)).country) ?? (SHORT.test(written) ? written : null);
  if (number === null) throw invalid("number", `${written} is no valid phone number.`);
  return number;
}

const is = (organizationId: number, id: number) => and(eq(sharedNumbers.organizationId, organizationId), eq(sharedNumbers.id, id));

export class SqliteSharedNumbers extends Repository implements SharedNumberRepository {
  async create({ organizationId, name, number }: { readonly organizationId: number; readonly name: string; readonly number: string }): Promise<SharedNumber> {
    return this.engine.write(async (tx) => {
      await requireOrganization(tx, organizationId);
      const values = { organizationId, name: agentName(name), number: await canonical(tx, organizationId, number), createdAt: new Date() };
      const known = await first(tx.select({ count: count() }).from(sharedNumbers).where(eq(sharedNumbers.organizationId, organizationId)));
      if ((known?.count ?? 0) >= MAX) throw conflict(`An organization may have ${MAX} shared numbers.`);
      return returned(tx.insert(sharedNumbers).values(values).returning());
    });
  }

  async update(organizationId: number, id: number, { name, number }: { readonly name?: string; readonly number?: string }): Promise<SharedNumber> {
    return this.engine.write(async (tx) => {
      const before = await first(tx.select().from(sharedNumbers).where(is(organizationId, id)));
      if (before === undefined) throw notFound(`The shared number ${id}`);
      const values = { name: name === undefined ? before.name : agentName(name), number: number === undefined ? before.number : await canonical(tx, organizationId, number) };
      return returned(tx.update(sharedNumbers).set(values).where(is(organizationId, id)).returning());
    });
  }

  async remove(organizationId: number, id: number): Promise<void> {
    const removed = await this.engine.write(async (tx) => tx.delete(sharedNumbers).where(is(organizationId, id)).returning({ id: sharedNumbers.id }));
    if (removed.length === 0) throw notFound(`The shared number ${id}`);
  }

  async list(organizationId?: number): Promise<readonly SharedNumber[]> {
    const own = organizationId === undefined ? undefined : eq(sharedNumbers.organizationId, organizationId);
    return this.engine.read(async (db) => db.select().from(sharedNumbers).where(own).orderBy(sharedNumbers.organizationId, sharedNumbers.id));
  }
}
