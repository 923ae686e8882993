/** The FreeSWITCH of a run: simulated, or a real one with a second one as callers and phones. */
import { mkdirSync } from "node:fs";
import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createSimulator, type Dialplan } from "../../src/simulator/index.js";
import { defaultDialplan } from "../../src/simulator/dial/dialplan.js";
import { trunkOf, type Organization } from "../chaos/people.js";
import { openRealSwitch } from "../chaos/real-switch.js";
import { rowsOf } from "../chaos/simulated-switch.js";
import type { ChaosSwitch, Phone, Row } from "../chaos/switch.js";
import { EslClient } from "../lab/esl-client.js";
import type { PartyBehaviour } from "../lab/types.js";

export interface KillSwitch extends Pick<ChaosSwitch, "kind" | "eslPort" | "eslPassword" | "trunkProxy" | "provisioning" | "environment" | "close"> {
  addPhones(phones: readonly Phone[]): Promise<void>;
  /** What the phone of this extension does with calls. */
  phone(extension: string, behaviour: PartyBehaviour): void;
  /** What somebody outside does with calls. */
  trunk(number: string, behaviour: PartyBehaviour): void;
  callIn(from: string, line: string): void;
  /** Nothing when there is no call. */
  hangUp(party: string): Promise<void>;
  press(party: string, digits: string): Promise<void>;
  rows(): Promise<readonly Row[]>;
  /** Whether anything reaches the party's ears now; null: the party has no answered call. */
  hears(party: string): Promise<boolean | null>;
  /** Copies what FreeSWITCH has logged. */
  keepLogs(folder: string): Promise<void>;
}

export type OpenSwitch = (folder: string, organization: Organization, programOf: (line: string) => string | undefined) => Promise<KillSwitch>;

const PASSWORD = "kills";
const bare = (number: string): string => number.replace(/^\+/, "");

export const openSimulated: OpenSwitch = async (folder, organization, programOf) => {
  const cdrDir = join(folder, "cdr");
  const recordings = join(folder, "recordings");
  for (const each of [cdrDir, recordings]) mkdirSync(each);
  // What provisioning answers on a real switch: which program a line has.
  const dialplan: Dialplan = (destination, channel, core) => {
    const program = programOf(destination);
    channel.setVariable("domain_name", organization.domain);
    return defaultDialplan(program === undefined ? destination : `program:${program}`, channel, core);
  };
  const simulator = await createSimulator({ password: PASSWORD, domain: organization.domain, phones: [], gateways: [trunkOf(organization)], knownNumbers: new RegExp(`^\\+?${organization.numbers}\\d+$`), dialplan, cdrDir });
  const esl = await EslClient.connect(simulator.port, PASSWORD);
  return {
    kind: "simulated",
    eslPort: simulator.port,
    eslPassword: PASSWORD,
    trunkProxy: "127.0.0.1:9",
    provisioning: null,
    environment: { CDR_DIR: cdrDir, RECORDINGS_DIR: recordings },
    addPhones: async (phones) => {
      for (const { extension } of phones) simulator.addPhone({ extension, domain: organization.domain });
    },
    phone: (extension, behaviour) => simulator.setPhone(extension, behaviour),
    trunk: (number, behaviour) => [number, bare(number)].forEach((each) => simulator.setTrunk(each, behaviour)),
    callIn: (from, line) => void simulator.callIn({ from, to: line }),
    hangUp: async (party) => void simulator.hangUp(party),
    press: async (party, digits) => simulator.press(party, digits),
    rows: async () => rowsOf(await esl.api("show channels as json")),
    hears: async (party) => {
      const legs = simulator.channels().filter((channel) => channel.party === party && channel.answered);
      if (legs.length === 0) return null;
      return legs.some(({ playing }) => playing !== "") || simulator.hears(party).size > 0 || simulator.playedTo(party).some((byte) => byte !== 0);
    },
    keepLogs: async () => undefined,
    close: async () => {
      esl.close();
      await simulator.close();
    },
  };
};

export const openReal: OpenSwitch = async (_folder, organization) => {
  const real = await openRealSwitch();
  const { lab } = real;
  const { parties } = lab;
  const partyOf = (extension: string): string => real.partyOf({ organization, extension });
  const { kind, eslPort, eslPassword, trunkProxy, provisioning, environment } = real;
  return {
    kind,
    eslPort,
    eslPassword,
    trunkProxy,
    provisioning,
    environment,
    addPhones: (phones) => real.addPhones(phones),
    rows: () => real.rows(),
    phone: (extension, behaviour) => parties.behave(partyOf(extension), behaviour),
    trunk: (number, behaviour) => [number, bare(number)].forEach((each) => parties.behave(each, behaviour)),
    // Whether it is answered is not waited for; while Callplane is away FreeSWITCH may refuse it.
    callIn: (from, line) => void lab.callIn(from, line).catch(() => undefined),
    // A leg that ends meanwhile is no error.
    hangUp: async (party) => real.hangUp(party).catch(() => undefined),
    close: () => real.close(),
    press: async (party, digits) => real.press(party, digits).catch(() => undefined),
    hears: async (party) => {
      if (parties.legs(party) === 0) return null;
      const heard = await parties.hears(party).catch(() => null);
      if (heard === null || parties.legs(party) === 0) return null;
      return heard.other || heard.parties.size > 0;
    },
    keepLogs: async (folder) => {
      await cp(join(dirname(lab.cdrDir), "log"), join(folder, "switch"), { recursive: true });
    },
  };
};
