/** What still points to something that was to be removed, with the way to each. */
import type { UsedBy } from "../../api/problem.js";

export interface User {
  readonly id: string;
  /** Null: it has no page of its own. */
  readonly to: { readonly path: string; readonly query?: { readonly open: string } } | null;
}
export interface UserGroup {
  readonly type: UsedBy["type"];
  readonly users: readonly User[];
}

const PATHS = { line: "/admin/lines", config: "/admin/voice", department: "/admin/departments", agent: "/admin/agents", callback: "/admin/callbacks", organization: "/admin/organization" } as const;

export function usersOf(usedBy: readonly UsedBy[]): readonly UserGroup[] {
  const types = [...new Set(usedBy.map(({ type }) => type))];
  return types.map((type) => ({ type, users: usedBy.filter((one) => one.type === type).map(({ id }) => ({ id, to: type === "organization" ? { path: PATHS[type] } : { path: PATHS[type], query: { open: id } } })) }));
}
