/** A run's switch: a FreeSWITCH that asks Callplane for its phones, and a second one that plays them. */
import { createProvisionedLab, type ProvisionedLab } from "../lab/provisioned.js";
import { eventually } from "../lab/wait.js";
import type { Organization } from "./people.js";
import { rowsOf } from "./simulated-switch.js";
import type { ChaosSwitch } from "./switch.js";

type PhoneName = { readonly organization: Organization; readonly extension: string };

/** Throws with the reason when there is no FreeSWITCH here. `environment`: of `freeswitch-conf`, besides. */
export async function openRealSwitch(environment: Readonly<Record<string, string>> = {}): Promise<ChaosSwitch & { readonly lab: ProvisionedLab }> {
  const result = await createProvisionedLab([], environment);
  if ("skipped" in result) throw new Error(result.skipped);
  const { lab } = result;
  const { parties } = lab;
  const address = new URL(lab.eslUrl.replace(/^esl:/, "http:"));
  const partyOf = ({ organization, extension }: PhoneName): string => `${organization.name}-${extension}`;
  const registered = new Set<string>();
  return {
    kind: "real",
    lab,
    eslPort: Number(address.port),
    eslPassword: decodeURIComponent(address.password),
    trunkProxy: lab.trunkProxy,
    provisioning: [`127.0.0.1:${lab.provisioningPort}`, `127.0.0.1:${lab.secondProvisioningPort}`],
    environment: { CDR_DIR: lab.cdrDir, RECORDINGS_DIR: lab.recordingsDir, PROVISIONING_SECRET: lab.secret, PROVISIONING_SNAPSHOT_DIR: lab.snapshotDir },
    addPhones: async (phones) => {
      await lab.enrol(...phones.map((phone) => ({ name: partyOf(phone), ...phone.sip })));
      for (const phone of phones) {
        const name = partyOf(phone);
        await eventually(`${name} to register`, async () => (await lab.register(name)) === "REGED", { timeoutMs: 30_000 });
        registered.add(name);
      }
    },
    behave: (phone, behaviour) => parties.behave(partyOf(phone), behaviour),
    // Whether it is answered is not waited for.
    callIn: async (from, organization, target) => void lab.callIn(from, organization.lines.get(target) ?? target).catch(() => undefined),
    dial: async (phone, number) => void lab.dial(partyOf(phone), number).catch(() => undefined),
    hangUp: async (party) => {
      if (parties.legs(party) > 0) await parties.hangUp(party);
    },
    press: async (party, digits) => {
      if (parties.legs(party) > 0) await parties.press(party, digits);
    },
    partyOf,
    rows: async () => {
      const rows = rowsOf(await lab.api("show channels as json"));
      // A row may outlive its channel for ever.
      const exist = await Promise.all(rows.map(async ({ uuid = "" }) => (await lab.api(`uuid_exists ${uuid}`)).trim() === "true"));
      return rows.filter((_, index) => exist[index] === true);
    },
    // Who has just hung up hears nothing; the next look does not expect it any more.
    hearsMusic: async (party) => (await parties.hears(party).catch(() => null))?.other === true,
    freeze: () => lab.signal("SIGSTOP"),
    thaw: () => lab.signal("SIGCONT"),
    restart: async () => {
      await lab.restart();
      for (const name of registered) await eventually(`${name} to register`, async () => (await lab.register(name)) === "REGED", { timeoutMs: 60_000 });
    },
    close: () => lab.close(),
  };
}
