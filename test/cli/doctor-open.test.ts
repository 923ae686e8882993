/** What the doctor finds of an installation that is open. */
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { eventSocketStub, HEALTHY, PASSWORD } from "./event-socket-stub.js";
import { cliWorld } from "./support.js";
import type { CliWorld } from "./support.js";
import { bridge, switchXml, transfer, user, type Opened } from "./switch-xml.js";

const report = z.object({ checks: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string(), mend: z.string().nullable() })) });

let world: CliWorld;
beforeEach(async () => {
  world = cliWorld();
  await world.callplane(["org", "create", "acme", "--domain", "acme.example"]);
});
afterEach(() => world.close());

async function findings(replies: Readonly<Record<string, string | null>>): Promise<readonly string[]> {
  const stub = await eventSocketStub({ ...HEALTHY, ...replies });
  try {
    const { out } = await world.callplane(["doctor", "--json"], { env: { FREESWITCH_NODES: `esl://:${PASSWORD}@127.0.0.1:${stub.port}` } });
    // No password of the configuration is told, good or bad.
    expect(out).not.toMatch(/hunter2|9520cbfd|"1234"/);
    return report.parse(JSON.parse(out)).checks.filter(({ ok }) => !ok).map(({ check, detail }) => `${check}: ${detail}`);
  } finally {
    await stub.close();
  }
}

const a1 = (id: string, password: string): string => createHash("md5").update(`${id}:acme.example:${password}`).digest("hex");

