/** People who log in. */
import { assertGoodPassword, assertMayAdminister, assertMayGrant } from "../auth/index.js";
import { invalid } from "../errors.js";
import type { NewUser, SupervisionMode, UserChange, UserRecord, UserRole } from "../people/index.js";
import { own, refuseLastAdmin, unit, type AdministrationStore, type Administrator } from "./administration.js";

export type NewLogin = Omit<NewUser, "passwordHash" | "permissions"> & { readonly permissions?: readonly SupervisionMode[] | null; readonly password: string };
export type LoginChange = Pick<UserChange, "role" | "disabled"> & { readonly permissions?: readonly SupervisionMode[] | null };

/** Nobody changes whom the granter stands not above (auth/grants.ts): Forbidden. */
export class UserAdministration {
  readonly #store: AdministrationStore;
  readonly #hashPassword: (password: string) => Promise<string>;

  constructor(store: AdministrationStore, hashPassword: (password: string) => Promise<string>) {
    this.#store = store;
    this.#hashPassword = hashPassword;
  }

  /** By user name; of all organizations, root's people included, for null. */
  list(organizationId: number | null): Promise<readonly UserRecord[]> {
    return organizationId === null ? this.#store.users.list() : this.#store.users.list(organizationId);
  }

  /** Throws NotFound. */
  async get(by: Administrator, id: number): Promise<UserRecord> {
    return own(by, await this.#store.users.find(id), "The user");
  }

  /** Throws InvalidParameter naming the field, NotFound, Conflict, Forbidden. */
  async create(by: Administrator, { password, ...input }: NewLogin): Promise<UserRecord> {
    assertGoodPassword(password, input.username);
    assertMayGrant(by, { role: input.role, said: input.permissions ?? null });
    const passwordHash = await this.#hashPassword(password);
    return unit(this.#store, by, async (tx, note) => {
      const made = await tx.users.create({ ...input, passwordHash });
      await note(made.organizationId, "user.create", made.username, { role: made.role, agent: made.agentId });
      return made;
    });
  }

  /** Tokens, sessions and registrations end when the user is disabled. Throws InvalidParameter, NotFound, Forbidden, Conflict for the last admin. */
  async update(by: Administrator, id: number, change: LoginChange): Promise<UserRecord> {
    return unit(this.#store, by, async (tx, note) => {
      const before = own(by, await tx.users.find(id), "The user");
      assertMayAdminister(by, before.role);
      const role: UserRole = change.role ?? before.role;
      if (change.role !== undefined || change.permissions !== undefined) assertMayGrant(by, { role, said: change.permissions ?? (role === before.role ? before.permissions : null) });
      if (role !== "admin" || change.disabled === true) await refuseLastAdmin(tx.users, by, before);
      const changed = await tx.users.update(id, change);
      if (change.disabled !== undefined && change.disabled !== before.disabled) await note(changed.organizationId, change.disabled ? "user.disable" : "user.enable", changed.username);
      if (change.role !== undefined || change.permissions !== undefined) await note(changed.organizationId, "user.update", changed.username, { role: changed.role, permissions: changed.permissions?.join(",") ?? null });
      return changed;
    });
  }

  /** The user's tokens, sessions and registrations end. Throws InvalidParameter (`password`), NotFound, Forbidden. */
  async setPassword(by: Administrator, id: number, password: string): Promise<UserRecord> {
    const { username, role } = await this.get(by, id);
    assertMayAdminister(by, role);
    assertGoodPassword(password, username);
    const passwordHash = await this.#hashPassword(password);
    return unit(this.#store, by, async (tx, note) => {
      assertMayAdminister(by, own(by, await tx.users.find(id), "The user").role);
      const changed = await tx.users.update(id, { passwordHash });
      await note(changed.organizationId, "user.passwd", changed.username);
      return changed;
    });
  }

  /** The agent and the agent's phone stay, unless `withAgent`. Gives the agent id that went too. Throws NotFound, Forbidden, Conflict for the last admin, InUse for an agent whom lines ring. */
  async remove(by: Administrator, id: number, { withAgent = false }: { readonly withAgent?: boolean } = {}): Promise<{ readonly user: UserRecord; readonly agent: string | null }> {
    return unit(this.#store, by, async (tx, note) => {
      const user = own(by, await tx.users.find(id), "The user");
      assertMayAdminister(by, user.role);
      await refuseLastAdmin(tx.users, by, user);
      const { organizationId, agentId } = user;
      const agent = !withAgent || organizationId === null || agentId === null ? null : await tx.agents.find(organizationId, agentId);
      if (withAgent && agent === null) throw invalid("withAgent", `The user ${user.username} is no agent.`);
      if (agent === null) await tx.users.remove(id);
      // Removes the login too.
      else await tx.agents.remove(agent.id);
      await note(organizationId, "user.delete", user.username, { role: user.role, agent: agentId });
      if (agent !== null) await note(organizationId, "agent.delete", agent.agentId, { extension: agent.extension });
      return { user, agent: agent?.agentId ?? null };
    });
  }
}

