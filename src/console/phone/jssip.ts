/** The SIP library of the page, JsSIP, with its defaults as far as FreeSWITCH was tried with them (freeswitch-conf/README.md, "Browsers"). */
import { UA, WebSocketInterface } from "jssip";
import type { EndEvent, IceCandidateEvent, PeerConnectionEvent, RTCSession } from "jssip/lib/RTCSession";
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent } from "jssip/lib/UA";
import type { IceServer, SipAgent, SipDialog, SipHandlers, SipSettings } from "./sip.js";

/** A connection that died silently shows itself at the next registration at the latest. */
const REGISTERED_FOR_S = 120;
/** Addresses that are not found by then are left out: a STUN server that does not answer must not keep a caller waiting. */
const ADDRESSES_MS = 1000;
const DECLINED = 603;
/** JsSIP's own pauses grow up to this. */
const RECOVERY_S = { connection_recovery_min_interval: 1, connection_recovery_max_interval: 15 };

class Dialog implements SipDialog {
  readonly callId: string;
  readonly #session: RTCSession;
  readonly #header: (name: string) => string | null;
  readonly #pcConfig: RTCConfiguration;

  constructor(session: RTCSession, callId: string, header: (name: string) => string | null, pcConfig: RTCConfiguration) {
    this.#session = session;
    this.callId = callId;
    this.#header = header;
    this.#pcConfig = pcConfig;
  }

  header(name: string): string | null {
    return this.#header(name);
  }

  answer(voice: MediaStream): void {
    this.#session.answer({ mediaStream: voice, pcConfig: this.#pcConfig });
  }

  end(): void {
    if (this.#session.isEnded()) return;
    this.#session.terminate(this.#session.isInProgress() ? { status_code: DECLINED } : {});
  }

  dtmf(digit: string): void {
    this.#session.sendDTMF(digit);
  }

  connection(): RTCPeerConnection | null {
    // JsSIP has none before the answer, whatever its types say.
    const connection: RTCPeerConnection | null | undefined = this.#session.connection;
    return connection ?? null;
  }
}

class JsSipAgent implements SipAgent {
  readonly #ua: UA;
  readonly #socket: WebSocketInterface;
  readonly #handlers: SipHandlers;
  readonly #pcConfig: RTCConfiguration;
  readonly #domain: string;

  constructor({ wssUrl, user, domain, password, iceServers }: SipSettings, handlers: SipHandlers) {
    this.#handlers = handlers;
    this.#domain = domain;
    this.#pcConfig = { iceServers: iceServers.map(({ urls, ...rest }: IceServer) => ({ ...rest, urls: typeof urls === "string" ? urls : [...urls] })) };
    this.#socket = new WebSocketInterface(wssUrl);
    this.#ua = new UA({ sockets: [this.#socket], uri: `sip:${user}@${domain}`, password, register_expires: REGISTERED_FOR_S, user_agent: "Callplane console", ...RECOVERY_S });
    this.#ua.on("registered", () => handlers.registered());
    this.#ua.on("registrationFailed", ({ response }) => handlers.refused(statusOf(response)));
    this.#ua.on("disconnected", () => handlers.disconnected());
    this.#ua.on("newRTCSession", ({ originator, session, request }: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => {
      if (String(originator) !== "remote") return;
      const dialog = new Dialog(session, request.getHeader("Call-ID") ?? "", (name) => headerOf(request.getHeader(name)), this.#pcConfig);
      session.on("peerconnection", ({ peerconnection }: PeerConnectionEvent) => this.#hear(dialog, peerconnection));
      this.#watch(dialog, session);
      handlers.rings(dialog);
    });
  }

  start(): void {
    this.#ua.start();
  }

  register(): void {
    if (this.#ua.isConnected()) this.#ua.register();
  }

  setPassword(password: string): void {
    this.#ua.set("password", password);
  }

  reconnect(): void {
    this.#socket.disconnect();
    // A socket that the page itself closes says nothing, and JsSIP would wait for it.
    this.#socket.ondisconnect(true);
  }

  call(target: string, voice: MediaStream): SipDialog {
    const session = this.#ua.call(`sip:${target}@${this.#domain}`, { mediaStream: voice, pcConfig: this.#pcConfig });
    const dialog = new Dialog(session, callIdOf(session), () => null, this.#pcConfig);
    // It fired `peerconnection` before anybody could listen.
    this.#hear(dialog, session.connection);
    this.#watch(dialog, session);
    return dialog;
  }

  stop(): void {
    this.#ua.stop();
  }

  vanish(): void {
    this.#socket.disconnect();
    this.#ua.stop();
  }

  #watch(dialog: Dialog, session: RTCSession): void {
    const ended = ({ cause, message }: EndEvent): void => this.#handlers.ended(dialog, String(statusOf(message) ?? cause));
    session.on("accepted", () => this.#handlers.answered(dialog));
    session.on("ended", ended);
    session.on("failed", ended);
    let patience: ReturnType<typeof setTimeout> | undefined;
    session.on("icecandidate", ({ ready }: IceCandidateEvent) => {
      patience ??= setTimeout(ready, ADDRESSES_MS);
    });
  }

  /** The `track` events come without a usable stream. */
  #hear(dialog: Dialog, connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ track }) => this.#handlers.heard(dialog, track));
  }
}

/** A header of several lines comes as its first. */
const headerOf = (value: string | undefined): string | null => value ?? null;

/** JsSIP names a session by its Call-ID and a tag of its own. */
function callIdOf(session: RTCSession): string {
  const request: unknown = Reflect.get(session, "_request");
  const callId: unknown = typeof request === "object" && request !== null ? Reflect.get(request, "call_id") : null;
  return typeof callId === "string" ? callId : session.id;
}

function statusOf(message: object | null | undefined): number | null {
  const status: unknown = message === null || message === undefined ? null : Reflect.get(message, "status_code");
  return typeof status === "number" && status > 0 ? status : null;
}

export const createJsSip = (settings: SipSettings, handlers: SipHandlers): SipAgent => new JsSipAgent(settings, handlers);
