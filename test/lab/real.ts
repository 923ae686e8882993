/** The lab on a real FreeSWITCH: the switch under test runs with freeswitch-conf, a second FreeSWITCH plays phones and trunk. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EslClient } from "./esl-client.js";
import { writeFarSideConfig } from "./far-side-config.js";
import { findHost } from "./find-host.js";
import { Parties, type HeardByParty, type RealBehaviour } from "./parties.js";
import { reservePorts, type PortBlock } from "./ports.js";
import { SipAgent } from "./sip-agent.js";
import { startServer, switchEnvironment, type Server, type ServerHost, type ServerSpec } from "./server.js";
import { IGNORES_TALK, type Lab, type Party, type PartyBehaviour } from "./types.js";
import { eventually } from "./wait.js";

const CONF = fileURLToPath(new URL("../../freeswitch-conf", import.meta.url));
const DOMAIN = "lab.callplane.test";
const REGISTERED = ["1001", "1002", "1003", "1004", "1005"] as const;
const UNREGISTERED = ["1009"] as const;
const CHANNEL_TIMEOUT_MS = 5000;
const REGISTER_TIMEOUT_MS = 10_000;
/** Silence, 8 kHz, 16 bits. */
const QUIET = Buffer.alloc(16_000);
const SWITCH_EVENTS = "CHANNEL_CREATE BACKGROUND_JOB CUSTOM sofia::register sofia::unregister";

/** A lab on a real switch, with what only a real one has. */
export interface RealLab extends Lab {
  readonly kind: "real";
  /** Where the switch runs: the binary or the image. */
  readonly description: string;
  /** A second way into the switch under test, subscribed to CHANNEL_CREATE, BACKGROUND_JOB and registrations; a new one after each restart. */
  readonly switchEsl: EslClient;
  /** Where the switch may write recordings, and the suite read them. */
  readonly recordingsDir: string;
  /** Where the switch leaves its call detail records. */
  readonly cdrDir: string;
  trunk(number: string, behaviour: RealBehaviour): Promise<void>;
  /** Another phone of the extension registers beside its first; it rings and does nothing. Whoever opens it unregisters and closes it. */
  phoneBeside(extension: string): Promise<SipAgent>;
  /** The codecs that the party offers and takes, as FreeSWITCH writes them; default: PCMU. */
  speaks(party: Party, codecs: string): void;
  /** The party, which is in a call, is silent from now on, or says its tone again. */
  hush(party: Party, quiet: boolean): Promise<void>;
  /** The party, which is in a call, says now what it is to say (`says`). */
  speaksUp(party: Party): Promise<void>;
  /** As `hears`, and whether anything else sounds (music, ringing). */
  listen(listener: Party): Promise<HeardByParty>;
}

export type RealLabResult = { readonly lab: RealLab } | { readonly skipped: string };

/** Starts the lab, or says why there is none here. Throws when FreeSWITCH is there and does not start. */
export async function createRealLab(): Promise<RealLabResult> {
  const found = await findHost();
  if ("missing" in found) return { skipped: found.missing };
  return { lab: await RunningLab.start(found.host) };
}

class RunningLab implements RealLab {
  readonly kind = "real";
  readonly domain = DOMAIN;
  readonly extensions = [...REGISTERED, ...UNREGISTERED];
  readonly #host: ServerHost;
  readonly #dir: string;
  readonly #ports: readonly PortBlock[];
  readonly #externalPort: number;
  readonly #registrar: { readonly port: number; readonly password: string };
  readonly #farSide: Server;
  readonly #parties: Parties;
  readonly #registered = new Set<string>(REGISTERED);
  #switch: Server;
  #closed: Promise<void> | null = null;

  private constructor(parts: { host: ServerHost; dir: string; ports: readonly PortBlock[]; externalPort: number; registrar: { readonly port: number; readonly password: string }; switchServer: Server; farSide: Server; parties: Parties }) {
    this.#host = parts.host;
    this.#dir = parts.dir;
    this.#ports = parts.ports;
    this.#externalPort = parts.externalPort;
    this.#registrar = parts.registrar;
    this.#switch = parts.switchServer;
    this.#farSide = parts.farSide;
    this.#parties = parts.parties;
  }

