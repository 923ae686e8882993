/** What docker-compose.yml gives Callplane of what the configuration knows. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { loadConfig } from "../../src/config.js";

const REPOSITORY = join(import.meta.dirname, "../..");
const PASSWORD = "9520cbfd789448fff8848628c612cd8d";

const file = z.object({ services: z.object({ callplane: z.object({ command: z.array(z.string()), environment: z.record(z.string(), z.string().nullable()) }) }) });
const { command, environment } = file.parse(parse(readFileSync(join(REPOSITORY, "docker-compose.yml"), "utf8"))).services.callplane;

/** Variables that an operator of docker-compose.yml cannot set, and why. */
const NOT_PASSED_ON: Readonly<Record<string, string>> = {
  HOST: "the image listens on all addresses of the container; docker-compose.yml says what is published of them",
  PORT: "the container's; CALLPLANE_PORT is the one that is published",
  FREESWITCH_NODES: "the FreeSWITCH beside it: bin/in-compose.sh",
  DATABASE_URL: "in the volume `data`",
  AUDIT_KEY_FILE: "in the volume `data`",
  RECORDINGS_DIR: "a volume that both containers have at one path",
  RECORDINGS_READ_DIR: "as RECORDINGS_DIR",
  SOUNDS_DIR: "a volume that both containers have at one path",
  SOUNDS_READ_DIR: "as SOUNDS_DIR",
  SPEECH_DIR: "a volume that both containers have at one path",
  SPEECH_WRITE_DIR: "as SPEECH_DIR",
  CDR_DIR: "a volume that both containers have at one path",
  PROVISIONING_LISTEN: "FreeSWITCH's container is told where it is",
  PROVISIONING_SECRET: "FreeSWITCH's start makes it, in PROVISIONING_SECRET_FILE",
  PROVISIONING_SECRET_FILE: "a volume that both containers have at one path",
  PROVISIONING_SNAPSHOT_DIR: "a volume that both containers have",
  MEDIA_HOST: "the containers hear each other on a network of their own",
  MEDIA_PORTS: "the containers hear each other on a network of their own",
};

/** Every variable that the configuration looks at. */
function known(): readonly string[] {
  const names = new Set<string>();
  loadConfig(new Proxy({}, { get: (_, name) => void (typeof name === "string" && names.add(name)) }));
  return [...names].sort();
}

/** Whether what the operator sets under this name is what Callplane gets. */
const isPassedOn = (name: string): boolean => name in environment && (environment[name] === null || environment[name]?.startsWith(`\${${name}:-`) === true);

/** As compose makes the container's environment of the operator's: a name without a value is passed on where it is set. */
function inContainer(operator: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const resolved = Object.entries(environment).flatMap(([name, value]): [string, string][] => {
    if (value === null) return operator[name] === undefined ? [] : [[name, operator[name]]];
    return [[name, value.replace(/\$\{(\w+):-([^}]*)\}/g, (_, variable: string, otherwise: string) => (operator[variable] ?? "") || otherwise)]];
  });
  return Object.fromEntries(resolved);
}

describe("docker-compose.yml", () => {
  let dir = "";
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "callplane-compose-"));
    writeFileSync(join(dir, "esl-password"), `${PASSWORD}\n`);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** What the container's command sees in the end. */
  function started(operator: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const [shell = "", script = "", ...server] = command;
    expect(server).toEqual(["node", "dist/main.js"]);
    const show = "process.stdout.write(JSON.stringify(process.env))";
    const { stdout, stderr } = spawnSync(shell, [script, process.execPath, "-e", show], {
      cwd: REPOSITORY,
      env: { PATH: process.env["PATH"], ...inContainer(operator), ESL_PASSWORD_FILE: join(dir, "esl-password") },
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    return z.record(z.string(), z.string()).parse(JSON.parse(stdout));
  }

  it("passes on every variable that the configuration knows, but those that follow from the containers", () => {
    expect(known()).toEqual(expect.arrayContaining(["PUBLIC_URL", "SPEECH_URL", "LOG_LEVEL"]));
    expect(known().filter((name) => !isPassedOn(name))).toEqual(Object.keys(NOT_PASSED_ON).sort());
  });

  it("sets nothing that the configuration does not know", () => {
    expect(Object.keys(environment).filter((name) => !known().includes(name))).toEqual(["ESL_PASSWORD_FILE"]);
  });

  it("starts with nothing set: the FreeSWITCH beside it, and espeak-ng speaks", () => {
    const config = loadConfig(started({}));
    expect(config.switchNodes).toEqual([{ name: "freeswitch:8021", host: "freeswitch", port: 8021, password: PASSWORD }]);
    expect(config.speech).toMatchObject({ command: ["espeak-ng"], url: null });
    expect(config).toMatchObject({ publicUrl: null, iceServers: [], outboundAllowed: [], logLevel: "info" });
  });

  it("takes the operator's settings, and leaves espeak-ng out where a service speaks", () => {
    const config = loadConfig(
      started({ PUBLIC_URL: "https://voice.example.com/", OUTBOUND_ALLOWED: "app.internal:8080", ICE_SERVERS: '[{"urls":"stun:stun.example.com"}]', SIP_WSS_URL: "wss://{domain}/sip", SPEECH_URL: "http://speaker:8880/v1/audio/speech", RECOGNIZER_URL: "http://ear:9000/", LOG_LEVEL: "debug" }),
    );
    expect(config).toMatchObject({ publicUrl: "https://voice.example.com", outboundAllowed: ["app.internal:8080"], iceServers: [{ urls: "stun:stun.example.com" }], sipWssUrl: "wss://{domain}/sip", logLevel: "debug" });
    expect(config.speech).toMatchObject({ command: null, url: "http://speaker:8880/v1/audio/speech" });
    expect(config.recognizer).toMatchObject({ url: "http://ear:9000/" });
  });

  it("speaks by the operator's command where there is one", () => {
    expect(loadConfig(started({ SPEECH_COMMAND: "piper --model /voices/en.onnx" })).speech).toMatchObject({ command: ["piper", "--model", "/voices/en.onnx"], url: null });
  });
});
