/** The people of the lab: phones and customers, played by the second FreeSWITCH. What each does is decided here. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EslClient, EslEvent } from "./esl-client.js";
import { analyse, PARTY_FREQUENCIES, readWav, wavOf, type Heard, type Recording } from "./tones.js";
import type { Party, PartyBehaviour } from "./types.js";
import { delay } from "./wait.js";

/** What a real party can do besides: speak before it answers (183), as a network's announcement does, and never answer. */
export type RealBehaviour = PartyBehaviour | { readonly kind: "announce"; readonly challenge?: undefined };

const DEFAULT_BEHAVIOUR: PartyBehaviour = { kind: "answer" };
const DEFAULT_ANSWER_MS = 100;
const LISTEN_MS = 500;
// What was on its way before the listening began is left out.
const SKIP_MS = 100;

interface Leg {
  readonly party: Party;
  readonly inbound: boolean;
  answered: boolean;
  /** The keys that have come. */
  digits: string;
  timer: NodeJS.Timeout | null;
}

/** What a party hears: the parties by name, and whether anything else sounds (music, ringing). */
export interface HeardByParty {
  readonly parties: ReadonlySet<Party>;
  readonly other: boolean;
}

export class Parties {
  readonly #esl: EslClient;
  readonly #recordings: string;
  readonly #legs = new Map<string, Leg>();
  readonly #behaviours = new Map<Party, RealBehaviour>();
  readonly #codecs = new Map<Party, string>();
  readonly #frequencies = new Map<Party, number>();
  /** Files of what parties say in place of their tones. */
  readonly #says = new Map<Party, string>();

  private constructor(esl: EslClient, recordings: string) {
    this.#esl = esl;
    this.#recordings = recordings;
    esl.on((event) => this.#take(event));
  }

  /** `recordings`: a directory that both the lab and its FreeSWITCH can write. */
  static async start(esl: EslClient, recordings: string): Promise<Parties> {
    await mkdir(recordings, { recursive: true });
    const parties = new Parties(esl, recordings);
    await esl.subscribe("CHANNEL_PARK CHANNEL_ANSWER CHANNEL_HANGUP DTMF RECORD_STOP BACKGROUND_JOB");
    return parties;
  }

  behave(party: Party, behaviour: RealBehaviour): void {
    this.#behaviours.set(party, behaviour);
  }

  /** The codecs that the party offers and takes, as FreeSWITCH writes them (`G722`, `OPUS,PCMU`); default: PCMU. */
  speaks(party: Party, codecs: string): void {
    this.#codecs.set(party, codecs);
  }

  /**
   * The party dials `destination` (a dial string) and speaks when answered. Returns at once: the SIP Call-ID of the call,
   * and the outcome, which is `+OK …` once it was answered or `-ERR CAUSE`.
   */
  dial(party: Party, destination: string, name: string = party, headers: Readonly<Record<string, string>> = {}): { readonly callId: string; readonly outcome: Promise<string> } {
    const uuid = randomUUID();
    const callId = `${uuid}@lab`;
    this.#legs.set(uuid, { party, inbound: false, answered: false, digits: "", timer: null });
    const variables = [`origination_uuid=${uuid}`, `sip_invite_call_id=${callId}`, `lab_party=${party}`, `lab_frequency=${this.#frequency(party)}`, `absolute_codec_string=${this.#codecs.get(party) ?? "PCMU"}`, `origination_caller_id_number=${party}`, `origination_caller_id_name='${name}'`, "ignore_early_media=true", "originate_timeout=120"];
    for (const [header, value] of Object.entries(headers)) variables.push(`sip_h_${header}='${value}'`);
    const says = this.#says.get(party);
    if (says !== undefined) variables.push(`lab_says=${says}`);
    const outcome = this.#esl.bgapi(`originate {^^;${variables.join(";")}}${destination} ${says === undefined ? "speak" : "say"} XML lab`, 130_000).finally(() => {
      if (this.#legs.get(uuid)?.answered === false) this.#legs.delete(uuid);
    });
    // Who dials usually hangs up long before that, or the lab is closed.
    outcome.catch(() => undefined);
    return { callId, outcome };
  }

