/** Callplane at work: every part is built here, by hand, in the order in which they need each other. */
import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { LiveAgentService } from "../agents/index.js";
import { DEMO_ORGANIZATION, signingSecret } from "../auth/index.js";
import { steadyClock, systemClock } from "../clock.js";
import { openCallLogs, shownRecording, type CallLogRoom } from "../call-logs/index.js";
import { agentOfLeg, createCalls, knowsOutsideLeg, Registry, outsideLegs, waitsAnew } from "../calls/index.js";
import type { Config, SwitchNodeConfig } from "../config.js";
import { callable, startDemo } from "../demo.js";
import { Dialling } from "../dialling/index.js";
import { createNodes } from "../freeswitch/index.js";
import { createApp, LiveHub, registerLive, type Front, type HttpServices } from "../http/index.js";
import { AddressGuard, Deliveries, OutboundClient } from "../outbound/index.js";
import { DomainEvents } from "../events/index.js";
import { AbandonedNodes, isGone, LEASE_TIMING, LeaseSightings, type LeaseOwner } from "../lease/index.js";
import type { PrometheusMetrics } from "../prometheus.js";
import { Phones } from "../phones/index.js";
import { gatewayStates, RegistrationWatch, startProvisioning, type Provisioning } from "../provisioning/index.js";
import { CallbackDesk, DepartmentRouter, OrganizationSounds } from "../queues/index.js";
import { Reports } from "../reports/index.js";
import { RegistrationGuard } from "../security/index.js";
import { belongings, Contacts, OrganizationAdministration, profileOf, SettingsNews, Staff, TokenAdministration, TrunkAdministration, UserAdministration } from "../staff/index.js";
import { recordingRules, type Store } from "../store/index.js";
import { MemoryVoiceDirectory, offerBot, VoiceAccountService, VoiceApplication, VoiceConfiguration } from "../voice-app/index.js";
import { WebhookService } from "../webhooks/index.js";
import { consoleServices } from "./console-services.js";
import { openAccess } from "./access.js";
import { nameSounds } from "./checks.js";
import { listening } from "./listening.js";
import { openLiveAudio } from "./live-audio.js";
import type { CallplaneOptions } from "./options.js";
import { Parts } from "./parts.js";
import { Signers } from "./signers.js";
import { spoolFor } from "./spools.js";
import { openSpeech } from "./speech.js";
import { SwitchFan } from "./switch-fan.js";
import { programCalls } from "./twilio-calls.js";
import { openVoicePrograms } from "./voice-programs.js";
import { openWebhooks } from "./webhooks.js";

/** What lives as long as the process, whether or not it works. */
export interface Surroundings {
  readonly config: Config;
  readonly options: CallplaneOptions;
  readonly logger: Logger;
  readonly store: Store;
  readonly metrics: PrometheusMetrics;
  readonly front: Front;
  /** This life of the process. */
  readonly owner: LeaseOwner;
  /** Asked before FreeSWITCH is commanded. */
  readonly fence: () => Promise<void> | null;
  readonly databaseTrouble: () => string | null;
}

export interface Active {
  readonly nodes: readonly string[];
  readonly provisioningUrl: string | null;
  /** Ends the event streams, which end their requests. */
  endStreams(): void;
  /** Offers nothing any more, calls off what is under way, writes what was seen and lets go of FreeSWITCH. Idempotent; never rejects. */
  letGo(): Promise<void>;
}

/** Programs of the demonstration are on the machine that it listens on. */
const DEMO_ALLOWED = ["localhost", "127.0.0.0/8", "::1"];
const CONFIRM_MS = 3000;
const AGAIN_MS = 5000;
const REST_MS = 5000;
/** Seconds that a caller's message may last. */
const MESSAGE_MAX_S = 180;

