/** What the phone works with, without a browser. */
import type { Agent, Call, CallLeg, LiveEvent } from "../../../src/console/api/types.js";
import type { SipAgent, SipDialog, SipHandlers, SipSettings } from "../../../src/console/phone/sip.js";
import type { TabMessage, TabPorts } from "../../../src/console/phone/tab.js";

export const ALICE = "1001";

export class FakeTrack {
  enabled = true;
  stopped = false;
  readonly kind = "audio";
  stop(): void {
    this.stopped = true;
  }
}

/** As far as the phone uses a MediaStream. */
export class FakeStream {
  readonly tracks: FakeTrack[];
  constructor(tracks: FakeTrack[] = [new FakeTrack()]) {
    this.tracks = tracks;
  }
  getTracks(): FakeTrack[] {
    return this.tracks;
  }
  getAudioTracks(): FakeTrack[] {
    return [...this.tracks];
  }
  addTrack(track: FakeTrack): void {
    this.tracks.push(track);
  }
  removeTrack(track: FakeTrack): void {
    this.tracks.splice(this.tracks.indexOf(track), 1);
  }
  clone(): FakeStream {
    return new FakeStream();
  }
}

/** Has what the phone uses of it, and no more. */
export const stream = (fake: FakeStream): MediaStream => {
  const value: unknown = fake;
  return value as MediaStream;
};

export class FakeDialog implements SipDialog {
  readonly callId: string;
  readonly headers: Readonly<Record<string, string>>;
  voice: FakeStream | null = null;
  hasEnded = false;
  readonly digits: string[] = [];
  constructor(callId: string, headers: Readonly<Record<string, string>> = {}) {
    this.callId = callId;
    this.headers = headers;
  }
  header(name: string): string | null {
    return this.headers[name] ?? null;
  }
  answer(voice: MediaStream): void {
    const given: unknown = voice;
    this.voice = given as FakeStream;
  }
  end(): void {
    this.hasEnded = true;
  }
  dtmf(digit: string): void {
    this.digits.push(digit);
  }
  peer: RTCPeerConnection | null = null;
  connection(): RTCPeerConnection | null {
    return this.peer;
  }
}

export class FakeAgent implements SipAgent {
  readonly did: string[] = [];
  readonly settings: SipSettings;
  readonly handlers: SipHandlers;
  dialog = new FakeDialog("dialled");
  constructor(settings: SipSettings, handlers: SipHandlers) {
    this.settings = settings;
    this.handlers = handlers;
  }
  start(): void {
    this.did.push("start");
  }
  register(): void {
    this.did.push("register");
  }
  setPassword(password: string): void {
    this.did.push(`password ${password}`);
  }
  reconnect(): void {
    this.did.push("reconnect");
  }
  call(target: string): SipDialog {
    this.did.push(`call ${target}`);
    return this.dialog;
  }
  stop(): void {
    this.did.push("stop");
  }
  vanish(): void {
    this.did.push("vanish");
  }
}

export const leg = (given: Partial<CallLeg> & { readonly id: string }): CallLeg => ({ role: "agent", agent: ALICE, number: ALICE, name: null, state: "ringing", muted: false, sipCallId: null, quality: null, ...given });

export const call = (given: Partial<Call> & { readonly id: string }): Call => ({
  state: "active", direction: "inbound", from: "+15550100001", fromName: null, fromText: "(555) 010-0001", to: "1001", toText: "1001", assignedTo: null, previousAgents: [], department: null, node: "fs1",
  createdAt: "2026-01-31T12:00:00.000Z", answeredAt: null, stateSince: "2026-01-31T12:00:00.000Z", queuedAt: null, position: null, priority: null, offeredTo: [], ringing: [], legs: [], supervision: [],
  recording: false, recordingState: "off", consult: null, transfer: null, attributes: {}, heldBy: null, conference: false, help: null, ...given,
});

export const agent = (given: Partial<Agent>): Agent => ({ id: ALICE, extension: ALICE, name: "Alice", departments: [], status: "online", since: "2026-01-31T12:00:00.000Z", reason: null, until: null, next: null, wrapUp: null, registered: true, phones: [], calls: [], ringing: [], ...given });

export const updated = (given: Call): LiveEvent => ({ id: "b-1", type: "call.updated", at: "2026-01-31T12:00:00.000Z", organization: "acme", data: { call: given } });

/** The Web Locks of one browser (https://w3c.github.io/web-locks/), as far as one exclusive lock goes. */
export class FakeLocks {
  #held: { readonly reject: (error: Error) => void } | null = null;
  readonly #queue: { readonly run: () => void }[] = [];

  request(name: string, options: LockOptions, run: (lock: Lock | null) => boolean | Promise<boolean>): Promise<boolean> {
    return new Promise<boolean>((resolve, reject) => {
      const grant = (): void => {
        const held = { reject };
        this.#held = held;
        void Promise.resolve(run({ name, mode: "exclusive" })).then((value) => {
          resolve(value);
          if (this.#held !== held) return;
          this.#held = null;
          this.#queue.shift()?.run();
        }, reject);
      };
      if (options.steal === true) {
        this.#held?.reject(new DOMException("stolen", "AbortError"));
        grant();
      } else if (this.#held === null) grant();
      else if (options.ifAvailable === true) void Promise.resolve(run(null)).then(resolve, reject);
      else {
        const waiting = { run: grant };
        this.#queue.push(waiting);
        options.signal?.addEventListener("abort", () => {
          const at = this.#queue.indexOf(waiting);
          if (at === -1) return;
          this.#queue.splice(at, 1);
          reject(new DOMException("no longer waited for", "AbortError"));
        });
      }
    });
  }
}

/** The channels of one browser's tabs. */
export class FakeAir {
  readonly #all = new Set<TabPorts["channel"]>();
  channel(): TabPorts["channel"] {
    const own: TabPorts["channel"] = {
      onmessage: null,
      postMessage: (message: TabMessage) => {
        for (const other of this.#all) if (other !== own) queueMicrotask(() => other.onmessage?.({ data: message }));
      },
      close: () => void this.#all.delete(own),
    };
    this.#all.add(own);
    return own;
  }
}
