/**
 * Nobody grants what the granter does not have (CONTRACT §7). This file alone decides it, for logins, tokens, the credentials of phones, and for changing or
 * removing a person.
 */
import type { Actor, Role, SupervisionMode } from "../people/index.js";
import { CallplaneError } from "../errors.js";
import { supervisionPermissions } from "./permissions.js";

/**
 * The roles of the people and tokens that a role may make, change and give credentials to. A service token stands below everybody who signs in
 * except the agents; root is made by the command line alone.
 */
const BELOW: Readonly<Record<Granter["role"], readonly Role[]>> = {
  agent: [],
  supervisor: [],
  service: ["agent"],
  admin: ["agent", "supervisor", "service", "admin"],
  root: ["agent", "supervisor", "service", "admin"],
  operator: ["agent", "supervisor", "service", "admin", "root"],
};

export type Granter = Pick<Actor, "permissions"> & {
  /** `operator`: who types commands on the server. */
  readonly role: Role | "operator";
};

/** A login or a token. `said`: the supervision modes that are asked for; null: those of the role. */
export interface Grant {
  readonly role: Role;
  readonly said: readonly SupervisionMode[] | null;
}

/** Whether a login or token with this role and these modes may be made, or given to a person. */
export function mayGrant(granter: Granter, { role, said }: Grant): boolean {
  return BELOW[granter.role].includes(role) && [...supervisionPermissions(role, said)].every((mode) => granter.permissions.has(mode));
}

/** Throws Forbidden. */
export function assertMayGrant(granter: Granter, grant: Grant): void {
  if (!mayGrant(granter, grant)) throw new CallplaneError("Forbidden", `The role ${granter.role} may not give the role ${grant.role}${grant.said === null ? "" : " with these modes"}.`);
}

/** Whether a person of this role may be changed, removed, or given credentials. An agent without a login has the role agent. */
export const mayAdminister = (granter: Granter, role: Role): boolean => BELOW[granter.role].includes(role);

/** Throws Forbidden. */
export function assertMayAdminister(granter: Granter, role: Role): void {
  if (!mayAdminister(granter, role)) throw new CallplaneError("Forbidden", `The role ${granter.role} may not change a person of the role ${role}, or give that person credentials.`);
}
