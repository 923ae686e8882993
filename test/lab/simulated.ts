/** The lab on the simulated switch. */
import { createSimulator, type Simulator, type SimulatorOptions } from "../../src/simulator/index.js";
import { analyse } from "./tones.js";
import { IGNORES_TALK, type Lab, type PartyBehaviour } from "./types.js";

const DOMAIN = "lab.test";
const REGISTERED = ["1001", "1002", "1003", "1004", "1005"] as const;
const UNREGISTERED = "1009";

export interface SimulatedLab extends Lab {
  hush(party: string, quiet: boolean): Promise<void>;
  readonly kind: "simulated";
  /** The switch behind it, for faults and snapshots. */
  readonly simulator: Simulator;
}

/** Starts a simulated switch with the lab's phones on a free port. */
export async function openSimulatedLab(options: Pick<SimulatorOptions, "cdrDir" | "gateways"> = {}): Promise<SimulatedLab> {
  const simulator = await createSimulator({
    ...options,
    password: "lab secret%@:",
    domain: DOMAIN,
    phones: [...REGISTERED, { extension: UNREGISTERED, registered: false }],
  });
  const setPhone = (extension: string, behaviour: PartyBehaviour): void => simulator.setPhone(extension, extension === IGNORES_TALK ? { ...behaviour, ignoresTalk: true } : behaviour);
  setPhone(IGNORES_TALK, { kind: "answer" });
  return {
    kind: "simulated",
    simulator,
    domain: DOMAIN,
    eslUrl: simulator.eslUrl,
    extensions: [...REGISTERED, UNREGISTERED],
    phone: async (extension, behaviour) => setPhone(extension, behaviour),
    trunk: async (number, behaviour) => simulator.setTrunk(number, behaviour),
    register: async (extension, registered) => simulator.register(extension, registered),
    callIn: async (call) => simulator.callIn(call),
    dialFrom: async (extension, to) => simulator.dialFrom(extension, to),
    answer: async (extension) => {
      if (simulator.answer(extension) === 0) throw new Error(`${extension} does not ring.`);
    },
    hangUp: async (party) => {
      simulator.hangUp(party);
    },
    digits: (party) => simulator.channels().filter((channel) => channel.party === party).map(({ sentDigits }) => sentDigits).join(""),
    refer: async (extension, uri) => {
      if (simulator.refer(extension, uri) === 0) throw new Error(`${extension} talks to nobody.`);
    },
    holdAtPhone: async (extension, on) => simulator.holdAtPhone(extension, on),
    hears: async (listener) => simulator.hears(listener),
    voice: (party) => simulator.voice(party),
    says: async (party, pcm) => simulator.say(party, pcm),
    hush: async (party, quiet) => simulator.hush(party, quiet),
    hearsTones: async (listener, frequencies) => {
      const pcm = simulator.playedTo(listener);
      return analyse({ rate: 8000, samples: Float64Array.from({ length: pcm.length / 2 }, (_, at) => pcm.readInt16LE(at * 2) / 32_768) }, frequencies).frequencies;
    },
    press: async (party, digits) => simulator.press(party, digits),
    restart: async () => simulator.restart(),
    close: async () => simulator.close(),
  };
}
