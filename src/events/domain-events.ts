import type { AgentChange, AgentService } from "../agents/index.js";
import type { CallChange, CallChangeSource, CallEnd, CallsActing, CallView } from "../calls/index.js";
import { systemClock, type Clock } from "../clock.js";
import type { NodeStatus } from "../freeswitch/index.js";
import type { Logger } from "../logger.js";
import type { Actor, Directory } from "../people/index.js";
import type { DepartmentDirectory, DepartmentReport, LineChange, OfferChange, QueueService, QueueView } from "../queues/index.js";
import type { RegistrationAttempt } from "../security/index.js";
import { CallUpdates, type CallUpdate } from "./call-updates.js";
import { DepartmentNews } from "./department-news.js";
import { Outbox, type DomainEvent, type DomainFact } from "./outbox.js";
import { shownCallback } from "./resources.js";
import type { SwitchView, WebhookView } from "./schemas.js";

/** Sees everything: for what Callplane derives from calls. */
export const SYSTEM: Actor = { name: "events", role: "root", organizationId: null, agentId: null, permissions: new Set(), tokenId: "" };

export interface DomainEventsOptions {
  readonly changes: CallChangeSource;
  /** While somebody acts on a call, what changes in it is told when that is over. */
  readonly acting: CallsActing;
  readonly agents: Pick<AgentService, "onChange">;
  readonly queues: Pick<QueueService, "onFigures" | "onOffer" | "onCallback" | "queue" | "entry" | "room">;
  readonly directory: Pick<Directory, "organization" | "organizations" | "departments" | "onChange"> & DepartmentDirectory;
  /** The nodes' present status; changes come by `nodeStatus`. */
  readonly nodes?: () => readonly NodeStatus[];
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** A call whose record is complete, and whose it is: the agent who had it last. */
export interface CompletedLog {
  readonly id: string;
  readonly organizationId: number | null;
  readonly agentId: string | null;
}

/** Makes the domain events of calls, agents, queues, switches and phones: one numbered sequence, each event made once however many listen. */
export class DomainEvents {
  readonly #options: DomainEventsOptions;
  readonly #outbox: Outbox;
  readonly #updates: CallUpdates;
  readonly #departments: DepartmentNews;
  /** By call: what its last event showed, about 1 KB, and whether it has an organization. Bounded by the live calls. */
  readonly #shown = new Map<string, { readonly json: string; readonly assigned: boolean }>();
  /** Calls that began and have not been told of. Bounded by the live calls. */
  readonly #begun = new Set<string>();
  readonly #stops: (() => void)[];

