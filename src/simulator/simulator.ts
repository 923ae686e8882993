/** The simulated switch as a whole. */
import { APPLICATIONS } from "./apps/index.js";
import { hears } from "./audio-graph.js";
import { loadCalls } from "./bulk.js";
import { referParty } from "./refer.js";
import { answerParty, callIn, dialFrom, hangUpParty } from "./calls.js";
import type { Channel } from "./core/channel.js";
import { systemClock } from "./core/clock.js";
import { Directory, type User } from "./core/directory.js";
import { FarEnds, type PartyBehaviour } from "./core/far-ends.js";
import { SwitchCore } from "./core/switch-core.js";
import { startDemo, type DemoOptions } from "./demo.js";
import { defaultDialplan } from "./dial/dialplan.js";
import { partyOf } from "./dial/endpoints.js";
import { FaultSet, type Fault } from "./faults.js";
import { keepSound } from "./recorded-sound.js";
import { startHeartbeat } from "./heartbeat.js";
import { EventSocketServer } from "./server.js";
import { loseMedia } from "./lost-media.js";
import { phoneHold } from "./phone-hold.js";
import { startSession } from "./session.js";
import { playedTo, voiceOf } from "./voices.js";
import type { BulkOptions, ChannelSnapshot, IncomingCall, PhoneOptions, Simulator, SimulatorOptions } from "./types.js";

const DEFAULT_FRAME_MS = 2;
const DEFAULT_HEARTBEAT_S = 20;
const DEFAULT_PHONES: readonly (string | PhoneOptions)[] = ["1001", "1002", "1003", "1004", "1005", { extension: "1009", registered: false }];
/** A tone that goes on, so that hold needs no sound files. */
const HOLD_MUSIC = "tone_stream://%(1000,4000,440);loops=-1";

/** Starts a simulated switch; resolves when its event socket can be connected to. Rejects when the address cannot be bound. */
export async function createSimulator(options: SimulatorOptions): Promise<Simulator> {
  const simulator = new SimulatedSwitch(options);
  await simulator.listen();
  return simulator;
}

