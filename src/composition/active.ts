/** Callplane at work: every part is built here, by hand, in the order in which they need each other. */
import type { Logger } from "pino";
import { LiveAgentService } from "../agents/index.js";
import { hashPassword, signingSecret } from "../auth/index.js";
import { openCallLogs } from "../call-logs/index.js";
import { agentOfLeg, createCalls, createRegistry, knowsOutsideLeg, outsideLegs } from "../calls/index.js";
import type { Config, SwitchNodeConfig } from "../config.js";
import { startDemo } from "../demo.js";
import { Dialling } from "../dialling/index.js";
import { createNodes } from "../freeswitch/index.js";
import { createApp } from "../http/index.js";
import { DomainEvents } from "../events/index.js";
import { LiveHub, registerLive } from "../http/live/index.js";
import { createMetrics } from "../prometheus.js";
import { Phones } from "../phones/index.js";
import { RegistrationWatch, startProvisioning, type Provisioning } from "../provisioning/index.js";
import { DepartmentRouter, OrganizationSounds } from "../queues/index.js";
import { RegistrationGuard } from "../security/index.js";
import { Staff } from "../staff/index.js";
import { recordingRules, type Store } from "../store/index.js";
import { openAccess } from "./access.js";
import { nameSounds } from "./checks.js";
import { closeApp } from "./drain.js";
import type { CallplaneOptions } from "./options.js";
import type { Parts } from "./parts.js";
import { spoolFor } from "./spools.js";
import { SwitchFan } from "./switch-fan.js";

export interface Active {
  readonly url: string;
  readonly provisioningUrl: string | null;
}

const CONFIRM_MS = 3000;
const REST_MS = 5000;
/** Seconds that a caller's message may last. */
const MESSAGE_MAX_S = 180;

export async function openActive(config: Config, options: CallplaneOptions, store: Store, logger: Logger, parts: Parts): Promise<Active> {
  const { switchTiming = {}, confirmMs = CONFIRM_MS, restMs = REST_MS } = options;
  const sounds = new OrganizationSounds(config.soundsDir, config.soundsReadDir);
  await nameSounds(store, sounds, logger);
  const { directory, trail, audit, hashing, auth, clientTokens } = await openAccess(config, store, logger, parts);
  const metrics = createMetrics({ processMetrics: true });

  const demo = config.switchNodes.length === 0;
  const addresses: readonly SwitchNodeConfig[] = demo ? [parts.add("demonstration", await startDemo(logger)).address] : config.switchNodes;
  const nodeNames = addresses.map(({ name }) => name);
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
  const nodes = parts.add("nodes", createNodes({ nodes: addresses, sink: fan, logger, metrics, timing: switchTiming }));
  const phones = parts.add("phones", new Phones({ nodes, directory, logger }));
  const settings = { confirmMs, ringS: config.ringTimeoutS, parkReturnS: config.parkReturnS, recordingsDir: config.recordingsDir };
  const policy = new Dialling({ directory, live: { outside: (organizationId) => outsideLegs(registry, organizationId), knows: (organizationId, leg) => knowsOutsideLeg(registry, leg, organizationId) }, audit, metrics });
  const calls = parts.add("calls", createCalls(registry, { nodes, phones, directory, policy, audit, logger, settings }));
  metrics.observe(calls.counts);
  const agents = parts.add(
    "agents",
    await LiveAgentService.start({
      directory,
      store: store.agentStatus,
      calls,
      phones,
      nodes: nodeNames,
      logger,
      heartbeatMs: config.heartbeatS * 1000,
      policy: {
        awayReasons: (organizationId) => directory.organization(organizationId)?.awayReasons ?? [],
        wrapUpS: (organizationId, agentId, department) => directory.agentRecord(organizationId, agentId)?.wrapUpS ?? directory.department(organizationId, department)?.settings.wrapUpS ?? 0,
      },
    }),
  );
  const queues = parts.add(
    "queues",
    await DepartmentRouter.start({
      calls: calls.legs,
      directory,
      availability: options.availability?.(agents) ?? agents,
      phones,
      callbacks: store.callbacks,
      audit,
      metrics,
      logger,
      sounds,
      settings: { restMs, messageMaxS: MESSAGE_MAX_S, positionSounds: config.queuePositionSounds, callbackSound: config.queueCallbackSound },
    }),
  );
  metrics.observeQueues(() => queues.reports(), (organizationId) => directory.organization(organizationId)?.name ?? String(organizationId));
  const events = parts.add("events", new DomainEvents({ changes: calls, agents, queues, directory, nodes: () => nodes.all().map((node) => node.status()), logger }));
  const hub = parts.add("event streams", new LiveHub({ events, calls: calls.service, agents, directory, logger, limits: { readersPerHolder: config.maxStreamsPerUser } }));
  const callLogs = parts.add(
    "call logs",
    await openCallLogs({
      store,
      calls,
      directory,
      rules: recordingRules(directory),
      numbers: policy,
      audit,
      logger,
      metrics,
      spool: spoolFor("call-records", config, logger),
      settings: { cdrDir: config.cdrDir, recordingsDir: config.recordingsDir, recordingsReadDir: config.recordingsReadDir, nodes: nodeNames },
    }),
  );
  const guard = parts.add("registration guard", new RegistrationGuard({ directory, audit, metrics, logger, settings: config }));
  guard.onAttempt((attempt) => events.registrationFailed(attempt));
  const registrations = parts.add("registration watch", await RegistrationWatch.open({ store, directory, nodes, logger }));
  const provisioning = demo ? null : await provision();
  // The watch first, since it knows which registrations of a list are good no more. The registry before the phones and the agents, so that calls are known when registrations are judged; the events last of those who look at calls, to tell what they made of it.
  fan.to(
    registrations.sink,
    calls.feed,
    callLogs.sink,
    registrations.without(phones.sink),
    agents.sink,
    guard.sink,
    { status: (_node, status) => events.nodeStatus(status) },
    provisioning?.sink ?? {},
  );

  const staff = new Staff({
    store,
    directory,
    audit,
    // Administrators wait for one another, and not behind whoever tries to log in.
    hashPassword: (password) => hashing.run({ address: "", user: "" }, () => hashPassword(password)),
    live: agents,
    sounds,
    waiting: (organizationId, department) => queues.room.count(organizationId, department),
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
  parts.add("requests", { close: () => closeApp(app, calls) });
  const url = await app.listen({ host: config.host, port: config.port });
  logger.info({ url, nodes: nodeNames }, "Callplane listens");
  return { url, provisioningUrl: provisioning?.url ?? null };

  async function provision(): Promise<Provisioning | null> {
    const { provisioningListen: listen, provisioningSecret, provisioningSecretFile, provisioningSnapshotDir: snapshotDir } = config;
    if (listen === null) return null;
    const secret = await signingSecret(provisioningSecret, provisioningSecretFile);
    const started = await startProvisioning({ store, directory, policy, settle: (place, legs) => calls.settle(place, legs), agentOfLeg: (uuid) => agentOfLeg(registry, uuid), nodes, logger, metrics, listen, connections: config, secret, snapshotDir, registrationMaxS: config.sipRegistrationMaxS });
    logger.info({ url: started.url }, "FreeSWITCH may ask for users and dialplan");
    return parts.add("provisioning", started);
  }
}
