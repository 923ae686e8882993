/** The page's own calls: which ring, which answer themselves, and whose microphone is on. */
import { shallowRef } from "vue";
import type { LiveEvent } from "../api/types.js";
import type { Picture } from "../live/picture.js";
import type { Earpiece } from "./audio.js";
import { answerAfterMs, isAskedFor, isHeard, type Asked } from "./auto-answer.js";
import { exchangeTrack } from "./exchange.js";
import { heldDialog, settled, type Held } from "./held-dialog.js";
import { concerns } from "./known-legs.js";
import { MicrophoneProblem, type Microphone } from "./microphone.js";
import type { PhoneProblem, PhoneFault } from "./problem.js";
import type { SipAgent, SipDialog } from "./sip.js";

export interface DialogPorts {
  readonly microphone: Pick<Microphone, "take" | "change">;
  readonly listen: (track: MediaStreamTrack, device: string | null) => Earpiece;
  readonly headset: () => string | null;
  readonly picture: Picture;
  readonly agent: () => string | null;
  /** What this page has asked the API for, and is not done yet. */
  readonly asked: () => ReadonlySet<Asked>;
  readonly problem: (fault: PhoneFault) => PhoneProblem;
  /** A call answers itself. */
  readonly answersItself: () => void;
  readonly lastEnded: () => void;
}

const QUIET_MS = 1500;
/** An event of the call's move may come before the one that names the new leg. */
const GONE_MS = 3000;

export class Dialogs {
  readonly ringing = shallowRef<readonly string[]>([]);
  readonly ringsAloud = shallowRef<readonly string[]>([]);
  readonly talking = shallowRef<readonly string[]>([]);
  readonly muted = shallowRef(false);
  /** Why another microphone, which was chosen during a call, is not used; gone with the last call. */
  readonly fault = shallowRef<PhoneProblem | null>(null);
  readonly #ports: DialogPorts;
  /** Bounded by the live calls of one phone. */
  readonly #held = new Map<string, Held>();

  constructor(ports: DialogPorts) {
    this.#ports = ports;
  }

  get count(): number {
    return this.#held.size;
  }

