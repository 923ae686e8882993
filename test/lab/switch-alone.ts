/** One FreeSWITCH with freeswitch-conf, for phones and trunks that the test plays itself (sip-agent.ts). Callplane is the test's to start and stop. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findHost } from "./find-host.js";
import { reservePorts } from "./ports.js";
import { startServer, switchEnvironment } from "./server.js";

const CONF = fileURLToPath(new URL("../../freeswitch-conf", import.meta.url));

export interface SwitchAlone {
  readonly description: string;
  readonly eslUrl: string;
  /** UDP ports on loopback, of the profiles for phones and for trunks. */
  readonly sipPort: number;
  readonly trunkSipPort: number;
  /** A port for a trunk of the test's own, to which the gateway `trunk` of freeswitch-conf goes. */
  readonly trunkPort: number;
  readonly provisioningPort: number;
  readonly secret: string;
  readonly snapshotDir: string;
  /** Whether it has mod_lua, and so checks by itself who registers. */
  readonly checksIdentity: boolean;
  /** Of the phones in freeswitch-conf's own directory. */
  readonly phonePassword: string;
  /** One command of the event socket. */
  api(command: string): Promise<string>;
  logTail(): Promise<string>;
  close(): Promise<void>;
}

/** `provisioned`: it asks Callplane for phones and dialplan; else the files of freeswitch-conf are all it has. `environment`: besides. */
export async function createSwitchAlone(provisioned: boolean, environment: Readonly<Record<string, string>> = {}): Promise<{ readonly lab: SwitchAlone } | { readonly skipped: string }> {
  const found = await findHost();
  if ("missing" in found) return { skipped: found.missing };
  const dir = await mkdtemp(join(tmpdir(), "callplane-switch-"));
  const ports = await reservePorts();
  try {
    const [eslPort, sipPort, trunkSipPort, wsPort, wssPort, provisioningPort, trunkPort] = ports.services;
    if (eslPort === undefined || sipPort === undefined || trunkSipPort === undefined || wsPort === undefined || wssPort === undefined || provisioningPort === undefined || trunkPort === undefined) throw new Error("A block of ports is too small.");
    const [secret, phonePassword] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
    const snapshotDir = join(dir, "snapshot");
    const stateDir = join(dir, "switch");
    await mkdir(stateDir, { recursive: true });
    const server = await startServer(found.host, {
      name: "the switch under test",
      confDir: CONF,
      stateDir,
      eslPort,
      env: {
        ...switchEnvironment({ internalPort: sipPort, externalPort: trunkSipPort, wsPort, wssPort, media: ports }),
        FS_CDR_DIR: "off",
        FS_PHONE_PASSWORD: phonePassword,
        FS_TRUNK_PROXY: `127.0.0.1:${trunkPort}`,
        ...(provisioned ? { FS_PROVISIONING_URL: `http://127.0.0.1:${provisioningPort}/freeswitch`, FS_PROVISIONING_SECRET: secret, FS_PROVISIONING_DIR: snapshotDir } : {}),
        ...environment,
      },
    });
    const checksIdentity = (await server.esl.api("module_exists mod_lua")) === "true";
    return {
      lab: {
        description: found.host.description,
        eslUrl: `esl://:${encodeURIComponent(server.password)}@127.0.0.1:${eslPort}`,
        sipPort,
        trunkSipPort,
        trunkPort,
        provisioningPort,
        secret,
        snapshotDir,
        checksIdentity,
        phonePassword,
        api: (command) => server.esl.api(command),
        logTail: () => server.logTail(),
        async close() {
          await server.stop();
          await ports.release();
          await rm(dir, { recursive: true, force: true });
        },
      },
    };
  } catch (error) {
    await ports.release();
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}
