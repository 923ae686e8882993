/** The composition root: every part is built here, by hand, in the order in which they need each other. */
import type { FastifyInstance } from "fastify";
import { pino, type Logger } from "pino";
import { LiveAgentService } from "./agents/index.js";
import { auditKeyIn, createAuthService, createClientTokens, createOutsideIssuer, demoUsersLeft, HashQueue, hashPassword, seedDemo, signingSecret } from "./auth/index.js";
import { openCallLogs } from "./call-logs/index.js";
import { agentOfLeg, createCalls, createRegistry, knowsOutsideLeg, outsideLegs, type CallsRoom } from "./calls/index.js";
import { systemClock } from "./clock.js";
import type { Config, SwitchNodeConfig } from "./config.js";
import { Dialling, shadowedEmergencies } from "./dialling/index.js";
import { createNodes, type SwitchSink, type SwitchTiming } from "./freeswitch/index.js";
import { createApp, REDACTED_PATHS } from "./http/index.js";
import { LiveHub, registerLive } from "./http/live/index.js";
import { RegistrationWatch, startProvisioning, type Provisioning } from "./provisioning/index.js";
import { createMetrics } from "./metrics.js";
import { assertDemoMayListen, startDemo } from "./demo.js";
import { DepartmentRouter, OrganizationSounds, type AgentAvailability } from "./queues/index.js";
import { RegistrationGuard } from "./security/index.js";
import { Staff } from "./staff/index.js";
import { openDirectory, openStore, recordingRules, type Store, type StoreDirectory } from "./store/index.js";
import { createAuditLog, limitRefusals, startAuditPruning } from "./audit/index.js";

export interface RunningCallplane {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string;
  /** The same of the listener that FreeSWITCH asks; null when there is none. */
  readonly provisioningUrl: string | null;
  /** Requests under way are finished, then sockets and database are closed; FreeSWITCH's calls go on. Idempotent. */
  close(): Promise<void>;
}

export interface CallplaneOptions {
  readonly logger?: Logger;
  /** For tests that cannot wait as long as the product does: what differs from its times towards FreeSWITCH. */
  readonly switchTiming?: Partial<SwitchTiming>;
  /** Milliseconds that FreeSWITCH may take to confirm a command; for tests that slow it down on purpose. */
  readonly confirmMs?: number;
  /** Who may be offered the departments' callers; for tests that decide it themselves. */
  readonly availability?: AgentAvailability;
  /** Milliseconds that an agent who did not take a call is offered nothing. */
  readonly restMs?: number;
}

const CONFIRM_MS = 3000;
const REST_MS = 5000;
/** Seconds that a caller's message may last. */
const MESSAGE_MAX_S = 180;
/** Requests that still run after so long are cut off. */
const DRAIN_MS = 25_000;
const IDLE_CHECK_MS = 200;


/** One line of JSON an entry, with whatever could be a secret cut out. */
export const createLogger = (config: Pick<Config, "logLevel">): Logger => pino({ level: config.logLevel, redact: [...REDACTED_PATHS] });