  /** Answers the party's phone, which rings. Throws when it does not. */
  async answer(party: Party): Promise<void> {
    const ringing = this.#of(party).filter(([, { inbound, answered }]) => inbound && !answered);
    if (ringing.length === 0) throw new Error(`${party} does not ring.`);
    await Promise.all(ringing.map(([uuid]) => this.#speak(uuid, party)));
  }

  /** Hangs up every leg of the party; a call that still rings is refused. Throws when there is none. */
  async hangUp(party: Party): Promise<void> {
    const legs = this.#of(party);
    if (legs.length === 0) throw new Error(`${party} has no call to hang up.`);
    await Promise.all(legs.map(([uuid, leg]) => this.#esl.api(`uuid_kill ${uuid} ${leg.inbound && !leg.answered ? "CALL_REJECTED" : "NORMAL_CLEARING"}`)));
  }

  /** Hertz of the party's tone. */
  voice(party: Party): number {
    return this.#frequency(party);
  }

  /** Presses keys (0-9, *, #) on every leg of the party. Throws when there is none. */
  async press(party: Party, digits: string): Promise<void> {
    const legs = this.#of(party);
    if (legs.length === 0) throw new Error(`${party} has no call in which to press a key.`);
    await Promise.all(legs.map(([uuid]) => this.#esl.must(`uuid_send_dtmf ${uuid} ${digits}`)));
  }

  /** The keys that have come on the party's legs, in the order of the legs. */
  digits(party: Party): string {
    return this.#of(party).map(([, leg]) => leg.digits).join("");
  }

  /** Asks, on every leg of the party, to send the other one elsewhere, and waits for what becomes of that. Throws when there is none. */
  async refer(party: Party, uri: string): Promise<void> {
    const legs = this.#of(party).filter(([, { answered }]) => answered);
    if (legs.length === 0) throw new Error(`${party} talks to nobody.`);
    // Otherwise it would hang up as soon as the request is accepted, whatever comes of it (mod_sofia.c, SWITCH_MESSAGE_INDICATE_DEFLECT).
    for (const [uuid] of legs) await this.#esl.must(`uuid_setvar ${uuid} sip_refer_continue_after_reply true`);
    await Promise.all(legs.map(([uuid]) => this.#esl.must(`uuid_deflect ${uuid} ${uri}`)));
  }

  /** Puts every leg of the party on hold by a re-INVITE, or takes it back. Throws when there is none. */
  async hold(party: Party, on: boolean): Promise<void> {
    const legs = this.#of(party);
    if (legs.length === 0) throw new Error(`${party} has no call to hold.`);
    await Promise.all(legs.map(([uuid]) => this.#esl.must(`uuid_hold ${on ? "" : "off "}${uuid}`)));
  }

  /** Ends every call without waiting for the other side. */
  async hangUpAll(): Promise<void> {
    await this.#esl.api("hupall NORMAL_CLEARING");
    for (const uuid of [...this.#legs.keys()]) this.#forget(uuid);
  }

  /** Those who have a leg now. */
  present(): readonly Party[] {
    return [...new Set([...this.#legs.values()].map(({ party }) => party))];
  }

  /** How many legs the party has, ringing ones included. */
  legs(party: Party): number {
    return this.#of(party).length;
  }

  /** Listens for 0.6 s with the party's ears, on all its answered legs; also for the tones (hertz) of what is no party. */
  async hears(party: Party, sounds: Readonly<Record<string, number>> = {}): Promise<HeardByParty> {
    const speakers = new Map([...this.#legs.values()].filter((leg) => leg.party !== party).map((leg) => [this.#frequency(leg.party), leg.party]));
    for (const [name, frequency] of Object.entries(sounds)) speakers.set(frequency, name);
    const ears = this.#of(party).filter(([, leg]) => leg.answered);
    const heard = await Promise.all(ears.map(([uuid]) => this.#listen(uuid, [...speakers.keys()])));
    const parties = new Set<Party>();
    for (const { frequencies } of heard) {
      for (const frequency of frequencies) {
        const speaker = speakers.get(frequency);
        if (speaker !== undefined) parties.add(speaker);
      }
    }
    return { parties, other: heard.some(({ other }) => other) };
  }

  close(): void {
    for (const uuid of [...this.#legs.keys()]) this.#forget(uuid);
  }

  async #listen(uuid: string, frequencies: readonly number[]): Promise<Heard> {
    const path = join(this.#recordings, `${randomUUID()}.wav`);
    const stopped = this.#esl.waitFor(`the recording of ${uuid} to end`, (event) => event.get("Event-Name") === "RECORD_STOP" && event.get("Record-File-Path") === path);
    stopped.catch(() => undefined);
    const silence: Recording = { rate: 8000, samples: new Float64Array(0) };
    try {
      await this.#esl.must(`uuid_setvar ${uuid} RECORD_READ_ONLY true`);
      await this.#esl.must(`uuid_record ${uuid} start ${path}`);
      await delay(SKIP_MS + LISTEN_MS);
      await this.#esl.api(`uuid_record ${uuid} stop ${path}`);
      await stopped;
      const recording = readWav(await readFile(path));
      return analyse({ rate: recording.rate, samples: recording.samples.subarray(Math.floor((recording.rate * SKIP_MS) / 1000)) }, frequencies);
    } catch (error) {
      // A leg that ended meanwhile hears nothing, though the event of its end may still be on its way; and one that is held by its phone has nothing to record.
      if (!this.#legs.has(uuid) || isMissing(error) || isNoChannel(error)) return analyse(silence, frequencies);
      throw error;
    } finally {
      await rm(path, { force: true });
    }
  }

  #take(event: EslEvent): void {
    const uuid = event.get("Unique-ID");
    if (uuid === undefined) return;
    switch (event.get("Event-Name")) {
      case "CHANNEL_PARK":
        this.#rung(uuid, event);
        return;
      case "CHANNEL_ANSWER": {
        const leg = this.#legs.get(uuid);
        if (leg !== undefined) leg.answered = true;
        return;
      }
      case "DTMF": {
        const leg = this.#legs.get(uuid);
        if (leg !== undefined) leg.digits += event.get("DTMF-Digit") ?? "";
        return;
      }
      case "CHANNEL_HANGUP":
        this.#forget(uuid);
        return;
      default:
    }
  }

  #rung(uuid: string, event: EslEvent): void {
    const party = event.get("variable_lab_party");
    if (party === undefined) return;
    const known = this.#legs.get(uuid);
    const leg: Leg = known ?? { party, inbound: true, answered: false, digits: "", timer: null };
    this.#legs.set(uuid, leg);
    // It may have been asked before it waited for the first time.
    if (event.get("variable_lab_asked") === "true") return this.#answered(uuid, leg);
    if (known !== undefined) return;
    const behaviour = this.#behaviours.get(party) ?? DEFAULT_BEHAVIOUR;
    // A call may end while these are under way; its hangup event tells.
    const api = (command: string): void => void this.#esl.api(command).catch(() => undefined);
    if (behaviour.challenge !== undefined && event.get("variable_sip_authorized") !== "true") return api(`uuid_transfer ${uuid} challenge XML lab`);
    switch (behaviour.kind) {
      case "answer":
        leg.timer = setTimeout(() => void this.#speak(uuid, party).catch(() => undefined), behaviour.afterMs ?? DEFAULT_ANSWER_MS);
        return;
      case "announce":
        api(`uuid_setvar ${uuid} lab_frequency ${this.#frequency(party)}`);
        api(`uuid_transfer ${uuid} announce XML lab`);
        return;
      case "busy":
        api(`uuid_kill ${uuid} USER_BUSY`);
        return;
      case "reject":
        api(`uuid_kill ${uuid} CALL_REJECTED`);
        return;
      case "no-answer":
    }
  }

  /** Asked to, the phone has answered before its party did. */
  #answered(uuid: string, leg: Leg): void {
    if (leg.timer !== null) clearTimeout(leg.timer);
    leg.timer = null;
    leg.answered = true;
    void this.#speak(uuid, leg.party).catch(() => undefined);
  }

  /** The party, which talks already, says what it would say after an answer. Throws when it has no call. */
  async speaksUp(party: Party): Promise<void> {
    const legs = this.#of(party).filter(([, { answered }]) => answered);
    if (legs.length === 0) throw new Error(`${party} has no call in which to speak.`);
    await Promise.all(legs.map(([uuid]) => this.#speak(uuid, party)));
  }

  /** What the party says from its next call on, once; null: its tone again. */
  async says(party: Party, pcm: Buffer | null): Promise<void> {
    const path = join(this.#recordings, `says-${randomUUID()}.wav`);
    if (pcm === null) this.#says.delete(party);
    else {
      await writeFile(path, wavOf(pcm));
      this.#says.set(party, path);
    }
  }

  async #speak(uuid: string, party: Party): Promise<void> {
    const says = this.#says.get(party);
    const behaviour = this.#behaviours.get(party);
    const headers = behaviour?.kind === "answer" ? Object.entries(behaviour.headers ?? {}) : [];
    await Promise.all([
      ...headers.map(([name, value]) => this.#esl.api(`uuid_setvar ${uuid} sip_rh_${name} ${value}`)),
      ...(says === undefined ? [] : [this.#esl.api(`uuid_setvar ${uuid} lab_says ${says}`)]),
      this.#esl.api(`uuid_setvar ${uuid} lab_frequency ${this.#frequency(party)}`),
      this.#esl.api(`uuid_setvar ${uuid} absolute_codec_string ${this.#codecs.get(party) ?? "PCMU"}`),
      this.#esl.api(`uuid_transfer ${uuid} ${says === undefined ? "speak" : "say"} XML lab`),
    ]);
  }

  #forget(uuid: string): void {
    const timer = this.#legs.get(uuid)?.timer;
    if (timer !== undefined && timer !== null) clearTimeout(timer);
    this.#legs.delete(uuid);
  }

  #of(party: Party): [string, Leg][] {
    return [...this.#legs].filter(([, leg]) => leg.party === party);
  }

  #frequency(party: Party): number {
    const known = this.#frequencies.get(party);
    if (known !== undefined) return known;
    const taken = new Set(this.#frequencies.values());
    const live = new Set([...this.#legs.values()].map((leg) => leg.party));
    // A lab that lives long runs out: the voice of somebody who has left goes to the next one.
    const left = [...this.#frequencies].find(([other]) => !live.has(other));
    // Where more speak than there are tones, as in a run of chaos, some share one and are heard as one.
    const frequency = PARTY_FREQUENCIES.find((candidate) => !taken.has(candidate)) ?? left?.[1] ?? PARTY_FREQUENCIES[this.#frequencies.size % PARTY_FREQUENCIES.length];
    if (frequency === undefined) throw new Error("There are no tones.");
    if (left !== undefined && left[1] === frequency) this.#frequencies.delete(left[0]);
    this.#frequencies.set(party, frequency);
    return frequency;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";
const isNoChannel = (error: unknown): boolean => error instanceof Error && error.message.includes("-ERR No such channel!");
