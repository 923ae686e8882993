import { and, desc, eq, gt, inArray, lte, ne, or, sql } from "drizzle-orm";
import { CallplaneError, invalid, notFound } from "../errors.js";
import { extension } from "../freeswitch/index.js";
import { agentName, allowedPrefixes, departmentNames, sipA1, skillLevels, wholeNumber } from "./input.js";
import { groupBy } from "./group.js";
import { homeOf } from "./home.js";
import { IMMEDIATE } from "./engine.js";
import type { Database, Engine } from "./engine.js";
import { agentDepartments, agents, agentSkills, departments, organizations, sipCredentials, users } from "./schema.js";
import type { AgentChanges, AgentRecord, AgentRepository, NewAgent, SipCredential, SipHashes } from "./types.js";

type Row = typeof agents.$inferSelect;
export type Reader = Pick<Database, "select">;
type Writer = Pick<Database, "select" | "insert" | "delete" | "update">;

const MAX_RING_S = 120;
const MAX_WRAP_UP_S = 3600;
const MAX_ONE_TIME = 20;

/** An agent is found by her id and by her extension, so neither may be another's id or extension. Throws Conflict naming the field. */
function refuseTaken(tx: Reader, organizationId: number, words: { readonly agentId: string; readonly extension: string }, except = -1): void {
  const { agentId, extension: phone } = words;
  const taken = tx
    .select()
    .from(agents)
    .where(and(eq(agents.organizationId, organizationId), ne(agents.id, except), or(inArray(agents.agentId, [agentId, phone]), inArray(agents.extension, [agentId, phone]))))
    .get();
  if (taken === undefined) return;
  // One word for both is an extension that serves as the id.
  const byId = agentId !== phone && (taken.agentId === agentId || taken.extension === agentId);
  const [parameter, word] = byId ? ["id", `agent id ${agentId}`] : ["extension", `extension ${phone}`];
  throw new CallplaneError("Conflict", `${parameter}: The ${word} belongs to the agent ${taken.agentId} already.`, { parameter });
}

/** Whoever dials an emergency number must reach the emergency service, and no agent is to be taken for it. Throws InvalidParameter naming the field. */
function refuseEmergency(tx: Reader, organizationId: number, words: { readonly id?: string; readonly extension?: string }): void {
  const { emergencyNumbers } = homeOf(tx, organizationId);
  for (const [parameter, word] of Object.entries(words)) if (emergencyNumbers.has(word)) throw invalid(parameter, `${word} is an emergency number.`);
}

/** Inserts an agent with what is given of her; for the repository and for users who are made with a phone. Throws Conflict. */
export function insertAgent(tx: Writer, input: NewAgent): Row {
  const words = { agentId: extension(input.agentId, "id"), extension: extension(input.extension ?? input.agentId, "extension") };
  refuseEmergency(tx, input.organizationId, { id: words.agentId, extension: words.extension });
  refuseTaken(tx, input.organizationId, words);
  const row = tx
    .insert(agents)
    .values({ organizationId: input.organizationId, ...words, name: agentName(input.name ?? words.agentId), ...checked(input), createdAt: new Date() })
    .returning()
    .get();
  writeSets(tx, row, input);
  return row;
}

function checked({ ringTimeoutS, wrapUpS, allowedPrefixes: prefixes }: AgentChanges): Partial<Row> {
  return {
    ...(ringTimeoutS === undefined ? {} : { ringTimeoutS: ringTimeoutS === null ? null : wholeNumber(ringTimeoutS, 3, MAX_RING_S, "ringTimeoutS") }),
    ...(wrapUpS === undefined ? {} : { wrapUpS: wrapUpS === null ? null : wholeNumber(wrapUpS, -1, MAX_WRAP_UP_S, "wrapUpS") }),
    ...(prefixes === undefined ? {} : { allowedPrefixes: prefixes === null ? null : allowedPrefixes(prefixes) }),
  };
}