  static async start(host: ServerHost): Promise<RunningLab> {
    const dir = await mkdtemp(join(tmpdir(), "callplane-lab-"));
    const ports: PortBlock[] = [];
    const servers: Server[] = [];
    try {
      const near = await reservePorts();
      ports.push(near);
      const far = await reservePorts();
      ports.push(far);
      const [eslPort, internalPort, externalPort, wsPort, wssPort] = near.services;
      const [farEslPort, phonesPort, trunkPort, deafPort] = far.services;
      if (eslPort === undefined || internalPort === undefined || externalPort === undefined || wsPort === undefined || wssPort === undefined || farEslPort === undefined || phonesPort === undefined || trunkPort === undefined || deafPort === undefined) throw new Error("A block of ports is too small.");

      const phonePassword = randomBytes(16).toString("hex");
      const switchSpec: ServerSpec = {
        name: "the switch under test",
        confDir: CONF,
        stateDir: join(dir, "switch"),
        eslPort,
        env: {
          FS_DOMAIN: DOMAIN,
          ...switchEnvironment({ internalPort, externalPort, wsPort, wssPort, media: near }),
          FS_TRUNK_PROXY: `127.0.0.1:${trunkPort}`,
          FS_PHONE_PASSWORD: phonePassword,
          FS_STATIC_TRUNK: "on",
        },
      };
      const farSpec: ServerSpec = { name: "the phones and the trunk", confDir: join(dir, "far-side-conf"), stateDir: join(dir, "far-side"), eslPort: farEslPort, env: {} };
      await Promise.all([switchSpec, farSpec].map(({ stateDir }) => mkdir(stateDir, { recursive: true })));
      await writeFarSideConfig({ confDir: farSpec.confDir, entrypoint: join(CONF, "entrypoint.sh"), phones: REGISTERED.map((extension) => ({ name: extension, user: extension, domain: DOMAIN, password: phonePassword, ignoresTalk: extension === IGNORES_TALK })), registrar: `127.0.0.1:${internalPort}`, phonesPort, deafPort, trunkPort, rtpStart: far.rtpStart, rtpEnd: far.rtpEnd });

      const keep = async (starting: Promise<Server>): Promise<Server> => {
        const server = await starting;
        servers.push(server);
        return server;
      };
      // Both are awaited to the end, so that a failure of one leaves nothing of the other behind.
      const [near1, far1] = await Promise.allSettled([keep(startServer(host, switchSpec)), keep(startServer(host, farSpec))]);
      if (near1.status === "rejected") throw near1.reason;
      if (far1.status === "rejected") throw far1.reason;
      const switchServer = near1.value;
      const farSide = far1.value;
      await switchServer.esl.subscribe(SWITCH_EVENTS);
      const parties = await Parties.start(farSide.esl, join(farSpec.stateDir, "heard"));
      const lab = new RunningLab({ host, dir, ports, externalPort, registrar: { port: internalPort, password: phonePassword }, switchServer, farSide, parties });
      // The phones' first attempt may have come before the switch was there.
      await Promise.all(REGISTERED.map(async (extension) => (await lab.#hasContact(extension)) || lab.register(extension, true)));
      return lab;
    } catch (error) {
      await Promise.all(servers.map((server) => server.stop()));
      await Promise.all(ports.map((block) => block.release()));
      await rm(dir, { recursive: true, force: true });
      throw error;
    }
  }

  get description(): string {
    return this.#host.description;
  }

  get eslUrl(): string {
    return `esl://:${encodeURIComponent(this.#switch.password)}@127.0.0.1:${this.#switch.spec.eslPort}`;
  }

  get recordingsDir(): string {
    return join(this.#switch.spec.stateDir, "recordings");
  }

  get cdrDir(): string {
    return join(this.#switch.spec.stateDir, "cdr");
  }

  get switchEsl(): EslClient {
    return this.#switch.esl;
  }

  async phone(extension: string, behaviour: PartyBehaviour): Promise<void> {
    this.#parties.behave(extension, behaviour);
  }

  async trunk(number: string, behaviour: RealBehaviour): Promise<void> {
    this.#parties.behave(number, behaviour);
  }

  async register(extension: string, registered: boolean): Promise<void> {
    if (!REGISTERED.some((known) => known === extension)) throw new Error(`The lab has no phone that could register as ${extension}.`);
    const subclass = registered ? "sofia::register" : "sofia::unregister";
    const known = this.#switch.esl.waitFor(`the switch to ${registered ? "register" : "unregister"} ${extension}`, (event) => event.get("Event-Subclass") === subclass && event.get("from-user") === extension, REGISTER_TIMEOUT_MS);
    known.catch(() => undefined);
    await this.#farSide.esl.must(`sofia profile ${extension === IGNORES_TALK ? "deaf" : "phones"} ${registered ? "register" : "unregister"} ${extension}`);
    await known;
    // The event comes a moment before the directory of contacts has it.
    await eventually(`${extension} to be ${registered ? "" : "un"}registered`, async () => (await this.#hasContact(extension)) === registered, { details: () => this.#switch.logTail() });
    if (registered) this.#registered.add(extension);
    else this.#registered.delete(extension);
  }

  async phoneBeside(extension: string): Promise<SipAgent> {
    const agent = await SipAgent.open({ user: extension, domain: DOMAIN, password: this.#registrar.password }, this.#registrar.port);
    agent.onInvite = { status: 180 };
    const { status } = await agent.register();
    if (status !== 200) throw new Error(`The second phone of ${extension} was not registered: ${status}.`);
    await eventually(`both phones of ${extension} to be known`, async () => (await this.#switch.esl.api(`sofia_contact internal/${extension}@${DOMAIN}`)).split(",").length === 2);
    return agent;
  }

  callIn({ from, to, name, headers }: Parameters<Lab["callIn"]>[0]): Promise<string> {
    const destination = to.replace(/^(queue|program):/, "$1-");
    return this.#dial(from, `sofia/trunk/sip:${destination}@127.0.0.1:${this.#externalPort}`, name, headers);
  }

  async dialFrom(extension: string, to: string): Promise<string> {
    // FreeSWITCH lets nobody dial by a gateway (`GATEWAY_DOWN`) until its check of each second has seen that it is registered (sofia_reg.c).
    await eventually(`${extension} to be able to dial`, async () => /^Status\s+UP\b/m.test(await this.#farSide.esl.api(`sofia status gateway ${extension}`)), { details: () => this.#switch.logTail() });
    return this.#dial(extension, `sofia/gateway/${extension}/${to}`);
  }

  /** The party presses keys. */
  press(party: Party, digits: string): Promise<void> {
    return this.#parties.press(party, digits);
  }

  answer(extension: string): Promise<void> {
    return this.#parties.answer(extension);
  }

  hangUp(party: Party): Promise<void> {
    return this.#parties.hangUp(party);
  }

  digits(party: Party): string {
    return this.#parties.digits(party);
  }

  refer(extension: string, uri: string): Promise<void> {
    return this.#parties.refer(extension, uri);
  }

  holdAtPhone(extension: string, on: boolean): Promise<void> {
    return this.#parties.hold(extension, on);
  }

  async hears(listener: Party): Promise<ReadonlySet<Party>> {
    return (await this.listen(listener)).parties;
  }

  speaks(party: Party, codecs: string): void {
    this.#parties.speaks(party, codecs);
  }

  says(party: Party, pcm: Buffer | null): Promise<void> {
    return this.#parties.says(party, pcm);
  }

  async hush(party: Party, quiet: boolean): Promise<void> {
    await this.#parties.says(party, quiet ? QUIET : null);
    await this.#parties.speaksUp(party);
  }

  speaksUp(party: Party): Promise<void> {
    return this.#parties.speaksUp(party);
  }

  voice(party: Party): number {
    return this.#parties.voice(party);
  }

  async hearsTones(listener: Party, frequencies: readonly number[]): Promise<ReadonlySet<number>> {
    const heard = await this.#parties.hears(listener, Object.fromEntries(frequencies.map((frequency) => [String(frequency), frequency])));
    return new Set(frequencies.filter((frequency) => heard.parties.has(String(frequency))));
  }

  listen(listener: Party): Promise<HeardByParty> {
    return this.#parties.hears(listener);
  }

  async restart(): Promise<void> {
    await this.#switch.stop();
    await this.#parties.hangUpAll();
    this.#switch = await startServer(this.#host, this.#switch.spec);
    await this.#switch.esl.subscribe(SWITCH_EVENTS);
    await Promise.all([...this.#registered].map((extension) => this.register(extension, true)));
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#parties.close();
    await Promise.all([this.#switch.stop(), this.#farSide.stop()]);
    await Promise.all(this.#ports.map((block) => block.release()));
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** Dials, and finds the channel that the switch made for it by its SIP Call-ID. */
  async #dial(party: Party, destination: string, name?: string, headers?: Readonly<Record<string, string>>): Promise<string> {
    const created = new Map<string, string>();
    const off = this.#switch.esl.on((event) => {
      const callId = event.get("variable_sip_call_id");
      const uuid = event.get("Unique-ID");
      if (callId !== undefined && uuid !== undefined) created.set(callId, uuid);
    });
    const { callId, outcome } = this.#parties.dial(party, destination, name, headers);
    const failed: { reason: string | null } = { reason: null };
    outcome.then(
      (body) => (failed.reason = body.startsWith("-ERR") ? body : null),
      (error: unknown) => (failed.reason = String(error)),
    );
    try {
      return await eventually(
        `the switch to see ${party}'s call to ${destination}`,
        () => {
          const uuid = created.get(callId);
          if (uuid === undefined && failed.reason !== null) throw new Error(`${party}'s call to ${destination} failed: ${failed.reason}`);
          return uuid;
        },
        { timeoutMs: CHANNEL_TIMEOUT_MS, everyMs: 10, details: () => this.#switch.logTail() },
      );
    } finally {
      off();
    }
  }

  async #hasContact(extension: string): Promise<boolean> {
    return (await this.#switch.esl.api(`sofia_contact internal/${extension}@${DOMAIN}`)).startsWith("sofia/");
  }
}
