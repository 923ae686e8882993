import type { AgentChange, AgentService } from "../agents/index.js";
import type { CallChangeSource, CallMoves, CallsActing } from "../calls/index.js";
import { systemClock, type Clock } from "../clock.js";
import type { NodeStatus } from "../freeswitch/index.js";
import type { Logger } from "../logger.js";
import type { Directory, SharedNumbers } from "../people/index.js";
import type { DepartmentDirectory, DepartmentReport, LineChange, MessageNews, OfferChange, QueueService, QueueView } from "../queues/index.js";
import type { RegistrationAttempt } from "../security/index.js";
import { CallEvents } from "./call-events.js";
import { DepartmentNews } from "./department-news.js";
import { OrganizationNews, type OrganizationDirectory } from "./organization-news.js";
import { Outbox, type DomainEvent, type DomainFact } from "./outbox.js";
import { Presence } from "./presence.js";
import { shownCallback, shownMessage, type ShownRecording } from "./resources.js";
import type { SETTINGS_EVENTS } from "./settings-events.js";
import type { SwitchView, WebhookView } from "./schemas.js";

export interface DomainEventsOptions {
  readonly changes: CallChangeSource & CallMoves;
  /** While somebody acts on a call, what changes in it is told when that is over. */
  readonly acting: CallsActing;
  readonly agents: Pick<AgentService, "onChange">;
  readonly queues: Pick<QueueService, "onFigures" | "onOffer" | "onCallback" | "queue" | "entry" | "room">;
  readonly directory: Pick<Directory, "organization" | "departments" | "onChange"> & OrganizationDirectory & DepartmentDirectory & SharedNumbers;
  /** Whether the beginning of this recording of the call is still to be told, by `recordingChanged`. */
  readonly isStartDue?: (callId: string, recordingId: string) => boolean;
  /** The nodes' present status; changes come by `nodeStatus`. */
  readonly nodes?: () => readonly NodeStatus[];
  readonly logger: Logger;
  readonly clock?: Clock;
}

const PRESENCE_MS = 1000;
/** A second of one timer may be a little shorter than that of another. */
const TIMERS_DIFFER_MS = 150;

/** A call's record of which something is told. */
export interface ToldLog {
  readonly id: string;
  readonly organizationId: number | null;
  /** The agents whose own list shows it. */
  readonly agents: readonly string[];
}

/** A change of what administrators set up. */
export type SettingsFact = Extract<DomainFact, { readonly type: keyof typeof SETTINGS_EVENTS }>;

/** What became of a recording. */
export interface ToldRecording {
  readonly type: "started" | "stopped" | "updated" | "removed";
  readonly organizationId: number | null;
  readonly recording: ShownRecording;
  /** The agents whose own list shows it. */
  readonly agents: readonly string[];
}

/** What somebody has done with a record. */
export type LogNews = ToldLog & { readonly by: string } & ({ readonly type: "updated"; readonly disposition: string | null; readonly note: string | null } | { readonly type: "removed" });

/** Makes the domain events of calls, agents, queues, switches and phones: one numbered sequence, each event made once however many listen. */
export class DomainEvents {
  readonly #options: DomainEventsOptions;
  readonly #outbox: Outbox;
  readonly #calls: CallEvents;
  readonly #departments: DepartmentNews;
  readonly #organizations: OrganizationNews;
  readonly #presence: Presence;
  readonly #stops: (() => void)[];
  /** Milliseconds of the clock. */
  #presenceToldAt = -Infinity;