/** Throws InvalidParameter for a department that the organization has not. */
function writeSets(tx: Writer, row: Row, { departments: names, skills }: AgentChanges): void {
  if (names !== undefined) {
    const wanted = departmentNames(names);
    const known = wanted.length === 0 ? [] : tx.select().from(departments).where(and(eq(departments.organizationId, row.organizationId), inArray(departments.name, wanted))).all();
    const missing = wanted.filter((name) => !known.some((each) => each.name === name));
    if (missing.length > 0) throw invalid("departments", `the organization has no department ${missing.join(", ")}.`);
    tx.delete(agentDepartments).where(eq(agentDepartments.agentRow, row.id)).run();
    if (known.length > 0) tx.insert(agentDepartments).values(known.map(({ id }) => ({ agentRow: row.id, departmentRow: id }))).run();
  }
  if (skills !== undefined) {
    const levels = Object.entries(skillLevels(skills));
    tx.delete(agentSkills).where(eq(agentSkills.agentRow, row.id)).run();
    if (levels.length > 0) tx.insert(agentSkills).values(levels.map(([skill, level]) => ({ agentRow: row.id, skill, level }))).run();
  }
}

function toRecord(row: Row, memberships: readonly { readonly name: string }[], skills: readonly { readonly skill: string; readonly level: number }[]): AgentRecord {
  const { sipA1: hash, ...columns } = row;
  return {
    ...columns,
    extension: extension(row.extension, "extension"),
    departments: memberships.map(({ name }) => name),
    skills: Object.fromEntries(skills.map(({ skill, level }) => [skill, level])),
    hasPassword: hash !== null,
  };
}

const toCredential = ({ id, a1, expiresAt }: typeof sipCredentials.$inferSelect): SipCredential => ({ id, a1, expiresAt });