class SimulatedSwitch implements Simulator {
  readonly host: string;
  readonly domain: string;
  readonly #core: SwitchCore;
  readonly #farEnds: FarEnds;
  readonly #faults: FaultSet;
  readonly #server: EventSocketServer;
  readonly #password: string;
  readonly #stopHeartbeat: () => void;
  readonly #stops = new Set<() => void>();
  #settled: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(options: SimulatorOptions) {
    this.host = options.host ?? "127.0.0.1";
    this.domain = options.domain;
    this.#password = options.password;
    this.#farEnds = new FarEnds({ knownNumbers: options.knownNumbers ?? /^\+?1(?:555|212)\d*(?:@.*)?$/, defaultBehaviour: options.defaultBehaviour ?? { kind: "answer" } });
    this.#core = new SwitchCore(
      {
        domain: options.domain,
        hostname: "simulated",
        frameMs: options.frameMs ?? DEFAULT_FRAME_MS,
        globals: new Map(Object.entries({ hold_music: HOLD_MUSIC, domain: options.domain, hostname: "simulated", ...options.globals })),
        gateways: new Set(options.gateways ?? ["trunk"]),
        clock: options.clock ?? systemClock(),
        dialplan: options.dialplan ?? defaultDialplan,
        cdrDir: options.cdrDir,
      },
      { directory: new Directory(), farEnds: this.#farEnds, applications: APPLICATIONS, runner: startSession },
    );
    if (options.recordingsDir !== undefined) this.#stops.add(keepSound(this.#core, options.recordingsDir));
    for (const phone of options.phones ?? DEFAULT_PHONES) this.addPhone(phone);
    this.#faults = new FaultSet(() => this.#applyFaults());
    this.#core.isSwallowed = (command) => this.#faults.swallows(command);
    this.#core.bridgeDelayMs = () => this.#faults.delayMs("slow-bridges");
    this.#core.strayPark = () => this.#faults.strayPark;
    this.#core.losesBreaks = () => this.#faults.has("lost-break");
    this.#server = new EventSocketServer({ core: this.#core, faults: this.#faults, password: options.password }, { host: this.host, port: options.port ?? 0 });
    this.#stopHeartbeat = startHeartbeat(this.#core, options.heartbeatS ?? DEFAULT_HEARTBEAT_S);
  }

  listen(): Promise<void> {
    return this.#server.listen();
  }

  get port(): number {
    return this.#server.port;
  }
  get eslUrl(): string {
    return `esl://:${encodeURIComponent(this.#password)}@${this.host}:${this.port}`;
  }
  get coreUuid(): string {
    return this.#core.bus.coreUuid;
  }
  get clientCount(): number {
    return this.#server.connectionCount;
  }

  setPhone(extension: string, behaviour: PartyBehaviour): void {
    this.#farEnds.setBehaviour("phone", extension, behaviour);
  }

  setTrunk(number: string, behaviour: PartyBehaviour): void {
    this.#farEnds.setBehaviour("trunk", number, behaviour);
  }

  addPhone(phone: string | PhoneOptions): void {
    const { extension, domain = this.domain, registered = true, behaviour } = typeof phone === "string" ? { extension: phone } : phone;
    this.#core.directory.add(extension, domain, { registered });
    if (behaviour !== undefined) this.#farEnds.setBehaviour("phone", partyOf(this.#core, { extension, domain }), behaviour);
  }

  register(extension: string, registered: boolean, domain: string = this.domain, phone = ""): void {
    this.#core.directory.register(this.#core.bus, this.#user(extension, domain), registered, phone);
  }

  expireRegistration(extension: string, domain: string = this.domain): void {
    this.#core.directory.expire(this.#core.bus, this.#user(extension, domain));
  }

  refuseRegistration(phone: { readonly user: string; readonly domain?: string; readonly address: string; readonly method?: "REGISTER" | "INVITE" }): void {
    this.#core.directory.refuse(this.#core.bus, { domain: this.domain, ...phone });
  }

  callIn(call: IncomingCall): string {
    return callIn(this.#core, call).uuid;
  }

  dialFrom(extension: string, to: string, domain: string = this.domain): string {
    return dialFrom(this.#core, extension, to, domain).uuid;
  }

  answer(party: string): number {
    return answerParty(this.#core, party);
  }

  hangUp(party: string): number {
    return hangUpParty(this.#core, party);
  }

  refer(party: string, uri: string): number {
    return referParty(this.#core, party, uri);
  }

  holdAtPhone(party: string, on: boolean): void {
    for (const channel of this.#core.channels.values()) if (channel.farEnd.party === party && channel.up && channel.answered) phoneHold(this.#core, channel, on);
  }

  loseMedia(party: string): void {
    for (const channel of this.#core.channels.values()) if (channel.farEnd.party === party && channel.up && channel.answered) loseMedia(this.#core, channel);
  }

  speak(party: string, ms: number): void {
    const untilUs = this.#core.clock.nowUs() + ms * 1000;
    for (const channel of this.#core.channels.values()) if (channel.farEnd.party === party) channel.speaksUntilUs = Math.max(channel.speaksUntilUs, untilUs);
  }

  say(party: string, pcm: Buffer | null): void {
    if (pcm === null) this.#core.said.delete(party);
    else this.#core.said.set(party, Int16Array.from({ length: pcm.length >> 1 }, (_, at) => pcm.readInt16LE(at * 2)));
  }

  press(party: string, digits: string): void {
    for (const channel of this.#core.channels.values()) {
      if (channel.farEnd.party !== party) continue;
      channel.digits.push(...digits);
      channel.changed();
    }
  }

  hears(party: string): ReadonlySet<string> {
    return hears(this.#core, party);
  }

  voice(party: string): number {
    return voiceOf(party);
  }

  hush(party: string, quiet: boolean): void {
    for (const channel of this.#core.channels.values()) if (channel.farEnd.party === party) channel.quiet = quiet;
    for (const room of this.#core.conferences.values()) for (const member of room.members) if (member.channel.farEnd.party === party) room.talks(member, !quiet);
  }

  playedTo(party: string): Buffer {
    return playedTo(this.#core, party);
  }

  channels(): readonly ChannelSnapshot[] {
    return [...this.#core.channels.values()].map(snapshot);
  }

  channel(uuid: string): ChannelSnapshot | undefined {
    const channel = this.#core.channel(uuid);
    return channel === undefined ? undefined : snapshot(channel);
  }

  loadCalls(options: BulkOptions): readonly string[] {
    return loadCalls(this.#core, options).map((channel) => channel.uuid);
  }

  fault(fault: Fault): () => void {
    return this.#faults.add(fault);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  settled(): Promise<void> {
    return this.#settled;
  }

  dropClients(options: { readonly abrupt?: boolean } = {}): void {
    this.#server.disconnectAll({ abrupt: options.abrupt ?? false });
  }

  async restart(options: { readonly downMs?: number } = {}): Promise<void> {
    this.#core.bus.fire("SHUTDOWN", { headers: () => [["Event-Info", "System Shutting Down"]] });
    const refused = this.#server.refuse();
    this.#server.disconnectAll({ abrupt: false });
    this.#core.dropEverything();
    await refused;
    if (options.downMs !== undefined) await new Promise((resolve) => setTimeout(resolve, options.downMs));
    if (this.#closed === undefined && !this.#faults.has("refuse-connections")) await this.#server.listen();
  }

  startDemo(options: DemoOptions = {}): () => void {
    const stop = startDemo(this, options);
    this.#stops.add(stop);
    return () => {
      this.#stops.delete(stop);
      stop();
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#stopHeartbeat();
    await this.#server.close();
    this.#core.dropEverything();
  }

  #applyFaults(): void {
    const change = this.#faults.has("refuse-connections") ? this.#server.refuse() : this.#closed === undefined ? this.#server.listen() : Promise.resolve();
    this.#settled = Promise.all([this.#settled, change]).then(() => undefined);
  }

  #user(extension: string, domain: string): User {
    const user = this.#core.directory.find(extension, domain);
    if (user === undefined) throw new Error(`There is no phone ${extension}@${domain}.`);
    return user;
  }
}

const snapshot = (channel: Channel): ChannelSnapshot => ({
  uuid: channel.uuid,
  party: channel.farEnd.party,
  direction: channel.direction,
  state: channel.runningState,
  callState: channel.callState,
  answered: channel.answered,
  parked: channel.has("CONTROLLED"),
  bridgedTo: channel.has("BRIDGED") ? channel.variable("bridge_to") : undefined,
  playing: channel.playing,
  sentDigits: channel.sentDigits.join(""),
  recordings: [...channel.recordings.keys()],
  variables: Object.fromEntries(channel.variables),
});
