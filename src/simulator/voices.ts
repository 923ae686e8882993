/** What the simulated parties sound like: each says a steady tone of its own, and hears what is played to it. Linear PCM, 8 kHz, 16 bits, little-endian. */
import { sources, speaks } from "./audio-graph.js";
import { spyingOf } from "./apps/eavesdrop.js";
import type { Channel } from "./core/channel.js";
import type { SwitchCore } from "./core/switch-core.js";

export const RATE = 8000;
export const PACKET_MS = 20;
export const PACKET_SAMPLES = (RATE * PACKET_MS) / 1000;

const AMPLITUDE = 3000;
/** Hertz: no tone's second or third harmonic is another's. */
const [LOWEST, STEP, TONES] = [610, 70, 38] as const;

/** The tone of a party, hertz: always the same for the same name. */
export function voiceOf(party: string): number {
  let hash = 0;
  for (const char of party) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return LOWEST + (hash % TONES) * STEP;
}

/** One second of each tone. Bounded by `TONES`. */
const seconds = new Map<number, Int16Array>();

function second(frequency: number): Int16Array {
  const known = seconds.get(frequency);
  if (known !== undefined) return known;
  const made = Int16Array.from({ length: RATE }, (_, at) => Math.round(AMPLITUDE * Math.sin((2 * Math.PI * frequency * at) / RATE)));
  seconds.set(frequency, made);
  return made;
}

/** The party's tone, so long. */
export function tone(party: string, ms: number): Buffer {
  const samples = second(voiceOf(party));
  const pcm = Buffer.alloc(2 * Math.round((RATE * ms) / 1000));
  for (let at = 0; at < pcm.length / 2; at++) pcm.writeInt16LE(samples[at % RATE] ?? 0, at * 2);
  return pcm;
}

/** The voices that are heard on this channel as FreeSWITCH would send them for a unicast: of its own party, or for a copy's near end of whom it copies. */
export function heardBy(core: SwitchCore, channel: Channel): Set<Channel> {
  const far = channel.loopback;
  if (far === null) return new Set(speaks(channel) ? [channel] : []);
  const spying = spyingOf(far);
  if (spying === undefined) return new Set();
  const { target, hears } = spying;
  const heard = hears === "said" ? new Set<Channel>() : sources(core, target);
  heard.delete(far);
  if (hears !== "heard" && speaks(target)) heard.add(target);
  return heard;
}

/** The samples that a party says, the first being number `sample` of its tone; of what it says instead, that which is due since its answer, once, and then silence. */
function samplesOf({ said, clock }: SwitchCore, { farEnd, profile }: Channel, sample: number): (at: number) => number {
  const says = said.get(farEnd.party);
  const tone = second(voiceOf(farEnd.party));
  if (says === undefined) return (at) => tone[(sample + at) % RATE] ?? 0;
  const from = Math.floor((clock.nowUs() - profile.times.answered) / (PACKET_MS * 1000)) * PACKET_SAMPLES;
  return (at) => says[from + at] ?? 0;
}

/** The next packet of these voices, `sample` being the first sample's number. What the near end of a copy gets is its voice. */
export function packetOf(core: SwitchCore, voices: ReadonlySet<Channel>, sample: number): Buffer {
  const packet = Buffer.alloc(PACKET_SAMPLES * 2);
  const said = [...voices].filter(({ quiet, loopback }) => !quiet && loopback === null).map((channel) => samplesOf(core, channel, sample));
  if (said.length === 0) return packet;
  for (let at = 0; at < PACKET_SAMPLES; at++) {
    let sum = 0;
    for (const one of said) sum += one(at);
    packet.writeInt16LE(Math.max(-32_768, Math.min(32_767, sum)), at * 2);
  }
  return packet;
}

/** What reaches the party's ears by UDP now: on its own leg, or from a program that whispers or barges. */
export function playedTo(core: SwitchCore, party: string): Buffer {
  const ears = [...core.channels.values()].filter((channel) => channel.farEnd.party === party && channel.answered && channel.up);
  const mouths = ears.flatMap((channel) => [channel, ...[...sources(core, channel)].flatMap(({ loopbackNear }) => loopbackNear ?? [])]);
  return Buffer.concat(mouths.map(({ heard }) => heard.lately(performance.now())));
}
