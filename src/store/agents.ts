import { and, desc, eq, gt, inArray, lte, ne, or } from "drizzle-orm";
import { CallplaneError, invalid, notFound } from "../errors.js";
import { extension } from "../freeswitch/index.js";
import { ALL_DEPARTMENTS } from "../people/index.js";
import { refuseAgentInUse } from "./in-use.js";
import { agentName, allowedPrefixes, departmentNames, sipA1, skillLevels, wholeNumber } from "./input.js";
import { groupBy } from "./group.js";
import { homeOf, requireOrganization } from "./home.js";
import { insertion } from "./sqlite/insertion.js";
import { first, returned } from "./rows.js";
import type { Reader, Writer } from "./sqlite/engine.js";
import { Repository } from "./sqlite/repository.js";
import { agentDepartments, agents, agentSkills, departments, sipCredentials, users } from "./schema.js";
import type { AgentChanges, AgentRecord, AgentRepository, NewAgent, SipCredential, SipHashes } from "./types.js";

type Row = typeof agents.$inferSelect;

const MAX_RING_S = 120;
const MAX_WRAP_UP_S = 3600;
const MAX_ONE_TIME = 20;

/** Agents are found by id and by extension, so neither may be another agent's id or extension. Throws Conflict naming the field. */
async function refuseTaken(tx: Reader, organizationId: number, words: { readonly agentId: string; readonly extension: string }, except = -1): Promise<void> {
  const { agentId, extension: phone } = words;
  const taken = await first(tx
    .select()
    .from(agents)
    .where(and(eq(agents.organizationId, organizationId), ne(agents.id, except), or(inArray(agents.agentId, [agentId, phone]), inArray(agents.extension, [agentId, phone])))));
  if (taken === undefined) return;
  // One word for both is an extension that serves as the id.
  const byId = agentId !== phone && (taken.agentId === agentId || taken.extension === agentId);
  const [parameter, word] = byId ? ["id", `agent id ${agentId}`] : ["extension", `extension ${phone}`];
  throw new CallplaneError("Conflict", `${parameter}: The ${word} belongs to the agent ${taken.agentId} already.`, { parameter });
}

/** No agent may have an emergency number, which must reach the emergency service. Throws InvalidParameter naming the field. */
async function refuseEmergency(tx: Reader, organizationId: number, words: { readonly id?: string; readonly extension?: string }): Promise<void> {
  const { emergencyNumbers } = await homeOf(tx, organizationId);
  for (const [parameter, word] of Object.entries(words)) if (emergencyNumbers.has(word)) throw invalid(parameter, `${word} is an emergency number.`);
}

/** Inserts an agent, for the repository and for users who are made with a phone. Throws Conflict. */
export async function insertAgent(tx: Writer, input: NewAgent): Promise<Row> {
  const words = { agentId: extension(input.agentId, "id"), extension: extension(input.extension ?? input.agentId, "extension") };
  await refuseEmergency(tx, input.organizationId, { id: words.agentId, extension: words.extension });
  await refuseTaken(tx, input.organizationId, words);
  const row = await returned(tx
    .insert(agents)
    .values({ organizationId: input.organizationId, ...words, name: agentName(input.name ?? words.agentId), ...checked(input), createdAt: new Date() })
    .returning());
  await writeSets(tx, row, input);
  return row;
}

function checked({ ringTimeoutS, wrapUpS, allowedPrefixes: prefixes }: AgentChanges): Partial<Row> {
  return {
    ...(ringTimeoutS === undefined ? {} : { ringTimeoutS: ringTimeoutS === null ? null : wholeNumber(ringTimeoutS, 3, MAX_RING_S, "ringTimeoutS") }),
    ...(wrapUpS === undefined ? {} : { wrapUpS: wrapUpS === null ? null : wholeNumber(wrapUpS, -1, MAX_WRAP_UP_S, "wrapUpS") }),
    ...(prefixes === undefined ? {} : { allowedPrefixes: prefixes === null ? null : allowedPrefixes(prefixes) }),
  };
}

