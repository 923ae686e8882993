import { and, eq } from "drizzle-orm";
import { CallplaneError, invalid, notFound } from "../errors.js";
import { queueName } from "../freeswitch/index.js";
import { departmentSettings, type DepartmentSettings, DepartmentSettingsSchema, isSoundChoice } from "../queues/index.js";
import { readNumber } from "../dialling/index.js";
import { IMMEDIATE } from "./engine.js";
import type { Database, Engine } from "./engine.js";
import { homeOf, type Home } from "./home.js";
import { departments, organizations } from "./schema.js";
import type { DepartmentRecord, DepartmentRepository, ForeignSound } from "./types.js";

const SHORT = /^[0-9]{2,6}$/;

const toRecord = ({ organizationId, name, settings }: typeof departments.$inferSelect): DepartmentRecord => ({ organizationId, name, settings: departmentSettings(settings) });

/** Throws InvalidParameter naming the setting at fault. */
function checked(db: Pick<Database, "select">, organizationId: number, settings: Partial<DepartmentSettings>): Partial<DepartmentSettings> {
  const parsed = DepartmentSettingsSchema.partial().safeParse(settings);
  if (parsed.success) return settings.overflow?.type === "phonenumber" ? { ...settings, overflow: { type: "phonenumber", to: overflowNumber(settings.overflow.to, homeOf(db, organizationId)) } } : settings;
  const [issue] = parsed.error.issues;
  throw invalid(String(issue?.path[0] ?? "settings"), issue?.message ?? "is malformed.");
}

/** In E.164; a short number stays as it is, for the allow list to name. Throws InvalidParameter. */
function overflowNumber(written: string, { country }: Home): string {
  const number = readNumber(written, country) ?? (SHORT.test(written) ? written : null);
  if (number === null) throw invalid("overflow", `${written} is no valid phone number.`);
  return number;
}

export class SqliteDepartments implements DepartmentRepository {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async create(organizationId: number, name: string, settings: Partial<DepartmentSettings>): Promise<DepartmentRecord> {
    const word = queueName(name, "name");
    const values = checked(this.#engine.db, organizationId, settings);
    const row = this.#engine.db.transaction((tx) => {
      if (tx.select().from(organizations).where(eq(organizations.id, organizationId)).get() === undefined) throw notFound("The organization");
      if (tx.select().from(departments).where(this.#is(organizationId, word)).get() !== undefined) throw new CallplaneError("Conflict", `name: There is a department ${word} already.`, { parameter: "name" });
      return tx.insert(departments).values({ organizationId, name: word, settings: values }).returning().get();
    }, IMMEDIATE);
    await this.#engine.written({ kind: "accounts" });
    return toRecord(row);
  }

  async update(organizationId: number, name: string, settings: Partial<DepartmentSettings>): Promise<DepartmentRecord> {
    const values = checked(this.#engine.db, organizationId, settings);
    const row = this.#engine.db.transaction((tx) => {
      const before = tx.select().from(departments).where(this.#is(organizationId, name)).get();
      if (before === undefined) throw notFound(`The department ${name}`);
      return tx.update(departments).set({ settings: { ...before.settings, ...values } }).where(eq(departments.id, before.id)).returning().get();
    }, IMMEDIATE);
    if (row === undefined) throw notFound(`The department ${name}`);
    await this.#engine.written({ kind: "accounts" });
    return toRecord(row);
  }

  async remove(organizationId: number, name: string): Promise<void> {
    const gone = this.#engine.db.delete(departments).where(this.#is(organizationId, name)).run();
    if (gone.changes === 0) throw notFound(`The department ${name}`);
    await this.#engine.written({ kind: "accounts" });
  }

  async list(organizationId?: number): Promise<readonly DepartmentRecord[]> {
    const query = this.#engine.db.select().from(departments);
    return (organizationId === undefined ? query : query.where(eq(departments.organizationId, organizationId))).orderBy(departments.organizationId, departments.name).all().map(toRecord);
  }

  async nameSounds(nameOf: (organizationId: number, path: string) => string | null): Promise<readonly ForeignSound[]> {
    /** Bounded by the rows: three sounds a department. */
    const foreign: ForeignSound[] = [];
    const changed = this.#engine.db.transaction((tx) => {
      let rows = 0;
      for (const { id, organizationId, name: department, settings } of tx.select().from(departments).all()) {
        const named = (setting: string, sound: string | null | undefined): string | null => {
          if (typeof sound !== "string" || isSoundChoice(sound)) return null;
          const name = nameOf(organizationId, sound);
          if (name === null) foreign.push({ organizationId, department, setting, sound });
          return name;
        };
        const { overflow } = settings;
        const music = named("music", settings.music);
        const greeting = named("greeting", settings.greeting);
        const message = overflow?.type === "message" ? named("overflow", overflow.greeting) : null;
        if (music === null && greeting === null && message === null) continue;
        const next = { ...settings, ...(music === null ? {} : { music }), ...(greeting === null ? {} : { greeting }), ...(message === null || overflow === undefined ? {} : { overflow: { ...overflow, greeting: message } }) };
        tx.update(departments).set({ settings: next }).where(eq(departments.id, id)).run();
        rows += 1;
      }
      return rows;
    }, IMMEDIATE);
    if (changed > 0) await this.#engine.written({ kind: "accounts" });
    return foreign;
  }

  #is(organizationId: number, name: string) {
    return and(eq(departments.organizationId, organizationId), eq(departments.name, name));
  }
}
