/** Runs in the page: a JsSIP phone with JsSIP's defaults that says a tone of its own. */
import { UA, WebSocketInterface } from "jssip";
import type { EndEvent, PeerConnectionEvent, ReferOptions, RTCSession } from "jssip/lib/RTCSession";
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent } from "jssip/lib/UA";
import type { OnCall, PageCall, PageOptions, PagePhone, PageSound, PageState } from "./protocol.js";

/** Half a second: tones 70 Hz apart are told from each other. */
const LISTENED = 8192;
/** Few samples, seldom asked for: a machine may have many pages. */
const SOUND: AudioContextOptions = { sampleRate: 16_000, latencyHint: 0.1 };
/** By then a sound that has been started is under way. */
const BEGUN_MS = 500;
const LOUDNESS = 0.16;
/** The newest calls that are told of. */
const MAX_CALLS = 200;

interface Held {
  readonly session: RTCSession;
  readonly callId: string;
  readonly direction: "incoming" | "outgoing";
  ear: AnalyserNode | null;
  cause: string;
  reason: string;
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Phone implements PagePhone {
  readonly #audio = new AudioContext(SOUND);
  readonly #calls: Held[] = [];
  readonly #referred: string[][] = [];
  #voice: MediaStream | null = null;
  #tending = Promise.resolve();
  #ua: UA | null = null;
  #refused = "";
  #onCall: OnCall = { kind: "answer" };

  async start({ wssUrl, user, domain, password, frequency }: PageOptions): Promise<void> {
    // The permission for the microphone is what lets a page tell its addresses to the other side, as a real phone does; what it hears is not used.
    for (const track of (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks()) track.stop();
    this.#voice = this.#speak(frequency);
    await this.#tend();
    const ua = new UA({ sockets: [new WebSocketInterface(wssUrl)], uri: `sip:${user}@${domain}`, password });
    ua.on("registered", () => (this.#refused = ""));
    ua.on("registrationFailed", ({ cause, response }) => (this.#refused = `${response?.status_code ?? ""} ${cause ?? ""}`.trim()));
    ua.on("newRTCSession", ({ originator, session, request }: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => {
      const incoming = String(originator) === "remote";
      const held: Held = { session, callId: request.getHeader("Call-ID") ?? "", direction: incoming ? "incoming" : "outgoing", ear: null, cause: "", reason: "" };
      this.#calls.push(held);
      if (!incoming || this.#onCall.kind !== "reject") void this.#tend();
      if (this.#calls.length > MAX_CALLS) this.#calls.shift();
      const ended = ({ cause, message }: EndEvent): void => {
        held.cause = cause;
        held.reason = message === null || message === undefined ? "" : "status_code" in message && message.status_code > 0 ? String(message.status_code) : (message.getHeader("Reason") ?? "");
        held.ear?.disconnect();
        held.ear = null;
        void this.#tend();
      };
      session.on("ended", ended);
      session.on("failed", ended);
      if (!incoming) return;
      session.on("peerconnection", ({ peerconnection }: PeerConnectionEvent) => this.#hear(held, peerconnection));
      if (this.#onCall.kind === "answer") session.answer({ mediaStream: this.#mouth });
      if (this.#onCall.kind === "reject") session.terminate({ status_code: this.#onCall.status });
    });
    this.#ua = ua;
    ua.start();
  }

  state(): PageState {
    return {
      connected: this.#ua?.isConnected() ?? false,
      registered: this.#ua?.isRegistered() ?? false,
      refused: this.#refused,
      sound: this.#audio.state,
      calls: this.#calls.map(({ session, callId, direction, cause, reason }): PageCall => ({ callId, direction, state: session.isEnded() ? "ended" : session.isEstablished() ? "talking" : "ringing", cause, reason, held: session.isOnHold() })),
    };
  }

  onCall(behaviour: OnCall): void {
    this.#onCall = behaviour;
  }

  call(target: string): string {
    const before = this.#calls.length;
    const session = this.#started.call(target, { mediaStream: this.#mouth });
    const held = this.#calls.at(-1);
    if (held === undefined || this.#calls.length === before) throw new Error("JsSIP made no session.");
    // It fired `peerconnection` before `newRTCSession`.
    this.#hear(held, session.connection);
    return held.callId;
  }

  answer(): void {
    for (const { session, direction } of this.#calls) if (direction === "incoming" && session.isInProgress()) session.answer({ mediaStream: this.#mouth });
  }

  hangUp(callId?: string): void {
    for (const { session } of this.#live(callId)) session.terminate();
  }

  hold(on: boolean, callId?: string): void {
    for (const { session } of this.#live(callId)) if (!(on ? session.hold() : session.unhold())) throw new Error("JsSIP did not send the re-INVITE.");
  }

  press(digits: string, callId?: string): void {
    for (const { session } of this.#live(callId)) session.sendDTMF(digits);
  }

  refer(callId: string, target: string, replaces?: string): number {
    const [held] = this.#live(callId);
    const other = replaces === undefined ? undefined : this.#live(replaces)[0];
    if (held === undefined || (replaces !== undefined && other === undefined)) throw new Error("There is no such call to refer.");
    const told: string[] = [];
    const note = (name: string) => (event?: { readonly status_line?: { readonly status_code: number } }): void => void told.push(`${name} ${event?.status_line?.status_code ?? ""}`.trim());
    const eventHandlers = Object.fromEntries(["requestSucceeded", "requestFailed", "trying", "progress", "accepted", "failed"].map((name) => [name, note(name)]));
    const options: ReferOptions = { eventHandlers, ...(other === undefined ? {} : { replaces: other.session }) };
    held.session.refer(target, options);
    return this.#referred.push(told) - 1;
  }

  referred(refer: number): readonly string[] {
    return this.#referred[refer] ?? [];
  }

  listen(): readonly PageSound[] {
    const heard: PageSound[] = [];
    for (const { ear } of this.#live()) {
      if (ear === null) continue;
      const samples = new Float32Array(LISTENED);
      ear.getFloatTimeDomainData(samples);
      const bytes = new Uint8Array(Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32_767).buffer);
      let text = "";
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
      heard.push({ rate: this.#audio.sampleRate, samples: btoa(text) });
    }
    return heard;
  }

  unregister(): void {
    this.#started.unregister();
  }

  /** Sound that nobody hears would keep a machine with many pages busy. One turn after another, since Chromium does not always begin what is stopped and started at once. */
  #tend(): Promise<void> {
    return (this.#tending = this.#tending.then(async () => {
      while (this.#live().length > 0) {
        const before = this.#audio.currentTime;
        void this.#audio.resume();
        await later(BEGUN_MS);
        if (this.#audio.currentTime > before) return;
        await Promise.race([this.#audio.suspend(), later(BEGUN_MS)]);
      }
      await Promise.race([this.#audio.suspend(), later(BEGUN_MS)]);
    }));
  }

  get #started(): UA {
    if (this.#ua === null) throw new Error("The phone has not started.");
    return this.#ua;
  }

  /** One for each call, since JsSIP silences the one of a call that it holds. */
  get #mouth(): MediaStream {
    if (this.#voice === null) throw new Error("The phone has not started.");
    return this.#voice.clone();
  }

  /** Not a microphone: echo cancellation and noise suppression would take a steady tone away. */
  #speak(frequency: number): MediaStream {
    const tone = new OscillatorNode(this.#audio, { frequency });
    const loudness = new GainNode(this.#audio, { gain: LOUDNESS });
    const voice = this.#audio.createMediaStreamDestination();
    tone.connect(loudness).connect(voice);
    tone.start();
    return voice.stream;
  }

  #live(callId?: string): readonly Held[] {
    return this.#calls.filter((each) => !each.session.isEnded() && (callId === undefined || each.callId === callId));
  }

  /** The `track` events come without a usable stream. */
  #hear(held: Held, connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ track }) => {
      const stream = new MediaStream([track]);
      // Chromium decodes a remote stream for the graph only while an element plays it too.
      const element = new Audio();
      element.muted = true;
      element.srcObject = stream;
      void element.play();
      const ear = new AnalyserNode(this.#audio, { fftSize: LISTENED });
      this.#audio.createMediaStreamSource(stream).connect(ear);
      held.ear?.disconnect();
      held.ear = ear;
    });
  }
}

Object.assign(globalThis, { phone: new Phone() });
