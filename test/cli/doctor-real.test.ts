/** The doctor on a real FreeSWITCH with freeswitch-conf: closed as it comes, and each thing that its environment can open. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { startCallplane } from "../../src/callplane.js";
import { loadConfig } from "../../src/config.js";
import { describeReal } from "../lab/describe-real.js";
import { findHost } from "../lab/find-host.js";
import { reservePorts } from "../lab/ports.js";
import { startServer } from "../lab/server.js";
import { cliWorld, SECRET, type CliWorld } from "./support.js";

const CONF = fileURLToPath(new URL("../../freeswitch-conf", import.meta.url));
const report = z.object({ checks: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() })) });

const ABOUT_OPENNESS = /^(?:SIP profile \S+, |event socket's |phones|dialplan|variable|configuration |conference )/;

const found = await findHost();

describeReal("callplane doctor", "missing" in found ? { skipped: found.missing } : { lab: { description: found.host.description, host: found.host } }, ({ host }) => {
  /** A FreeSWITCH with freeswitch-conf, and a database. */
  async function onSwitch<T>(environment: Readonly<Record<string, string>>, work: (stage: { readonly world: CliWorld; readonly nodes: string; readonly dir: string; readonly wss: number }) => Promise<T>): Promise<T> {
    const dir = await mkdtemp(join(tmpdir(), "callplane-doctor-"));
    const ports = await reservePorts();
    const world = cliWorld();
    await world.store();
    const [eslPort = 0, internal, external, ws, wss = 0] = ports.services;
    const { FS_ESL_PASSWORD: password, ...others } = environment;
    // Read by the lab, and taken by entrypoint.sh instead of making one.
    if (password !== undefined) await mkdir(join(dir, "secrets")).then(() => writeFile(join(dir, "secrets", "esl-password"), password));
    try {
      const server = await startServer(host, {
        name: "the switch that the doctor sees",
        confDir: CONF,
        stateDir: dir,
        eslPort,
        env: {
          FS_BIND_IP: "127.0.0.1", FS_INTERNAL_PORT: String(internal), FS_EXTERNAL_PORT: String(external), FS_WS_PORT: String(ws), FS_WSS_PORT: String(wss),
          FS_RTP_START: String(ports.rtpStart), FS_RTP_END: String(ports.rtpEnd), FS_TRUNK_PROXY: "127.0.0.1:9", ...others,
        },
      });
      try {
        return await work({ world, nodes: `esl://:${encodeURIComponent(server.password)}@127.0.0.1:${eslPort}`, dir, wss });
      } finally {
        await server.stop();
      }
    } finally {
      await world.close();
      await ports.release();
      await rm(dir, { recursive: true, force: true });
    }
  }

  const findings = (environment: Readonly<Record<string, string>>): Promise<{ readonly failures: readonly string[]; readonly checks: readonly string[] }> =>
    onSwitch(environment, async ({ world, nodes }) => {
      const { out } = await world.callplane(["doctor", "--json"], { env: { FREESWITCH_NODES: nodes } });
      const { checks } = report.parse(JSON.parse(out));
      // Whether the trunk answers, and what a FreeSWITCH that began a moment ago says of its codecs, is not what is asked here.
      return { failures: checks.filter(({ ok, check }) => !ok && ABOUT_OPENNESS.test(check)).map(({ check, detail }) => `${check}: ${detail}`), checks: checks.map(({ check }) => check) };
    });

  describe("with freeswitch-conf", () => {
    it("finds nothing open as it comes", async () => {
      const { failures, checks } = await findings({});
      expect(failures).toEqual([]);
      expect(checks).toEqual(expect.arrayContaining(["SIP profile internal, access", "SIP profile external, access", "event socket's secrecy", "phones' passwords", "dialplan", "variables of every channel", "conference profile"]));
    });

    it("finds all ok but the trunk, as the README has it, where Callplane provisions FreeSWITCH and runs", async () => {
      const block = await reservePorts();
      const listen = `127.0.0.1:${block.services[0] ?? 0}`;
      const secret = "0123456789abcdef0123456789abcdef";
      try {
        await onSwitch({ FS_PROVISIONING_URL: `http://${listen}/freeswitch`, FS_PROVISIONING_SECRET: secret, FS_WSS_NAMES: "voice.acme.example", FS_TRUNK_PROXY: "" }, async ({ world, nodes, dir, wss }) => {
          for (const line of [
            "org create acme --domain voice.acme.example --departments support,sales",
            "org set acme --allow +1,+44 --dial-string sofia/gateway/trunk/{number} --caller-id +12125550100",
            "user create dora --org acme --role agent --agent 1001 --departments support --password a-long-enough-one",
          ]) expect(await world.callplane(line.split(" "))).toMatchObject({ code: 0 });
          const env = { FREESWITCH_NODES: nodes, RECORDINGS_DIR: join(dir, "recordings"), CDR_DIR: join(dir, "cdr"), PROVISIONING_LISTEN: listen, PROVISIONING_SECRET: secret, SIP_WSS_URL: `wss://{domain}:${wss}` };
          const callplane = await startCallplane(loadConfig({ ...env, PORT: "0", LOG_LEVEL: "silent", DATABASE_URL: `file:${world.databasePath}`, AUDIT_KEY_FILE: join(dirname(world.databasePath), "audit-key"), JWT_SECRET: SECRET }));
          try {
            const failed = async (): Promise<readonly string[]> => report.parse(JSON.parse((await world.callplane(["doctor", "--json"], { env })).out)).checks.filter(({ ok }) => !ok).map(({ check }) => check);
            await expect.poll(failed, { timeout: 60_000, interval: 1000 }).toEqual(["gateway trunk"]);
          } finally {
            await callplane.close();
          }
        });
      } finally {
        await block.release();
      }
    });

    it("finds nothing open with Callplane as the source, whether it answers or not", async () => {
      expect((await findings({ FS_PROVISIONING_URL: "http://127.0.0.1:9/freeswitch", FS_PROVISIONING_SECRET: "0123456789abcdef0123456789abcdef" })).failures).toEqual([]);
    });

    it.each<[string, Readonly<Record<string, string>>, RegExp]>([
      ["the trunk's profile for everybody", { FS_TRUNK_ACL: "everybody" }, /^SIP profile external, apply-inbound-acl: the list everybody/],
      ["a trunk network that is all", { FS_TRUNK_NETWORK: "0.0.0.0/0" }, /^SIP profile external, apply-inbound-acl: the list trunks holds every address/],
      ["phones that dial the trunk without Callplane", { FS_STATIC_TRUNK: "on" }, /^dialplan context internal: the extension trunk lets phones dial out/],
      ["phones with the password of the examples", { FS_PHONE_PASSWORD: "1234" }, /^phones' passwords: 1001@/],
      ["the event socket's default password, beyond loopback", { FS_ESL_PASSWORD: "ClueCon" }, /^event socket's password: /],
      ["an event socket for every address", { FS_ESL_IP: "0.0.0.0", FS_ESL_ALLOW: "0.0.0.0/0" }, /^event socket's access list: it listens on 0\.0\.0\.0/],
    ])("finds %s", async (_, environment, finding) => {
      expect((await findings(environment)).failures).toEqual([expect.stringMatching(finding)]);
    });
  });
});
