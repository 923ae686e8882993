import { and, eq, isNull, sql } from "drizzle-orm";
import { conflict, invalid, notFound } from "../errors.js";
import { extension } from "../freeswitch/index.js";
import { agentWords, isSupervisionMode, permissions, USER_ROLES, username } from "./input.js";
import { insertAgent } from "./agents.js";
import type { Reader } from "./agents.js";
import { IMMEDIATE } from "./engine.js";
import { usersMeant, whoLogsIn } from "./logins.js";
import type { Database, Engine } from "./engine.js";
import { agents, organizations, sipCredentials, tokens, users } from "./schema.js";
import type { NewUser, UserChange, UserRecord, UserRepository, UserRole } from "./types.js";

type Row = typeof users.$inferSelect;

const toRecord = (row: Row, phone: string | null): UserRecord => ({
  id: row.id,
  username: row.username,
  organizationId: row.organizationId,
  role: row.role,
  agentId: row.agentId,
  extension: phone === null ? null : extension(phone, "extension"),
  permissions: row.permissions === null ? null : row.permissions.filter(isSupervisionMode),
  passwordHash: row.passwordHash,
  disabled: row.disabled,
  createdAt: row.createdAt,
});

const ofOrganization = (organizationId: number | null) => (organizationId === null ? isNull(users.organizationId) : eq(users.organizationId, organizationId));
const usernameIs = (name: string) => sql`lower(${users.username}) = lower(${name})`;

function checkedPermissions(role: UserRole, values: readonly string[] | null | undefined): readonly string[] | null {
  if (values === null || values === undefined) return null;
  if (role !== "supervisor") throw invalid("permissions", `are set for supervisors alone; the role ${role} has ${role === "agent" ? "none" : "all of them"}`);
  return permissions(values);
}

/** The phone of a new user: that of the agent whom she becomes, or of one who is made with her. Throws Conflict. */
function phoneFor(tx: Pick<Database, "select" | "insert" | "delete" | "update">, organizationId: number, words: { readonly agentId: string; readonly extension: string | undefined }, name: string): string {
  const known = tx.select().from(agents).where(and(eq(agents.organizationId, organizationId), eq(agents.agentId, words.agentId))).get();
  if (known === undefined) return insertAgent(tx, { organizationId, agentId: words.agentId, ...(words.extension === undefined ? {} : { extension: words.extension }), name }).extension;
  const user = tx.select().from(users).where(and(eq(users.organizationId, organizationId), eq(users.agentId, words.agentId))).get();
  if (user !== undefined) throw conflict(`The agent id ${words.agentId} belongs to ${user.username} already.`);
  if (words.extension !== undefined && words.extension !== known.extension) throw conflict(`The agent ${words.agentId} has the extension ${known.extension}.`);
  return known.extension;
}

const phoneOf = (tx: Reader, { organizationId, agentId }: Row): string | null =>
  organizationId === null || agentId === null
    ? null
    : (tx.select({ extension: agents.extension }).from(agents).where(and(eq(agents.organizationId, organizationId), eq(agents.agentId, agentId))).get()?.extension ?? null);

/** What a login has given itself for its phone ends with what the login was. */
function endOneTimePasswords(tx: Pick<Database, "select" | "delete">, { organizationId, agentId }: Row): void {
  if (organizationId === null || agentId === null) return;
  const agent = tx.select({ id: agents.id }).from(agents).where(and(eq(agents.organizationId, organizationId), eq(agents.agentId, agentId))).get();
  if (agent !== undefined) tx.delete(sipCredentials).where(eq(sipCredentials.agentRow, agent.id)).run();
}

