/** Runs the lab's servers as containers of the image that docker-compose.yml names, on the host's network. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { GenericContainer, Wait } from "testcontainers";
import { entrypointEnv, type RunningServer, type ServerHost, type ServerSpec } from "./server.js";

const execute = promisify(execFile);
const COMPOSE = fileURLToPath(new URL("../../docker-compose.yml", import.meta.url));

/** The image of docker-compose.yml, which alone names it. Throws when it is not found there. */
export async function freeswitchImage(): Promise<string> {
  const image = /^\s+image:\s*(\S*freeswitch\S*)\s*$/m.exec(await readFile(COMPOSE, "utf8"))?.[1];
  if (image === undefined) throw new Error("docker-compose.yml names no FreeSWITCH image.");
  return image;
}

async function run(image: string, spec: ServerSpec): Promise<RunningServer> {
  const { uid, gid } = userInfo();
  let output = "";
  let exited = false;
  const container = await new GenericContainer(image)
    .withNetworkMode("host")
    // The user of the tests owns the temporary directory, and reads the recordings and the password in it.
    .withUser(`${uid}:${gid}`)
    .withBindMounts([
      { source: spec.confDir, target: spec.confDir, mode: "ro" },
      { source: spec.stateDir, target: spec.stateDir, mode: "rw" },
    ])
    .withEnvironment(entrypointEnv(spec))
    .withEntrypoint(["/bin/sh", `${spec.confDir}/entrypoint.sh`])
    .withLogConsumer((stream) => {
      stream.on("data", (chunk: Buffer | string) => (output = (output + chunk.toString()).slice(-4000)));
      stream.on("end", () => (exited = true));
    })
    // The lab itself waits until the event socket answers.
    .withWaitStrategy(Wait.forListeningPorts())
    .start();
  let stopped: Promise<unknown> | null = null;
  return {
    exited: () => exited,
    output: () => output,
    stop: async () => void (await (stopped ??= container.stop({ timeout: 0 }))),
    signal: async (signal) => void (await execute("docker", ["kill", "--signal", signal, container.getId()])),
  };
}

export async function dockerHost(): Promise<ServerHost> {
  const image = await freeswitchImage();
  return { description: image, run: (spec) => run(image, spec) };
}