/** Throws InvalidParameter for a department that the organization does not have. */
export async function writeSets(tx: Writer, row: Row, { departments: names, skills }: AgentChanges): Promise<void> {
  if (names !== undefined) {
    const wanted = departmentNames(names.filter((name) => name !== ALL_DEPARTMENTS));
    const known = wanted.length === 0 ? [] : await tx.select().from(departments).where(and(eq(departments.organizationId, row.organizationId), inArray(departments.name, wanted)));
    const missing = wanted.filter((name) => !known.some((each) => each.name === name));
    if (missing.length > 0) throw invalid("departments", `the organization has no department ${missing.join(", ")}.`);
    await tx.update(agents).set({ allDepartments: names.includes(ALL_DEPARTMENTS) }).where(eq(agents.id, row.id));
    await tx.delete(agentDepartments).where(eq(agentDepartments.agentRow, row.id));
    if (known.length > 0) await tx.insert(agentDepartments).values(known.map(({ id }) => ({ agentRow: row.id, departmentRow: id })));
  }
  if (skills !== undefined) {
    const levels = Object.entries(skillLevels(skills));
    await tx.delete(agentSkills).where(eq(agentSkills.agentRow, row.id));
    if (levels.length > 0) await tx.insert(agentSkills).values(levels.map(([skill, level]) => ({ agentRow: row.id, skill, level })));
  }
}

function toRecord(row: Row, memberships: readonly { readonly name: string }[], skills: readonly { readonly skill: string; readonly level: number }[]): AgentRecord {
  const { sipA1: hash, allDepartments, ...columns } = row;
  // What is new comes first, so that all records share one hidden class of V8 (see src/http/authentication.ts): they are gone through with each change of a department.
  return {
    departments: [...(allDepartments ? [ALL_DEPARTMENTS] : []), ...memberships.map(({ name }) => name)],
    skills: Object.fromEntries(skills.map(({ skill, level }) => [skill, level])),
    hasPassword: hash !== null,
    ...columns,
    extension: extension(row.extension, "extension"),
  };
}

const toCredential = ({ id, a1, expiresAt }: typeof sipCredentials.$inferSelect): SipCredential => ({ id, a1, expiresAt });

export class SqliteAgents extends Repository implements AgentRepository {
  async create(input: NewAgent): Promise<AgentRecord> {
    return this.engine.write(async (tx) => {
      await requireOrganization(tx, input.organizationId);
      return this.#record(tx, (await insertAgent(tx, input)).id);
    });
  }

  async update(id: number, change: AgentChanges): Promise<AgentRecord> {
    return this.engine.write(async (tx) => {
      const before = await first(tx.select().from(agents).where(eq(agents.id, id)));
      if (before === undefined) throw notFound("The agent");
      const phone = change.extension === undefined ? before.extension : extension(change.extension, "extension");
      // An agent with such an extension from before keeps it: the other settings can still be changed.
      if (phone !== before.extension) await refuseEmergency(tx, before.organizationId, { extension: phone });
      await refuseTaken(tx, before.organizationId, { agentId: before.agentId, extension: phone }, id);
      const row = await returned(tx
        .update(agents)
        .set({
          // So that the update sets a column even when departments or skills alone change.
          agentId: before.agentId,
          ...checked(change),
          ...(change.name === undefined ? {} : { name: agentName(change.name) }),
          // The hash includes the extension: with another one no password fits any more.
          ...(phone === before.extension ? {} : { extension: phone, sipA1: null }),
        })
        .where(eq(agents.id, id))
        .returning());
      if (phone !== before.extension) await tx.delete(sipCredentials).where(eq(sipCredentials.agentRow, id));
      await writeSets(tx, row, change);
      return this.#record(tx, id);
    });
  }

  async remove(id: number): Promise<void> {
    await this.engine.write(async (tx) => {
      const row = await first(tx.select().from(agents).where(eq(agents.id, id)));
      if (row === undefined) throw notFound("The agent");
      await refuseAgentInUse(tx, row);
      await tx.delete(users).where(and(eq(users.organizationId, row.organizationId), eq(users.agentId, row.agentId)));
      await tx.delete(agents).where(eq(agents.id, id));
    });
  }

