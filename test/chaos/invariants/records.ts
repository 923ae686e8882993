import type { CallView } from "../../../src/calls/types.js";
import type { Answer, Client } from "../client.js";
import type { Team, World } from "../world.js";
import { unknown, type Invariant, type Problem } from "./types.js";

interface Log {
  readonly id: string;
  readonly direction: string;
  readonly from: string;
  readonly to: string;
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
}
interface FullLog extends Log {
  readonly legs: readonly { readonly id: string; readonly startedAt: string; readonly answeredAt: string | null; readonly endedAt: string | null }[];
  readonly timeline: readonly { readonly at: string; readonly type: string; readonly detail: Readonly<Record<string, unknown>> }[];
}

const PAGE = 1000;

const inOrder = (...times: readonly (string | null)[]): boolean => {
  const known = times.filter((time) => time !== null).map((time) => Date.parse(time));
  return known.every((time, index) => index === 0 || time >= (known[index - 1] ?? 0));
};

/** What is known of the records of a run: which calls there were, and whose records are right and will not change. Bounded by the calls of a run. */
export class Ledger implements Invariant {
  readonly name = "one record a call, its times in order";
  readonly #seen = new Map<Team, Set<string>>();
  readonly #right = new Set<string>();
  /** Calls that went into another one, which has the record of both. */
  readonly #joined = new Set<string>();

  /** Notes the calls that there are now. */
  async look(team: Team): Promise<readonly CallView[] | null> {
    const calls = await team.admin.list<CallView>("/voicechannel/calls");
    for (const { id } of calls ?? []) this.#of(team).add(id);
    return calls;
  }

  problems = async ({ teams }: World): Promise<readonly Problem[]> => (await Promise.all(teams.map((team) => this.#ofTeam(team)))).flat();

  #of(team: Team): Set<string> {
    const seen = this.#seen.get(team) ?? new Set<string>();
    this.#seen.set(team, seen);
    return seen;
  }

  async #ofTeam(team: Team): Promise<readonly Problem[]> {
    const calls = await this.look(team);
    const logs = await allLogs(team.admin);
    if (calls === null || logs === null) return unknown("the call logs");
    const live = new Set(calls.map(({ id }) => id));
    const byId = new Map(logs.map((log) => [log.id, log]));
    const found: Problem[] = [];
    for (const log of logs) if (log.endedAt === null && !live.has(log.id)) found.push({ subject: `record ${log.id}`, expected: "an end, since its call has ended", found: JSON.stringify(log) });
    found.push(...doubled(logs));
    for (const id of live) this.#noteJoined(await team.admin.get(`/voiceconfig/calllogs/${id}`));
    // Those without a record last, since the others tell which calls went into them.
    for (const id of [...this.#of(team)].sort((a, b) => Number(byId.has(b)) - Number(byId.has(a)))) {
      if (live.has(id) || this.#right.has(id)) continue;
      const problem = await this.#check(team.admin, id, byId.has(id), live);
      if (problem === null) this.#right.add(id);
      else if (problem !== "later") found.push(problem);
    }
    return found;
  }

  #noteJoined({ status, body }: Answer): void {
    if (status === 200) for (const { type, detail } of (body as FullLog).timeline) if (type === "joined") this.#joined.add(String(detail["call"]));
  }

  async #check(admin: Client, id: string, listed: boolean, live: ReadonlySet<string>): Promise<Problem | "later" | null> {
    const answer = await admin.get(`/voiceconfig/calllogs/${id}`);
    const { status, body } = answer;
    this.#noteJoined(answer);
    // One record for both, under the other one's id, whose timeline says so.
    if (status === 404 && this.#joined.has(id)) return null;
    if (status !== 200) return { subject: `record ${id}`, expected: "a record of each call", found: `${status}${listed ? ", though it is listed" : ""}` };
    const log = body as FullLog;
    // It was joined to a call that goes on.
    if (log.id !== id && live.has(log.id)) return "later";
    if (log.endedAt === null) return { subject: `record ${id}`, expected: "an end", found: JSON.stringify(log) };
    const wrong = [
      ...(inOrder(log.startedAt, log.answeredAt, log.endedAt) ? [] : ["the call's own times"]),
      ...log.legs.filter((leg) => !inOrder(leg.startedAt, leg.answeredAt, leg.endedAt)).map((leg) => `the times of leg ${leg.id}`),
      ...(inOrder(...log.timeline.map(({ at }) => at)) ? [] : ["the timeline"]),
      ...log.timeline.filter(({ type }) => type === "ended").slice(1).map(() => "one end"),
    ];
    return wrong.length === 0 ? null : { subject: `record ${id}`, expected: `${wrong.join(", ")} in order`, found: JSON.stringify(log) };
  }
}

/** Every customer's call has a number of its own. */
function doubled(logs: readonly Log[]): readonly Problem[] {
  const first = new Map<string, string>();
  return logs.flatMap(({ id, direction, from }) => {
    if (direction !== "inbound") return [];
    const other = first.get(from);
    first.set(from, id);
    return other === undefined ? [] : [{ subject: `records of ${from}`, expected: "one", found: `${other} and ${id}` }];
  });
}

async function allLogs(admin: Client): Promise<readonly Log[] | null> {
  const logs: Log[] = [];
  for (let pageIndex = 0; ; pageIndex++) {
    const { status, body } = await admin.get(`/voiceconfig/calllogs?pageSize=${PAGE}&pageIndex=${pageIndex}`);
    if (status !== 200) return null;
    const { items, total } = body as { items: Log[]; total: number };
    logs.push(...items);
    if (items.length === 0 || logs.length >= total) return logs;
  }
}