export class SqliteUsers implements UserRepository {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async create(input: NewUser): Promise<UserRecord> {
    const name = username(input.username);
    if (!USER_ROLES.includes(input.role)) throw invalid("role", `is not one of ${USER_ROLES.join(", ")}`);
    if (input.role === "root" ? input.organizationId !== null : input.organizationId === null) {
      throw invalid("organization", input.role === "root" ? "is not for root, who belongs to none" : `is needed for the role ${input.role}`);
    }
    const words = agentWords(input.agentId, input.extension);
    if (input.role === "agent" && words === null) throw invalid("agent", "is needed for the role agent");
    if (input.role === "root" && words !== null) throw invalid("agent", "is not for root, who has no phone");
    const modes = checkedPermissions(input.role, input.permissions);
    const { organizationId } = input;
    const record = this.#engine.db.transaction((tx) => {
      if (organizationId !== null && tx.select().from(organizations).where(eq(organizations.id, organizationId)).get() === undefined) throw notFound("The organization");
      if (tx.select().from(users).where(and(ofOrganization(organizationId), usernameIs(name))).get() !== undefined) throw conflict(`There is a user ${name} already.`);
      const phone = organizationId === null || words === null ? null : phoneFor(tx, organizationId, words, name);
      const row = tx
        .insert(users)
        .values({ username: name, organizationId, role: input.role, agentId: words?.agentId ?? null, permissions: modes, passwordHash: input.passwordHash, createdAt: new Date() })
        .returning()
        .get();
      return toRecord(row, phone);
    }, IMMEDIATE);
    await this.#written(record);
    return record;
  }

  async update(id: number, change: UserChange): Promise<UserRecord> {
    const record = this.#engine.db.transaction((tx) => {
      const before = tx.select().from(users).where(eq(users.id, id)).get();
      if (before === undefined) throw notFound("The user");
      const role = change.role ?? before.role;
      if ((role === "root") !== (before.role === "root")) throw invalid("role", "root is given when a user is made, and stays");
      if (role === "agent" && before.agentId === null) throw invalid("role", "agent needs an agent id");
      // Permissions of a supervisor mean nothing in another role, and must not come back by surprise.
      const kept = role === before.role ? before.permissions : null;
      const modes = change.permissions === undefined ? kept : checkedPermissions(role, change.permissions);
      const disabled = change.disabled ?? before.disabled;
      const withdrawn = change.passwordHash !== undefined || (disabled && !before.disabled);
      if (withdrawn) tx.update(tokens).set({ revokedAt: new Date() }).where(and(eq(tokens.userId, id), isNull(tokens.revokedAt))).run();
      if (withdrawn || role !== before.role) endOneTimePasswords(tx, before);
      const row = tx
        .update(users)
        .set({ role, permissions: modes, disabled, passwordHash: change.passwordHash ?? before.passwordHash })
        .where(eq(users.id, id))
        .returning()
        .get();
      return toRecord(row, phoneOf(tx, row));
    }, IMMEDIATE);
    await this.#written(record);
    return record;
  }

  async remove(id: number): Promise<void> {
    const gone = this.#engine.db.transaction((tx) => {
      const row = tx.delete(users).where(eq(users.id, id)).returning().get();
      if (row === undefined) throw notFound("The user");
      endOneTimePasswords(tx, row);
      return row;
    }, IMMEDIATE);
    await this.#written(gone);
  }

  async findByAgent(organizationId: number, agentId: string): Promise<UserRecord | null> {
    const row = this.#engine.db.select().from(users).where(and(eq(users.organizationId, organizationId), eq(users.agentId, agentId))).get();
    return row === undefined ? null : toRecord(row, phoneOf(this.#engine.db, row));
  }

  async findByUsername(login: string): Promise<UserRecord | null> {
    return whoLogsIn(await this.named(login)) ?? null;
  }

  async named(login: string, organizationId?: number): Promise<readonly UserRecord[]> {
    const { db } = this.#engine;
    const rows = usersMeant<Row>(login, {
      organizationByDomain: (domain) => db.select().from(organizations).where(sql`lower(${organizations.domain}) = lower(${domain})`).get(),
      within: (id, name) => db.select().from(users).where(and(ofOrganization(id), usernameIs(name))).get(),
      named: (name) => db.select().from(users).where(usernameIs(name)).orderBy(users.id).all(),
    });
    return rows.filter((row) => organizationId === undefined || row.organizationId === organizationId).map((row) => toRecord(row, phoneOf(db, row)));
  }

  async list(organizationId?: number): Promise<readonly UserRecord[]> {
    const query = this.#engine.db
      .select({ user: users, phone: agents.extension })
      .from(users)
      .leftJoin(agents, and(eq(agents.organizationId, users.organizationId), eq(agents.agentId, users.agentId)));
    const rows = (organizationId === undefined ? query : query.where(eq(users.organizationId, organizationId))).orderBy(sql`lower(${users.username})`).all();
    return rows.map(({ user, phone }) => toRecord(user, phone));
  }

  /** One who is an agent's login changes nothing but that agent. */
  async #written({ organizationId, agentId }: { readonly organizationId: number | null; readonly agentId: string | null }): Promise<void> {
    const known = organizationId === null || agentId === null ? undefined : this.#engine.db.select({ id: agents.id }).from(agents).where(and(eq(agents.organizationId, organizationId), eq(agents.agentId, agentId))).get();
    await this.#engine.written(organizationId === null || agentId === null || known === undefined ? { kind: "accounts" } : { kind: "agent", organizationId, agentId, agentRow: known.id });
  }
}
