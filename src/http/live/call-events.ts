import { createHash } from "node:crypto";
import { type CallChange, type CallChangeSubject, type CallView, seesQueue } from "../../calls/index.js";
import type { Actor, Directory } from "../../people/index.js";
import type { Audience, Audiences } from "./audience.js";
import type { EventData } from "./schemas.js";
import type { Showing, Stream } from "./stream.js";
import type { QueueMove, Waiting } from "./waiting.js";

/** Callplane's own eyes, for what it derives from calls. */
export const SYSTEM: Actor = { name: "live events", role: "root", organizationId: null, agentId: null, permissions: new Set(), tokenId: "" };

export interface CallEventsDependencies {
  readonly directory: Directory;
  readonly audiences: Audiences;
  readonly stream: Stream;
  readonly waiting: Waiting;
}

interface Seen {
  /** Bounded by the audiences. */
  readonly by: Set<Audience>;
  json: string;
}

/** Makes live events of the registry's changes: who sees which, by `viewFor`, the rule of the lists. */
export class CallEvents {
  readonly #directory: Directory;
  readonly #audiences: Audiences;
  readonly #stream: Stream;
  readonly #waiting: Waiting;
  /** By call: the agents' audiences that see it, and its JSON as they last saw it. Bounded by the live calls and, of each, by the audiences. */
  readonly #seen = new Map<string, Seen>();
  /** By call: a digest of what supervisors were told last, as long as somebody was there to be told. Bounded by the live calls. */
  readonly #told = new Map<string, string>();

  constructor({ directory, audiences, stream, waiting }: CallEventsDependencies) {
    this.#directory = directory;
    this.#audiences = audiences;
    this.#stream = stream;
    this.#waiting = waiting;
  }

  change(change: CallChange): void {
    const { call } = change;
    const organization = this.#domainOf(call.organizationId);
    const moves = this.#queueMoves(change);
    if (this.#audiences.size === 0) this.#told.clear();
    else this.#stream.append(organization, [...this.#toSupervisors(change), ...this.#toAgents(change)]);
    for (const move of moves) this.#queueMoved(call.id, organization, move);
  }

  /** The calls in an agent's snapshot are what she sees from now on. */
  snapshotTaken(audience: Audience, calls: readonly CallView[]): void {
    for (const call of calls) this.#see(audience, call.id, JSON.stringify(call));
  }

  forget(audience: Audience): void {
    for (const callId of [...audience.visible]) this.#unsee(audience, callId);
  }

  clear(): void {
    this.#seen.clear();
    this.#told.clear();
  }

  #domainOf(organizationId: number | null): string | null {
    return organizationId === null ? null : (this.#directory.organization(organizationId)?.domain ?? null);
  }

  #toSupervisors(change: CallChange): readonly Showing[] {
    const audiences = this.#audiences.supervising(change.call.organizationId);
    const [first] = audiences;
    const view = first === undefined ? null : change.call.viewFor(first.actor);
    if (view === null) this.#told.delete(change.call.id);
    return view === null || !this.#isNews(change, view) ? [] : [showing(change, view, audiences)];
  }

  /** One act on a call makes the registry look at it several times: an update that shows no difference is not told. */
  #isNews({ type, call }: CallChange, view: CallView): boolean {
    if (type === "call.ended") this.#told.delete(call.id);
    if (type !== "call.created" && type !== "call.updated") return true;
    const digest = createHash("sha1").update(JSON.stringify(view)).digest("base64");
    if (type === "call.updated" && this.#told.get(call.id) === digest) return false;
    this.#told.set(call.id, digest);
    return true;
  }

