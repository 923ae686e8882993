import { and, eq } from "drizzle-orm";
import { CallplaneError, invalid, notFound } from "../errors.js";
import { extension, queueName } from "../freeswitch/index.js";
import { first, returned } from "./rows.js";
import type { Reader } from "./sqlite/engine.js";
import { Repository } from "./sqlite/repository.js";
import { canonicalNumber } from "../dialling/index.js";
import { groupBy } from "./group.js";
import { homeOf, requireOrganization } from "./home.js";
import { agentName, lineNumber } from "./input.js";
import { agents, departments, phoneLines } from "./schema.js";
import type { NewPhoneLine, PhoneLineRecord, PhoneLineRepository } from "./types.js";

/** Written as in the organization's country, or E.164; a line may have a number of a range that the metadata does not know yet. */
const lineOf = async (db: Reader, organizationId: number, written: string): Promise<string> => canonicalNumber(written, (await homeOf(db, organizationId)).country) ?? lineNumber(written);

export class SqlitePhoneLines extends Repository implements PhoneLineRepository {
  async create({ organizationId, number, name, targetType, target, recorded = false }: NewPhoneLine): Promise<PhoneLineRecord> {
    return this.engine.write(async (tx) => {
      const e164 = await lineOf(tx, organizationId, number);
      const values = { organizationId, number: e164, name: agentName(name ?? e164.slice(1)), targetType, target: targetType === "client" ? extension(target, "target") : queueName(target, "target"), recorded, createdAt: new Date() };
      await requireOrganization(tx, organizationId);
      const known =
        targetType === "client"
          ? await first(tx.select({ id: agents.id }).from(agents).where(and(eq(agents.organizationId, organizationId), eq(agents.agentId, values.target))))
          : await first(tx.select({ id: departments.id }).from(departments).where(and(eq(departments.organizationId, organizationId), eq(departments.name, values.target))));
      if (known === undefined) throw invalid("target", `the organization has no ${targetType === "client" ? "agent" : "department"} ${values.target}.`);
      // In any organization: FreeSWITCH asks by the number alone.
      if ((await first(tx.select().from(phoneLines).where(eq(phoneLines.number, e164)))) !== undefined) throw new CallplaneError("Conflict", `number: The number ${e164} is in use already.`, { parameter: "number" });
      return returned(tx.insert(phoneLines).values(values).returning());
    });
  }

  async remove(organizationId: number, number: string): Promise<void> {
    const gone = await this.engine.write(async (tx) => tx.delete(phoneLines).where(and(eq(phoneLines.organizationId, organizationId), eq(phoneLines.number, await lineOf(tx, organizationId, number)))).returning({ id: phoneLines.id }));
    if (gone.length === 0) throw notFound(`The line ${number}`);
  }

  async list(organizationId?: number): Promise<readonly PhoneLineRecord[]> {
    const own = organizationId === undefined ? undefined : eq(phoneLines.organizationId, organizationId);
    return this.engine.read(async (db) => db.select().from(phoneLines).where(own).orderBy(phoneLines.organizationId, phoneLines.number));
  }

  async ownNumbers(): Promise<ReadonlyMap<number, readonly string[]>> {
    const lines = await this.engine.read(async (db) => db.select({ organizationId: phoneLines.organizationId, number: phoneLines.number }).from(phoneLines).orderBy(phoneLines.id));
    return new Map([...groupBy(lines, ({ organizationId }) => organizationId)].map(([id, own]) => [id, own.map(({ number }) => number)]));
  }
}
