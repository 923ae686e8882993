/** What still points to something that was to be removed, with the way to each. */
import type { Api } from "../../api/client.js";
import { ApiProblem, type UsedBy } from "../../api/problem.js";

/** What others may point to, as the API asks for it. */
export interface Usable {
  readonly type: "department" | "agent" | "config" | "trunk";
  readonly id: string;
}

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

/** So many are named; who has more begins with these. */
const NAMED = 10;

/** What people call them, by "type id": the server names lines and menus by number. What cannot be had keeps its number. */
export async function nameUsers(api: Api, usedBy: readonly UsedBy[]): Promise<ReadonlyMap<string, string>> {
  const known = await Promise.all(usedBy.slice(0, NAMED).map(async (user) => [`${user.type} ${user.id}`, await nameOf(api, user)] as const));
  return new Map(known);
}

async function nameOf(api: Api, { type, id }: UsedBy): Promise<string> {
  try {
    if (type === "line") {
      const { data } = await api.GET("/voiceconfig/phonelines/{lineid}", { params: { path: { lineid: id } } });
      return data === undefined ? id : `${data.phoneNumber} (${data.name})`;
    }
    if (type === "config") return (await api.GET("/voiceconfig/configs/{configid}", { params: { path: { configid: id } } })).data?.name ?? id;
    if (type === "agent") {
      const { data } = await api.GET("/voiceconfig/voiceagents/{agentid}", { params: { path: { agentid: id } } });
      return data === undefined ? id : `${data.name} (${data.extension})`;
    }
    return id;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return id;
  }
}
