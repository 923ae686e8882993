/** What Prometheus is told of Callplane; names are `callplane_*`, since `freeswitch_*` belongs to the usual exporter. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import { createConsoleMetrics, type ConsoleFigures } from "./console-metrics.js";
import { createQueueMetrics } from "./queue-metrics.js";
import { createStreamMetrics, type StreamFigures } from "./stream-metrics.js";
import type { Metrics } from "./metrics.js";
import type { DepartmentReport } from "./queues/index.js";

/** The live counts, asked for when Prometheus scrapes. */
export interface LiveCounts {
  /** Channels by node. */
  channels(): Iterable<readonly [node: string, count: number]>;
  /** Calls by state. */
  calls(): Iterable<readonly [state: string, count: number]>;
  /** Legs whose call state is still to be written to FreeSWITCH. */
  pendingStateWrites(): number;
}

export interface PrometheusMetrics extends Metrics {
  /** Where the live counts come from; until it is told, there are none. */
  observe(counts: LiveCounts): void;
  /** Where the departments' figures come from, and how an organization is named. */
  observeQueues(reports: () => readonly DepartmentReport[], nameOf: (organizationId: number) => string): void;
  /** Where the number of deliveries that wait comes from. */
  observeDeliveries(waiting: () => Promise<number>): void;
  /** Where the figures of the consoles come from. */
  observeConsoles(figures: () => ConsoleFigures): void;
  /** Where the figures of live audio come from. */
  observeStreams(figures: StreamFigures): void;
  /** The text that Prometheus reads. */
  render(): Promise<string>;
  readonly contentType: string;
}

const MAX_EVENT_NAMES = 200;
const DELIVERY_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 600, 3600, 86_400];
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10, 30];

