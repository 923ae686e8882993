/** Every benchmark, loaded when it is run. */
import type { Benchmark } from "./support/finding.js";

export const benchmarkName = ["intake", "big-reply", "listing", "commands", "memory", "reconnect", "routing", "offers", "provisioning", "agents", "database-lock", "rolling-restart", "registration-events", "registrations", "programs", "streams", "consoles", "page", "console-lag"] as const;
export type BenchmarkName = (typeof benchmarkName)[number];

export const BENCHMARKS: Readonly<Record<BenchmarkName, () => Promise<Benchmark>>> = {
  intake: async () => (await import("./intake.js")).intake,
  "big-reply": async () => (await import("./big-reply.js")).bigReply,
  listing: async () => (await import("./listing.js")).listing,
  commands: async () => (await import("./commands.js")).commandOverhead,
  memory: async () => (await import("./memory.js")).memory,
  routing: async () => (await import("./routing.js")).routing,
  offers: async () => (await import("./offers.js")).offers,
  provisioning: async () => (await import("./provisioning.js")).provisioning,
  agents: async () => (await import("./agents.js")).agents,
  "database-lock": async () => (await import("./database-lock.js")).databaseLock,
  "rolling-restart": async () => (await import("./rolling-restart.js")).rollingRestart,
  "registration-events": async () => (await import("./registration-events.js")).registrationEvents,
  registrations: async () => (await import("./registrations.js")).registrations,
  programs: async () => (await import("./programs.js")).programs,
  streams: async () => (await import("./streams.js")).streams,
  consoles: async () => (await import("./consoles.js")).consoles,
  page: async () => (await import("./page.js")).page,
  "console-lag": async () => (await import("./console-lag.js")).consoleLag,
  reconnect: async () => (await import("./reconnect.js")).reconnect,
};