export class SqliteAgents implements AgentRepository {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async create(input: NewAgent): Promise<AgentRecord> {
    const record = this.#engine.db.transaction((tx) => {
      if (tx.select().from(organizations).where(eq(organizations.id, input.organizationId)).get() === undefined) throw notFound("The organization");
      return this.#record(tx, insertAgent(tx, input));
    }, IMMEDIATE);
    await this.#written(record);
    return record;
  }

  async update(id: number, change: AgentChanges): Promise<AgentRecord> {
    const record = this.#engine.db.transaction((tx) => {
      const before = tx.select().from(agents).where(eq(agents.id, id)).get();
      if (before === undefined) throw notFound("The agent");
      const phone = change.extension === undefined ? before.extension : extension(change.extension, "extension");
      // One who has such an extension from before keeps it: the other settings can still be changed.
      if (phone !== before.extension) refuseEmergency(tx, before.organizationId, { extension: phone });
      refuseTaken(tx, before.organizationId, { agentId: before.agentId, extension: phone }, id);
      const row = tx
        .update(agents)
        .set({
          // A change of her departments or skills alone sets no column.
          agentId: before.agentId,
          ...checked(change),
          ...(change.name === undefined ? {} : { name: agentName(change.name) }),
          // The hash is of the extension too: with another one no password fits any more.
          ...(phone === before.extension ? {} : { extension: phone, sipA1: null }),
        })
        .where(eq(agents.id, id))
        .returning()
        .get();
      if (row === undefined) throw notFound("The agent");
      if (phone !== before.extension) tx.delete(sipCredentials).where(eq(sipCredentials.agentRow, id)).run();
      writeSets(tx, row, change);
      return this.#record(tx, row);
    }, IMMEDIATE);
    await this.#written(record);
    return record;
  }

  async remove(id: number): Promise<void> {
    const gone = this.#engine.db.transaction((tx) => {
      const row = tx.select().from(agents).where(eq(agents.id, id)).get();
      if (row === undefined) throw notFound("The agent");
      tx.delete(users).where(and(eq(users.organizationId, row.organizationId), eq(users.agentId, row.agentId))).run();
      tx.delete(agents).where(eq(agents.id, id)).run();
      return row;
    }, IMMEDIATE);
    await this.#written(gone);
  }

  async find(organizationId: number, agentId: string): Promise<AgentRecord | null> {
    const { db } = this.#engine;
    const row = db.select().from(agents).where(and(eq(agents.organizationId, organizationId), eq(agents.agentId, agentId))).get();
    return row === undefined ? null : this.#record(db, row);
  }

  async list(organizationId?: number): Promise<readonly AgentRecord[]> {
    return this.#engine.db.transaction((tx) => {
      const query = tx.select().from(agents);
      const rows = (organizationId === undefined ? query : query.where(eq(agents.organizationId, organizationId))).orderBy(agents.organizationId, agents.agentId).all();
      const names = groupBy(this.#memberships(tx).all(), ({ agentRow }) => agentRow);
      const skills = groupBy(tx.select().from(agentSkills).orderBy(agentSkills.skill).all(), ({ agentRow }) => agentRow);
      return rows.map((row) => toRecord(row, names.get(row.id) ?? [], skills.get(row.id) ?? []));
    });
  }

  async setSipPassword(id: number, a1: string | null): Promise<void> {
    const done = this.#engine.db.transaction((tx) => {
      const row = tx.update(agents).set({ sipA1: a1 === null ? null : sipA1(a1) }).where(eq(agents.id, id)).returning().get();
      if (row === undefined) throw notFound("The agent");
      tx.delete(sipCredentials).where(eq(sipCredentials.agentRow, id)).run();
      return row;
    }, IMMEDIATE);
    await this.#written(done);
  }

  async addSipCredential(credential: SipCredential & { readonly agentRow: number }): Promise<void> {
    const { agentRow } = credential;
    this.#engine.db.transaction((tx) => {
      if (tx.select({ id: agents.id }).from(agents).where(eq(agents.id, agentRow)).get() === undefined) throw notFound("The agent");
      tx.insert(sipCredentials).values({ ...credential, a1: sipA1(credential.a1), createdAt: new Date() }).run();
      const newestFirst = tx.select({ id: sipCredentials.id }).from(sipCredentials).where(eq(sipCredentials.agentRow, agentRow)).orderBy(desc(sipCredentials.createdAt), desc(sql`rowid`)).all();
      const old = newestFirst.slice(MAX_ONE_TIME).map(({ id }) => id);
      if (old.length > 0) tx.delete(sipCredentials).where(inArray(sipCredentials.id, old)).run();
    }, IMMEDIATE);
    await this.#engine.written({ kind: "credentials", agentRow });
  }

  async sipHashes(now: Date): Promise<ReadonlyMap<number, SipHashes>> {
    const { db } = this.#engine;
    const oneTime = groupBy(db.select().from(sipCredentials).where(gt(sipCredentials.expiresAt, now)).all(), ({ agentRow }) => agentRow);
    const own = db.select({ id: agents.id, a1: agents.sipA1 }).from(agents).all();
    return new Map(own.map(({ id, a1 }) => [id, { own: a1, oneTime: (oneTime.get(id) ?? []).map(toCredential) }]));
  }

  async sipHashesOf(id: number, now: Date): Promise<SipHashes | null> {
    const { db } = this.#engine;
    const agent = db.select({ a1: agents.sipA1 }).from(agents).where(eq(agents.id, id)).get();
    if (agent === undefined) return null;
    const oneTime = db.select().from(sipCredentials).where(and(eq(sipCredentials.agentRow, id), gt(sipCredentials.expiresAt, now))).all();
    return { own: agent.a1, oneTime: oneTime.map(toCredential) };
  }

  async purgeSipCredentials(before: Date): Promise<number> {
    return this.#engine.db.delete(sipCredentials).where(lte(sipCredentials.expiresAt, before)).run().changes;
  }

  #written({ id, organizationId, agentId }: Pick<Row, "id" | "organizationId" | "agentId">): Promise<void> {
    return this.#engine.written({ kind: "agent", organizationId, agentId, agentRow: id });
  }

  #record(db: Reader, row: Row): AgentRecord {
    const names = this.#memberships(db).where(eq(agentDepartments.agentRow, row.id)).all();
    return toRecord(row, names, db.select().from(agentSkills).where(eq(agentSkills.agentRow, row.id)).orderBy(agentSkills.skill).all());
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