  /** Those that are up, for measuring. */
  connections(): readonly { readonly callId: string | null; readonly sipCallId: string; readonly connection: RTCPeerConnection }[] {
    return [...this.#held.values()].flatMap(({ state, dialog, memory }) => {
      const connection = state === "up" ? dialog.connection() : null;
      return connection === null ? [] : [{ callId: memory.look(this.#ports.picture, dialog.callId).known?.call.id ?? null, sipCallId: dialog.callId, connection }];
    });
  }

  rings(dialog: SipDialog): void {
    const held = heldDialog(dialog, { state: "ringing", isQuiet: this.#ports.asked().size > 0, voice: null });
    this.#held.set(dialog.callId, held);
    const after = answerAfterMs((name) => dialog.header(name));
    if (after === 0) this.#answerItself(held);
    else if (after !== null) setTimeout(() => this.#answerItself(held), after);
    if (held.isQuiet) {
      setTimeout(() => {
        held.isQuiet = false;
        this.#tell();
      }, QUIET_MS);
    }
    this.#look(held);
    this.#tell();
  }

  async call(agent: SipAgent, target: string): Promise<string> {
    const voice = await this.#take();
    const dialog = this.#orGive(voice, () => agent.call(target, voice.stream));
    const held = heldDialog(dialog, { state: "answering", isQuiet: true, voice });
    this.#held.set(dialog.callId, held);
    this.#tell();
    await settled(held);
    return dialog.callId;
  }

  async answer(sipCallId: string): Promise<void> {
    const held = this.#held.get(sipCallId);
    if (held === undefined) throw this.#ports.problem("gone");
    if (held.state !== "ringing") return;
    await this.#answer(held);
  }

  end(sipCallId: string): void {
    const held = this.#held.get(sipCallId);
    if (held === undefined) throw this.#ports.problem("gone");
    held.dialog.end();
  }

  endAll(): void {
    for (const { dialog } of this.#held.values()) dialog.end();
  }

  setMuted(muted: boolean): void {
    this.muted.value = muted;
    this.#tell();
  }

  /** By the call that is not held; with several, the one that came last. */
  dtmf(digit: string): void {
    const up = [...this.#held.values()].filter(({ state }) => state === "up").reverse();
    const spoken = up.find(({ dialog, memory }) => memory.look(this.#ports.picture, dialog.callId).known?.call.state !== "held") ?? up[0];
    if (spoken === undefined) throw this.#ports.problem("gone");
    spoken.dialog.dtmf(digit);
  }

  answered(dialog: SipDialog): void {
    const held = this.#held.get(dialog.callId);
    if (held === undefined) return;
    held.state = "up";
    held.done?.();
    this.#tell();
  }

  heard(dialog: SipDialog, track: MediaStreamTrack): void {
    this.#held.get(dialog.callId)?.ears.push(this.#ports.listen(track, this.#ports.headset()));
  }

  ended(dialog: SipDialog, cause: string): void {
    const held = this.#held.get(dialog.callId);
    if (held === undefined) return;
    this.#held.delete(dialog.callId);
    held.voice?.give();
    for (const ear of held.ears) ear.close();
    held.failed?.(this.#ports.problem(cause === "404" || cause === "403" ? "noEcho" : "gone"));
    if (this.#held.size === 0) {
      this.muted.value = false;
      this.fault.value = null;
    }
    this.#tell();
    if (this.#held.size === 0) this.#ports.lastEnded();
  }

  /** What became of the page's connection to the SIP server took its calls along. */
  forget(): void {
    for (const { dialog } of [...this.#held.values()]) this.ended(dialog, "");
  }

  onEvent(event: LiveEvent): void {
    const agent = this.#ports.agent();
    if (this.#held.size === 0 || agent === null) return;
    const isGone = [...this.#held.values()].filter(({ memory, dialog }) => memory.tell(event, dialog.callId)).length > 0;
    if (!isGone && !concerns(event, agent, (id) => this.#held.has(id))) return;
    for (const held of this.#held.values()) this.#look(held);
    this.#tell();
  }

  headsetChosen(): void {
    for (const { ears } of this.#held.values()) for (const ear of ears) ear.setDevice(this.#ports.headset());
  }

  /** Tells by `fault` what has failed. */
  async microphoneChosen(): Promise<void> {
    this.fault.value = null;
    const next = await this.#ports.microphone.change().catch((error: unknown) => {
      if (!(error instanceof MicrophoneProblem)) throw error;
      this.#fail(error.fault);
      return null;
    });
    if (next === null) return;
    for (const held of this.#held.values()) {
      const sender = held.dialog.connection()?.getSenders().find(({ track }) => track?.kind === "audio");
      const track = next();
      if (sender === undefined || track === null || held.voice === null) {
        track?.stop();
        continue;
      }
      const { stream } = held.voice;
      track.enabled = this.#isOn(held);
      if (!(await exchangeTrack({ stream, sender, track, isThere: () => this.#held.get(held.dialog.callId) === held }))) this.#fail("notChanged");
    }
    this.#tell();
  }

  #fail(fault: PhoneFault): void {
    if (this.#held.size > 0) this.fault.value = this.#ports.problem(fault);
  }

  /** Whether an event makes it answer itself, or says that it is over: FreeSWITCH's goodbye goes to the connection on which the call began. */
  #look(held: Held): void {
    const { known, gone } = held.memory.look(this.#ports.picture, held.dialog.callId);
    if (gone) {
      setTimeout(() => {
        if (this.#held.get(held.dialog.callId) === held && held.memory.look(this.#ports.picture, held.dialog.callId).gone) held.dialog.end();
      }, GONE_MS);
      return;
    }
    const agent = this.#ports.agent();
    if (known === null || agent === null || held.asked !== null) return;
    for (const asked of this.#ports.asked()) {
      if (!isAskedFor(asked, known.call, known.leg, agent)) continue;
      held.asked = asked;
      this.#answerItself(held);
      return;
    }
  }

  #answerItself(held: Held): void {
    if (held.state !== "ringing" || this.#held.get(held.dialog.callId) !== held) return;
    held.byItself = true;
    this.#ports.answersItself();
    this.#answer(held).catch(() => {
      // Without a microphone it rings on, and the person sees why at the button.
      held.byItself = false;
      this.#tell();
    });
  }

  async #answer(held: Held): Promise<void> {
    const { dialog } = held;
    held.state = "answering";
    this.#tell();
    let voice;
    try {
      voice = await this.#take();
    } catch (error) {
      held.state = "ringing";
      this.#tell();
      throw error;
    }
    // The caller has hung up while the browser asked for the microphone.
    if (this.#held.get(dialog.callId) !== held) {
      voice.give();
      throw this.#ports.problem("gone");
    }
    held.voice = voice;
    this.#tell();
    const answered = settled(held);
    try {
      this.#orGive(voice, () => dialog.answer(voice.stream));
    } catch (error) {
      answered.catch(() => undefined);
      held.voice = held.done = held.failed = null;
      held.state = "ringing";
      this.#tell();
      throw error;
    }
    await answered;
  }

  async #take(): ReturnType<Microphone["take"]> {
    try {
      return await this.#ports.microphone.take();
    } catch (error) {
      throw error instanceof MicrophoneProblem ? this.#ports.problem(error.fault) : error;
    }
  }

  /** The SIP library throws where it cannot do it. */
  #orGive<T>(voice: NonNullable<Held["voice"]>, run: () => T): T {
    try {
      return run();
    } catch {
      voice.give();
      throw this.#ports.problem("failed");
    }
  }

  #isOn(held: Held): boolean {
    const { byItself, asked, memory, dialog } = held;
    return !this.muted.value && isHeard(memory.look(this.#ports.picture, dialog.callId).known, { agent: this.#ports.agent() ?? "", byItself, asked });
  }

  /** The switches of the microphone first: what is shown must not be ahead of them. */
  #tell(): void {
    const all = [...this.#held.values()];
    for (const held of all) {
      const isOn = this.#isOn(held);
      for (const track of held.voice?.stream.getAudioTracks() ?? []) track.enabled = isOn;
    }
    const names = (some: readonly Held[]): string[] => some.map(({ dialog }) => dialog.callId);
    // A call that is being answered by the person rings until it is answered.
    const ringing = all.filter(({ state, byItself, voice }) => !byItself && (state === "ringing" || (state === "answering" && voice === null)));
    assign(this.ringing, names(ringing));
    assign(this.ringsAloud, names(ringing.filter(({ isQuiet }) => !isQuiet)));
    assign(this.talking, names(all.filter(({ state }) => state === "up")));
  }
}

function assign(ref: { value: readonly string[] }, next: readonly string[]): void {
  if (next.length !== ref.value.length || next.some((id, index) => id !== ref.value[index])) ref.value = next;
}