/** `processMetrics`: also memory, event loop and garbage collection of the process. */
export function createMetrics(options: { readonly processMetrics?: boolean } = {}): PrometheusMetrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.processMetrics === true) collectDefaultMetrics({ register: registry, prefix: "callplane_" });
  let live: LiveCounts | null = null;
  let waitingDeliveries = (): Promise<number> => Promise.resolve(0);

  // Thousands a second: counted here, and given to the counter when somebody asks. Bounded by the nodes, and `MAX_EVENT_NAMES` of each.
  const received = new Map<string, Map<string, number>>();
  new Counter({
    name: "callplane_events_total",
    help: "Events received from FreeSWITCH.",
    labelNames: ["node", "name"],
    registers,
    collect() {
      this.reset();
      for (const [node, counts] of received) for (const [name, count] of counts) this.inc({ node, name }, count);
    },
  });
  const lag = new Histogram({ name: "callplane_event_lag_seconds", help: "From FreeSWITCH's timestamp of an event to its receipt.", labelNames: ["node"], buckets: SECONDS, registers });
  const commands = new Histogram({ name: "callplane_command_duration_seconds", help: "Commands to FreeSWITCH, from writing to the reply.", labelNames: ["node", "kind", "outcome"], buckets: SECONDS, registers });
  const reconnects = new Counter({ name: "callplane_reconnects_total", help: "Connections to FreeSWITCH that came back.", labelNames: ["node"], registers });
  const requests = new Histogram({ name: "callplane_http_request_duration_seconds", help: "HTTP requests by operation id.", labelNames: ["operation", "status"], buckets: SECONDS, registers });
  const incidents = new Counter({ name: "callplane_incidents_total", help: "What should not happen and was survived.", labelNames: ["kind"], registers });
  const refusals = new Counter({ name: "callplane_dial_refusals_total", help: "Numbers that were not dialled, by the rule.", labelNames: ["rule"], registers });
  const registrationFailures = new Counter({ name: "callplane_registration_failures_total", help: "Phones that FreeSWITCH refused to register or let call.", labelNames: ["node"], registers });
  const bans = new Counter({ name: "callplane_bans_total", help: "Runs of the ban command, by what became of them.", labelNames: ["outcome"], registers });
  const provisioning = new Histogram({ name: "callplane_provisioning_duration_seconds", help: "FreeSWITCH's questions, by section.", labelNames: ["section"], buckets: SECONDS, registers });
  const provisioningRefusals = new Counter({ name: "callplane_provisioning_refusals_total", help: "Requests to the provisioning listener without its secret.", registers });
  const connections = new Counter({ name: "callplane_connections_ended_total", help: "Connections refused or ended by a limit, by the limit.", labelNames: ["reason"], registers });
  const speech = new Histogram({ name: "callplane_speech_duration_seconds", help: "Texts said, sounds played and utterances recognized, until there was a result, by its kind.", labelNames: ["kind", "outcome"], buckets: SECONDS, registers });
  const speaks = new Gauge({ name: "callplane_speech_ready", help: "1: texts are spoken; 0: callers hear tones in their place.", registers });
  const deliveries = new Counter({ name: "callplane_deliveries_total", help: "Callbacks and webhooks, by what became of an attempt.", labelNames: ["kind", "outcome"], registers });
  const deliveryDelay = new Histogram({ name: "callplane_deliveries_delay_seconds", help: "From an event to the arrival of its callback or webhook.", labelNames: ["kind"], buckets: DELIVERY_SECONDS, registers });
  new Gauge({
    name: "callplane_deliveries_waiting",
    help: "Callbacks and webhooks in the database that have not arrived, whichever process sends them.",
    registers,
    async collect() {
      // While the database does not answer, the others are told, and this one as it was.
      const waiting = await waitingDeliveries().catch(() => null);
      if (waiting !== null) this.set(waiting);
    },
  });
  new Gauge({
    name: "callplane_channels",
    help: "Live channels.",
    labelNames: ["node"],
    registers,
    collect() {
      this.reset();
      for (const [node, count] of live?.channels() ?? []) this.set({ node }, count);
    },
  });
  new Gauge({
    name: "callplane_calls",
    help: "Live calls.",
    labelNames: ["state"],
    registers,
    collect() {
      this.reset();
      for (const [state, count] of live?.calls() ?? []) this.set({ state }, count);
    },
  });
  new Gauge({
    name: "callplane_state_writes_pending",
    help: "Legs whose call state is still to be written to FreeSWITCH.",
    registers,
    collect() {
      this.set(live?.pendingStateWrites() ?? 0);
    },
  });

  const queues = createQueueMetrics(registers);
  const streams = createStreamMetrics(registers);
  const consoles = createConsoleMetrics(registers);

  return {
    observeQueues: queues.observe,
    observeConsoles: consoles.observe,
    consolesTold: consoles.told,
    observeStreams: streams.observe,
    streamEnded: streams.ended,
    streamRoundTrip: streams.roundTrip,
    streamPaced: streams.paced,
    eventReceived(node, name, lagMs) {
      const counts = received.get(node) ?? new Map<string, number>();
      received.set(node, counts);
      // FreeSWITCH has some ninety.
      const known = counts.has(name) || counts.size < MAX_EVENT_NAMES ? name : "other";
      counts.set(known, (counts.get(known) ?? 0) + 1);
      lag.observe({ node }, Math.max(0, lagMs) / 1000);
    },
    commandFinished: (node, kind, outcome, seconds) => commands.observe({ node, kind, outcome }, seconds),
    reconnected: (node) => reconnects.inc({ node }),
    nodeRemoved: (node) => {
      received.delete(node);
      for (const metric of [lag, commands, reconnects, registrationFailures]) void forget(metric, node);
    },
    requestFinished: (operation, status, seconds) => requests.observe({ operation, status: String(status) }, seconds),
    incident: (kind, count = 1) => incidents.inc({ kind }, count),
    dialRefused: (rule) => refusals.inc({ rule }),
    registrationFailed: (node) => registrationFailures.inc({ node }),
    banFinished: (outcome) => bans.inc({ outcome }),
    provisioningAnswered: (section, seconds) => provisioning.observe({ section }, seconds),
    provisioningRefused: () => provisioningRefusals.inc(),
    speechFinished: (kind, outcome, seconds) => speech.observe({ kind, outcome }, seconds),
    speechReady: (ready) => speaks.set(ready ? 1 : 0),
    connectionEnded: (reason) => connections.inc({ reason }),
    deliveryEnded: (kind, outcome, seconds) => {
      deliveries.inc({ kind, outcome });
      if (outcome === "delivered") deliveryDelay.observe({ kind }, seconds);
    },
    observeDeliveries(waiting) {
      waitingDeliveries = waiting;
    },
    observe(counts) {
      live = counts;
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** prom-client forgets a series by all of its labels alone. */
async function forget(metric: Counter | Histogram, node: string): Promise<void> {
  for (const { labels } of (await metric.get()).values) {
    if (labels["node"] === node) metric.remove(Object.fromEntries(Object.entries(labels).filter(([name]) => name !== "le")));
  }
}
