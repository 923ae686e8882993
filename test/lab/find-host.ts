/** Finds a FreeSWITCH for the lab: FREESWITCH_BIN, else docker, else the reason why there is none. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { localHost, type ServerHost } from "./server.js";

const run = promisify(execFile);

export type FoundHost = { readonly host: ServerHost } | { readonly missing: string };

export async function findHost(): Promise<FoundHost> {
  const binary = process.env["FREESWITCH_BIN"];
  if (binary !== undefined && binary !== "") {
    // A wrong FREESWITCH_BIN is a mistake to be told, not a reason to skip.
    const { stdout } = await run(binary, ["-version"]).catch((error: unknown) => {
      throw new Error(`FREESWITCH_BIN=${binary} does not run.`, { cause: error });
    });
    if (!/FreeSWITCH version/.test(stdout)) throw new Error(`FREESWITCH_BIN=${binary} is not a FreeSWITCH.`);
    return { host: localHost(binary) };
  }
  if (process.platform !== "linux") return { missing: "FREESWITCH_BIN is not set, and the lab's containers need Linux (the host's network)." };
  try {
    await run("docker", ["version", "--format", "{{.Server.Version}}"], { timeout: 5000 });
  } catch {
    return { missing: "FREESWITCH_BIN is not set and no docker engine answers." };
  }
  // Only here, since loading testcontainers takes longer than starting a switch.
  const { dockerHost } = await import("./docker-host.js");
  return { host: await dockerHost() };
}
