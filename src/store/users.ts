import { and, eq, isNull, ne, or, sql } from "drizzle-orm";
import { conflict, invalid, notFound } from "../errors.js";
import { extension } from "../freeswitch/index.js";
import { isSupervisionMode, permissions, USER_ROLES } from "../people/index.js";
import { agentWords, username } from "./input.js";
import { insertAgent, writeSets } from "./agents.js";
import { usersMeant, whoLogsIn } from "./logins.js";
import { first, returned } from "./rows.js";
import type { Reader, Writer } from "./sqlite/engine.js";
import { requireOrganization } from "./home.js";
import { Repository } from "./sqlite/repository.js";
import { agents, browserSessions, organizations, sipCredentials, tokens, users } from "./schema.js";
import type { NewUser, OwnLogin, UserChange, UserRecord, UserRepository, UserRole } from "./types.js";

type Row = typeof users.$inferSelect;

const toRecord = (row: Row, phone: string | null): UserRecord => ({
  extension: phone === null ? null : extension(phone, "extension"),
  ...row,
  permissions: row.permissions === null ? null : row.permissions.filter(isSupervisionMode),
});

const ofOrganization = (organizationId: number | null) => (organizationId === null ? isNull(users.organizationId) : eq(users.organizationId, organizationId));
const usernameIs = (name: string) => sql`lower(${users.username}) = lower(${name})`;

function checkedPermissions(role: UserRole, values: readonly string[] | null | undefined): readonly string[] | null {
  if (values === null || values === undefined) return null;
  if (role !== "supervisor") throw invalid("permissions", `are set for supervisors alone; the role ${role} has ${role === "agent" ? "none" : "all of them"}`);
  return permissions(values);
}

/** The extension of a new user: of an existing agent, or of one who is made with the user. Throws Conflict. */
async function phoneFor(tx: Writer, organizationId: number, words: { readonly agentId: string; readonly extension: string | undefined }, { username: name, departments }: NewUser): Promise<string> {
  const sets = departments === undefined ? {} : { departments };
  const known = await first(tx.select().from(agents).where(and(eq(agents.organizationId, organizationId), eq(agents.agentId, words.agentId))));
  if (known === undefined) return (await insertAgent(tx, { organizationId, agentId: words.agentId, ...(words.extension === undefined ? {} : { extension: words.extension }), name, ...sets })).extension;
  const user = await first(tx.select().from(users).where(and(eq(users.organizationId, organizationId), eq(users.agentId, words.agentId))));
  if (user !== undefined) throw conflict(`The agent id ${words.agentId} belongs to ${user.username} already.`);
  if (words.extension !== undefined && words.extension !== known.extension) throw conflict(`The agent ${words.agentId} has the extension ${known.extension}.`);
  await writeSets(tx, known, sets);
  return known.extension;
}

const phoneOf = async (tx: Reader, { organizationId, agentId }: Row): Promise<string | null> =>
  organizationId === null || agentId === null
    ? null
    : ((await first(tx.select({ extension: agents.extension }).from(agents).where(and(eq(agents.organizationId, organizationId), eq(agents.agentId, agentId)))))?.extension ?? null);

/** Revokes the user's tokens, and ends the browser sessions, with whose rows go those of their tokens. */
async function endLogins(tx: Writer, userId: number, own: OwnLogin | undefined): Promise<void> {
  const { tokenId, sessionId = null } = own ?? {};
  const others = tokenId === undefined ? undefined : and(ne(tokens.jti, tokenId), sessionId === null ? undefined : or(isNull(tokens.sessionId), ne(tokens.sessionId, sessionId)));
  await tx.delete(browserSessions).where(and(eq(browserSessions.userId, userId), sessionId === null ? undefined : ne(browserSessions.id, sessionId)));
  await tx.update(tokens).set({ revokedAt: new Date() }).where(and(eq(tokens.userId, userId), isNull(tokens.revokedAt), others));
}

/** Deletes the one-time passwords that the login has issued. */
async function endOneTimePasswords(tx: Writer, { organizationId, agentId }: Row): Promise<void> {
  if (organizationId === null || agentId === null) return;
  const agent = await first(tx.select({ id: agents.id }).from(agents).where(and(eq(agents.organizationId, organizationId), eq(agents.agentId, agentId))));
  if (agent !== undefined) await tx.delete(sipCredentials).where(eq(sipCredentials.agentRow, agent.id));
}

