/** Lists of calls and channels, as the actor may see them. */
import { createHash } from "node:crypto";
import { invalid, notFound } from "../errors.js";
import { pageOf, seeking } from "../pages.js";
import { isOn, maySee } from "./access.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import { FIRST_IN_LINE } from "./channel-state.js";
import type { Actor } from "../people/index.js";
import type { Registry } from "./registry.js";
import type { CallFilter, ChannelList, Page } from "./types.js";
import { stateSince } from "./views.js";

export interface CallPage {
  readonly calls: readonly Call[];
  readonly total: number;
  readonly next: string | null;
}

const DEFAULT_LIMIT = 100;
const ORDINAL_DIGITS = 15;
const CURSOR = new RegExp(`^c(\\d{1,${ORDINAL_DIGITS}})$`);

/** The smallest set that holds all calls which the actor may see and the filter may match. */
function candidates(registry: Registry, actor: Actor, filter: CallFilter, organizationId: number | null): Iterable<Call> {
  const { index } = registry;
  if (actor.role === "agent") return seenByAgent(registry, actor, organizationId);
  if (filter.number !== undefined) return ordered(index.withNumber(filter.number));
  if (organizationId === null) return index.calls.values();
  if (filter.agent !== undefined) return ordered(index.ofAgent(organizationId, filter.agent));
  return index.organization(organizationId).calls.values();
}

/** The agent's own calls and those that wait in the agent's departments, whatever is asked for: a filter never lengthens a list. */
function seenByAgent({ index, directory }: Registry, actor: Actor, organizationId: number | null): Call[] {
  const waiting = [...index.organization(organizationId ?? -1).queued].filter((call) => maySee(directory, actor, call));
  return ordered(new Set([...waiting, ...index.ofAgent(organizationId, actor.agentId ?? "")]));
}

const ordered = (calls: ReadonlySet<Call>): Call[] => [...calls].sort((a, b) => a.ordinal - b.ordinal);

/** The organization whose calls are listed; null: all (root). Throws NotFound for another organization's domain. */
function scope(registry: Registry, actor: Actor, domain: string | undefined): number | null {
  if (domain === undefined) return actor.role === "root" ? null : (actor.organizationId ?? -1);
  const organization = registry.directory.organizationByDomain(domain);
  if (organization === undefined || (actor.role !== "root" && organization.id !== actor.organizationId)) throw notFound(`The domain ${domain}`);
  return organization.id;
}

/** `q` apart. */
function matches(registry: Registry, actor: Actor, call: Call, filter: CallFilter, organizationId: number | null): boolean {
  if (!maySee(registry.directory, actor, call)) return false;
  if (organizationId !== null && call.organizationId !== organizationId) return false;
  if (filter.state !== undefined && call.state !== filter.state) return false;
  if (filter.department !== undefined && call.department !== filter.department) return false;
  if (filter.number !== undefined && call.from !== filter.number && call.to !== filter.number) return false;
  if (filter.direction !== undefined && call.direction !== filter.direction) return false;
  if (filter.sipCallId !== undefined && !call.legs.some((leg) => leg.sipCallId === filter.sipCallId)) return false;
  return filter.agent === undefined || call.indexedAgents.includes(filter.agent);
}

const wordsOf = ({ from, to, fromName, department, owner, attributes }: Call): readonly (string | null)[] => [from, to, fromName, department, owner, ...Object.values(attributes)];

/** In another order than the registry's. */
function sortedPage(registry: Registry, actor: Actor, filter: CallFilter, page: Page): CallPage {
  const organizationId = scope(registry, actor, filter.domain);
  const all = [...candidates(registry, actor, filter, organizationId)].filter((call) => matches(registry, actor, call, filter, organizationId));
  const { items, ...rest } = pageOf(all, { ...page, q: filter.q }, {
    id: ({ ordinal }) => String(ordinal).padStart(ORDINAL_DIGITS, "0"),
    valueOf: (call, sort) => (sort === "stateSince" ? stateSince(call).getTime() : null),
    words: wordsOf,
  });
  return { calls: items, ...rest };
}

