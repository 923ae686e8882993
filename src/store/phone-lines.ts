import { and, eq } from "drizzle-orm";
import { CallplaneError, invalid, notFound } from "../errors.js";
import { extension, queueName } from "../freeswitch/index.js";
import { CallTargetSchema, targetOf, WebUrl, type Expected, type OwnLine, type PhoneLineChange } from "../voice-app/index.js";
import { first, returned } from "./rows.js";
import type { Reader, Writer } from "./sqlite/engine.js";
import { Repository } from "./sqlite/repository.js";
import { canonicalNumber } from "../dialling/index.js";
import { groupBy } from "./group.js";
import { homeOf, requireOrganization } from "./home.js";
import { agentName, lineNumber, signingToken } from "./input.js";
import { requireDepartment, requireReference, requireTrunk } from "./references.js";
import { phoneLines, trunks } from "./schema.js";
import type { NewPhoneLine, PhoneLineRecord, PhoneLineRepository } from "./types.js";
import { ensureVoiceAccount } from "./voice-accounts.js";

/** Written as in the organization's country, or E.164; a line may have a number of a range that the metadata does not know yet. */
const lineOf = async (db: Reader, organizationId: number, written: string, parameter = "number"): Promise<string> => canonicalNumber(written, (await homeOf(db, organizationId)).country) ?? lineNumber(written, parameter);

const DEFAULTS = { recorded: false, voiceMethod: "POST", fallbackUrl: null, fallbackMethod: "POST", fallbackDepartment: null, statusCallback: null, statusCallbackMethod: "POST", trunk: null, callerId: null, signingToken: null } as const;

const is = (organizationId: number, id: number) => and(eq(phoneLines.organizationId, organizationId), eq(phoneLines.id, id));

export class SqlitePhoneLines extends Repository implements PhoneLineRepository {
  async create({ organizationId, number, name, ...given }: NewPhoneLine): Promise<PhoneLineRecord> {
    return this.engine.write(async (tx) => {
      const e164 = await lineOf(tx, organizationId, number);
      const values = { ...DEFAULTS, ...given, organizationId, number: e164, name: agentName(name ?? e164.slice(1)), version: 1, createdAt: new Date() };
      await requireOrganization(tx, organizationId);
      await check(tx, values);
      // In any organization: FreeSWITCH asks by the number alone.
      if ((await first(tx.select().from(phoneLines).where(eq(phoneLines.number, e164)))) !== undefined) throw new CallplaneError("Conflict", `number: The number ${e164} is in use already.`, { parameter: "number" });
      return returned(tx.insert(phoneLines).values({ ...values, callerId: await shown(tx, values) }).returning());
    });
  }

  async update(organizationId: number, id: number, change: PhoneLineChange, isExpected: Expected = () => true): Promise<PhoneLineRecord> {
    if ((change.target === undefined) !== (change.targetType === undefined)) throw invalid("target", "needs its type.");
    return this.engine.write(async (tx) => {
      const before = await first(tx.select().from(phoneLines).where(is(organizationId, id)));
      if (before === undefined) throw notFound(`The line ${id}`);
      if (!isExpected(before.version)) throw new CallplaneError("PreconditionFailed");
      const values = { ...before, ...change, version: before.version + 1 };
      agentName(values.name);
      await check(tx, values);
      return returned(tx.update(phoneLines).set({ ...values, callerId: await shown(tx, values) }).where(eq(phoneLines.id, id)).returning());
    });
  }

  async remove(organizationId: number, key: string | number, isExpected: Expected = () => true): Promise<void> {
    await this.engine.write(async (tx) => {
      const isIt = typeof key === "number" ? is(organizationId, key) : and(eq(phoneLines.organizationId, organizationId), eq(phoneLines.number, await lineOf(tx, organizationId, key)));
      const line = await first(tx.select({ id: phoneLines.id, version: phoneLines.version }).from(phoneLines).where(isIt));
      if (line === undefined) throw notFound(`The line ${key}`);
      if (!isExpected(line.version)) throw new CallplaneError("PreconditionFailed");
      await tx.delete(phoneLines).where(eq(phoneLines.id, line.id));
    });
  }

  async list(organizationId?: number): Promise<readonly PhoneLineRecord[]> {
    const own = organizationId === undefined ? undefined : eq(phoneLines.organizationId, organizationId);
    return this.engine.read(async (db) => db.select().from(phoneLines).where(own).orderBy(phoneLines.organizationId, phoneLines.number));
  }

  async ownLines(): Promise<ReadonlyMap<number, readonly OwnLine[]>> {
    const isOwn = and(eq(trunks.name, phoneLines.trunk), eq(trunks.organizationId, phoneLines.organizationId));
    const columns = { organizationId: phoneLines.organizationId, number: phoneLines.number, trunk: trunks.name };
    const lines = await this.engine.read(async (db) => db.select(columns).from(phoneLines).leftJoin(trunks, isOwn).orderBy(phoneLines.id));
    return new Map([...groupBy(lines, ({ organizationId }) => organizationId)].map(([id, own]) => [id, own.map(({ number, trunk }) => ({ number, trunk }))]));
  }
}

type Values = Omit<PhoneLineRecord, "id">;

/** An application is served on behalf of an account, so one is made where there is none. Throws InvalidParameter. */
async function check(tx: Writer, line: Values): Promise<void> {
  const { organizationId, targetType, target, fallbackUrl, statusCallback, fallbackDepartment, trunk } = line;
  if (targetType === "client") extension(target, "target");
  else if (targetType === "department") queueName(target, "target");
  const parsed = CallTargetSchema.safeParse(targetOf(line));
  if (!parsed.success) throw invalid("target", parsed.error.issues[0]?.message ?? "is malformed.");
  await requireReference(tx, organizationId, parsed.data, "target");
  for (const [setting, url] of [["fallbackUrl", fallbackUrl], ["statusCallback", statusCallback]] as const) {
    const fault = url === null ? undefined : WebUrl.safeParse(url).error?.issues[0];
    if (fault !== undefined) throw invalid(setting, fault.message);
  }
  if (fallbackDepartment !== null) await requireDepartment(tx, organizationId, fallbackDepartment, "fallbackDepartment");
  if (trunk !== null) await requireTrunk(tx, organizationId, trunk);
  if (line.signingToken !== null) signingToken(line.signingToken);
  if (targetType === "config" || targetType === "url") await ensureVoiceAccount(tx, organizationId);
}

const shown = async (tx: Reader, { callerId, organizationId }: Values): Promise<string | null> => (callerId === null ? null : lineOf(tx, organizationId, callerId, "callerId"));