/** Begins to work. What requests need as long as they last is added to `parts`; what commands and follows FreeSWITCH is closed before it, by `letGo`. */
export async function openActive(surroundings: Surroundings, parts: Parts): Promise<Active> {
  const { config, options, logger, store, metrics, front, owner, fence, databaseTrouble } = surroundings;
  const leaseTiming = { ...LEASE_TIMING, ...options.leaseTiming };
  const { switchTiming = {}, confirmMs = CONFIRM_MS, againMs = AGAIN_MS, restMs = REST_MS } = options;
  const sounds = new OrganizationSounds(config.soundsDir, config.soundsReadDir);
  await nameSounds(store, sounds, logger);
  const { directory, trail, audit, hashPassword, auth, browserLogins, clientTokens, wssUrl } = await openAccess(config, store, logger, parts);
  const voice = parts.add("lines and configurations", await MemoryVoiceDirectory.open({ store, logger }));
  const working = parts.add("work", new Parts(logger));

  const demo = config.switchNodes.length === 0;
  const demonstration = demo ? working.add("demonstration", await startDemo(logger, voice, config.recordingsDir)) : null;
  const demoOrganization = demonstration === null ? undefined : directory.organizationByName(DEMO_ORGANIZATION.name);
  if (demonstration !== null && demoOrganization !== undefined) await offerBot(store, demoOrganization.id, demonstration.bot.voiceUrl);
  const addresses: readonly SwitchNodeConfig[] = demonstration === null ? config.switchNodes : [demonstration.address];
  const nodeNames = addresses.map(({ name }) => name);
  const addressGuard = new AddressGuard({ allowed: [...config.outboundAllowed, ...(demo ? DEMO_ALLOWED : [])] });
  const outbound = working.add("requests to other servers", new OutboundClient({ guard: addressGuard }));
  const signers = new Signers({ accounts: directory.voiceAccounts, voice, store });
  const hooks = working.add("webhooks", await openWebhooks({ store, signers, audit, logger }));
  const deliveries = working.add("deliveries", await Deliveries.open({ store: store.deliveries, owner: owner.id, sightings: new LeaseSightings({ timing: leaseTiming, clock: steadyClock, isGone }), client: outbound, signing: (delivery) => hooks.signing(delivery), gaveUp: (delivery, error) => hooks.sender.gaveUp(delivery, error), dropped: (webhook, _organization, count) => hooks.sender.dropped(webhook, count), clock: systemClock, logger, metrics }));
  metrics.observeDeliveries(() => deliveries.waiting());
  const registry: Registry = new Registry({ readNumber: (organizationId, written) => policy.read(organizationId, written), spaced: (organizationId, number) => policy.spaced(organizationId, number), directory, logger, metrics, variables: config.channelVariables });
  const fan = new SwitchFan();
  const nodes = working.add("nodes", createNodes({ nodes: addresses, sink: fan, logger, metrics, variables: config.channelVariables, timing: switchTiming, fence }));
  const phones = working.add("phones", new Phones({ nodes, directory, logger }));
  const settings = { confirmMs, ringS: config.ringTimeoutS, parkReturnS: config.parkReturnS, lostPhoneS: config.lostPhoneS, lostPhoneReturnS: config.lostPhoneReturnS, againMs, recordingsDir: config.recordingsDir };
  const policy = new Dialling({ directory, live: { outside: (organizationId) => outsideLegs(registry, organizationId), knows: (organizationId, leg) => knowsOutsideLeg(registry, leg, organizationId) }, audit, metrics });
  const calls = working.add("calls", createCalls(registry, { nodes, phones, directory, policy, audit, logger, settings }));
  metrics.observe(calls.counts);
  const streams = working.add("streams", openLiveAudio({ config, addresses, calls, guard: addressGuard, deliveries, signers, metrics, logger }));
  options.onStreams?.(streams);
  const agents = working.add(
    "agents",
    await LiveAgentService.start({
      directory,
      store: store.agentStatus,
      calls,
      phones,
      nodes: nodeNames,
      nameOfUser: (organizationId, username) => directory.agent(organizationId, directory.userWithin(organizationId, username)?.agentId ?? "")?.name ?? null,
      logger,
      heartbeatMs: config.heartbeatS * 1000,
      registrationGraceMs: config.registrationGraceS * 1000,
      policy: {
        awayReasons: (organizationId) => directory.organization(organizationId)?.awayReasons ?? [],
        wrapUpS: (organizationId, agentId, department) => directory.agentRecord(organizationId, agentId)?.wrapUpS ?? directory.department(organizationId, department)?.settings.wrapUpS ?? 0,
      },
    }),
  );
  demonstration?.begin(demoOrganization === undefined
    ? { takesCalls: () => true, isAttended: () => false }
    : { takesCalls: callable(agents, demoOrganization.id), isAttended: (agentId) => agents.isPresent(demoOrganization.id, agentId) });
  const queues = working.add(
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
      spaced: (organizationId, number) => policy.spaced(organizationId, number),
      settings: { restMs, messageMaxS: MESSAGE_MAX_S, positionSounds: config.queuePositionSounds, callbackSound: config.queueCallbackSound },
    }),
  );
  metrics.observeQueues(() => queues.reports(), (organizationId) => directory.organization(organizationId)?.name ?? String(organizationId));
  let logs: CallLogRoom | null = null;
  const isStartDue = (callId: string, recordingId: string): boolean => logs?.isStartDue(callId, recordingId) ?? false;
  const events = working.add("events", new DomainEvents({ changes: calls, isStartDue, acting: calls.acting, agents, queues, directory, nodes: () => nodes.all().map((node) => node.status()), logger }));
  const boot = randomBytes(6).toString("hex");
  hooks.begin({ events, deliveries, boot });
  working.add("settings", await SettingsNews.open({ store, told: (organizationId, fact) => events.settingsChanged(organizationId, fact), logger }));
  const hub = working.add("event streams", new LiveHub({ events, calls: calls.service, agents, directory, boot, metrics, logger, limits: { readersPerHolder: config.maxStreamsPerUser } }));
  metrics.observeConsoles(() => hub.stats());
  const callLogs = (logs = working.add(
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
      completed: (log) => events.callLogCompleted(log),
      changed: (news) => events.callLogChanged(news),
      recording: ({ type, recording, agents }) => events.recordingChanged({ type, organizationId: recording.organizationId, recording: shownRecording(recording), agents }),
      message: (news) => events.messageChanged(news),
      settings: { cdrDir: config.cdrDir, recordingsDir: config.recordingsDir, recordingsReadDir: config.recordingsReadDir, nodes: nodeNames },
    }),
  ));
  const speech = working.add("speech", await openSpeech(config, outbound, { metrics, logger }));
  const programs = working.add("voice programs", await openVoicePrograms({ calls, room: queues.room, directory, policy, voice, client: outbound, deliveries, speech: speech.speech, recognizer: speech.recognizer, streams, callLogs: callLogs.service, store, signers, nodes: nodeNames, abandonedMs: leaseTiming.abandonedMs, ownUrl: front.url, publicUrl: config.publicUrl, logger }));
  working.add("abandoned nodes", new AbandonedNodes({ leases: store.nodeLeases, left: programs.engine.leftBehind, owner, timing: leaseTiming, clock: systemClock, logger }));
  // Called off before the records are written for the last time: what becomes of it stands in them.
  working.add("offers under way", queues);
  working.add("operations under way", { close: () => calls.callOff() });
  const registrationGuard = working.add("registration guard", new RegistrationGuard({ directory, audit, metrics, logger, settings: config }));
  registrationGuard.onAttempt((attempt) => events.registrationFailed(attempt));
  const registrations = working.add("registration watch", await RegistrationWatch.open({ store, directory, nodes, logger }));
  const provisioning = demo ? null : await provision();
  // The watch first, since it knows which registrations of a list are good no more. The registry before the phones and the agents, so that calls are known when registrations are judged; the events last of those who look at calls, to tell what they made of it.
  fan.to(
    registrations.sink,
    calls.feed,
    callLogs.sink,
    registrations.without(phones.sink),
    agents.sink,
    registrationGuard.sink,
    { status: (_node, status) => events.nodeStatus(status) },
    provisioning?.sink ?? {},
  );

  const staff = new Staff({
    store,
    directory,
    audit,
    hashPassword,
    live: agents,
    sounds,
    waiting: (organizationId, department) => queues.room.count(organizationId, department),
  });
  const administration = {
    organizations: new OrganizationAdministration(store, (organization) => belongings(store, organization)),
    users: new UserAdministration(store, hashPassword),
    tokens: new TokenAdministration(store, () => signingSecret(config.jwtSecret, config.jwtSecretFile)),
    trunks: new TrunkAdministration(store, (name) => gatewayStates(nodes, name)),
  };
  const services: HttpServices = {
    calls: calls.service,
    streams,
    agents,
    staff,
    administration,
    usedBy: (pointed) => store.pointers.usedBy(pointed),
    contacts: new Contacts({ store, directory, agents, queues, audit }),
    voiceAccounts: new VoiceAccountService({ store, directory, audit }),
    voiceApplication: new VoiceApplication({ voice, accounts: directory.voiceAccounts, deliveries }),
    voiceConfiguration: new VoiceConfiguration({ store, voice, directory, audit }),
    webhooks: new WebhookService({ store, webhooks: hooks.webhooks, directory, client: outbound, guard: addressGuard, audit, clock: systemClock }),
    queues,
    callLogs: callLogs.service,
    spaced: (organizationId, number) => policy.spaced(organizationId, number),
    reports: new Reports({ store: store.figures, directory, room: queues.room, timeZone: (organizationId) => directory.organization(organizationId)?.timeZone ?? "UTC", clock: systemClock }),
    messages: callLogs.messages,
    callbacks: new CallbackDesk({ store: store.callbacks, directory, numbers: policy, audit, changed: () => queues.callbacksChanged() }),
    auth,
    browserLogins,
    profile: (actor) => profileOf(directory, actor),
    twilio: { accounts: directory.voiceAccounts, apps: store.twimlApps, programs: programCalls(programs.engine), conferences: programs.engine.conferenceDesk, queues: programs.engine.queueDesk, notes: programs.log },
    clientTokens,
    directory,
    audit,
    trail,
    idempotency: store.idempotency,
    metrics,
    logger,
    config,
    health: () => nodes.all().map((node) => node.status()),
    databaseTrouble,
    registerLive: (scope, connections) => registerLive(scope, { hub, auth, connections }),
    ...consoleServices({ sipUrl: wssUrl, built: options.consoleDirectory, directory, demonstration: demoOrganization?.id ?? null }),
  };
  const app = createApp(services, front);
  parts.add("HTTP app", { close: () => app.close() });
  await app.ready();
  return { nodes: nodeNames, provisioningUrl: provisioning?.url ?? null, endStreams: () => hub.close(), letGo: () => working.close() };

  async function provision(): Promise<Provisioning | null> {
    const { provisioningListen: listen, provisioningSecret, provisioningSecretFile, provisioningSnapshotDir: snapshotDir } = config;
    if (listen === null) return null;
    const secret = await signingSecret(provisioningSecret, provisioningSecretFile);
    const started = await listening("PROVISIONING_LISTEN", listen, () => startProvisioning({ store, directory, policy, trackPlace: (place, legs) => calls.trackPlace(place, legs), agentOfLeg: (uuid) => agentOfLeg(registry, uuid), waitsAnew: (uuid) => waitsAnew(registry, uuid), nodes, logger, metrics, listen, connections: config, secret, snapshotDir, registrationMaxS: config.sipRegistrationMaxS }));
    logger.info({ url: started.url }, "FreeSWITCH may ask for users and dialplan");
    return working.add("provisioning", started);
  }
}