  async find(organizationId: number, agentId: string): Promise<AgentRecord | null> {
    return this.engine.read(async (db) => {
      const row = await first(db.select().from(agents).where(and(eq(agents.organizationId, organizationId), eq(agents.agentId, agentId))));
      return row === undefined ? null : this.#record(db, row.id);
    });
  }

  async list(organizationId?: number): Promise<readonly AgentRecord[]> {
    return this.engine.read(async (db) => {
      const query = db.select().from(agents);
      const rows = await (organizationId === undefined ? query : query.where(eq(agents.organizationId, organizationId))).orderBy(agents.organizationId, agents.agentId);
      const names = groupBy(await this.#memberships(db), ({ agentRow }) => agentRow);
      const skills = groupBy(await db.select().from(agentSkills).orderBy(agentSkills.skill), ({ agentRow }) => agentRow);
      return rows.map((row) => toRecord(row, names.get(row.id) ?? [], skills.get(row.id) ?? []));
    });
  }

  async setSipPassword(id: number, a1: string | null): Promise<void> {
    await this.engine.write(async (tx) => {
      const row = await first(tx.update(agents).set({ sipA1: a1 === null ? null : sipA1(a1) }).where(eq(agents.id, id)).returning());
      if (row === undefined) throw notFound("The agent");
      await tx.delete(sipCredentials).where(eq(sipCredentials.agentRow, id));
    });
  }

  async addSipCredential(credential: SipCredential & { readonly agentRow: number }): Promise<void> {
    const { agentRow } = credential;
    await this.engine.write(async (tx) => {
      if ((await first(tx.select({ id: agents.id }).from(agents).where(eq(agents.id, agentRow)))) === undefined) throw notFound("The agent");
      await tx.insert(sipCredentials).values({ ...credential, a1: sipA1(credential.a1), createdAt: new Date() });
      const newestFirst = await tx.select({ id: sipCredentials.id }).from(sipCredentials).where(eq(sipCredentials.agentRow, agentRow)).orderBy(desc(sipCredentials.createdAt), desc(insertion));
      const old = newestFirst.slice(MAX_ONE_TIME).map(({ id }) => id);
      if (old.length > 0) await tx.delete(sipCredentials).where(inArray(sipCredentials.id, old));
    });
  }

  async sipHashes(now: Date): Promise<ReadonlyMap<number, SipHashes>> {
    return this.engine.read(async (db) => {
      const oneTime = groupBy(await db.select().from(sipCredentials).where(gt(sipCredentials.expiresAt, now)), ({ agentRow }) => agentRow);
      const own = await db.select({ id: agents.id, a1: agents.sipA1 }).from(agents);
      return new Map(own.map(({ id, a1 }) => [id, { own: a1, oneTime: (oneTime.get(id) ?? []).map(toCredential) }]));
    });
  }

  async sipHashesOf(id: number, now: Date): Promise<SipHashes | null> {
    return this.engine.read(async (db) => {
      const agent = await first(db.select({ a1: agents.sipA1 }).from(agents).where(eq(agents.id, id)));
      if (agent === undefined) return null;
      const oneTime = await db.select().from(sipCredentials).where(and(eq(sipCredentials.agentRow, id), gt(sipCredentials.expiresAt, now)));
      return { own: agent.a1, oneTime: oneTime.map(toCredential) };
    });
  }

  async purgeSipCredentials(before: Date): Promise<number> {
    return this.engine.write(async (tx) => (await tx.delete(sipCredentials).where(lte(sipCredentials.expiresAt, before)).returning({ id: sipCredentials.id })).length);
  }

  async #record(db: Reader, id: number): Promise<AgentRecord> {
    const row = await first(db.select().from(agents).where(eq(agents.id, id)));
    if (row === undefined) throw notFound("The agent");
    const names = await this.#memberships(db).where(eq(agentDepartments.agentRow, row.id));
    return toRecord(row, names, await db.select().from(agentSkills).where(eq(agentSkills.agentRow, row.id)).orderBy(agentSkills.skill));
  }

  #memberships(db: Reader) {
    return db
      .select({ agentRow: agentDepartments.agentRow, name: departments.name })
      .from(agentDepartments)
      .innerJoin(departments, eq(departments.id, agentDepartments.departmentRow))
      .orderBy(departments.name)
      .$dynamic();
  }
}
