import { switchUnavailable } from "../../src/errors.js";
import { domainName, extension } from "../../src/freeswitch/words.js";
import type { RegistrationEvent, RegistrationRow, SwitchSink, SwitchSnapshot } from "../../src/freeswitch/types.js";
import { Phones } from "../../src/phones/index.js";
import type { Actor, AgentIdentity, Directory, DirectoryChange, Organization, OrganizationRecord, Role, SharedNumber } from "../../src/people/index.js";
import type { AgentLeg, CallChange, CallChangeSource, CallView } from "../../src/calls/types.js";
import { DEFAULT_DEPARTMENT_SETTINGS, type DepartmentRecord } from "../../src/queues/index.js";
import { LiveAgentService, type AgentChange, type AgentServiceOptions, type AgentStatusRecord, type AgentStatusStore } from "../../src/agents/index.js";
import { ManualClock } from "../support/manual-clock.js";

type KnownOrganization = Organization & Pick<OrganizationRecord, "awayReasons">;

export const organizationOf = (id: number, domain: string, supervisionVisible = false): KnownOrganization => ({
  awayReasons: [],
  id,
  name: `org${id}`,
  domain: domainName(domain, "domain"),
  dialString: "sofia/gateway/trunk/{number}",
  callerId: null,
  allowedPrefixes: [],
  supervisionVisible,
});

export class MemoryDirectory implements Directory {
  readonly #organizations: readonly KnownOrganization[];
  readonly #agents: AgentIdentity[];
  readonly #handlers = new Set<(change: DirectoryChange) => void>();
  departmentsByOrganization = new Map<number, readonly string[]>();

  constructor(organizations: readonly KnownOrganization[], agents: readonly { readonly org: number; readonly id: string; readonly extension?: string; readonly name?: string; readonly departments?: readonly string[] }[]) {
    this.#organizations = organizations;
    this.#agents = agents.map(({ org, id, extension: phone, name = id, departments = [] }) => ({ organizationId: org, agentId: id, extension: extension(phone ?? id, "extension"), name, departments })).sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
  }

  organizations = () => this.#organizations;
  organization = (id: number) => this.#organizations.find((one) => one.id === id);
  organizationByName = (name: string) => this.#organizations.find((one) => one.name === name);
  organizationByDomain = (domain: string) => this.#organizations.find((one) => one.domain === domain.toLowerCase());
  agent = (organizationId: number, agentId: string) => this.#agents.find((one) => one.organizationId === organizationId && one.agentId === agentId);
  agentByExtension = (organizationId: number, phone: string) => this.#agents.find((one) => one.organizationId === organizationId && one.extension === phone);
  agents = (organizationId: number) => this.#agents.filter((one) => one.organizationId === organizationId);
  hasDepartment = (organizationId: number, name: string) => this.departments(organizationId).includes(name);
  departments = (organizationId: number) => this.departmentsByOrganization.get(organizationId) ?? [];
  servesDepartment = () => true;
  supervises = () => false;
  sharedNumbers = (): readonly SharedNumber[] => [];
  department = (organizationId: number, name: string): DepartmentRecord | undefined => (this.hasDepartment(organizationId, name) ? { organizationId, name, settings: DEFAULT_DEPARTMENT_SETTINGS } : undefined);
  onChange = (handler: (change: DirectoryChange) => void) => {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  };

  /** Puts an agent there, in place of one with the same id, or takes the agent away; and tells it. */
  put(organizationId: number, agentId: string, agent: Partial<AgentIdentity> | null): void {
    const before = this.agent(organizationId, agentId);
    if (before !== undefined) this.#agents.splice(this.#agents.indexOf(before), 1);
    if (agent !== null) this.#agents.push({ organizationId, agentId, extension: extension(agentId, "extension"), name: agentId, departments: [], ...before, ...agent });
    this.#agents.sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
    this.tell({ organizationId, agentId });
  }

  tell(change: DirectoryChange): void {
    for (const handler of this.#handlers) handler(change);
  }
}

export class MemoryStatusStore implements AgentStatusStore {
  readonly records: AgentStatusRecord[] = [];
  failing = false;

  async append(records: readonly AgentStatusRecord[]): Promise<void> {
    if (this.failing) throw new Error("disk full");
    this.records.push(...records);
  }

  piggyback(): () => void {
    return () => undefined;
  }

  async latest(): Promise<readonly AgentStatusRecord[]> {
    return [...new Map(this.records.map((record) => [`${record.organizationId}/${record.agentId}`, record])).values()];
  }

  async history(organizationId: number, agentId: string): Promise<readonly AgentStatusRecord[]> {
    return this.records.filter((record) => record.organizationId === organizationId && record.agentId === agentId).reverse();
  }

  async prune(): Promise<number> {
    return 0;
  }

