/** A run's switch: simulated. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createSimulator, type Dialplan, type Fault } from "../../src/simulator/index.js";
import { defaultDialplan } from "../../src/simulator/dial/dialplan.js";
import { EslClient } from "../lab/esl-client.js";
import { eventually } from "../lab/wait.js";
import { DEPARTMENTS, ORGANIZATIONS, trunkOf, type Organization } from "./people.js";
import type { ChaosSwitch, Phone, Row } from "./switch.js";

const ESL_PASSWORD = "chaos";
const [FIRST] = ORGANIZATIONS;

/** What provisioning answers on a real switch: whose line it is. */
const dialplan: Dialplan = (destination, channel, core) => {
  for (const organization of ORGANIZATIONS) {
    for (const [target, number] of organization.lines) {
      if (number !== destination) continue;
      channel.setVariable("domain_name", organization.domain);
      return defaultDialplan(DEPARTMENTS.some((name) => name === target) ? `queue:${target}` : target, channel, core);
    }
  }
  return defaultDialplan(destination, channel, core);
};

export async function openSimulatedSwitch(folder: string): Promise<ChaosSwitch> {
  const cdrDir = join(folder, "cdr");
  mkdirSync(cdrDir);
  const simulator = await createSimulator({
    password: ESL_PASSWORD,
    domain: FIRST.domain,
    phones: [],
    gateways: ORGANIZATIONS.map(trunkOf),
    knownNumbers: new RegExp(`^\\+?(?:${ORGANIZATIONS.map(({ numbers }) => numbers).join("|")})\\d{4}$`),
    dialplan,
    cdrDir,
  });
  let esl = await EslClient.connect(simulator.port, ESL_PASSWORD);
  const partyOf = ({ organization, extension }: { readonly organization: Organization; readonly extension: string }): string => (organization === FIRST ? extension : `${extension}@${organization.domain}`);
  let thaw = (): void => undefined;
  return {
    kind: "simulated",
    eslPort: simulator.port,
    eslPassword: ESL_PASSWORD,
    trunkProxy: "127.0.0.1:9",
    provisioning: null,
    environment: { CDR_DIR: cdrDir, RECORDINGS_DIR: join(folder, "recordings") },
    addPhones: async (phones: readonly Phone[]) => {
      for (const { organization, extension } of phones) simulator.addPhone({ extension, domain: organization.domain });
    },
    behave: (phone, behaviour) => simulator.setPhone(partyOf(phone), behaviour),
    callIn: async (from, organization, target) => void simulator.callIn({ from, to: organization.lines.get(target) ?? target }),
    dial: async ({ organization, extension }, number) => void simulator.dialFrom(extension, number, organization.domain),
    hangUp: async (party) => void simulator.hangUp(party),
    press: async (party, digits) => simulator.press(party, digits),
    partyOf,
    rows: async () => rowsOf(await esl.api("show channels as json")),
    hearsMusic: async (party) => simulator.channels().some((channel) => channel.party.replace(/^\+/, "") === party.replace(/^\+/, "") && channel.playing !== ""),
    freeze: async () => {
      thaw = simulator.fault({ kind: "silent" } satisfies Fault);
    },
    thaw: async () => thaw(),
    restart: async () => {
      esl.close();
      await simulator.restart({ downMs: 500 });
      esl = await eventually("the simulated switch to answer", () => EslClient.connect(simulator.port, ESL_PASSWORD).catch(() => null));
    },
    close: async () => {
      esl.close();
      await simulator.close();
    },
  };
}

export function rowsOf(json: string): readonly Row[] {
  return (JSON.parse(json) as { rows?: Row[] }).rows ?? [];
}

