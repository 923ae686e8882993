/** A phone in a browser's page, driven from outside: what a person does with it, and what becomes of its page and its network. */
import type { Page } from "playwright-core";
import type { Recording } from "../lab/tones.js";
import { analyse, type Heard } from "../lab/tones.js";
import { eventually } from "../lab/wait.js";
import { openCable, type Cable } from "./cable.js";
import type { PhonePages } from "./chromium.js";
import type { OnCall, PageCall, PageOptions, PagePhone, PageState, ReferEvents } from "./page/protocol.js";

/** Credentials, and the tone by which others recognize it. */
export type BrowserIdentity = Omit<PageOptions, "wssUrl">;

export class BrowserPhone {
  readonly identity: BrowserIdentity;
  readonly #page: Page;
  readonly #cable: Cable;
  #closed = false;

  private constructor(identity: BrowserIdentity, page: Page, cable: Cable) {
    this.identity = identity;
    this.#page = page;
    this.#cable = cable;
  }

  /** Opens a page with a phone; resolves when it has registered, throws when that is refused. */
  static async open(pages: PhonePages, identity: BrowserIdentity, wssPort: number): Promise<BrowserPhone> {
    const cable = await openCable(wssPort);
    try {
      const phone = new BrowserPhone(identity, await pages.open(), cable);
      await phone.#start();
      return phone;
    } catch (error) {
      await cable.close();
      throw error;
    }
  }

  state(): Promise<PageState> {
    return this.#do("state");
  }

  /** The calls that have not ended. */
  async calls(): Promise<readonly PageCall[]> {
    return (await this.state()).calls.filter(({ state }) => state !== "ended");
  }

  /** Default: it answers. */
  onCall(behaviour: OnCall): Promise<void> {
    return this.#do("onCall", behaviour);
  }

  /** Gives the SIP Call-ID of the call, which may still ring. */
  call(target: string): Promise<string> {
    return this.#do("call", target);
  }

  answer(): Promise<void> {
    return this.#do("answer");
  }

  hangUp(callId?: string): Promise<void> {
    return this.#do("hangUp", ...(callId === undefined ? [] : [callId]));
  }

  /** Resolves when the other side has agreed. */
  async hold(on: boolean): Promise<void> {
    await this.#do("hold", on);
    await eventually(`the page ${on ? "to hold" : "to take back"}`, async () => (await this.calls()).every(({ held }) => held.local === on));
  }

  press(digits: string): Promise<void> {
    return this.#do("press", digits);
  }

  /** Refers the other party of the call to the target, or to the far end of another call of this page. Gives what JsSIP told up to the last word. */
  async refer(callId: string, target: string, replaces?: string): Promise<ReferEvents> {
    const refer = await this.#do("refer", callId, target, ...(replaces === undefined ? [] : [replaces]));
    return eventually(`${this.identity.user}'s REFER to ${target} to be decided`, async () => {
      const told = await this.#do("referred", refer);
      return told.some((event) => /^(?:requestFailed|accepted|failed)/.test(event)) && told;
    });
  }

  /** What is heard in all its calls together. */
  async listen(frequencies: readonly number[]): Promise<Heard> {
    const sounds = await this.#do("listen");
    const heard = sounds.map(({ rate, samples }) => analyse(recordingOf(rate, samples), frequencies));
    return {
      frequencies: new Set(heard.flatMap((each) => [...each.frequencies])),
      other: heard.some(({ other }) => other),
      amplitudes: new Map(frequencies.map((frequency) => [frequency, Math.max(0, ...heard.map(({ amplitudes }) => amplitudes.get(frequency) ?? 0))])),
    };
  }

  unregister(): Promise<void> {
    return this.#do("unregister");
  }

  /** The network is cut: sockets end, and no new one can be made until `mend`. */
  cut(): void {
    this.#cable.cut();
  }

  /** The network takes everything and carries nothing until `mend`, as a phone without power. */
  silence(): void {
    this.#cable.silence();
  }

  mend(): void {
    this.#cable.mend();
  }

  /** As a person's F5, in a call too; resolves when the new page has registered. */
  async reload(): Promise<void> {
    await this.#page.reload();
    await this.#start();
  }

  /** The tab is gone, and says nothing to anybody. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#page.close({ runBeforeUnload: false });
    await this.#cable.close();
  }

  async #start(): Promise<void> {
    await this.#do("start", { ...this.identity, wssUrl: `wss://127.0.0.1:${this.#cable.port}` });
    await eventually(`${this.identity.user}'s page to register`, async () => {
      const { registered, refused } = await this.state();
      if (refused !== "") throw new Error(`${this.identity.user}'s page was refused: ${refused}`);
      return registered;
    }, { details: async () => JSON.stringify(await this.state()) });
  }

  #do<Name extends keyof PagePhone>(name: Name, ...args: Parameters<PagePhone[Name]>): Promise<Awaited<ReturnType<PagePhone[Name]>>> {
    return this.#page.evaluate<Awaited<ReturnType<PagePhone[Name]>>>(`phone.${name}(...${JSON.stringify(args)})`);
  }
}

function recordingOf(rate: number, samples: string): Recording {
  const bytes = Buffer.from(samples, "base64");
  return { rate, samples: Float64Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readInt16LE(index * 2) / 32_768) };
}
