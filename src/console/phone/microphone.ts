/** The microphone: open only while somebody talks or tries it. Each call gets a track of its own, so that one can be silent while another is heard. */
import { shallowRef, type ShallowRef } from "vue";
import { microphoneFaultOf, type MicrophoneFault } from "./problem.js";

export class MicrophoneProblem extends Error {
  readonly fault: MicrophoneFault;

  constructor(fault: MicrophoneFault, cause?: unknown) {
    super(`No microphone: ${fault}.`, { cause });
    this.name = "MicrophoneProblem";
    this.fault = fault;
  }
}

export interface MicrophonePorts {
  /** Undefined on a page that is not secure. */
  readonly getUserMedia: ((constraints: MediaStreamConstraints) => Promise<MediaStream>) | undefined;
  /** Watches how loud it is, 0 to 1, until it is closed. */
  readonly meter: (stream: MediaStream, level: (level: number) => void) => () => void;
  readonly chosen: () => string | null;
}

export class Microphone {
  readonly level: ShallowRef<number | null> = shallowRef(null);
  readonly #ports: MicrophonePorts;
  #opening: Promise<MediaStream> | null = null;
  #stream: MediaStream | null = null;
  #users = 0;
  #stopMeter: (() => void) | null = null;

  constructor(ports: MicrophonePorts) {
    this.#ports = ports;
  }

  /** A track for one call, and what gives it back. Throws MicrophoneProblem. */
  async take(): Promise<{ readonly stream: MediaStream; readonly give: () => void }> {
    this.#users++;
    let isGiven = false;
    const give = (): void => {
      if (isGiven) return;
      isGiven = true;
      for (const track of copy?.getTracks() ?? []) track.stop();
      if (--this.#users === 0) this.#close();
    };
    let copy: MediaStream | null = null;
    try {
      copy = (await this.#open()).clone();
    } catch (error) {
      give();
      throw error instanceof MicrophoneProblem ? error : new MicrophoneProblem(microphoneFaultOf(error), error);
    }
    return { stream: copy, give };
  }

  /** Another device was chosen. Gives a new track for each of so many calls; none when nobody uses it. Throws MicrophoneProblem. */
  async change(): Promise<(() => MediaStreamTrack | null) | null> {
    if (this.#users === 0) return null;
    this.#close();
    const stream = await this.#open().catch((error: unknown) => {
      throw error instanceof MicrophoneProblem ? error : new MicrophoneProblem(microphoneFaultOf(error), error);
    });
    return () => stream.clone().getAudioTracks()[0] ?? null;
  }

  async #open(): Promise<MediaStream> {
    if (this.#stream !== null) return this.#stream;
    this.#opening ??= this.#ask();
    const opening = this.#opening;
    const stream = await opening;
    if (this.#stream === stream) return stream;
    // Another device was chosen meanwhile.
    if (this.#opening !== opening) {
      for (const track of stream.getTracks()) track.stop();
      return this.#open();
    }
    this.#stream = stream;
    this.#stopMeter = this.#ports.meter(stream, (level) => (this.level.value = level));
    return stream;
  }

  async #ask(): Promise<MediaStream> {
    const { getUserMedia, chosen } = this.#ports;
    if (getUserMedia === undefined) throw new MicrophoneProblem("insecure");
    const id = chosen();
    const clean = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    try {
      return await getUserMedia({ audio: { ...clean, ...(id === null ? {} : { deviceId: { ideal: id } }) } });
    } catch (error) {
      this.#opening = null;
      throw error;
    }
  }

  #close(): void {
    this.#opening = null;
    this.#stopMeter?.();
    this.#stopMeter = null;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.level.value = null;
  }
}
