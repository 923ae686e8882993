/** Plays the console's sounds, on the ring's device or the headset. Browsers let a page sound only after a person has touched it. */
import { shallowRef, type ShallowRef } from "vue";
import { render, SOUNDS, type SoundName } from "./tones.js";

export type Output = "ringer" | "headset";

export interface SoundPlayer {
  /** Something should be heard, and the browser does not let it. */
  readonly isBlocked: Readonly<ShallowRef<boolean>>;
  play(name: SoundName, output?: Output): void;
  /** Again and again, until the returned function is called. */
  loop(name: SoundName, output?: Output): () => void;
  /** Null: the system's. */
  setDevice(output: Output, id: string | null): void;
  /** 0 to 1, of what rings. */
  setVolume(volume: number): void;
  /** A person has touched the page. */
  unlock(): void;
}

interface Channel {
  readonly context: AudioContext;
  readonly gain: GainNode;
}

/** Chromium alone has it; elsewhere all comes out of the system's device. */
interface SinkChooser {
  setSinkId(id: string): Promise<void>;
}

const choosesSink = (context: object): context is SinkChooser => "setSinkId" in context && typeof context.setSinkId === "function";

function chooseSink(context: AudioContext, id: string | null): void {
  if (choosesSink(context)) void context.setSinkId(id ?? "").catch(() => undefined);
}

/** `wasTouched`: by the browser's account, so that no sound has to be tried in vain. */
export function createPlayer(create: () => AudioContext, wasTouched: () => boolean): SoundPlayer {
  const isBlocked = shallowRef(!wasTouched());
  /** Bounded by the kinds of outputs. */
  const channels = new Map<Output, Channel>();
  /** Bounded by the kinds of outputs. */
  const devices = new Map<Output, string | null>();
  let volume = 1;
  const channelOf = (output: Output): Channel => {
    const known = channels.get(output);
    if (known !== undefined) return known;
    const context = create();
    const gain = new GainNode(context, { gain: output === "ringer" ? volume : 1 });
    gain.connect(context.destination);
    const id = devices.get(output) ?? null;
    if (id !== null) chooseSink(context, id);
    const channel = { context, gain };
    channels.set(output, channel);
    return channel;
  };
  const start = (name: SoundName, output: Output, isLoop: boolean): (() => void) => {
    const { context, gain } = channelOf(output);
    const samples = render(SOUNDS[name], context.sampleRate);
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: context.sampleRate });
    buffer.copyToChannel(samples, 0);
    // A loop of its own: timers of a hidden tab run once a minute.
    const source = new AudioBufferSourceNode(context, { buffer, loop: isLoop });
    source.connect(gain);
    if (context.state !== "running") void wake(context);
    // What was short and is long past by then need not come late.
    if (context.state === "running" || isLoop || wasTouched()) source.start();
    return () => source.disconnect();
  };
  const wake = async (context: AudioContext): Promise<void> => {
    // Where the browser refuses, this stays open until a person touches the page.
    if (!wasTouched()) isBlocked.value = true;
    await context.resume().catch(() => undefined);
    if (context.state === "running") isBlocked.value = false;
  };
  return {
    isBlocked,
    play: (name, output = "headset") => void start(name, output, false),
    loop: (name, output = "ringer") => start(name, output, true),
    setDevice(output, id) {
      devices.set(output, id);
      const channel = channels.get(output);
      if (channel !== undefined) chooseSink(channel.context, id);
    },
    setVolume(next) {
      volume = next;
      const channel = channels.get("ringer");
      if (channel !== undefined) channel.gain.gain.value = next;
    },
    unlock() {
      isBlocked.value = false;
      for (const { context } of channels.values()) if (context.state !== "running") void wake(context);
    },
  };
}
