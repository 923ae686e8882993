/** When the console sounds: one ring at a time, reminders of a held caller, an alarm until somebody has seen it. No browser in it. */
import type { SoundName } from "./tones.js";

export interface BellPorts {
  readonly play: (name: SoundName) => void;
  readonly loop: (name: SoundName) => () => void;
  readonly now?: () => number;
}

/** After so long on hold. */
const REMINDED_AFTER_MS = [60_000, 120_000] as const;
const ALARM_EVERY_MS = 60_000;

export class Bell {
  readonly #ports: BellPorts;
  readonly #now: () => number;
  #stopRing: (() => void) | null = null;
  /** Bounded by the agent's held calls, by call: since when, and its reminders. */
  readonly #held = new Map<string, { readonly since: number; readonly timers: readonly ReturnType<typeof setTimeout>[] }>();
  #alarms: ReadonlySet<string> = new Set();
  /** Bounded by what can be wrong at a time. */
  readonly #unseen = new Set<string>();
  #again: ReturnType<typeof setInterval> | undefined;

  constructor(ports: BellPorts) {
    this.#ports = ports;
    this.#now = ports.now ?? Date.now;
  }

  /** Several that ring sound like one. */
  ring(isRinging: boolean): void {
    if (isRinging) this.#stopRing ??= this.#ports.loop("ring");
    else {
      this.#stopRing?.();
      this.#stopRing = null;
    }
  }

  /** The agent's held calls, with the time since when, by this machine's clock. */
  holds(calls: ReadonlyMap<string, number>): void {
    for (const [id, { since, timers }] of this.#held) {
      if (calls.get(id) === since) continue;
      for (const timer of timers) clearTimeout(timer);
      this.#held.delete(id);
    }
    for (const [id, since] of calls) {
      if (this.#held.has(id)) continue;
      const left = REMINDED_AFTER_MS.map((ms) => since + ms - this.#now()).filter((ms) => ms > 0);
      this.#held.set(id, { since, timers: left.map((ms) => setTimeout(() => this.#ports.play("holdReminder"), ms)) });
    }
  }

  connectionLost(): void {
    this.#ports.play("connectionLost");
  }

  /** What is wrong now. A new one sounds at once, and with the others every minute until it is seen. */
  alarms(now: ReadonlySet<string>): void {
    const isNew = [...now].some((each) => !this.#alarms.has(each));
    for (const each of now) if (!this.#alarms.has(each)) this.#unseen.add(each);
    for (const each of this.#unseen) if (!now.has(each)) this.#unseen.delete(each);
    this.#alarms = new Set(now);
    if (isNew) this.#alarm();
    if (this.#unseen.size === 0) this.#rest();
  }

  /** Somebody sits before the page. */
  seen(): void {
    this.#unseen.clear();
    this.#rest();
  }

  stop(): void {
    this.ring(false);
    this.holds(new Map());
    this.#alarms = new Set();
    this.seen();
  }

  #alarm(): void {
    this.#rest();
    this.#ports.play("alarm");
    this.#again = setInterval(() => this.#ports.play("alarm"), ALARM_EVERY_MS);
  }

  #rest(): void {
    clearInterval(this.#again);
  }
}
