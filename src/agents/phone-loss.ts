/** The loss of an agent's last phone: one that is back within the grace time has changed nothing. */
import type { Clock } from "../clock.js";
import type { Agent } from "./agent.js";
import { Heartbeats } from "./heartbeats.js";

export interface PhoneLossOptions {
  /** Milliseconds. */
  readonly graceMs: number;
  readonly clock: Clock;
  /** The agent has been without a phone for the grace time, and is in no call. */
  readonly over: (agent: Agent) => void;
}

export class PhoneLoss {
  readonly #options: PhoneLossOptions;
  /** Agents without a phone, since when. */
  readonly #since: Heartbeats<Agent>;

  constructor(options: PhoneLossOptions) {
    this.#options = options;
    this.#since = new Heartbeats(options.graceMs);
  }

  /** The last phone is gone. */
  begin(agent: Agent): void {
    this.#since.watch(agent, this.#options.clock.now());
  }

  /** The agent has `left` phones now; returns whether that is to be stored. */
  changed(agent: Agent, left: number): boolean {
    if (left === 0) this.begin(agent);
    else this.#since.unwatch(agent);
    if (left === 0 || agent.hadPhone) return false;
    agent.hadPhone = true;
    return true;
  }

  /** After a call the agent has the whole grace time again. */
  callLeft(agent: Agent): void {
    this.#since.seen(agent, this.#options.clock.now());
  }

  sweep(): void {
    for (const agent of this.#since.takeOverdue(this.#options.clock.now())) {
      if (agent.state.calls.length > 0) this.begin(agent);
      else {
        agent.hadPhone = false;
        this.#options.over(agent);
      }
    }
  }

  clear(): void {
    this.#since.clear();
  }
}
