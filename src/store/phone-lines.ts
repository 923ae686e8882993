import { and, eq } from "drizzle-orm";
import { CallplaneError, invalid, notFound } from "../errors.js";
import { extension, queueName } from "../freeswitch/index.js";
import { IMMEDIATE } from "./engine.js";
import type { Engine } from "./engine.js";
import { readNumber } from "../dialling/index.js";
import { groupBy } from "./group.js";
import { homeOf } from "./home.js";
import { agentName, lineNumber } from "./input.js";
import { agents, departments, organizations, phoneLines } from "./schema.js";
import type { NewPhoneLine, PhoneLineRecord, PhoneLineRepository } from "./types.js";

export class SqlitePhoneLines implements PhoneLineRepository {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async create({ organizationId, number, name, targetType, target, recorded = false }: NewPhoneLine): Promise<PhoneLineRecord> {
    const e164 = this.#read(organizationId, number);
    const values = { organizationId, number: e164, name: agentName(name ?? e164.slice(1)), targetType, target: targetType === "client" ? extension(target, "target") : queueName(target, "target"), recorded, createdAt: new Date() };
    const row = this.#engine.db.transaction((tx) => {
      if (tx.select().from(organizations).where(eq(organizations.id, organizationId)).get() === undefined) throw notFound("The organization");
      const known =
        targetType === "client"
          ? tx.select({ id: agents.id }).from(agents).where(and(eq(agents.organizationId, organizationId), eq(agents.agentId, values.target))).get()
          : tx.select({ id: departments.id }).from(departments).where(and(eq(departments.organizationId, organizationId), eq(departments.name, values.target))).get();
      if (known === undefined) throw invalid("target", `the organization has no ${targetType === "client" ? "agent" : "department"} ${values.target}.`);
      // Another organization's too: FreeSWITCH asks by the number alone.
      if (tx.select().from(phoneLines).where(eq(phoneLines.number, e164)).get() !== undefined) throw new CallplaneError("Conflict", `number: The number ${e164} is in use already.`, { parameter: "number" });
      return tx.insert(phoneLines).values(values).returning().get();
    }, IMMEDIATE);
    await this.#engine.written({ kind: "accounts" });
    return row;
  }

  async remove(organizationId: number, number: string): Promise<void> {
    const gone = this.#engine.db.delete(phoneLines).where(and(eq(phoneLines.organizationId, organizationId), eq(phoneLines.number, this.#read(organizationId, number)))).run();
    if (gone.changes === 0) throw notFound(`The line ${number}`);
    await this.#engine.written({ kind: "accounts" });
  }

  async list(organizationId?: number): Promise<readonly PhoneLineRecord[]> {
    const query = this.#engine.db.select().from(phoneLines);
    return (organizationId === undefined ? query : query.where(eq(phoneLines.organizationId, organizationId))).orderBy(phoneLines.organizationId, phoneLines.number).all();
  }

  /** Written as in the organization's country, or E.164; a line may have a number of a range that the metadata does not know yet. */
  #read(organizationId: number, written: string): string {
    return readNumber(written, homeOf(this.#engine.db, organizationId).country) ?? lineNumber(written);
  }

  async ownNumbers(): Promise<ReadonlyMap<number, readonly string[]>> {
    const lines = this.#engine.db.select({ organizationId: phoneLines.organizationId, number: phoneLines.number }).from(phoneLines).orderBy(phoneLines.id).all();
    return new Map([...groupBy(lines, ({ organizationId }) => organizationId)].map(([id, own]) => [id, own.map(({ number }) => number)]));
  }
}