describe("callplane doctor on a FreeSWITCH that is open", () => {
  it("finds nothing where it is closed", async () => {
    expect(await findings(switchXml())).toEqual([]);
    expect(await findings(switchXml({ internal: { "multiple-registrations": "contact" }, core: { "multiple-registrations": "true" } }))).toEqual([]);
  });

  it.each<[string, Opened, RegExp]>([
    ["calls without a password", { internal: { "auth-calls": "false" } }, /^SIP profile internal, auth-calls: is false: .*without a password/],
    ["calls without a password, where nothing is said", { internal: { "auth-calls": null } }, /^SIP profile internal, auth-calls: is not set/],
    ["blind registrations", { internal: { "accept-blind-reg": "yes" } }, /^SIP profile internal, accept-blind-reg: is yes/],
    ["blind authentication", { internal: { "accept-blind-auth": "true" } }, /accept-blind-auth/],
    ["registrations as somebody else", { internal: { "inbound-reg-force-matching-username": "false" } }, /inbound-reg-force-matching-username/],
    ["messages without a password", { internal: { "auth-messages": "false" } }, /auth-messages/],
    ["messages without a password, said the other way round", { internal: { "disable-auth-messages": "true" } }, /disable-auth-messages/],
    ["subscriptions without a password", { internal: { "auth-subscriptions": "off" } }, /auth-subscriptions/],
    ["presence across organizations", { internal: { "manage-presence": "true" } }, /manage-presence: .*other organizations/],
    ["presence by another word", { internal: { "manage-presence": "passive" } }, /manage-presence: is passive/],
    ["uuids of a caller's choice", { internal: { "inbound-use-callid-as-uuid": "true" } }, /inbound-use-callid-as-uuid/],
    ["REFER to another server's call", { internal: { "channel-xml-fetch-on-nightmare-transfer": null } }, /SIP profile internal, channel-xml-fetch-on-nightmare-transfer: is not set/],
    ["REFER of the trunk", { external: { "disable-transfer": "false" } }, /^SIP profile external, disable-transfer: .*REFER/],
    ["registrations at the trunk's profile", { external: { "disable-register": null } }, /^SIP profile external, disable-register/],
    ["messages from the trunk", { external: { "enable-chat": null } }, /^SIP profile external, enable-chat: is not set/],
    ["a trunk's profile for everybody", { external: { "apply-inbound-acl": "everybody" } }, /^SIP profile external, apply-inbound-acl: the list everybody allows every address/],
    ["a trunk's profile without a list", { external: { "apply-inbound-acl": null } }, /^SIP profile external, apply-inbound-acl: is not set/],
    ["a trunk's profile whose list is taken back", { external: { "apply-inbound-acl": "none" } }, /^SIP profile external, apply-inbound-acl: is not set/],
    ["a trunk's profile for every public address", { external: { "apply-inbound-acl": "wan.auto" } }, /holds every public address/],
    ["a trunk's profile for a network that is all", { external: { "apply-inbound-acl": "0.0.0.0/0" } }, /is every address/],
    ["a list with a network that is all", { external: { "apply-inbound-acl": "wide" }, lists: '<list name="wide" default="deny"><node type="allow" cidr="0.0.0.0/0"></node></list>' }, /the list wide holds every address/],
    ["phones that need no password by their address", { internal: { "apply-register-acl": "everybody" } }, /^SIP profile internal, apply-register-acl/],
    ["calls that need no password by their address", { internal: { "apply-inbound-acl": "everybody" } }, /^SIP profile internal, apply-inbound-acl/],
    ["the event socket's default password", { socket: { password: "ClueCon" } }, /^event socket's password: .*owns the switch/],
    ["the event socket's default password, where none is said", { socket: { password: null } }, /^event socket's password/],
    ["an event socket for everybody", { socket: { "apply-inbound-acl": "everybody" } }, /^event socket's access list: it listens on 0\.0\.0\.0, and the list everybody/],
    ["a phone's default password", { users: user("1002", { password: "1234" }) }, /^phones' passwords: 1002@acme\.example: /],
    ["a phone's own name for a password", { users: user("1002", { password: "1002" }) }, /^phones' passwords: 1002@acme\.example/],
    ["the hash of a password that everybody knows", { users: user("1002", { "a1-hash": a1("1002", "1234") }) }, /^phones' passwords: 1002@acme\.example/],
    ["a phone without a password", { users: user("1002", {}) }, /^phones without a password: 1002@acme\.example: .*register/],
    ["a trunk rule of the phones", { extensions: bridge("trunk", "sofia/gateway/trunk/$1") }, /^dialplan context internal: the extension trunk lets phones dial out by sofia\/gateway\//],
    ["a trunk rule by the trunk's profile", { extensions: bridge("out", "{x=1}sofia/external/$1@provider.example") }, /^dialplan context internal: .*sofia\/external\//],
    ["a trunk rule that is reached by a transfer", { extensions: transfer("out", "more"), contexts: `<context name="more">${bridge("trunk", "[a=b]sofia/gateway/trunk/$1")}</context>` }, /^dialplan context more: .*lets phones dial out/],
    ["a trunk rule that a phone's REFER reaches", { contexts: `<context name="transfers">${bridge("trunk", "sofia/gateway/trunk/$1")}</context>` }, /^dialplan context transfers: .*lets phones dial out/],
    ["several phones of a user, of which the core lists one", { internal: { "multiple-registrations": "contact" } }, /^several phones of a user: the profile internal takes them/],
    ["redirects that are followed", { variables: { outbound_redirect_fatal: null } }, /^variable outbound_redirect_fatal: is not set: .*302/],
    ["headers that are copied", { variables: { sip_copy_custom_headers: "true" } }, /^variable sip_copy_custom_headers: is true/],
    ["a REFER that asks nobody", { variables: { force_transfer_context: null } }, /^variable force_transfer_context: is not set/],
    ["a trunk rule for callers from outside", { contexts: `<context name="departments">${bridge("relay", "sofia/gateway/trunk/$1")}</context>` }, /^dialplan context departments: .*lets callers from outside dial out/],
  ])("finds %s", async (_, opened, finding) => {
    const found = await findings(switchXml(opened));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(finding);
  });

  it.each<[string, Opened]>([
    ["a trunk's profile that asks for a password", { external: { "auth-calls": "true", "apply-inbound-acl": null } }],
    ["a list that denies the rest by itself", { external: { "apply-inbound-acl": "closed" }, lists: '<list name="closed" default="allow"><node type="deny" cidr="0.0.0.0/0"></node><node type="allow" cidr="192.0.2.0/24"></node></list>' }],
    ["a list with the contexts of those who pass and fail", { external: { "apply-inbound-acl": "trunks:public:nowhere" } }],
    ["an event socket on loopback alone", { socket: { "listen-ip": "127.0.0.1", "apply-inbound-acl": "everybody" } }],
    ["a phone that may not register without a password", { users: user("1002", { "allow-empty-password": "false" }) }],
    ["a trunk rule that nobody reaches", { contexts: `<context name="unused">${bridge("trunk", "sofia/gateway/trunk/$1")}</context>` }],
  ])("finds nothing wrong with %s", async (_, opened) => {
    expect(await findings(switchXml(opened))).toEqual([]);
  });

  it.each<[string, Opened, RegExp]>([
    ["kept from telling who speaks", { conference: { "suppress-events": "start-talking,stop-talking,floor-change" } }, /^conference profile, suppress-events: start-talking, stop-talking do not reach Callplane/],
    ["kept from telling who leaves", { conference: { "suppress-events": "del-member" } }, /^conference profile, suppress-events: del-member/],
    ["that takes any noise for speech", { conference: { "energy-level": "0" } }, /^conference profile, energy-level: is 0 or not set/],
    ["that says nothing of speech", { conference: { "energy-level": null } }, /^conference profile, energy-level: is 0 or not set/],
    ["in which quiet speakers are not heard", { conference: { "conference-flags": null } }, /^conference profile, conference-flags: .*audio-always/],
    ["in which quiet speakers are not heard, by another word", { conference: { "energy-level": null, "auto-energy-level": "400", "conference-flags": "wait-mod|video-floor-only" } }, /^conference profile, conference-flags: /],
  ])("finds conferences %s", async (_, opened, finding) => {
    expect(await findings(switchXml(opened))).toEqual([expect.stringMatching(finding)]);
  });

  it("finds nothing wrong with conferences that keep back what nobody asks for", async () => {
    expect(await findings(switchXml({ conference: { "suppress-events": "floor-change,energy-level", "conference-flags": "wait-mod|audio-always" } }))).toEqual([]);
  });

  it.each([["no profile of Callplane's", '<configuration name="conference.conf"><profiles><profile name="wideband"></profile></profiles></configuration>'], ["no conferences", "can't find anything\n"]])("says that there is %s", async (_, reply) => {
    expect(await findings({ ...switchXml(), "xml_locate configuration configuration name conference.conf": reply })).toEqual([expect.stringMatching(/^conference profile: FreeSWITCH has none of the name default/)]);
  });

  it("says so when FreeSWITCH does not tell its configuration", async () => {
    const closed = switchXml();
    const names = Object.keys(closed).filter((name) => name.startsWith("xml_locate") && !name.includes("conference.conf"));
    for (const [index, reply] of ["can't find anything\n", "-ERR no such command\n", "<configuration><broken", ""].entries()) {
      const name = names[index] ?? "";
      const found = await findings({ ...closed, [name]: reply });
      // Without acl.conf a list cannot be judged, and that is told of no profile.
      if (name.includes("acl.conf")) expect(found).toEqual([expect.stringMatching(/^configuration acl\.conf: /)]);
      else expect(found).toEqual([expect.stringMatching(/^configuration (?:sofia\.conf|event_socket\.conf|of its own files): /)]);
    }
  });
});
