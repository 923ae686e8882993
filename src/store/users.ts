import { and, eq, isNull, or, sql } from "drizzle-orm";
import { conflict, invalid, notFound } from "../errors.js";
import { extension } from "../freeswitch/words.js";
import { agentWords, isSupervisionMode, permissions, USER_ROLES, username } from "./input.js";
import type { CheckedAgent } from "./input.js";
import { IMMEDIATE } from "./engine.js";
import type { Database, Engine } from "./engine.js";
import { organizations, tokens, users } from "./schema.js";
import type { NewUser, UserChange, UserRecord, UserRepository, UserRole } from "./types.js";

type Row = typeof users.$inferSelect;
type Reader = Pick<Database, "select">;

const toRecord = (row: Row): UserRecord => ({
  id: row.id,
  username: row.username,
  organizationId: row.organizationId,
  role: row.role,
  agentId: row.agentId,
  extension: row.extension === null ? null : extension(row.extension, "extension"),
  permissions: row.permissions === null ? null : row.permissions.filter(isSupervisionMode),
  passwordHash: row.passwordHash,
  disabled: row.disabled,
  createdAt: row.createdAt,
});

const usernameIs = (name: string) => sql`lower(${users.username}) = lower(${name})`;

function checkedPermissions(role: UserRole, values: readonly string[] | null | undefined): readonly string[] | null {
  if (values === null || values === undefined) return null;
  if (role !== "supervisor") throw invalid("permissions", `are set for supervisors alone; the role ${role} has ${role === "agent" ? "none" : "all of them"}`);
  return permissions(values);
}

/** An agent is found by her id and by her extension, so neither may be another's id or extension. */
function refuseTakenWords(tx: Reader, organizationId: number, words: CheckedAgent): void {
  const { agentId, extension: phone } = words;
  if (agentId === null || phone === null) return;
  const taken = tx
    .select()
    .from(users)
    .where(and(eq(users.organizationId, organizationId), or(eq(users.agentId, agentId), eq(users.extension, agentId), eq(users.agentId, phone), eq(users.extension, phone))))
    .get();
  if (taken === undefined) return;
  const word = taken.agentId === agentId || taken.extension === agentId ? `agent id ${agentId}` : `extension ${phone}`;
  throw conflict(`The ${word} belongs to ${taken.username} already.`);
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
    if (input.role === "agent" && words.agentId === null) throw invalid("agent", "is needed for the role agent");
    if (input.role === "root" && words.agentId !== null) throw invalid("agent", "is not for root, who has no phone");
    const modes = checkedPermissions(input.role, input.permissions);
    const { organizationId } = input;
    const row = this.#engine.db.transaction((tx) => {
      if (organizationId !== null && tx.select().from(organizations).where(eq(organizations.id, organizationId)).get() === undefined) throw notFound("The organization");
      if (tx.select().from(users).where(usernameIs(name)).get() !== undefined) throw conflict(`There is a user ${name} already.`);
      if (organizationId !== null) refuseTakenWords(tx, organizationId, words);
      return tx
        .insert(users)
        .values({ username: name, organizationId, role: input.role, ...words, permissions: modes, passwordHash: input.passwordHash, createdAt: new Date() })
        .returning()
        .get();
    }, IMMEDIATE);
    await this.#engine.written({ kind: "accounts" });
    return toRecord(row);
  }

  async update(id: number, change: UserChange): Promise<UserRecord> {
    const row = this.#engine.db.transaction((tx) => {
      const before = tx.select().from(users).where(eq(users.id, id)).get();
      if (before === undefined) throw notFound("The user");
      const role = change.role ?? before.role;
      if ((role === "root") !== (before.role === "root")) throw invalid("role", "root is given when a user is made, and stays");
      if (role === "agent" && before.agentId === null) throw invalid("role", "agent needs an agent id");
      // Permissions of a supervisor mean nothing in another role, and must not come back by surprise.
      const kept = role === before.role ? before.permissions : null;
      const modes = change.permissions === undefined ? kept : checkedPermissions(role, change.permissions);
      const disabled = change.disabled ?? before.disabled;
      if (change.passwordHash !== undefined || (disabled && !before.disabled)) {
        tx.update(tokens).set({ revokedAt: new Date() }).where(and(eq(tokens.userId, id), isNull(tokens.revokedAt))).run();
      }
      return tx
        .update(users)
        .set({ role, permissions: modes, disabled, passwordHash: change.passwordHash ?? before.passwordHash })
        .where(eq(users.id, id))
        .returning()
        .get();
    }, IMMEDIATE);
    await this.#engine.written({ kind: "accounts" });
    return toRecord(row);
  }

  async remove(id: number): Promise<void> {
    const gone = this.#engine.db.delete(users).where(eq(users.id, id)).run();
    if (gone.changes === 0) throw notFound("The user");
    await this.#engine.written({ kind: "accounts" });
  }

  async findByUsername(name: string): Promise<UserRecord | null> {
    const row = this.#engine.db.select().from(users).where(usernameIs(name)).get();
    return row === undefined ? null : toRecord(row);
  }

  async list(organizationId?: number): Promise<readonly UserRecord[]> {
    const query = this.#engine.db.select().from(users);
    const rows = (organizationId === undefined ? query : query.where(eq(users.organizationId, organizationId))).orderBy(sql`lower(${users.username})`).all();
    return rows.map(toRecord);
  }
}