export function pageOfCalls(registry: Registry, actor: Actor, filter: CallFilter, page: Page): CallPage {
  if (page.sort !== undefined && page.sort !== "createdAt") return sortedPage(registry, actor, filter, page);
  const limit = page.limit ?? DEFAULT_LIMIT;
  const after = page.cursor === undefined ? 0 : cursorToOrdinal(page.cursor);
  const organizationId = scope(registry, actor, filter.domain);
  const everything = fullMap(registry, actor, filter, organizationId);
  const isFound = seeking(filter.q, wordsOf);
  const calls: Call[] = [];
  let total = 0;
  let more = false;
  for (const call of everything?.values() ?? candidates(registry, actor, filter, organizationId)) {
    if (everything === null && !(matches(registry, actor, call, filter, organizationId) && isFound(call))) continue;
    total++;
    if (call.ordinal <= after) continue;
    if (calls.length < limit) calls.push(call);
    else {
      more = true;
      if (everything !== null) break;
    }
  }
  const last = calls.at(-1);
  return { calls, total: everything?.size ?? total, next: more && last !== undefined ? `c${last.ordinal}` : null };
}

/** All calls, when the list is unfiltered and the actor sees all of them; null otherwise. */
function fullMap(registry: Registry, actor: Actor, filter: CallFilter, organizationId: number | null): ReadonlyMap<string, Call> | null {
  const unfiltered = filter.q === undefined && filter.state === undefined && filter.sipCallId === undefined && filter.agent === undefined && filter.department === undefined && filter.number === undefined && filter.direction === undefined;
  if (!unfiltered || actor.role === "agent") return null;
  return organizationId === null ? registry.index.calls : registry.index.organization(organizationId).calls;
}

function cursorToOrdinal(cursor: string): number {
  const ordinal = CURSOR.exec(cursor)?.[1];
  if (ordinal === undefined) throw invalid("cursor", "was not returned by this list.");
  return Number(ordinal);
}

/** Waiting calls, longest waiting first, after those who were sent back; those of the same millisecond by id, as the router serves them. */
export function queuedCalls(registry: Registry, actor: Actor): Call[] {
  const { index } = registry;
  const all = actor.role === "root" ? [...index.calls.values()].filter((call) => call.state === "queued") : [...index.organization(actor.organizationId ?? -1).queued].filter((call) => maySee(registry.directory, actor, call));
  const isLater = ({ priority }: Call): number => (priority === FIRST_IN_LINE ? 0 : 1);
  return all.sort((a, b) => isLater(a) - isLater(b) || (a.queuedAt?.getTime() ?? 0) - (b.queuedAt?.getTime() ?? 0) || (a.id < b.id ? -1 : 1));
}

const PREFERENCE = ["active", "ringing", "held", "parked"] as const;

export function currentCall(registry: Registry, actor: Actor): Call | null {
  if (actor.agentId === null) return null;
  const own = [...registry.index.ofAgent(actor.organizationId, actor.agentId)].filter((call) => isOn(actor, call));
  for (const state of PREFERENCE) {
    const [newest] = own.filter((call) => call.state === state).sort((a, b) => b.ordinal - a.ordinal);
    if (newest !== undefined) return newest;
  }
  return null;
}

/** Rows of the channels of the calls that the actor may see, for an agent supervisors' legs only if the organization shows them. */
export function channelRows(registry: Registry, actor: Actor, options: { readonly domain?: string; readonly offset?: number; readonly limit?: number }): ChannelList {
  const organizationId = scope(registry, actor, options.domain);
  const { index } = registry;
  const { offset = 0, limit = Infinity } = options;
  const rows = (channels: Iterable<Channel>): string[] => slice(channels, offset, limit).map((channel) => channel.json);
  if (actor.role === "agent") {
    const seen = channelsOfAgent(registry, actor, organizationId);
    // The set of an agent's legs can change while no row does, so the ETag is made of the rows themselves.
    return { rowCount: seen.length, etag: createHash("sha256").update(seen.map((channel) => channel.json).join()).digest("base64url"), rows: rows(seen) };
  }
  const set = organizationId === null ? index : index.organization(organizationId);
  return {
    rowCount: set.channels.size,
    etag: `${organizationId ?? "all"}-${set.version}`,
    get rows() {
      return rows(set.channels.values());
    },
  };
}

function slice(channels: Iterable<Channel>, offset: number, limit: number): Channel[] {
  const end = offset + limit;
  const found: Channel[] = [];
  let position = 0;
  for (const channel of channels) {
    if (position >= end) break;
    if (position >= offset) found.push(channel);
    position++;
  }
  return found;
}

function channelsOfAgent(registry: Registry, actor: Actor, organizationId: number | null): Channel[] {
  const shown = organizationId !== null && (registry.directory.organization(organizationId)?.supervisionVisible ?? false);
  return seenByAgent(registry, actor, organizationId).flatMap((call) => (shown ? [...call.legs, ...call.supervisorLegs] : call.legs));
}
