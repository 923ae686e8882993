import type { AudioLeg, CopiedSide, LegAudio, Supervising } from "../calls/index.js";
import type { ChannelUuid } from "../freeswitch/index.js";
import type { Logger } from "../logger.js";
import type { SupervisionMode } from "../people/index.js";
import type { LegLink } from "./leg-link.js";
import type { Track } from "./messages.js";

/** What a supervising program hears: both parties in one mix, or apart. */
export const HEARD = ["mixed", "inbound", "outbound", "both"] as const;
export type Heard = (typeof HEARD)[number];

export const tracksHeard = (heard: Heard): readonly Track[] => (heard === "both" ? ["inbound", "outbound"] : [heard === "outbound" ? "outbound" : "inbound"]);

interface Ear {
  readonly side: CopiedSide;
  readonly track: Track;
}

const EARS: Record<Heard, readonly Ear[]> = {
  mixed: [{ side: "mixed", track: "inbound" }],
  inbound: [{ side: "said", track: "inbound" }],
  outbound: [{ side: "heard", track: "outbound" }],
  both: [
    { side: "said", track: "inbound" },
    { side: "heard", track: "outbound" },
  ],
};

/** What FreeSWITCH did not do is tried again after so long. */
const AGAIN_MS = 1000;

interface Copy {
  readonly of: ChannelUuid;
  readonly link: LegLink;
  readonly near: AudioLeg;
  readonly stop: () => void;
}

export interface SupervisedOptions {
  readonly audio: Pick<LegAudio, "speak" | "release" | "onEnd">;
  readonly supervising: Pick<Supervising, "ears" | "mouth" | "onChange">;
  readonly heard: Heard;
  /** Begins a copy and its audio. */
  readonly open: (of: ChannelUuid, side: CopiedSide, speaks: Exclude<SupervisionMode, "listen"> | null, onAudio: (pcm: Buffer) => void, signal: AbortSignal) => Promise<{ readonly link: LegLink; readonly near: AudioLeg }>;
  readonly onAudio: (track: Track, pcm: Buffer) => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** The ears and the mouth of a supervising program, which follow the call: to the leg of the customer, and to that of the agent who is whispered to. */
export class SupervisedAudio {
  readonly #options: SupervisedOptions;
  /** By the side that is heard; `mouth` for the one that speaks. Bounded by the ears of `EARS`. */
  readonly #copies = new Map<CopiedSide | "mouth", Copy>();
  readonly #stop: () => void;
  #mode: SupervisionMode;
  #work: Promise<void> = Promise.resolve();
  #again: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: SupervisedOptions, mode: SupervisionMode) {
    this.#options = options;
    this.#mode = mode;
    this.#stop = options.supervising.onChange(() => this.#look());
  }

  /** Resolves when the program hears, and is heard where its mode says so. Rejects when FreeSWITCH does not make it so. */
  begin(): Promise<void> {
    return this.#inTurn(() => this.#arrange());
  }

  play(mulaw: Buffer): void {
    this.#copies.get("mouth")?.link.play(mulaw);
  }

  /** Another mode, at once where the program speaks already. */
  switchTo(mode: SupervisionMode): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#mode;
      this.#mode = mode;
      try {
        const mouth = this.#copies.get("mouth");
        if (mouth === undefined || mode === "listen") await this.#arrange();
        else await this.#options.audio.speak(mouth.near, mode);
      } catch (error) {
        this.#mode = before;
        throw error;
      }
    });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    if (this.#again !== null) clearTimeout(this.#again);
    await this.#work;
    await Promise.all([...this.#copies.keys()].map((key) => this.#drop(key)));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  /** After a change of the call. */
  #look(): void {
    if (this.#closed || this.#isRight()) return;
    this.#inTurn(() => this.#arrange()).catch((error: unknown) => {
      if (this.#closed || this.#options.signal.aborted) return;
      this.#options.logger.debug({ err: error }, "a supervising program could not follow its call; trying again");
      this.#again ??= setTimeout(() => {
        this.#again = null;
        this.#look();
      }, AGAIN_MS);
    });
  }

  #isRight(): boolean {
    const ears = this.#options.supervising.ears();
    const mouth = this.#mode === "listen" ? null : this.#options.supervising.mouth();
    const hears = ears === null || EARS[this.#options.heard].every(({ side }) => this.#copies.get(side)?.of === ears);
    return hears && (mouth === null ? this.#mode !== "listen" || !this.#copies.has("mouth") : this.#copies.get("mouth")?.of === mouth);
  }

  async #arrange(): Promise<void> {
    if (this.#closed) return;
    const ears = this.#options.supervising.ears();
    const mouth = this.#options.supervising.mouth();
    const { onAudio } = this.#options;
    if (ears !== null) {
      for (const { side, track } of EARS[this.#options.heard]) await this.#have(side, ears, side, null, (pcm) => onAudio(track, pcm));
    }
    if (this.#mode === "listen") await this.#drop("mouth");
    else if (mouth !== null) await this.#have("mouth", mouth, "mixed", this.#mode, () => undefined);
  }

  async #have(key: CopiedSide | "mouth", of: ChannelUuid, side: CopiedSide, speaks: Exclude<SupervisionMode, "listen"> | null, onAudio: (pcm: Buffer) => void): Promise<void> {
    if (this.#copies.get(key)?.of === of) return;
    await this.#drop(key);
    const { link, near } = await this.#options.open(of, side, speaks, onAudio, this.#options.signal);
    const copy: Copy = {
      of,
      link,
      near,
      stop: this.#options.audio.onEnd(near.uuid, () => {
        if (this.#copies.get(key) !== copy) return;
        void this.#drop(key).then(() => this.#look());
      }),
    };
    this.#copies.set(key, copy);
  }

  async #drop(key: CopiedSide | "mouth"): Promise<void> {
    const copy = this.#copies.get(key);
    if (copy === undefined) return;
    this.#copies.delete(key);
    copy.stop();
    await Promise.all([copy.link.close(), this.#options.audio.release(copy.near)]);
  }
}