export class SqliteUsers extends Repository implements UserRepository {
  async create(input: NewUser): Promise<UserRecord> {
    const name = username(input.username);
    if (!USER_ROLES.includes(input.role)) throw invalid("role", `is not one of ${USER_ROLES.join(", ")}`);
    if (input.role === "root" ? input.organizationId !== null : input.organizationId === null) {
      throw invalid("organization", input.role === "root" ? "is not for root, who belongs to none" : `is needed for the role ${input.role}`);
    }
    const words = agentWords(input.agentId, input.extension);
    if (input.role === "agent" && words === null) throw invalid("agent", "is needed for the role agent");
    if (input.role === "root" && words !== null) throw invalid("agent", "is not for root, who has no phone");
    if (input.departments !== undefined && words === null) throw invalid("departments", "are an agent's: give an agent id");
    const modes = checkedPermissions(input.role, input.permissions);
    const { organizationId } = input;
    return this.engine.write(async (tx) => {
      if (organizationId !== null) await requireOrganization(tx, organizationId);
      if ((await first(tx.select().from(users).where(and(ofOrganization(organizationId), usernameIs(name))))) !== undefined) throw conflict(`There is a user ${name} already.`);
      const phone = organizationId === null || words === null ? null : await phoneFor(tx, organizationId, words, input);
      const row = await returned(tx
        .insert(users)
        .values({ username: name, organizationId, role: input.role, agentId: words?.agentId ?? null, permissions: modes, passwordHash: input.passwordHash, createdAt: new Date() })
        .returning());
      return toRecord(row, phone);
    });
  }

  async update(id: number, change: UserChange, own?: OwnLogin): Promise<UserRecord> {
    return this.engine.write(async (tx) => {
      const before = await first(tx.select().from(users).where(eq(users.id, id)));
      if (before === undefined) throw notFound("The user");
      const role = change.role ?? before.role;
      if ((role === "root") !== (before.role === "root")) throw invalid("role", "root is given when a user is made, and stays");
      if (role === "agent" && before.agentId === null) throw invalid("role", "agent needs an agent id");
      // A supervisor's permissions mean nothing in another role, and must not return with a later change of the role.
      const kept = role === before.role ? before.permissions : null;
      const modes = change.permissions === undefined ? kept : checkedPermissions(role, change.permissions);
      const disabled = change.disabled ?? before.disabled;
      const withdrawn = change.passwordHash !== undefined || (disabled && !before.disabled);
      if (withdrawn) await endLogins(tx, id, own);
      if (withdrawn || role !== before.role) await endOneTimePasswords(tx, before);
      const row = await returned(tx
        .update(users)
        .set({ role, permissions: modes, disabled, passwordHash: change.passwordHash ?? before.passwordHash })
        .where(eq(users.id, id))
        .returning());
      return toRecord(row, await phoneOf(tx, row));
    });
  }

  async remove(id: number): Promise<void> {
    await this.engine.write(async (tx) => {
      const row = await first(tx.delete(users).where(eq(users.id, id)).returning());
      if (row === undefined) throw notFound("The user");
      await endOneTimePasswords(tx, row);
    });
  }

  async find(id: number): Promise<UserRecord | null> {
    return this.engine.read(async (db) => {
      const row = await first(db.select().from(users).where(eq(users.id, id)));
      return row === undefined ? null : toRecord(row, await phoneOf(db, row));
    });
  }

  async findByAgent(organizationId: number, agentId: string): Promise<UserRecord | null> {
    return this.engine.read(async (db) => {
      const row = await first(db.select().from(users).where(and(eq(users.organizationId, organizationId), eq(users.agentId, agentId))));
      return row === undefined ? null : toRecord(row, await phoneOf(db, row));
    });
  }

  async findByUsername(login: string): Promise<UserRecord | null> {
    return whoLogsIn(await this.named(login)) ?? null;
  }

  async named(login: string, organizationId?: number): Promise<readonly UserRecord[]> {
    return this.engine.read(async (db) => {
      // Candidates by the whole name, and by the part before the last `@`.
      const at = login.lastIndexOf("@");
      const named = await db.select().from(users).where(at <= 0 ? usernameIs(login) : or(usernameIs(login), usernameIs(login.slice(0, at)))).orderBy(users.id);
      const organization = at <= 0 ? undefined : await first(db.select().from(organizations).where(sql`lower(${organizations.domain}) = lower(${login.slice(at + 1)})`));
      const is = (row: Row, name: string): boolean => row.username.toLowerCase() === name.toLowerCase();
      const rows = usersMeant<Row>(login, {
        organizationByDomain: () => organization,
        within: (id, name) => named.find((row) => row.organizationId === id && is(row, name)),
        named: (name) => named.filter((row) => is(row, name)),
      });
      return Promise.all(rows.filter((row) => organizationId === undefined || row.organizationId === organizationId).map(async (row) => toRecord(row, await phoneOf(db, row))));
    });
  }

  async list(organizationId?: number): Promise<readonly UserRecord[]> {
    const own = organizationId === undefined ? undefined : eq(users.organizationId, organizationId);
    const phone = and(eq(agents.organizationId, users.organizationId), eq(agents.agentId, users.agentId));
    const rows = await this.engine.read(async (db) => db.select({ user: users, phone: agents.extension }).from(users).leftJoin(agents, phone).where(own).orderBy(sql`lower(${users.username})`));
    return rows.map(({ user, phone: extensionOfUser }) => toRecord(user, extensionOfUser));
  }
}