  constructor(options: DomainEventsOptions) {
    const { clock = systemClock, logger, changes, agents, queues } = options;
    this.#options = options;
    this.#outbox = new Outbox(clock, logger);
    this.#departments = new DepartmentNews(options.directory);
    this.#updates = new CallUpdates(options.acting, (update) => this.#contained(() => this.#callChange(update)));
    this.#stops = [
      changes.onChange((change) => this.#changed(change)),
      agents.onChange((change) => this.#contained(() => this.#agentChange(change))),
      queues.onFigures((report) => this.#contained(() => this.#figures(report))),
      queues.room.onLine((change) => this.#contained(() => this.#lineChange(change))),
      queues.onOffer((change) => this.#contained(() => this.#offer(change))),
      queues.onCallback(({ type, callback }) => this.#contained(() => this.#append(callback.organizationId, { type: `callback.${type}`, data: { callback: shownCallback(callback) } }))),
      // One agent's change is no department's.
      options.directory.onChange((change) => this.#contained(() => change === null && this.#departmentsChanged())),
    ];
  }

  /** The number of the newest event. */
  get newest(): number {
    return this.#outbox.newest;
  }

  /** Called with each event in turn. Returns the unsubscribe function. */
  onEvent(handler: (event: DomainEvent) => void): () => void {
    return this.#outbox.onEvent(handler);
  }

  switches(): readonly SwitchView[] {
    return (this.#options.nodes?.() ?? []).map(switchView);
  }

  /** The queues of an organization, empty ones among `departments` included, in alphabetical order. */
  queues(organizationId: number, departments: readonly string[]): readonly QueueView[] {
    const { queues } = this.#options;
    const { room } = queues;
    const waitedIn = room.departments().flatMap((each) => (each.organizationId === organizationId ? each.department : []));
    return [...new Set([...departments, ...waitedIn])].sort().map((name) => queues.queue(organizationId, name));
  }

  /** Called by the composition root with each change of a node. */
  nodeStatus(status: NodeStatus): void {
    this.#contained(() => this.#append(null, { type: "switch.status", data: { switch: switchView(status) } }));
  }

  /** Called by the composition root with each call whose record is complete. */
  callLogCompleted({ id, organizationId, agentId }: CompletedLog): void {
    this.#contained(() => this.#append(organizationId, { type: "calllog.completed", data: { id }, agentId }));
  }

  /** Called by the composition root with phones that were refused. */
  registrationFailed({ organizationId, node, user, domain, address, failures, banned }: RegistrationAttempt): void {
    this.#contained(() => this.#append(organizationId, { type: "security.registration_failed", data: { node, user, domain, address, failures, banned } }));
  }

  /** Called by the composition root when a webhook was disabled. */
  webhookDisabled(organizationId: number, webhook: WebhookView, reason: string, dropped: number): void {
    this.#contained(() => this.#append(organizationId, { type: "webhook.disabled", data: { webhook, reason, dropped } }));
  }

  /** Called by the composition root when events of a webhook made room for others. */
  webhookDropped(organizationId: number, webhook: WebhookView, dropped: number): void {
    this.#contained(() => this.#append(organizationId, { type: "webhook.dropped", data: { webhook, dropped } }));
  }

  /** Unsubscribes from all sources. Idempotent. */
  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#updates.close();
    this.#outbox.close();
    this.#shown.clear();
    this.#begun.clear();
  }

  #append(organizationId: number | null, fact: DomainFact): void {
    const domain = organizationId === null ? null : (this.#options.directory.organization(organizationId)?.domain ?? null);
    this.#outbox.append(organizationId, domain, fact);
  }

  #changed(change: CallChange): void {
    const { id, organizationId } = change.call;
    if (change.type === "call.created") {
      this.#begun.add(id);
      return;
    }
    // A beginning is not kept back: the call may end at once.
    const begins = this.#begun.has(id) && organizationId !== null;
    if (isUpdate(change) && !begins) {
      this.#updates.add(change);
      return;
    }
    // Agents may not be told of a supervision, and must not miss what changed before it.
    if (change.type.startsWith("call.supervision.")) this.#updates.flush(id);
    else this.#updates.drop(id);
    this.#contained(() => this.#callChange(change));
  }

  #callChange(change: CallChange): void {
    const { call: subject, type } = change;
    const { id, organizationId } = subject;
    const call = subject.viewFor(SYSTEM);
    if (call === null || this.#isUntold(change)) {
      this.#forget(id);
      return;
    }
    const json = JSON.stringify(call);
    if (this.#isNews(change, call, json)) this.#append(organizationId, callFact(change, call, this.#isBeginning(change)));
    if (type === "call.ended") this.#forget(id);
    else if (call.state !== "ended") this.#shown.set(id, { json, assigned: organizationId !== null });
    this.#begun.delete(id);
  }

  /** It has ended before anything was told of it. */
  #isUntold({ type, call: { id } }: CallChange): boolean {
    return type === "call.ended" && this.#begun.has(id);
  }

  /** The call is told of for the first time, or to the organization that it belongs to now. */
  #isBeginning({ type, call: { id, organizationId } }: CallChange): boolean {
    const shown = this.#shown.get(id);
    return type === "call.updated" && (this.#begun.has(id) || (shown?.assigned === false && organizationId !== null));
  }

  /** An update without a difference makes no event, and neither does anything after a call's end (CONTRACT): a reader would show the call for ever. */
  #isNews({ type, call }: CallChange, view: CallView, json: string): boolean {
    const shown = this.#shown.get(call.id);
    if (view.state === "ended") return type === "call.ended" || shown !== undefined;
    return type !== "call.updated" || shown?.json !== json;
  }

  #forget(callId: string): void {
    this.#updates.forget(callId);
    this.#shown.delete(callId);
    this.#begun.delete(callId);
  }

  #lineChange({ type, caller, waiting }: LineChange): void {
    const { id, organizationId, department } = caller;
    const data = { queue: { name: department, waiting }, callId: id };
    this.#append(organizationId, type === "left" ? { type: "queue.left", data } : { type: `queue.${type}`, data: { ...data, entry: this.#options.queues.entry(caller) } });
  }

  #departmentsChanged(): void {
    for (const { type, department: { organizationId, name, settings } } of this.#departments.take()) {
      this.#append(organizationId, { type, data: { department: { name, ...settings }, queue: this.#options.queues.queue(organizationId, name) } });
    }
  }

  #offer({ organizationId, department, callId, agentId, until, ...news }: OfferChange): void {
    const offer = { callId, agent: agentId, department, until: until === null ? null : new Date(until).toISOString() };
    switch (news.type) {
      case "made":
      case "accepted":
        return this.#append(organizationId, { type: `offer.${news.type}`, data: offer });
      case "missed":
        return this.#append(organizationId, { type: "offer.missed", data: { ...offer, code: news.code } });
      case "withdrawn":
        return this.#append(organizationId, { type: "offer.withdrawn", data: { ...offer, reason: news.reason } });
    }
  }

  #agentChange({ type, organizationId, agent, cause }: AgentChange): void {
    this.#append(organizationId, { type, data: { agent, cause } });
  }

  #figures({ organizationId, department, figures }: DepartmentReport): void {
    this.#append(organizationId, { type: "queue.figures", data: { department, figures } });
  }

  /** An error here must not reach the registry and the agents. */
  #contained(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.logger.error({ err: error }, "a domain event could not be made");
    }
  }
}

const isUpdate = (change: CallChange): change is CallUpdate => change.type === "call.updated";

const UNSEEN: CallEnd = { cause: null, by: "system", waitMs: 0, talkMs: 0, holdMs: 0 };

/** @param begins an update is the beginning of the call */
function callFact(change: CallChange, call: CallView, begins: boolean): DomainFact {
  const { call: subject } = change;
  switch (change.type) {
    case "call.created":
    case "call.updated":
      return { type: begins ? "call.created" : change.type, subject, data: { call } };
    case "call.ended":
      return { type: change.type, subject, data: { call, ended: subject.ending ?? UNSEEN } };
    case "call.transfer.failed":
      return { type: change.type, subject, data: { call, code: change.code, target: change.target } };
    case "call.phone.lost":
      return { type: change.type, subject, data: { call, agent: change.agent, outcome: change.outcome } };
    case "call.supervision.started":
    case "call.supervision.switched":
    case "call.supervision.ended":
      return { type: change.type, subject, data: { call, agent: change.agent, ...(change.stream === undefined ? {} : { stream: change.stream }), mode: change.mode, ...(change.reason === undefined ? {} : { reason: change.reason }) } };
  }
}

const switchView = ({ name, state, error, since, stale }: NodeStatus): SwitchView => ({ node: name, state, error, since: since.toISOString(), stale });