  constructor(options: DomainEventsOptions) {
    const { clock = systemClock, logger, changes, agents, queues } = options;
    this.#options = options;
    this.#outbox = new Outbox(clock, logger);
    this.#departments = new DepartmentNews(options.directory);
    this.#organizations = new OrganizationNews(options.directory);
    this.#presence = new Presence(options.directory);
    this.#calls = new CallEvents(options.acting, (organizationId, fact) => this.#append(organizationId, fact), (work) => this.#contained(work), options.isStartDue);
    this.#stops = [
      changes.onChange((change) => this.#calls.change(change)),
      changes.onMoved((call) => this.#calls.moved(call)),
      agents.onChange((change) => this.#contained(() => this.#agentChange(change))),
      // The figures change the directory too: every console is written to once for both.
      queues.onFigures((report) => this.#contained(() => this.#figures(report)), () => this.#tellPresence()),
      queues.room.onLine((change) => this.#contained(() => this.#lineChange(change))),
      queues.onOffer((change) => this.#contained(() => this.#offer(change))),
      queues.onCallback(({ type, callback }) => this.#contained(() => this.#append(callback.organizationId, { type: `callback.${type}`, data: { callback: shownCallback(callback) } }))),
      // One agent's change is no department's.
      options.directory.onChange((change) => this.#contained(() => change === null && this.#departmentsChanged())),
      clock.every(PRESENCE_MS, () => this.#tellPresence()),
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

  /** To be called by who reads the lists to follow the events from there on: what the lists show already and no event does yet is told next, also when it has gone back by then. */
  listed(): void {
    this.#calls.listed();
  }

  switches(): readonly SwitchView[] {
    return (this.#options.nodes?.() ?? []).map(switchView);
  }

  /** The queues of an organization that are wanted, empty ones among `departments` included, in alphabetical order. */
  queues(organizationId: number, departments: readonly string[], isWanted: (name: string) => boolean): readonly QueueView[] {
    const { queues } = this.#options;
    const { room } = queues;
    const waitedIn = room.departments().flatMap((each) => (each.organizationId === organizationId ? each.department : []));
    return [...new Set([...departments, ...waitedIn])].filter(isWanted).sort().map((name) => queues.queue(organizationId, name));
  }

  /** Called by the composition root with each change of a node. */
  nodeStatus(status: NodeStatus): void {
    this.#contained(() => this.#append(null, { type: "switch.status", data: { switch: switchView(status) } }));
  }

  /** Called by the composition root with each call whose record has its end. */
  callLogCompleted({ id, organizationId, agents }: ToldLog): void {
    this.#contained(() => this.#append(organizationId, { type: "calllog.completed", data: { id }, agents }));
  }

  /** Called by the composition root with each change of a record that somebody has made. */
  callLogChanged(news: LogNews): void {
    const { id, organizationId, agents, by } = news;
    const data = { id, callId: id, by };
    this.#contained(() => this.#append(organizationId, news.type === "removed" ? { type: "calllog.removed", data, agents } : { type: "calllog.updated", data: { ...data, disposition: news.disposition, note: news.note }, agents }));
  }

  /** Called by the composition root with what becomes of recordings, once it is stored. */
  recordingChanged({ type, organizationId, recording, agents }: ToldRecording): void {
    this.#contained(() => {
      this.#append(organizationId, { type: `recording.${type}`, data: { recording }, agents });
      if (type === "started") this.#calls.recordingStarted(recording.id);
    });
  }

  /** Called by the composition root with each change of a message. */
  messageChanged({ type, message }: MessageNews): void {
    this.#contained(() => this.#append(message.organizationId, { type: `message.${type}`, data: { message: shownMessage(message) } }));
  }

  /** Called by the composition root with phones that were refused. */
  registrationFailed({ organizationId, node, user, domain, address, failures, banned }: RegistrationAttempt): void {
    this.#contained(() => this.#append(organizationId, { type: "security.registration_failed", data: { node, user, domain, address, failures, banned } }));
  }

  /** Called by the composition root with each change of what administrators set up. `organizationId` null: of root. */
  settingsChanged(organizationId: number | null, fact: SettingsFact): void {
    this.#contained(() => this.#append(organizationId, fact));
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
    this.#calls.close();
    this.#outbox.close();
  }

  #append(organizationId: number | null, fact: DomainFact): void {
    const domain = organizationId === null ? null : (this.#options.directory.organization(organizationId)?.domain ?? null);
    this.#outbox.append(organizationId, domain, fact);
  }

  #lineChange(change: LineChange): void {
    const { caller, waiting } = change;
    const { id, organizationId, department } = caller;
    const data = { queue: { name: department, waiting }, callId: id };
    this.#append(organizationId, change.type === "left" ? { type: "queue.left", data: { ...data, reason: change.reason, agent: change.agentId } } : { type: `queue.${change.type}`, data: { ...data, entry: this.#options.queues.entry(caller) } });
  }

  #departmentsChanged(): void {
    for (const { type, department: { organizationId, name, settings } } of this.#departments.take()) {
      this.#append(organizationId, { type, data: { department: { name, ...settings }, queue: this.#options.queues.queue(organizationId, name) } });
      if (type === "department.removed") this.#presence.departmentRemoved(organizationId, name);
    }
    for (const { organization, settings } of this.#organizations.take()) this.#append(organization.id, { type: "organization.updated", data: { organization, settings } });
    this.#presence.numbersChanged();
  }

  /** Once a second, whoever asks. */
  #tellPresence(): void {
    const now = (this.#options.clock ?? systemClock).now();
    const sinceMs = now - this.#presenceToldAt;
    // A clock that was set back says nothing.
    if (sinceMs >= 0 && sinceMs < PRESENCE_MS - TIMERS_DIFFER_MS) return;
    this.#presenceToldAt = now;
    this.#contained(() => this.#appendPresence());
  }

  #appendPresence(): void {
    for (const { organizationId, items, removed } of this.#presence.take()) this.#append(organizationId, { type: "directory.presence", data: { items, removed } });
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

  #agentChange(change: AgentChange): void {
    const { type, organizationId, agent, cause } = change;
    this.#presence.agent(change);
    this.#append(organizationId, { type, data: { agent, cause } });
  }

  #figures(report: DepartmentReport): void {
    const { organizationId, department, figures } = report;
    this.#presence.department(report);
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

const switchView = ({ name, state, error, since, stale }: NodeStatus): SwitchView => ({ node: name, state, error, since: since.toISOString(), stale });
