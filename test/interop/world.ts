/** The whole product on a FreeSWITCH that it provisions, an application that Twilio's own library writes, and Twilio's own client. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import twilio from "twilio";
import { expect } from "vitest";
import { hashPassword } from "../../src/auth/index.js";
import { startCallplane } from "../../src/callplane.js";
import { loadConfig } from "../../src/config.js";
import { openStore } from "../../src/store/index.js";
import { Client, PASSWORD } from "../contract/harness.js";
import type { ProvisionedLab } from "../lab/provisioned.js";
import { wavOf } from "../lab/tones.js";
import { eventually } from "../lab/wait.js";
import { twilioClient } from "../support/twilio-client.js";
import { ProgramServer } from "../twiml/engine/program-server.js";

const DOMAIN = "interop.callplane.test";
/** The agent's phone, by its name in the lab. */
export const AGENT = { name: "interop-1001", user: "1001", domain: DOMAIN, password: "interop-1001 secret" };
/** The number that the application serves. */
export const LINE = "+12125550301";
/** Hertz of whatever is spoken (`<Say>`): nobody's voice. */
export const SPOKEN = 3440;
const SPOKEN_MS = 2000;

type Voice = InstanceType<typeof twilio.twiml.VoiceResponse>;
/** A document, as an application makes it. */
export function document(write: (voice: Voice) => void): string {
  const voice = new twilio.twiml.VoiceResponse();
  write(voice);
  return voice.toString();
}

export interface World {
  readonly lab: ProvisionedLab;
  /** The application's server. */
  readonly server: ProgramServer;
  readonly account: { readonly sid: string; readonly authToken: string };
  readonly client: ReturnType<typeof twilio>;
  readonly agent: Client;
  readonly url: string;
  /** Answers at the path with this document. */
  on(path: string, write: (voice: Voice) => void): void;
  /** Takes callbacks at the path. */
  takes(path: string): void;
  /** Waits until the party hears these and nobody else: parties, and `SPOKEN`. */
  hearing(party: string, ...expected: readonly (string | typeof SPOKEN)[]): Promise<void>;
  /** Every request that the application got is signed as Twilio signs them. Ends all calls. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function openWorld(lab: ProvisionedLab): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "callplane-interop-"));
  const speechDir = join(dirname(lab.recordingsDir), "speech");
  await mkdir(speechDir, { recursive: true });
  const spoken = join(folder, "spoken.wav");
  await writeFile(spoken, wavOf(tone(SPOKEN, SPOKEN_MS)));
  const databaseUrl = `file:${join(folder, "callplane.db")}`;
  const store = await openStore(databaseUrl);
  const server = await ProgramServer.open();
  const { id } = await store.organizations.create({ name: "interop", domain: DOMAIN, country: "US" });
  await store.organizations.update(id, { allowedPrefixes: ["+1212"], departments: ["support"], dialString: "sofia/gateway/interop-out/{number}" });
  await store.trunks.create({ organizationId: id, name: "interop-out", proxy: lab.trunkProxy });
  await store.users.create({ username: "alice", organizationId: id, role: "agent", agentId: "1001", departments: ["support"], passwordHash: await hashPassword(PASSWORD, { ln: 4, r: 8, p: 1 }) });
  const alice = await store.agents.find(id, "1001");
  await store.agents.setSipPassword(alice?.id ?? 0, createHash("md5").update(`1001:${DOMAIN}:${AGENT.password}`).digest("hex"));
  await store.phoneLines.create({ organizationId: id, number: LINE, targetType: "url", target: server.url("/voice") });
  const account = (await store.voiceAccounts.list()).find(({ organizationId }) => organizationId === id);
  if (account === undefined) throw new Error("The line's organization has no account.");
  await store.close();
  const callplane = await startCallplane(
    loadConfig({
      PORT: "0",
      LOG_LEVEL: process.env.CONTRACT_LOG ?? "silent",
      DATABASE_URL: databaseUrl,
      AUDIT_KEY_FILE: join(folder, "audit-key"),
      JWT_SECRET: "0123456789abcdef0123456789abcdef",
      FREESWITCH_NODES: lab.eslUrl,
      PROVISIONING_LISTEN: `127.0.0.1:${lab.provisioningPort}`,
      PROVISIONING_SECRET: lab.secret,
      PROVISIONING_SNAPSHOT_DIR: lab.snapshotDir,
      CDR_DIR: lab.cdrDir,
      RECORDINGS_DIR: lab.recordingsDir,
      SPEECH_DIR: speechDir,
      SPEECH_COMMAND: `cat ${spoken}`,
      OUTBOUND_ALLOWED: "127.0.0.1",
      HEARTBEAT_S: "600",
      RATE_LIMIT_PER_MINUTE: "100000",
    }),
    { restMs: 300 },
  );
  const { url } = callplane;
  await eventually("Callplane to be ready", async () => (await fetch(`${url}/health/ready`).catch(() => null))?.status === 200);
  const login = await new Client(() => url, "").post("/login", { username: "alice", password: PASSWORD });
  const agent = new Client(() => url, (login.body as { readonly token: string }).token);
  expect(await lab.register(AGENT.name)).toBe("REGED");
  return {
    lab,
    server,
    account,
    client: twilioClient(url, account),
    agent,
    url,
    on: (path, write) => server.on(path, () => document(write)),
    takes: (path) => server.on(path, () => ({ body: "" })),
    async hearing(party, ...expected) {
      const wanted = expected.map(String).sort().join();
      let heard = "";
      await eventually(
        `${party} to hear ${wanted === "" ? "nobody" : wanted}`,
        async () => (heard = [...(await lab.parties.hears(party, { [String(SPOKEN)]: SPOKEN })).parties].sort().join()) === wanted,
        { details: async () => `heard: ${heard}\nasked: ${server.asked.map(({ path, form }) => `${path} ${JSON.stringify(form)}`).join("\n")}\n${await lab.logTail()}` },
      );
    },
    async clear() {
      await lab.parties.hangUpAll();
      await eventually("every call to have ended", async () => (await agent.calls()).length === 0 && !/[1-9]\d* total/.test(await lab.api("show channels count")));
      for (const { method, path, form, headers } of server.asked) {
        const signature = String(headers["x-twilio-signature"]);
        expect([path, twilio.validateRequest(account.authToken, signature, server.url(path), method === "GET" ? {} : form)]).toEqual([path, true]);
      }
      server.reset();
    },
    async close() {
      await callplane.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Linear PCM of a sine. */
export function tone(frequency: number, ms: number): Buffer {
  const pcm = Buffer.alloc(16 * ms);
  for (let at = 0; at < 8 * ms; at++) pcm.writeInt16LE(Math.round(5000 * Math.sin((2 * Math.PI * frequency * at) / 8000)), at * 2);
  return pcm;
}