  statuses(agentId: string): readonly string[] {
    return this.records.filter((record) => record.agentId === agentId).map((record) => record.status);
  }
}

/** Plays the registry. */
export class CallFeed implements CallChangeSource {
  readonly #handlers = new Set<(change: CallChange) => void>();

  onChange(handler: (change: CallChange) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  get listeners(): number {
    return this.#handlers.size;
  }

  emit(change: CallChange): void {
    for (const handler of this.#handlers) handler(change);
  }

  tell(type: "call.created" | "call.updated" | "call.ended", id: string, organizationId: number | null, agentLegs: readonly AgentLeg[], department: string | null = null): void {
    this.emit({ type, call: { id, organizationId, assignedTo: null, department, ringing: [], queued: false, unsettled: [], changedAt: new Date(0), recordings: [], handover: null, ending: null, agentLegs, viewFor: (): CallView | null => null, jsonFor: () => null } });
  }
}

export const leg = (agentId: string, state: AgentLeg["state"], { answered = state !== "ringing", dialled = false } = {}): AgentLeg => ({ agentId, state, answered, dialled });

export const actor = (role: Role, organizationId: number | null, agentId: string | null = null, tokenId = `${role}-${agentId ?? "none"}`): Actor => ({
  name: agentId ?? role,
  role,
  organizationId,
  agentId,
  permissions: new Set(role === "supervisor" ? (["listen", "whisper", "barge"] as const) : []),
  tokenId,
});

export const registration = (action: RegistrationEvent["action"], user: string, overrides: Partial<RegistrationEvent> = {}): RegistrationEvent => ({
  kind: "registration",
  action,
  user,
  domain: "one.example",
  contact: `"" <sip:${user}@192.0.2.9:5090;transport=udp>`,
  networkIp: "192.0.2.9",
  networkPort: "5090",
  userAgent: "Softphone 1",
  expiresS: 600,
  callId: `call-id-of-${user}`,
  metadata: "",
  sequence: 0,
  timestampUs: 0,
  ...overrides,
});

export const registrationRow = (user: string, overrides: Partial<RegistrationRow> = {}): RegistrationRow => ({
  reg_user: user,
  realm: "one.example",
  token: `call-id-of-${user}`,
  url: `sofia/internal/sip:${user}@192.0.2.9:5090;transport=udp`,
  expires: "1795206788",
  network_ip: "192.0.2.9",
  network_port: "5090",
  network_proto: "udp",
  hostname: "fs1",
  metadata: "",
  ...overrides,
});

export const snapshotOf = (registrations: readonly RegistrationRow[], reason: SwitchSnapshot["reason"] = "connect"): SwitchSnapshot => ({ coreUuid: "core", channels: [], registrations, afterSequence: 0, reason });

export const silentLogger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface Opened {
  readonly service: LiveAgentService;
  /** What a node tells, as the composition root passes it on. */
  readonly feed: Pick<SwitchSink, "event" | "snapshot">;
  /** Names of the nodes that are ready. */
  readonly ready: Set<string>;
}

/** The agents with their phones. */
export async function openAgents(options: Omit<AgentServiceOptions, "phones">): Promise<Opened> {
  const { directory, logger, clock } = options;
  const ready = new Set<string>();
  const phones = new Phones({ nodes: { all: () => [], get: (node) => { throw switchUnavailable(node); }, isReady: (node) => ready.has(node) }, directory, logger, ...(clock === undefined ? {} : { clock }) });
  const service = await LiveAgentService.start({ ...options, phones });
  const close = service.close.bind(service);
  service.close = async () => {
    await close();
    phones.close();
  };
  return {
    service,
    ready,
    feed: {
      event: (node, event) => phones.sink.event(node, event),
      snapshot: (node, snapshot) => {
        phones.sink.snapshot(node, snapshot);
        service.sink.snapshot(node, snapshot);
      },
    },
  };
}

export interface Stage extends Opened {
  readonly clock: ManualClock;
  readonly store: MemoryStatusStore;
  readonly calls: CallFeed;
  readonly directory: MemoryDirectory;
  readonly changes: AgentChange[];
}

export async function stage(options: Partial<AgentServiceOptions> & { readonly store?: MemoryStatusStore; readonly directory?: MemoryDirectory } = {}): Promise<Stage> {
  const clock = new ManualClock();
  const store = options.store ?? new MemoryStatusStore();
  const calls = new CallFeed();
  const directory =
    options.directory ??
    new MemoryDirectory(
      [organizationOf(1, "one.example"), organizationOf(2, "two.example")],
      [{ org: 1, id: "1001" }, { org: 1, id: "1002" }, { org: 1, id: "anna", extension: "1003" }, { org: 2, id: "1001" }, { org: 2, id: "2002" }],
    );
  const opened = await openAgents({ nodes: ["fs1"], logger: silentLogger, clock, calls, ...options, store, directory });
  const changes: AgentChange[] = [];
  opened.service.onChange((change) => changes.push(change));
  return { ...opened, clock, store, calls, directory, changes };
}
