/** Keeps the phone registered: with a client token whose one-time password is renewed before it ends, and again after whatever has gone wrong. */
import { ApiProblem } from "../api/problem.js";
import type { SipAgent, SipDialog, SipFactory, SipSettings } from "./sip.js";
import type { PhoneReason } from "./types.js";

export interface Standing {
  readonly state: "off" | "registering" | "ready" | "failed";
  readonly reason: PhoneReason | null;
}

export interface RegistrationPorts {
  /** Throws ApiProblem. */
  readonly token: (ttlS: number) => Promise<SipSettings>;
  readonly sip: SipFactory;
  readonly standing: (standing: Standing) => void;
  readonly calls: { readonly rings: (dialog: SipDialog) => void; readonly answered: (dialog: SipDialog) => void; readonly ended: (dialog: SipDialog, cause: string) => void; readonly heard: (dialog: SipDialog, track: MediaStreamTrack) => void };
  readonly isInCall: () => boolean;
  readonly random?: () => number;
}

export const TOKEN_S = 3600;
/** By the page's own clock, which may be wrong: how long the password lasts counts, not when it ends. */
const RENEWED_AFTER_MS = TOKEN_S * 800;
const PAUSE_MS = { first: 2000, longest: 60_000 };
/** So many failed connections in a row are told. */
const TOLD_AFTER = 2;

export class Registration {
  readonly #ports: RegistrationPorts;
  #agent: SipAgent | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #lost = 0;
  #isOpen = false;
  /** Of the token that is waited for; an older answer is not used. */
  #asking = 0;

  constructor(ports: RegistrationPorts) {
    this.#ports = ports;
  }

  get agent(): SipAgent | null {
    return this.#agent;
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#failures = this.#lost = 0;
    this.#ports.standing({ state: "registering", reason: null });
    void this.#renew();
  }

  /** `vanish`: without a word, for calls that Callplane is to keep. */
  close({ vanish }: { readonly vanish: boolean }): void {
    this.#isOpen = false;
    this.#asking++;
    clearTimeout(this.#timer);
    if (vanish) this.#agent?.vanish();
    else this.#agent?.stop();
    this.#agent = null;
  }

  /** At once, as the person has asked, or the network is back. */
  retry(): void {
    if (!this.#isOpen) return;
    // The library waits for its own next try; a call would end with it.
    if (this.#lost > 0 && !this.#ports.isInCall()) {
      this.#agent?.vanish();
      this.#agent = null;
    }
    this.#failures = this.#lost = 0;
    this.#ports.standing({ state: "registering", reason: null });
    void this.#renew();
  }

  /** Callplane says that the phone is not registered although the page thinks so. */
  doubt(): void {
    if (this.#isOpen) this.#again();
  }

  async #renew(): Promise<void> {
    clearTimeout(this.#timer);
    const asking = ++this.#asking;
    try {
      const settings = await this.#ports.token(TOKEN_S);
      if (asking !== this.#asking) return;
      if (settings.wssUrl === "") this.#ports.standing({ state: "off", reason: "notConfigured" });
      else this.#use(settings);
    } catch (error) {
      if (asking === this.#asking) this.#failed(error instanceof ApiProblem && error.status >= 400 && error.status < 500 ? "refused" : "server");
      if (!(error instanceof ApiProblem)) throw error;
    }
  }

  #use(settings: SipSettings): void {
    this.#after(RENEWED_AFTER_MS);
    if (this.#agent !== null) {
      this.#agent.setPassword(settings.password);
      this.#agent.register();
      return;
    }
    const { calls } = this.#ports;
    let own: SipAgent | null = null;
    // One that was left says its last words later.
    const isOwn = (): boolean => this.#isOpen && own !== null && this.#agent === own;
    own = this.#agent = this.#ports.sip(settings, {
      ...calls,
      registered: () => {
        if (!isOwn()) return;
        this.#failures = this.#lost = 0;
        this.#ports.standing({ state: "ready", reason: null });
      },
      refused: (status) => {
        if (isOwn()) this.#refused(status);
      },
      disconnected: () => {
        if (!isOwn()) return;
        this.#lost++;
        // The library itself goes on trying.
        this.#ports.standing(this.#lost >= TOLD_AFTER ? { state: "failed", reason: "unreachable" } : { state: "registering", reason: "reconnecting" });
      },
    });
    this.#agent.start();
  }

  #refused(status: number | null): void {
    if (status === null) {
      // Nobody answered on a connection that looks alive; one that is lost says so itself.
      if (this.#lost === 0) this.#agent?.reconnect();
      return;
    }
    // The password has ended while the machine slept, or was displaced.
    if (this.#failures === 0) this.#again();
    else this.#failed("refused");
  }

  #again(): void {
    this.#failures++;
    void this.#renew();
  }

  #failed(reason: PhoneReason): void {
    this.#ports.standing({ state: "failed", reason });
    const longest = Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** this.#failures++);
    this.#after(longest / 2 + ((this.#ports.random ?? Math.random)() * longest) / 2);
  }

  #after(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#renew(), ms);
  }
}
