/**
 * How a session's thread sleeps. A real thread sees a change when it reads its next frame of audio (every 20 ms);
 * here it is woken by the change itself and goes on one frame later.
 */
export class Pauser {
  readonly #frameMs: number;
  #resume: (() => void) | undefined;
  #woken = false;
  #frame: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #stopped = false;

  /** @param frameMs milliseconds between a change and the thread's seeing it. */
  constructor(frameMs: number) {
    this.#frameMs = frameMs;
  }

  wake(): void {
    this.#woken = true;
    if (this.#resume !== undefined && this.#frame === undefined) this.#frame = setTimeout(() => this.#go(), this.#frameMs);
  }

  /** Resolves one frame after the next (or a pending) wake, or after `maxMs` milliseconds without one. Never resolves once stopped. */
  async pause(maxMs?: number): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.#stopped) return;
      this.#resume = resolve;
      if (this.#woken) this.#frame = setTimeout(() => this.#go(), this.#frameMs);
      else if (maxMs !== undefined && Number.isFinite(maxMs)) this.#deadline = setTimeout(() => this.#go(), Math.max(0, Math.min(maxMs, 2 ** 31 - 1)));
    });
  }

  /** Abandons whoever is paused for good: the switch was restarted under it. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#frame);
    clearTimeout(this.#deadline);
    this.#resume = undefined;
  }

  #go(): void {
    clearTimeout(this.#frame);
    clearTimeout(this.#deadline);
    this.#frame = undefined;
    this.#deadline = undefined;
    this.#woken = false;
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }
}
