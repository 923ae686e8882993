/** A FreeSWITCH that asks Callplane for its phones, and a second one that plays them. Callplane itself is the test's to start and stop. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFarSideConfig, writePhone, type FarSidePhone } from "./far-side-config.js";
import { findHost } from "./find-host.js";
import { Parties } from "./parties.js";
import { reservePorts, type PortBlock } from "./ports.js";
import { startServer, switchEnvironment, type Server, type ServerSpec } from "./server.js";
import { eventually } from "./wait.js";

const CONF = fileURLToPath(new URL("../../freeswitch-conf", import.meta.url));

export interface ProvisionedLab {
  readonly description: string;
  readonly eslUrl: string;
  /** Where Callplane is to listen for FreeSWITCH's questions. */
  readonly provisioningPort: number;
  /** Where a second one is to listen, which is asked when the first does not answer. */
  readonly secondProvisioningPort: number;
  readonly secret: string;
  readonly snapshotDir: string;
  readonly cdrDir: string;
  readonly recordingsDir: string;
  /** UDP ports on loopback of the profiles that phones and the trunk use. */
  readonly sipPort: number;
  readonly trunkSipPort: number;
  /** TCP port on loopback for browsers, and the file with the certificate that FreeSWITCH shows there. */
  readonly wssPort: number;
  readonly certificate: string;
  /** The gateway address of the trunk that the second FreeSWITCH plays. */
  readonly trunkProxy: string;
  readonly parties: Parties;
  /** One command of the switch under test. */
  api(command: string): Promise<string>;
  /** Gives more phones their credentials; they have not tried to register yet when it resolves. */
  enrol(...phones: readonly FarSidePhone[]): Promise<void>;
  /** Has the phone try to register; gives the state in which its registration ends (`REGED`, `FAIL_WAIT`, …). */
  register(phone: string): Promise<string>;
  unregister(phone: string): Promise<void>;
  /** A call from the trunk to a number. */
  callIn(from: string, number: string): Promise<string>;
  /** What a phone dials with its keypad; gives `+OK …` once answered or `-ERR CAUSE`. */
  dial(phone: string, number: string): Promise<string>;
  /** The switch ends at once, its calls with it, and starts again. */
  restart(): Promise<void>;
  /** The switch stands still, or goes on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): Promise<void>;
  logTail(): Promise<string>;
  close(): Promise<void>;
}

/** `environment`: of freeswitch-conf, besides. */
export async function createProvisionedLab(phones: readonly FarSidePhone[], environment: Readonly<Record<string, string>> = {}): Promise<{ readonly lab: ProvisionedLab } | { readonly skipped: string }> {
  const found = await findHost();
  if ("missing" in found) return { skipped: found.missing };
  const dir = await mkdtemp(join(tmpdir(), "callplane-provisioned-"));
  const ports: PortBlock[] = [];
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all(ports.map((block) => block.release()));
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const near = await reservePorts();
    ports.push(near);
    const far = await reservePorts();
    ports.push(far);
    const [eslPort, internalPort, externalPort, wsPort, wssPort, provisioningPort, secondProvisioningPort] = near.services;
    const [farEslPort, phonesPort, trunkPort] = far.services;
    if (eslPort === undefined || internalPort === undefined || externalPort === undefined || wsPort === undefined || wssPort === undefined || provisioningPort === undefined || secondProvisioningPort === undefined || farEslPort === undefined || phonesPort === undefined || trunkPort === undefined) throw new Error("A block of ports is too small.");
    const secret = randomBytes(16).toString("hex");
    const snapshotDir = join(dir, "snapshot");
    const stateDir = join(dir, "switch");
    const cdrDir = join(stateDir, "cdr");
    const near1: ServerSpec = {
      name: "the switch under test",
      confDir: CONF,
      stateDir,
      eslPort,
      env: {
        ...switchEnvironment({ internalPort, externalPort, wsPort, wssPort, media: near }),
        FS_PROVISIONING_URL: `http://127.0.0.1:${provisioningPort}/freeswitch`,
        FS_PROVISIONING_URL2: `http://127.0.0.1:${secondProvisioningPort}/freeswitch`,
        FS_PROVISIONING_SECRET: secret,
        FS_PROVISIONING_DIR: snapshotDir,
        FS_CDR_DIR: cdrDir,
        ...environment,
      },
    };
    const far1: ServerSpec = { name: "the phones and the trunk", confDir: join(dir, "far-side-conf"), stateDir: join(dir, "far-side"), eslPort: farEslPort, env: { FS_CDR_DIR: "off" } };
    await Promise.all([near1, far1].map((spec) => mkdir(spec.stateDir, { recursive: true })));
    await writeFarSideConfig({ confDir: far1.confDir, entrypoint: join(CONF, "entrypoint.sh"), phones, registrar: `127.0.0.1:${internalPort}`, phonesPort, trunkPort, rtpStart: far.rtpStart, rtpEnd: far.rtpEnd });
    const started = await Promise.allSettled([near1, far1].map((spec) => startServer(found.host, spec).then((server) => (servers.push(server), server))));
    for (const each of started) if (each.status === "rejected") throw each.reason;
    const [first, farSide] = [near1, far1].map((spec) => servers.find((server) => server.spec === spec));
    if (first === undefined || farSide === undefined) throw new Error("A server is missing.");
    let switchServer = first;
    const parties = await Parties.start(farSide.esl, join(far1.stateDir, "heard"));
    const state = async (phone: string): Promise<string> => /^State\s+(\S+)/m.exec(await farSide.esl.api(`sofia status gateway ${phone}`))?.[1] ?? "";
    const settled = (phone: string, unlike: RegExp): Promise<string> =>
      eventually(`the registration of ${phone} to be decided`, async () => {
        const now = await state(phone);
        return now !== "" && !unlike.test(now) && now;
      }, { details: () => switchServer.logTail() });
    return {
      lab: {
        description: found.host.description,
        eslUrl: `esl://:${encodeURIComponent(switchServer.password)}@127.0.0.1:${eslPort}`,
        provisioningPort,
        secondProvisioningPort,
        secret,
        snapshotDir,
        cdrDir,
        recordingsDir: join(stateDir, "recordings"),
        sipPort: internalPort,
        trunkSipPort: externalPort,
        wssPort,
        certificate: join(stateDir, "certs", "wss.pem"),
        trunkProxy: `127.0.0.1:${trunkPort}`,
        parties,
        api: (command) => switchServer.esl.api(command),
        async enrol(...more) {
          const known = { confDir: far1.confDir, registrar: `127.0.0.1:${internalPort}` };
          await Promise.all(more.map((phone) => writePhone(phone, known)));
          await farSide.esl.must("reloadxml");
          await farSide.esl.must("sofia profile phones rescan");
          for (const { name } of more) await eventually(`the phone ${name} to be there`, async () => (await state(name)) !== "");
        },
        async register(phone) {
          await farSide.esl.must(`sofia profile phones register ${phone}`);
          return settled(phone, /^(?:UNREGED|TRYING|REGISTER|UNREGISTER|EXPIRED)$/);
        },
        async unregister(phone) {
          await farSide.esl.must(`sofia profile phones unregister ${phone}`);
          await eventually(`${phone} to be unregistered`, async () => /^(?:UNREGED|NOREG|DOWN)$/.test(await state(phone)));
        },
        callIn: (from, number) => parties.dial(from, `sofia/trunk/sip:${number}@127.0.0.1:${externalPort}`).outcome,
        dial: (phone, number) => parties.dial(phone, `sofia/gateway/${phone}/${number}`).outcome,
        async restart() {
          await switchServer.stop();
          servers.splice(servers.indexOf(switchServer), 1);
          await parties.hangUpAll();
          switchServer = await startServer(found.host, near1);
          servers.push(switchServer);
        },
        signal: (signal) => switchServer.signal(signal),
        logTail: () => switchServer.logTail(),
        close,
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
