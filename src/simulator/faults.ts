/** How the simulated switch can misbehave on command, for tests of what stands before it. */

export type StrayPark = "before" | "late" | "after";

export type Fault =
  /** The port is closed: connections are refused. Those that are open stay. */
  | { readonly kind: "refuse-connections" }
  /** Every password is wrong. */
  | { readonly kind: "reject-password" }
  /** The address is not allowed: `text/rude-rejection` instead of `auth/request`. */
  | { readonly kind: "rude-rejection" }
  /** Half-open: sockets stay up and nothing is read, answered or sent. */
  | { readonly kind: "silent" }
  /** The next `api` reply stops half way and the socket is reset; only once. */
  | { readonly kind: "reset-mid-reply" }
  /** Every frame arrives in small pieces: its headers byte by byte, its body cut at uneven places. */
  | { readonly kind: "split-frames" }
  /** Every reply comes `delayMs` late. */
  | { readonly kind: "slow-replies"; readonly delayMs: number }
  /** A bridge is told of (CHANNEL_BRIDGE) `delayMs` before it is made, as on a busy machine. */
  | { readonly kind: "slow-bridges"; readonly delayMs: number }
  /**
   * Of two that are transferred together, the second of the bridge parks itself (audio_bridge_on_exchange_media): after it was sent, which it forgets, or before that. Or it is about to
   * ("late") when it is sent, and does what it was sent to with the limit of its own park.
   */
  | { readonly kind: "stray-parks"; readonly when: StrayPark }
  /**
   * What is played to a bridged leg cannot be stopped by the end of its partner, nor at the first `uuid_break`: its broadcast mark is gone (switch_ivr.c, switch_ivr_parse_event).
   * The partner's channel stays, hung up, until the leg has left their bridge.
   */
  | { readonly kind: "lost-break" }
  /** `api <command>` answers with a body of that many bytes. */
  | { readonly kind: "huge-reply"; readonly command: string; readonly bytes: number }
  /** The command (its first word: `uuid_hold`, `originate`, `sendmsg`, `sendevent`) is accepted, and nothing happens. */
  | { readonly kind: "never-confirm"; readonly command: string }
  /** The command hangs: it is never answered, and neither is what the same client asks after it, since FreeSWITCH does one command of a client at a time. */
  | { readonly kind: "never-reply"; readonly command: string }
  /** `show` answers what it answered first since then: the table of a FreeSWITCH that is too busy to write it. */
  | { readonly kind: "stale-rows" }
  /** Events of these names (all when not given) are lost on the way. */
  | { readonly kind: "drop-events"; readonly names?: readonly string[] };

export type FaultKind = Fault["kind"];

export class FaultSet {
  readonly #faults = new Set<Fault>();
  readonly #oldRows = new Map<string, string>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Gives a function that takes this fault back. */
  add(fault: Fault): () => void {
    this.#faults.add(fault);
    this.#onChange();
    return () => {
      if (this.#faults.delete(fault)) this.#onChange();
    };
  }

  clear(): void {
    this.#faults.clear();
    this.#onChange();
  }

  has(kind: FaultKind): boolean {
    return [...this.#faults].some((fault) => fault.kind === kind);
  }

  swallows(command: string): boolean {
    return [...this.#faults].some((fault) => fault.kind === "never-confirm" && fault.command === command);
  }

  silences(command: string): boolean {
    return [...this.#faults].some((fault) => fault.kind === "never-reply" && fault.command === command);
  }

  dropsEvent(name: string): boolean {
    return [...this.#faults].some((fault) => fault.kind === "drop-events" && (fault.names === undefined || fault.names.includes(name)));
  }

  /** 0 without such a fault; of several the longest. */
  delayMs(kind: "slow-replies" | "slow-bridges"): number {
    return Math.max(0, ...[...this.#faults].map((fault) => (fault.kind === kind && "delayMs" in fault ? fault.delayMs : 0)));
  }

  get strayPark(): StrayPark | null {
    for (const fault of this.#faults) if (fault.kind === "stray-parks") return fault.when;
    return null;
  }

  hugeReplyBytes(command: string): number | undefined {
    for (const fault of this.#faults) if (fault.kind === "huge-reply" && fault.command === command) return fault.bytes;
    return undefined;
  }

  /** What `show` answers, old or new. */
  async rows(line: string, read: () => Promise<string>): Promise<string> {
    if (!this.has("stale-rows")) {
      this.#oldRows.clear();
      return read();
    }
    const old = this.#oldRows.get(line) ?? (await read());
    this.#oldRows.set(line, old);
    return old;
  }

  /** True once for each `reset-mid-reply`. */
  takeReset(): boolean {
    for (const fault of this.#faults) {
      if (fault.kind === "reset-mid-reply") {
        this.#faults.delete(fault);
        return true;
      }
    }
    return false;
  }
}
