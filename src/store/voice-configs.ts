import { and, eq } from "drizzle-orm";
import { CallplaneError, invalid, notFound } from "../errors.js";
import { canonicalNumber } from "../dialling/index.js";
import { targetsOf, VoiceConfigChangeSchema, voiceConfigSettings, type ConfigTarget, type Expected, type VoiceConfigChange, type VoiceConfigRecord, type VoiceConfigRepository, type VoiceConfigSettings } from "../voice-app/index.js";
import { homeOf, requireOrganization } from "./home.js";
import { refuseConfigInUse } from "./in-use.js";
import { agentName } from "./input.js";
import { requireReference } from "./references.js";
import { first, returned } from "./rows.js";
import { voiceConfigs } from "./schema.js";
import type { Reader } from "./sqlite/engine.js";
import { Repository } from "./sqlite/repository.js";

type Row = typeof voiceConfigs.$inferSelect;

const toRecord = ({ settings, ...row }: Row): VoiceConfigRecord => ({ ...row, settings: voiceConfigSettings(settings) });

const is = (organizationId: number, id: number) => and(eq(voiceConfigs.organizationId, organizationId), eq(voiceConfigs.id, id));
const named = (db: Reader, organizationId: number, name: string) => first(db.select({ id: voiceConfigs.id }).from(voiceConfigs).where(and(eq(voiceConfigs.organizationId, organizationId), eq(voiceConfigs.name, name))));

export class SqliteVoiceConfigs extends Repository implements VoiceConfigRepository {
  async create(organizationId: number, name: string, settings: Partial<VoiceConfigSettings>): Promise<VoiceConfigRecord> {
    const word = agentName(name);
    return this.engine.write(async (tx) => {
      await requireOrganization(tx, organizationId);
      await this.#refuseTaken(tx, organizationId, word, null);
      const values = await checked(tx, organizationId, settings);
      const now = new Date();
      return toRecord(await returned(tx.insert(voiceConfigs).values({ organizationId, name: word, settings: values, version: 1, createdAt: now, updatedAt: now }).returning()));
    });
  }

  async update(organizationId: number, id: number, { name, ...settings }: VoiceConfigChange, isExpected: Expected = () => true): Promise<VoiceConfigRecord> {
    const word = name === undefined ? undefined : agentName(name);
    return this.engine.write(async (tx) => {
      const before = await this.#find(tx, organizationId, id, isExpected);
      if (word !== undefined) await this.#refuseTaken(tx, organizationId, word, id);
      const values = await checked(tx, organizationId, settings);
      const set = { name: word ?? before.name, settings: { ...before.settings, ...values }, version: before.version + 1, updatedAt: new Date() };
      return toRecord(await returned(tx.update(voiceConfigs).set(set).where(eq(voiceConfigs.id, id)).returning()));
    });
  }

  async remove(organizationId: number, id: number, isExpected: Expected = () => true): Promise<void> {
    await this.engine.write(async (tx) => {
      const { name } = await this.#find(tx, organizationId, id, isExpected);
      await refuseConfigInUse(tx, { organizationId, id, name });
      await tx.delete(voiceConfigs).where(eq(voiceConfigs.id, id));
    });
  }

  async list(organizationId?: number): Promise<readonly VoiceConfigRecord[]> {
    const own = organizationId === undefined ? undefined : eq(voiceConfigs.organizationId, organizationId);
    return (await this.engine.read(async (db) => db.select().from(voiceConfigs).where(own).orderBy(voiceConfigs.organizationId, voiceConfigs.id))).map(toRecord);
  }

  /** Throws NotFound, PreconditionFailed. */
  async #find(tx: Reader, organizationId: number, id: number, isExpected: Expected): Promise<Row> {
    const row = await first(tx.select().from(voiceConfigs).where(is(organizationId, id)));
    if (row === undefined) throw notFound(`The configuration ${id}`);
    if (!isExpected(row.version)) throw new CallplaneError("PreconditionFailed");
    return row;
  }

  async #refuseTaken(tx: Reader, organizationId: number, name: string, id: number | null): Promise<void> {
    const known = await named(tx, organizationId, name);
    if (known !== undefined && known.id !== id) throw new CallplaneError("Conflict", `name: There is a configuration ${name} already.`, { parameter: "name" });
  }
}

/** The settings with their numbers in E.164. Throws InvalidParameter naming the setting at fault, or that points to what the organization does not have. */
async function checked(tx: Reader, organizationId: number, settings: Partial<VoiceConfigSettings>): Promise<Partial<VoiceConfigSettings>> {
  const parsed = VoiceConfigChangeSchema.safeParse(settings);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(String(issue?.path[0] ?? "settings"), issue?.message ?? "is malformed.");
  }
  for (const [setting, target] of targetsOf(settings)) await requireReference(tx, organizationId, target, setting);
  const { country } = await homeOf(tx, organizationId);
  const canonical = <Target extends ConfigTarget>(target: Target, setting: string): Target => {
    if (target.type !== "phonenumber") return target;
    const number = canonicalNumber(target.to, country);
    if (number === null) throw invalid(setting, `${target.to} is no valid phone number.`);
    return { ...target, to: number };
  };
  const { target, unanswered, closed, menu, ...others } = settings;
  return {
    ...others,
    ...(target === undefined ? {} : { target: canonical(target, "target") }),
    ...(unanswered === undefined ? {} : { unanswered: canonical(unanswered, "unanswered") }),
    ...(closed === undefined ? {} : { closed: { ...closed, target: canonical(closed.target, "closed") } }),
    ...(menu === undefined ? {} : { menu: menu === null ? null : { ...menu, keys: Object.fromEntries(Object.entries(menu.keys).map(([key, each]) => [key, canonical(each, "menu")])) } }),
  };
}
