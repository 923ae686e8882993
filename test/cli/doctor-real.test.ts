/** The doctor on a real FreeSWITCH with freeswitch-conf: closed as it comes, and each thing that its environment can open. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { describeReal } from "../lab/describe-real.js";
import { findHost } from "../lab/find-host.js";
import { reservePorts } from "../lab/ports.js";
import { startServer } from "../lab/server.js";
import { cliWorld } from "./support.js";

const CONF = fileURLToPath(new URL("../../freeswitch-conf", import.meta.url));
const report = z.object({ checks: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() })) });

const ABOUT_OPENNESS = /^(?:SIP profile \S+, |event socket's |phones|dialplan|variable|configuration |conference )/;

const found = await findHost();

describeReal("callplane doctor", "missing" in found ? { skipped: found.missing } : { lab: { description: found.host.description, host: found.host } }, ({ host }) => {
  async function findings(environment: Readonly<Record<string, string>>): Promise<{ readonly failures: readonly string[]; readonly checks: readonly string[] }> {
    const dir = await mkdtemp(join(tmpdir(), "callplane-doctor-"));
    const ports = await reservePorts();
    const world = cliWorld();
    const [eslPort = 0, internal, external, ws, wss] = ports.services;
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
        const { out } = await world.callplane(["doctor", "--json"], { env: { FREESWITCH_NODES: `esl://:${encodeURIComponent(server.password)}@127.0.0.1:${eslPort}` } });
        const { checks } = report.parse(JSON.parse(out));
        // Whether the trunk answers, and what a FreeSWITCH that began a moment ago says of its codecs, is not what is asked here.
        return { failures: checks.filter(({ ok, check }) => !ok && ABOUT_OPENNESS.test(check)).map(({ check, detail }) => `${check}: ${detail}`), checks: checks.map(({ check }) => check) };
      } finally {
        await server.stop();
      }
    } finally {
      await world.close();
      await ports.release();
      await rm(dir, { recursive: true, force: true });
    }
  }

  describe("with freeswitch-conf", () => {
    it("finds nothing open as it comes", async () => {
      const { failures, checks } = await findings({});
      expect(failures).toEqual([]);
      expect(checks).toEqual(expect.arrayContaining(["SIP profile internal, access", "SIP profile external, access", "event socket's secrecy", "phones' passwords", "dialplan", "variables of every channel", "conference profile"]));
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