  #toAgents(change: CallChange): readonly Showing[] {
    const { call } = change;
    if (call.organizationId === null || !this.#audiences.hasAgents(call.organizationId)) return [];
    const isState = change.type === "call.created" || change.type === "call.updated" || change.type === "call.ended";
    const isSupervision = change.type.startsWith("call.supervision.");
    if (isSupervision && this.#directory.organization(call.organizationId)?.supervisionVisible !== true) return [];
    const known = this.#seen.get(call.id);
    const to: Audience[] = [];
    const removed: Audience[] = [];
    let shown: CallView | null = null;
    let json = "";
    for (const audience of this.#concerned(call, call.organizationId, known?.by)) {
      const view = call.viewFor(audience.actor);
      if (view !== null && shown === null) {
        shown = view;
        json = JSON.stringify(view);
      }
      if (!isState) {
        if (view !== null) to.push(audience);
      } else if (view === null) {
        if (audience.visible.has(call.id)) removed.push(audience);
      } else if (change.type !== "call.updated" || !audience.visible.has(call.id) || json !== known?.json) {
        // A change that agents may not see (a supervisor came to listen) must not show as an update without a difference either.
        to.push(audience);
      }
    }
    if (isState) this.#remember(change, to, removed, json);
    const showings: Showing[] = removed.length > 0 ? [{ type: "call.removed", data: { callId: call.id }, to: removed }] : [];
    if (shown !== null && to.length > 0) showings.push(showing(change, shown, to));
    return showings;
  }

  /** Only these agents can be concerned; viewFor has the last word. */
  #concerned(call: CallChangeSubject, organizationId: number, sawItBefore: Iterable<Audience> = []): ReadonlySet<Audience> {
    const concerned = new Set<Audience>(sawItBefore);
    if (call.queued) for (const audience of this.#audiences.agents(organizationId)) concerned.add(audience);
    for (const agentId of [call.assignedTo, ...call.ringing, ...call.agentLegs.map((leg) => leg.agentId)]) {
      const audience = agentId === null ? undefined : this.#audiences.agent(organizationId, agentId);
      if (audience !== undefined) concerned.add(audience);
    }
    return concerned;
  }

  #remember({ type, call }: CallChange, to: readonly Audience[], removed: readonly Audience[], json: string): void {
    for (const audience of removed) this.#unsee(audience, call.id);
    for (const audience of to) {
      if (type === "call.ended") this.#unsee(audience, call.id);
      else this.#see(audience, call.id, json);
    }
  }

  #see(audience: Audience, callId: string, json: string): void {
    audience.visible.add(callId);
    const known = this.#seen.get(callId);
    if (known === undefined) {
      this.#seen.set(callId, { by: new Set([audience]), json });
    } else {
      known.by.add(audience);
      known.json = json;
    }
  }

  #unsee(audience: Audience, callId: string): void {
    audience.visible.delete(callId);
    const known = this.#seen.get(callId);
    known?.by.delete(audience);
    if (known?.by.size === 0) this.#seen.delete(callId);
  }

  #queueMoves({ type, call }: CallChange): readonly QueueMove[] {
    if (type !== "call.created" && type !== "call.updated" && type !== "call.ended") return [];
    const waits = call.queued && type !== "call.ended" && call.organizationId !== null;
    if (!waits) return this.#waiting.has(call.id) ? this.#waiting.move(call.id, null) : [];
    const { organizationId, department } = call;
    return department === null || organizationId === null ? [] : this.#waiting.move(call.id, { organizationId, department });
  }

  #queueMoved(callId: string, organization: string | null, { type, organizationId, queue }: QueueMove): void {
    if (this.#audiences.size === 0) return;
    this.#stream.append(organization, [{ type, data: { queue, callId }, to: [...this.#audiences.supervising(organizationId), ...agentsOf(this.#audiences, this.#directory, organizationId, queue.name)] }]);
  }
}

/** The agents' audiences that see who waits in a department. */
export function agentsOf(audiences: Audiences, directory: Directory, organizationId: number, department: string): Audience[] {
  return [...audiences.agents(organizationId)].filter(({ actor }) => seesQueue(directory, actor, department));
}

function showing(change: CallChange, call: CallView, to: readonly Audience[]): Showing {
  switch (change.type) {
    case "call.created":
    case "call.updated":
    case "call.ended":
      return { type: change.type, data: { call } satisfies EventData<"call.updated">, to };
    case "call.transfer.failed":
      return { type: change.type, data: { call, code: change.code, target: change.target }, to };
    case "call.supervision.started":
    case "call.supervision.switched":
    case "call.supervision.ended":
      return { type: change.type, data: { call, agent: change.agent, mode: change.mode }, to };
  }
}