/** Starts everything; rejects, with all that had been opened closed again, when something cannot start. */
export async function startCallplane(config: Config, options: CallplaneOptions = {}): Promise<RunningCallplane> {
  const { logger = createLogger(config), switchTiming = {}, confirmMs = CONFIRM_MS, restMs = REST_MS, availability } = options;
  const opened: (() => Promise<void> | void)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.reverse()) {
      try {
        await close();
      } catch (error) {
        logger.error({ err: error }, "a part of Callplane could not be closed");
      }
    }
    opened.length = 0;
  };
  try {
    return await open(config, { logger, switchTiming, confirmMs, restMs, availability: availability ?? null }, opened, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function open(config: Config, options: Required<Omit<CallplaneOptions, "availability">> & { readonly availability: AgentAvailability | null }, opened: (() => Promise<void> | void)[], closeAll: () => Promise<void>): Promise<RunningCallplane> {
  const { logger, switchTiming, confirmMs, restMs, availability } = options;
  const demo = config.switchNodes.length === 0;
  if (demo) assertDemoMayListen(config);
  const store = await openStore(config.databaseUrl, { auditKey: await auditKeyIn(config.auditKeyFile) });
  opened.push(() => store.close());
  if (demo) await seedDemo(store);
  else await refuseDemoUsers(store);
  const sounds = new OrganizationSounds(config.soundsDir, config.soundsReadDir);
  await nameSounds(store, sounds, logger);
  const directory = await openDirectory(store, { logger });
  opened.push(() => directory.close());
  warnOfShadowedEmergencies(directory, logger);
  const trail = createAuditLog(store.audit, { logger });
  opened.push(() => trail.close());
  const pruning = startAuditPruning(store.audit, { clock: systemClock, logger });
  opened.push(() => pruning.close());
  const unchained = await store.audit.unchained();
  if (unchained > 0) logger.error({ entries: unchained }, "entries of the audit log are in no chain (callplane audit verify, audit chain)");
  const audit = limitRefusals(trail);
  opened.push(() => audit.close());
  const metrics = createMetrics({ processMetrics: true });
  const outsideIssuer = config.outsideIssuer === null ? null : createOutsideIssuer(config.outsideIssuer, directory);
  const jwtSecret = await signingSecret(config.jwtSecret, config.jwtSecretFile);
  const hashing = new HashQueue();
  opened.push(() => hashing.close());
  const { maxTokensPerUser, maxLoginsPerMinute } = config;
  const auth = createAuthService({ store, directory, audit, logger, secret: jwtSecret, outsideIssuer, hashing, maxTokensPerUser, maxLoginsPerMinute });
  opened.push(() => auth.close());
  const clientTokens = createClientTokens({ store, directory, audit, logger, secret: jwtSecret, wssUrl: config.sipWssUrl, iceServers: config.iceServers });
  opened.push(() => clientTokens.close());

  const addresses = demo ? [await demoSwitch(logger, opened)] : config.switchNodes;
  const registry = createRegistry({
    readNumber: (organizationId, written) => policy.read(organizationId, written),
    directory,
    logger,
    counters: {
      unknownChannel: () => metrics.incident("event_of_unknown_channel"),
      badState: () => metrics.incident("presence_data_unreadable"),
      drift: (count) => metrics.incident("registry_drift", count),
    },
  });
  const fan = new SwitchFan();
  const nodes = createNodes({ nodes: addresses, sink: fan, logger, metrics, timing: switchTiming });
  opened.push(() => nodes.close());
  const settings = { confirmMs, ringS: config.ringTimeoutS, parkReturnS: config.parkReturnS, recordingsDir: config.recordingsDir };
  const policy = new Dialling({ directory, live: { outside: (organizationId) => outsideLegs(registry, organizationId), knows: (organizationId, leg) => knowsOutsideLeg(registry, leg, organizationId) }, audit, metrics });
  const calls = createCalls(registry, { nodes, directory, policy, audit, logger, settings });
  opened.push(() => calls.close());
  metrics.observe(calls.counts);
  const agents = await LiveAgentService.start({
    directory,
    store: store.agentStatus,
    calls,
    nodes: addresses.map((address) => address.name),
    logger,
    heartbeatMs: config.heartbeatS * 1000,
    policy: {
      awayReasons: (organizationId) => directory.organization(organizationId)?.awayReasons ?? [],
      wrapUpS: (organizationId, agentId, department) => directory.agentRecord(organizationId, agentId)?.wrapUpS ?? directory.department(organizationId, department)?.settings.wrapUpS ?? 0,
    },
  });
  opened.push(() => agents.close());
  const queues = await DepartmentRouter.start({
    queues: calls.queues,
    directory,
    availability: availability ?? agents,
    callbacks: store.callbacks,
    audit,
    metrics,
    logger,
    sounds,
    settings: { restMs, messageMaxS: MESSAGE_MAX_S, positionSounds: config.queuePositionSounds, callbackSound: config.queueCallbackSound },
  });
  opened.push(() => queues.close());
  metrics.observeQueues(() => queues.reports(), (organizationId) => directory.organization(organizationId)?.name ?? String(organizationId));
  const hub = new LiveHub({ calls: calls.service, changes: calls, agents, queues, directory, nodes: nodes.all().map((node) => node.status()), logger, limits: { readersPerHolder: config.maxStreamsPerUser } });
  opened.push(() => hub.close());
  const callLogs = await openCallLogs({
    store,
    calls,
    directory,
    rules: recordingRules(directory),
    numbers: policy,
    audit,
    logger,
    metrics,
    settings: { cdrDir: config.cdrDir, recordingsDir: config.recordingsDir, recordingsReadDir: config.recordingsReadDir, nodes: addresses.map((address) => address.name) },
  });
  opened.push(() => callLogs.close());
  const guard = new RegistrationGuard({ directory, audit, metrics, logger, settings: config });
  opened.push(() => guard.close());
  guard.onAttempt((attempt) => hub.registrationFailed(attempt));
  const registrations = await RegistrationWatch.open({ store, directory, nodes, logger });
  opened.push(() => registrations.close());
  const provisioning = await provision();
  const statusOnly = (status: SwitchSink["status"]): SwitchSink => ({ event: () => undefined, snapshot: () => undefined, status });
  // The watch first, since it knows which registrations of a list are good no more. The registry before the agents, so that calls are known when registrations are judged; the hub last of those who look at calls, to tell what they made of it.
  fan.to(
    registrations.sink,
    calls.feed,
    callLogs.sink,
    registrations.without(agents.sink),
    guard.sink,
    statusOnly((_node, status) => hub.nodeStatus(status)),
    { event: () => undefined, ...(provisioning?.sink ?? { status: () => undefined, snapshot: () => undefined }) },
  );

  const staff = new Staff({
    store,
    directory,
    audit,
    // Administrators wait for one another, and not behind whoever tries to log in.
    hashPassword: (password) => hashing.run({ address: "", user: "" }, () => hashPassword(password)),
    live: agents,
    sounds,
    waiting: (organizationId, department) => calls.queues.waiting().filter((caller) => caller.organizationId === organizationId && caller.department === department).length,
  });
  const app = createApp({
    calls: calls.service,
    agents,
    staff,
    queues,
    callLogs: callLogs.service,
    auth,
    clientTokens,
    directory,
    audit,
    trail,
    idempotency: store.idempotency,
    metrics,
    logger,
    config,
    health: () => nodes.all().map((node) => node.status()),
    registerLive: (scope, connections) => registerLive(scope, { hub, auth, connections }),
  });
  opened.push(() => closeWithin(app, calls));
  const url = await app.listen({ host: config.host, port: config.port });
  logger.info({ url, nodes: addresses.map((node) => node.name) }, "Callplane listens");
  let closing: Promise<void> | null = null;
  return { url, provisioningUrl: provisioning?.url ?? null, close: () => (closing ??= closeAll()) };

  async function provision(): Promise<Provisioning | null> {
    const { provisioningListen: listen, provisioningSecret, provisioningSecretFile, provisioningSnapshotDir: snapshotDir } = config;
    if (demo || listen === null) return null;
    const secret = await signingSecret(provisioningSecret, provisioningSecretFile);
    const started = await startProvisioning({ store, directory, policy, settle: (place, legs) => calls.settle(place, legs), agentOfLeg: (uuid) => agentOfLeg(registry, uuid), nodes, logger, metrics, listen, connections: config, secret, snapshotDir, registrationMaxS: config.sipRegistrationMaxS });
    opened.push(() => started.close());
    logger.info({ url: started.url }, "FreeSWITCH may ask for users and dialplan");
    return started;
  }
}

/** Requests under way are let finish; those that wait for a phone to ring are called off when it takes too long, and so are connections that never ask for anything. */
async function closeWithin(app: FastifyInstance, calls: CallsRoom): Promise<void> {
  const timer = setTimeout(() => {
    void calls.close().finally(() => app.server.closeAllConnections());
  }, DRAIN_MS);
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
    clearInterval(idle);
  }
}

/** A database that has once been the demonstration's still knows people whose password everybody knows. Refused on loopback too, where a proxy usually is in front. */
async function refuseDemoUsers(store: Store): Promise<void> {
  const left = await demoUsersLeft(store);
  if (left.length > 0) throw new Error(`The users ${left.join(", ")} still have the demonstration's password: change it (callplane user passwd) or disable them (callplane user disable).`);
}

/** Departments of before sounds were chosen by name: what lies in the organization's own directory goes on being played. */
async function nameSounds(store: Store, sounds: OrganizationSounds, logger: Logger): Promise<void> {
  const foreign = await store.departments.nameSounds((organizationId, path) => sounds.nameOf(organizationId, path));
  for (const { organizationId, department, setting, sound } of foreign) logger.warn({ organization: organizationId, department, setting, sound }, "a department's sound is no sound of its organization: it is not played");
  if (foreign.length > 0) logger.warn({ sounds: foreign.length }, "put these sounds into their organizations' directories below SOUNDS_DIR, and choose them by name");
}

/** New ones are refused; those of before stay until somebody changes them. */
function warnOfShadowedEmergencies(directory: StoreDirectory, logger: Logger): void {
  for (const organization of directory.organizations()) {
    const shadowed = shadowedEmergencies({ ...organization, firstLine: directory.ownNumbers(organization.id)[0] }, directory.agentRecords(organization.id));
    if (shadowed.length > 0) logger.warn({ organization: organization.name, numbers: shadowed }, "agents have emergency numbers as id or extension, and may be rung instead of the emergency service: give them others");
  }
}

async function demoSwitch(logger: Logger, opened: (() => Promise<void> | void)[]): Promise<SwitchNodeConfig> {
  const { address, close } = await startDemo(logger);
  opened.push(close);
  return address;
}

/** Passes what the nodes tell to each listener in turn; what they tell before the listeners are there is kept for them. */
class SwitchFan implements SwitchSink {
  #sinks: readonly SwitchSink[] | null = null;
  /** Bounded by the start: no node tells events before its first snapshot, and few of those fit into one. */
  #early: ((sink: SwitchSink) => void)[] = [];

  to(...sinks: readonly SwitchSink[]): void {
    this.#sinks = sinks;
    for (const tell of this.#early) sinks.forEach(tell);
    this.#early = [];
  }

  event: SwitchSink["event"] = (node, event) => this.#tell((sink) => sink.event(node, event));
  snapshot: SwitchSink["snapshot"] = (node, snapshot) => this.#tell((sink) => sink.snapshot(node, snapshot));
  status: SwitchSink["status"] = (node, status) => this.#tell((sink) => sink.status(node, status));

  #tell(tell: (sink: SwitchSink) => void): void {
    if (this.#sinks === null) this.#early.push(tell);
    else for (const sink of this.#sinks) tell(sink);
  }
}
