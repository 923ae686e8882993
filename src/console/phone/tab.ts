/**
 * One tab has the phone: it holds a Web Lock as long as it has it. The others wait for the lock, so that one of them has the phone when the tab is closed. A person may take the
 * phone to another tab: that one asks by a channel, the owner lets go of its registration when its last call has ended, and the other takes the lock from it.
 */

export type TabMessage = { readonly type: "give"; readonly from: string } | { readonly type: "busy" | "yours"; readonly to: string };

export interface TabPorts {
  readonly locks: { request(name: string, options: LockOptions, run: (lock: Lock | null) => boolean | Promise<boolean>): Promise<boolean> };
  readonly channel: { postMessage(message: TabMessage): void; onmessage: ((event: { readonly data: TabMessage }) => void) | null; close(): void };
  readonly id: string;
  /** The phone is this tab's. */
  readonly mine: () => void;
  readonly elsewhere: () => void;
  /** Whether the other tab has said that it gives the phone after its call. */
  readonly awaits: (awaits: boolean) => void;
  readonly isInCall: () => boolean;
}

const LOCK = "callplane-phone";
/** A tab that the browser has frozen does not answer. */
const ANSWER_MS = 2000;
/** A tab that asked for the phone, and was closed before it took it. */
const TAKEN_MS = 3000;

export class PhoneTab {
  readonly #ports: TabPorts;
  #isMine = false;
  #ended = false;
  /** Lets go of the lock. */
  #release: (() => void) | null = null;
  #waiting = new AbortController();
  #promised: string | null = null;
  #answer: ReturnType<typeof setTimeout> | undefined;
  #taken: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: TabPorts) {
    this.#ports = ports;
    ports.channel.onmessage = ({ data }) => this.#message(data);
  }

  begin(): void {
    const first = this.#request({ ifAvailable: true }, (lock) => (lock === null ? false : this.#hold()));
    void first.then((had) => {
      if (had === false) this.#wait();
    });
  }

  useHere(): void {
    if (this.#isMine || this.#ended) return;
    this.#ports.channel.postMessage({ type: "give", from: this.#ports.id });
    clearTimeout(this.#answer);
    this.#answer = setTimeout(() => this.#take(), ANSWER_MS);
  }

  /** The last call of this tab has ended. */
  callsEnded(): void {
    if (this.#promised !== null && this.#isMine) this.#give(this.#promised);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#answer);
    clearTimeout(this.#taken);
    this.#waiting.abort();
    this.#release?.();
    this.#ports.channel.close();
  }

  #wait(): void {
    if (this.#ended) return;
    this.#ports.elsewhere();
    void this.#request({ signal: this.#waiting.signal }, () => this.#hold());
  }

  #take(): void {
    if (this.#isMine || this.#ended) return;
    this.#waiting.abort();
    this.#waiting = new AbortController();
    void this.#request({ steal: true }, () => this.#hold());
  }

  /** Resolves when the lock is given back. */
  #hold(): Promise<boolean> {
    // It was waited for as well, and taken meanwhile.
    if (this.#ended || this.#isMine) return Promise.resolve(true);
    this.#isMine = true;
    clearTimeout(this.#answer);
    this.#ports.awaits(false);
    this.#ports.mine();
    return new Promise((resolve) => (this.#release = () => resolve(true)));
  }

  async #request(options: LockOptions, run: (lock: Lock | null) => boolean | Promise<boolean>): Promise<boolean | null> {
    let wasHeld = false;
    try {
      return await this.#ports.locks.request(LOCK, options, (lock) => {
        wasHeld = lock !== null;
        return run(lock);
      });
    } catch {
      // Another tab has taken it; or this one has stopped waiting.
      if (wasHeld && this.#isMine && !this.#ended) this.#lost();
      return null;
    }
  }

  #lost(): void {
    this.#isMine = false;
    this.#promised = null;
    clearTimeout(this.#taken);
    this.#wait();
  }

  #message(message: TabMessage): void {
    if (message.type === "give") {
      if (!this.#isMine || this.#ended) return;
      if (!this.#ports.isInCall()) return this.#give(message.from);
      this.#promised = message.from;
      this.#ports.channel.postMessage({ type: "busy", to: message.from });
    } else if (message.to === this.#ports.id) {
      clearTimeout(this.#answer);
      if (message.type === "yours") this.#take();
      else this.#ports.awaits(true);
    }
  }

  #give(to: string): void {
    this.#promised = null;
    this.#ports.elsewhere();
    this.#ports.channel.postMessage({ type: "yours", to });
    clearTimeout(this.#taken);
    this.#taken = setTimeout(() => {
      if (this.#isMine && !this.#ended) this.#ports.mine();
    }, TAKEN_MS);
  }
}
