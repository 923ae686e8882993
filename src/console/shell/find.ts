/** Finds who and what is there at this moment: calls by the caller's name or number, agents, departments. From the live picture alone: nothing is asked of the server. */
import type { Agent, Call, Queue } from "../api/types.js";
import { partyOf } from "../pages/calls/party.js";

export interface Found {
  readonly key: string;
  readonly kind: "call" | "agent" | "queue";
  readonly name: string;
  /** Beside the name: a number, an extension. */
  readonly detail: string;
  /** The page of it. */
  readonly path: string;
}

interface Live {
  readonly calls: ReadonlyMap<string, Call>;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly queues: ReadonlyMap<string, Queue>;
}

/** So many are looked at by a person; who types on sees the others. */
export const MOST_FOUND = 8;

const digitsOf = (text: string): string => text.replace(/[\s()./+-]/g, "");
const ORDER: Readonly<Record<Found["kind"], number>> = { agent: 0, queue: 1, call: 2 };

/** Whether the beginning of the text, of a word of it, or something within it is meant. Null: none of them. */
function rankOf(text: string, wanted: string): number | null {
  const lower = text.toLocaleLowerCase();
  const at = lower.indexOf(wanted);
  if (at < 0) return null;
  return at === 0 ? 0 : /[\s.-]/.test(lower[at - 1] ?? "") ? 1 : 2;
}

/** The best first; nothing for an empty query. */
export function find({ calls, agents, queues }: Live, query: string): readonly Found[] {
  const wanted = query.trim().toLocaleLowerCase();
  if (wanted === "") return [];
  const digits = digitsOf(wanted);
  const isNumber = /^\d{2,}$/.test(digits);
  const hits: { readonly found: Found; readonly rank: number }[] = [];
  const offer = (found: Found, numbers: readonly (string | null)[]): void => {
    const ranks = [rankOf(found.name, wanted), ...(isNumber ? numbers.map((number) => (number !== null && digitsOf(number).includes(digits) ? 2 : null)) : [])].filter((rank) => rank !== null);
    if (ranks.length > 0) hits.push({ found, rank: Math.min(...ranks) });
  };
  for (const { id, name, extension } of agents.values()) offer({ key: `agent:${id}`, kind: "agent", name, detail: extension, path: `/agents/${encodeURIComponent(id)}` }, [id, extension]);
  for (const name of queues.keys()) offer({ key: `queue:${name}`, kind: "queue", name, detail: "", path: `/queues/${encodeURIComponent(name)}` }, []);
  for (const call of calls.values()) {
    const { name, number } = partyOf(call, (id) => agents.get(id)?.name ?? id);
    offer({ key: `call:${call.id}`, kind: "call", name: name ?? number, detail: name === null ? "" : number, path: `/calls/${encodeURIComponent(call.id)}` }, [call.from, call.to]);
  }
  return hits.sort((a, b) => a.rank - b.rank || ORDER[a.found.kind] - ORDER[b.found.kind] || a.found.name.localeCompare(b.found.name)).slice(0, MOST_FOUND).map(({ found }) => found);
}
