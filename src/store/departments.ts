import { and, eq } from "drizzle-orm";
import { CallplaneError, invalid, notFound } from "../errors.js";
import { queueName } from "../freeswitch/index.js";
import { departmentSettings, type DepartmentSettings, DepartmentSettingsSchema, isSoundChoice } from "../queues/index.js";
import { readNumber } from "../dialling/index.js";
import { first, returned } from "./rows.js";
import type { Reader } from "./sqlite/engine.js";
import { Repository } from "./sqlite/repository.js";
import { refuseDepartmentsInUse } from "./in-use.js";
import { homeOf, requireOrganization, type Home } from "./home.js";
import { departments } from "./schema.js";
import type { DepartmentRecord, DepartmentRepository, ForeignSound } from "./types.js";

const SHORT = /^[0-9]{2,6}$/;

const toRecord = ({ organizationId, name, settings }: typeof departments.$inferSelect): DepartmentRecord => ({ organizationId, name, settings: departmentSettings(settings) });

/** Throws InvalidParameter naming the setting at fault. */
async function checked(db: Reader, organizationId: number, settings: Partial<DepartmentSettings>): Promise<Partial<DepartmentSettings>> {
  const parsed = DepartmentSettingsSchema.partial().safeParse(settings);
  if (parsed.success) return settings.overflow?.type === "phonenumber" ? { ...settings, overflow: { type: "phonenumber", to: overflowNumber(settings.overflow.to, await homeOf(db, organizationId)) } } : settings;
  const [issue] = parsed.error.issues;
  throw invalid(String(issue?.path[0] ?? "settings"), issue?.message ?? "is malformed.");
}

/** In E.164; a short number stays as it is, for the allow list to name. Throws InvalidParameter. */
function overflowNumber(written: string, { country }: Home): string {
  const number = readNumber(written, country) ?? (SHORT.test(written) ? written : null);
  if (number === null) throw invalid("overflow", `${written} is no valid phone number.`);
  return number;
}

/** Callers who overflow to a missing department would be lost. Throws InvalidParameter. */
async function refuseMissingOverflow(tx: Reader, organizationId: number, own: string, { overflow }: Partial<DepartmentSettings>): Promise<void> {
  if (overflow?.type !== "department" || overflow.to === own) return;
  const known = await first(tx.select({ id: departments.id }).from(departments).where(and(eq(departments.organizationId, organizationId), eq(departments.name, overflow.to))));
  if (known === undefined) throw invalid("overflow", `the organization has no department ${overflow.to}.`);
}

export class SqliteDepartments extends Repository implements DepartmentRepository {
  async create(organizationId: number, name: string, settings: Partial<DepartmentSettings>): Promise<DepartmentRecord> {
    const word = queueName(name, "name");
    const row = await this.engine.write(async (tx) => {
      const values = await checked(tx, organizationId, settings);
      await requireOrganization(tx, organizationId);
      if ((await first(tx.select().from(departments).where(this.#is(organizationId, word)))) !== undefined) throw new CallplaneError("Conflict", `name: There is a department ${word} already.`, { parameter: "name" });
      await refuseMissingOverflow(tx, organizationId, word, values);
      return returned(tx.insert(departments).values({ organizationId, name: word, settings: values }).returning());
    });
    return toRecord(row);
  }

  async update(organizationId: number, name: string, settings: Partial<DepartmentSettings>): Promise<DepartmentRecord> {
    const row = await this.engine.write(async (tx) => {
      const values = await checked(tx, organizationId, settings);
      const before = await first(tx.select().from(departments).where(this.#is(organizationId, name)));
      if (before === undefined) throw notFound(`The department ${name}`);
      await refuseMissingOverflow(tx, organizationId, name, values);
      return returned(tx.update(departments).set({ settings: { ...before.settings, ...values } }).where(eq(departments.id, before.id)).returning());
    });
    return toRecord(row);
  }

  async remove(organizationId: number, name: string): Promise<void> {
    await this.engine.write(async (tx) => {
      if ((await first(tx.select().from(departments).where(this.#is(organizationId, name)))) === undefined) throw notFound(`The department ${name}`);
      await refuseDepartmentsInUse(tx, organizationId, [name]);
      await tx.delete(departments).where(this.#is(organizationId, name));
    });
  }

  async list(organizationId?: number): Promise<readonly DepartmentRecord[]> {
    const own = organizationId === undefined ? undefined : eq(departments.organizationId, organizationId);
    return (await this.engine.read(async (db) => db.select().from(departments).where(own).orderBy(departments.organizationId, departments.name))).map(toRecord);
  }

  async nameSounds(nameOf: (organizationId: number, path: string) => string | null): Promise<readonly ForeignSound[]> {
    /** Bounded by the rows: three sounds a department. */
    const foreign: ForeignSound[] = [];
    await this.engine.write(async (tx) => {
      for (const { id, organizationId, name: department, settings } of await tx.select().from(departments)) {
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
        await tx.update(departments).set({ settings: next }).where(eq(departments.id, id));
      }
    });
    return foreign;
  }

  #is(organizationId: number, name: string) {
    return and(eq(departments.organizationId, organizationId), eq(departments.name, name));
  }
}
