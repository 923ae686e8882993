import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createClientTokens } from "../../src/auth/index.js";
import { CallplaneError } from "../../src/errors.js";
import { endpoints, phoneNumber } from "../../src/freeswitch/index.js";
import { NOT_FOUND } from "../../src/freeswitch/xml/index.js";
import { basic } from "../support/basic-auth.js";
import { a1, authentication, dial, lookUp, openWorld, SECRET } from "./world.js";
import type { World } from "./world.js";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** What keeps the far end of a leg from sending it, or the other party, past the rules. */
const CLOSED = ["export outbound_redirect_fatal=true", "export sip_copy_custom_headers=false", "export force_transfer_context=transfers"];
const BRIDGING = ["set hangup_after_bridge=true", "set continue_on_fail=REQUESTED_CHAN_UNAVAIL", "set sip_ignore_remote_cause=true"];

const hashIn = (document: string): string | undefined => /name="a1-hash" value="([0-9a-f]{32})"/.exec(document)?.[1];

describe("the listener that FreeSWITCH asks", () => {
  it("answers nobody without the secret", async () => {
    const status = async (authorization?: string): Promise<number> =>
      (await fetch(`${world.url}/freeswitch`, { method: "POST", ...(authorization === undefined ? {} : { headers: { authorization } }), body: new URLSearchParams(lookUp("1001", "acme.example")) })).status;
    expect(await status()).toBe(401);
    for (const wrong of [basic("freeswitch", `${SECRET}x`), basic("freeswitch", ""), basic("other", SECRET), `Bearer ${SECRET}`, SECRET]) expect(await status(wrong)).toBe(403);
    expect(await status(basic("freeswitch", SECRET))).toBe(200);
    expect(await world.metrics.render()).toMatch(/^callplane_provisioning_refusals_total 6$/m);
  });

  it("counts what it is asked, by the sections that there are", async () => {
    for (const section of ["directory", "directory", "dialplan", "of somebody's own"]) await world.ask({ section });
    const counts = [...(await world.metrics.render()).matchAll(/^callplane_provisioning_duration_seconds_count\{section="([^"]+)"\} (\d+)$/gm)].map(([, section, count]) => `${section} ${count}`);
    expect(counts.sort()).toEqual(["dialplan 1", "directory 2", "other 1"]);
  });

  it("has that one path, for forms alone", async () => {
    const headers = { authorization: basic("freeswitch", SECRET) };
    expect((await fetch(`${world.url}/freeswitch`, { headers })).status).toBe(404);
    expect((await fetch(`${world.url}/`, { method: "POST", headers, body: new URLSearchParams({ a: "b" }) })).status).toBe(404);
    expect((await fetch(`${world.url}/freeswitch`, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: "{}" })).status).toBe(415);
  });

  it("says not found to whatever it does not know", async () => {
    const unknown: Record<string, string>[] = [
      {}, { section: "directory" }, { section: "phrases" }, { section: "languages" }, { section: "configuration", key_value: "sofia.conf" }, lookUp("1001", "nobody.example"),
      dial("public", "+15550000000"), dial("elsewhere", "1001"), dial("internal", "1001"), dial("org-999", "1001"), { section: "dialplan" },
    ];
    for (const fields of unknown) expect(await world.ask(fields)).toBe(NOT_FOUND);
  });
});

describe("the directory that FreeSWITCH is served", () => {
  it("has the hash of the agent's password for an authentication alone, and never a password", async () => {
    await world.agent(world.acme, "1001", "secret of hers");
    const document = await world.ask(authentication("1001", "acme.example", "secret of hers"));
    expect(hashIn(document)).toBe(a1("1001", "acme.example", "secret of hers"));
    expect(document).not.toContain("secret of hers");
    expect(document).not.toContain('name="password"');
    expect(document).not.toContain("cacheable");
    for (const [name, value] of Object.entries({ user_context: "internal", domain_name: "acme.example", callplane_org: "acme" })) expect(document).toContain(`<variable name="${name}" value="${value}"/>`);
    expect(document).toContain("presence_id=&#36;{dialed_user}@&#36;{dialed_domain}");
    expect(hashIn(await world.ask(lookUp("1001", "acme.example")))).not.toBe(a1("1001", "acme.example", "secret of hers"));
  });

  it("has no user for a phone whose From or To is not the user of its credentials, whatever it asks for but a call", async () => {
    await world.agent(world.acme, "1001", "own");
    await world.agent(world.acme, "1002", "own");
    await world.agent(world.beta, "1001", "own");
    const served = async (said: Readonly<Record<string, string>>): Promise<boolean> => {
      const document = await world.ask(authentication("1001", "acme.example", "own", said));
      expect(document).toContain('<domain name="acme.example"');
      return hashIn(document) !== undefined;
    };
    const others = [{ sip_from_host: "beta.example" }, { sip_to_host: "beta.example" }, { sip_from_user: "1002" }, { sip_to_user: "1002" }, { sip_from_host: "" }, { sip_to_host: "" }];
    expect(await served({ sip_from_host: "ACME.example", sip_to_host: "acme.EXAMPLE" })).toBe(true);
    for (const said of others) expect({ said, served: await served(said) }).toEqual({ said, served: false });
    for (const method of ["SUBSCRIBE", "PUBLISH"]) {
      expect(await served({ sip_auth_method: method, sip_to_user: "1002" })).toBe(true);
      for (const said of others.filter((each) => !("sip_to_user" in each))) expect(await served({ sip_auth_method: method, ...said })).toBe(false);
    }
    expect(await served({ sip_auth_method: "MESSAGE" })).toBe(false);
    expect(await served({ sip_auth_method: "INVITE", sip_from_user: "1002", sip_from_host: "beta.example", sip_to_host: "beta.example" })).toBe(true);
  });

  it("chooses the one-time password that the phone answered with, until it expires", async () => {
    const { id } = await world.agent(world.acme, "1001", "own");
    const once = async (password: string, expiresAt: number): Promise<void> => world.store.agents.addSipCredential({ id: randomUUID(), agentRow: id, a1: a1("1001", "acme.example", password), expiresAt: new Date(expiresAt) });
    await once("first", Date.now() + 60_000);
    await once("second", Date.now() + 60_000);
    await once("late", Date.now() - 1);
    const served = async (password: string): Promise<string | undefined> => hashIn(await world.ask(authentication("1001", "acme.example", password)));
    for (const password of ["own", "first", "second"]) expect(await served(password)).toBe(a1("1001", "acme.example", password));
    for (const password of ["late", "wrong"]) expect(await served(password)).toBe(a1("1001", "acme.example", "own"));
  });

  it("accepts a client token's password until it expires, and reads for it neither accounts nor other agents again", async () => {
    const { id } = await world.agent(world.acme, "1001", "own");
    await world.agent(world.acme, "1002", "own");
    const everything = [vi.spyOn(world.store.agents, "list"), vi.spyOn(world.store.agents, "sipHashes"), vi.spyOn(world.store.phoneLines, "list")];
    const tokens = createClientTokens({ ...world, audit: { append: () => undefined }, logger: pino({ level: "silent" }), secret: Buffer.from(SECRET), wssUrl: "wss://{domain}", iceServers: [] });
    const alice = { name: "alice", role: "agent", organizationId: world.acme.id, agentId: "1001", permissions: new Set<never>(), tokenId: "t" } as const;
    const { sip, expires } = await tokens.issue(alice, { ttlS: 60 });
    tokens.close();
    const served = async (user: string): Promise<string | undefined> => hashIn(await world.ask(authentication(user, sip.domain, sip.password)));
    expect(await served("1001")).toBe(a1("1001", "acme.example", sip.password));
    expect(await served("1002")).toBe(a1("1002", "acme.example", "own"));
    for (const read of everything) expect(read).not.toHaveBeenCalled();
    expect((await world.store.agents.sipHashesOf(id, new Date(expires)))?.oneTime).toEqual([]);
    vi.useFakeTimers({ toFake: ["Date"], now: expires });
    try {
      expect(await served("1001")).toBe(a1("1001", "acme.example", "own"));
    } finally {
      vi.useRealTimers();
    }
  });

  it("serves an agent without a password a hash that nobody knows, since FreeSWITCH would let her in without one", async () => {
    await world.agent(world.acme, "1001");
    const first = hashIn(await world.ask(authentication("1001", "acme.example", "")));
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(first).not.toBe(a1("1001", "acme.example", ""));
  });

  it("keeps organizations apart, and finds nobody who was removed or disabled", async () => {
    const dora = await world.agent(world.acme, "1001", "dora");
    await world.agent(world.beta, "1001", "ben");
    await world.agent(world.beta, "1002", "bea");
    expect(hashIn(await world.ask(authentication("1001", "acme.example", "ben")))).toBe(a1("1001", "acme.example", "dora"));
    expect(hashIn(await world.ask(authentication("1001", "beta.example", "ben")))).toBe(a1("1001", "beta.example", "ben"));
    const nobody = await world.ask(lookUp("1002", "acme.example"));
    expect(nobody).toContain('<domain name="acme.example">');
    expect(nobody).not.toContain("<user");
    await world.store.agents.remove(dora.id);
    expect(await world.ask(lookUp("1001", "acme.example"))).not.toContain("<user");
  });

  it("lists domains with their own trunks to the trunks' profile, and domains alone to the phones'", async () => {
    await world.store.trunks.create({ organizationId: world.acme.id, name: "acme-out", proxy: "sip.example.com:5080", username: 'u<&"', password: 'p<&"$x', register: true, networks: ["192.0.2.0/24", "2001:db8::/32"] });
    const gateways = await world.ask({ section: "directory", purpose: "gateways", profile: "external" });
    expect(gateways).toMatch(/<domain name="acme\.example">\s*<user id="trunks">\s*<gateways>\s*<gateway name="acme-out">/);
    expect(gateways).toContain('value="u&lt;&amp;&quot;"');
    expect(gateways).toContain('value="p&lt;&amp;&quot;&#36;x"');
    expect(gateways).toContain('<domain name="beta.example"/>');
    const phones = await world.ask({ section: "directory", purpose: "gateways", profile: "internal" });
    expect(phones).toContain('<domain name="acme.example"/>');
    expect(phones).not.toContain("gateway ");
    const networks = await world.ask({ section: "directory", purpose: "network-list", domain: "trunks.callplane.invalid", key_value: "trunks.callplane.invalid" });
    expect(networks).toContain('cidr="192.0.2.0/24"');
    expect(networks).toContain('cidr="2001:db8::/32"');
  });
});

describe("the dialplan that FreeSWITCH is served", () => {
  const acmePhone = { variable_callplane_org: "acme", variable_domain_name: "acme.example", variable_sip_auth_username: "1001" };
  const actions = (document: string): string[] => [...document.matchAll(/<action application="([^"]*)"(?: data="([^"]*)")?\/>/g)].map(([, application = "", data]) => (data === undefined ? application : `${application} ${data.replaceAll("&#36;", "$")}`));

  it("brings an inbound number to its organization's agent or department", async () => {
    await world.agent(world.acme, "1001");
    await world.store.departments.create(world.beta.id, "support", {});
    await world.store.phoneLines.create({ organizationId: world.acme.id, number: "+15550100001", targetType: "client", target: "1001" });
    await world.store.phoneLines.create({ organizationId: world.beta.id, number: "+15550200001", targetType: "department", target: "support", recorded: true });
    for (const dialled of ["+15550100001", "15550100001", "0015550100001"]) expect(actions(await world.ask(dial("public", dialled)))).toEqual(expect.arrayContaining(["export callplane_org=acme", "bridge user/1001@acme.example"]));
    expect(actions(await world.ask(dial("public", "+15550200001")))).toEqual([
      "export callplane_org=beta", "export domain_name=beta.example", ...CLOSED, "set callplane_line=+15550200001", "set callplane_recorded=true", "set callplane_queue=support", "answer", "sched_broadcast +0 ${hold_music} aleg", "park",
    ]);
    await expect(world.store.departments.remove(world.beta.id, "support")).rejects.toMatchObject({ code: "InUse" });
    await world.store.phoneLines.remove(world.beta.id, "+15550200001");
    await world.store.departments.remove(world.beta.id, "support");
    expect(actions(await world.ask(dial("public", "+15550200001")))).toEqual([]);
  });

  it("parks the caller of an application's line for its program, unanswered, and nobody else", async () => {
    await world.store.departments.create(world.acme.id, "support", {});
    const config = await world.store.voiceConfigs.create(world.acme.id, "Main", {});
    const menu = await world.store.phoneLines.create({ organizationId: world.acme.id, number: "+15550100001", targetType: "config", target: String(config.id), fallbackDepartment: "support", recorded: true });
    const bot = await world.store.phoneLines.create({ organizationId: world.acme.id, number: "+15550100002", targetType: "url", target: "https://app.example.com/voice" });
    const first = ["export callplane_org=acme", "export domain_name=acme.example", ...CLOSED];
    expect(actions(await world.ask(dial("public", "+15550100001")))).toEqual([...first, "set callplane_line=+15550100001", "set callplane_recorded=true", `set callplane_program=line:${menu.id}`, "park"]);
    expect(actions(await world.ask(dial("public", "15550100002")))).toEqual([...first, "set callplane_line=+15550100002", `set callplane_program=line:${bot.id}`, "park"]);
    // A header of the caller's has a name of its own, and decides nothing.
    const forged = { "variable_sip_h_X-callplane_program": "line:1", variable_callplane_program: "line:1" };
    expect(await world.ask(dial("internal", "1001", { ...acmePhone, ...forged }))).not.toContain("program");
    await world.store.phoneLines.update(world.acme.id, bot.id, { targetType: "department", target: "support" });
    expect(actions(await world.ask(dial("public", "+15550100002", forged)))).toContain("set callplane_queue=support");
  });

  it("finds extensions and departments of the caller's organization alone", async () => {
    await world.agent(world.acme, "1001");
    await world.agent(world.beta, "1002");
    await world.store.departments.create(world.acme.id, "support", {});
    expect(actions(await world.ask(dial("internal", "1001", acmePhone)))).toContain("bridge user/1001@acme.example");
    expect(actions(await world.ask(dial(`org-${world.acme.id}`, "1001")))).toContain("bridge user/1001@acme.example");
    expect(actions(await world.ask(dial("internal", "queue-support", acmePhone)))).toContain("set callplane_queue=support");
    expect(actions(await world.ask(dial("internal", "queue-sales", acmePhone)))).toEqual(["hangup UNALLOCATED_NUMBER"]);
    expect(actions(await world.ask(dial("internal", "1002", acmePhone)))).toContain("hangup OUTGOING_CALL_BARRED");
    expect(actions(await world.ask(dial("internal", "queue-support", { variable_callplane_org: "beta" })))).toEqual(["hangup UNALLOCATED_NUMBER"]);
    expect(actions(await world.ask(dial("internal", "x${system(id)}", acmePhone)))).toEqual(["hangup UNALLOCATED_NUMBER"]);
    expect(actions(await world.ask(dial("internal", "*9664", acmePhone)))).toEqual(["answer", "playback ${hold_music}"]);
  });

  it("dials out as the policy says, and not at all when it refuses", async () => {
    await world.close();
    const asked: unknown[] = [];
    world = await openWorld({
      policy: {
        isEmergency: () => false,
        read: () => null,
        callbackTo: (_organization, written) => phoneNumber(written, "number"),
        endpointFor: (organization, written, dialler) => {
          const number = phoneNumber(written, "to");
          asked.push([organization.name, number, dialler?.agentId]);
          if (number !== "+12125551234") throw new CallplaneError("NUMBER_NOT_ALLOWED");
          return { number, endpoint: endpoints.dialString("sofia/gateway/out/{number}", number), callerId: "+12125550100", variables: { call_limit: "a&b" } };
        },
      },
    });
    await world.agent(world.acme, "1001");
    expect(actions(await world.ask(dial("internal", "+12125551234", acmePhone)))).toEqual([
      "export callplane_org=acme", "export domain_name=acme.example", ...CLOSED, "set effective_caller_id_number=+12125550100", "set effective_caller_id_name=+12125550100", "export nolocal:call_limit=a&amp;b", ...BRIDGING, "bridge sofia/gateway/out/+12125551234", "hangup CALL_REJECTED",
    ]);
    expect(actions(await world.ask(dial("internal", "+4930123456", acmePhone)))).toContain("hangup OUTGOING_CALL_BARRED");
    expect(asked).toEqual([["acme", "+12125551234", "1001"], ["acme", "+4930123456", "1001"]]);
  });

  it("sends the other party of a phone's REFER where that phone's agent may, and nowhere else", async () => {
    await world.close();
    const referrers = new Map([["leg-of-1001", { organizationId: 1, agentId: "1001", up: true }], ["leg-that-ended", { organizationId: 1, agentId: "1001", up: false }], ["leg-of-nobody", { organizationId: 99, agentId: "1001", up: true }]]);
    const asked: unknown[] = [];
    const anew: string[] = [];
    world = await openWorld({
      agentOfLeg: (uuid) => referrers.get(uuid) ?? null,
      waitsAnew: (uuid) => void anew.push(uuid),
      policy: {
        isEmergency: () => false,
        read: () => null,
        callbackTo: (_organization, written) => phoneNumber(written, "number"),
        endpointFor: (organization, written, dialler) => {
          asked.push([organization.name, written, dialler?.agentId]);
          if (written !== "+12125551234") throw new CallplaneError("NUMBER_NOT_ALLOWED");
          return { number: phoneNumber(written, "to"), endpoint: endpoints.dialString("sofia/gateway/out/{number}", phoneNumber(written, "to")), callerId: null };
        },
      },
    });
    await world.agent(world.acme, "1001");
    await world.agent(world.acme, "1002");
    await world.agent(world.beta, "2001");
    await world.store.departments.create(world.acme.id, "support", {});
    const refused = ["execute_extension *not-taken XML transfers"];
    const refer = async (destination: string, leg: string | null = "leg-of-1001", more: Readonly<Record<string, string>> = {}): Promise<readonly string[]> =>
      // The other party is another organization's, or nobody's: that does not count.
      actions(await world.ask(dial("transfers", destination, { variable_callplane_org: "beta", variable_user_name: "2001", "Unique-ID": "caller", ...more, ...(leg === null ? {} : { variable_blind_transfer_uuid: leg }) })));
    expect(await refer("1002")).toEqual(expect.arrayContaining(["export callplane_org=acme", "set continue_on_fail=true", "bridge user/1002@acme.example"]));
    expect(await refer("queue-support")).toEqual(expect.arrayContaining(["blind_transfer_ack true", "set callplane_queue=support", "park"]));
    expect(anew).toEqual(["caller"]);
    expect(await refer("+12125551234")).toEqual(expect.arrayContaining(["set continue_on_fail=true", "bridge sofia/gateway/out/+12125551234"]));
    for (const target of ["+19005551234", "2001", "queue-sales", "*9664", "x${system(id)}"]) expect(await refer(target)).toEqual(refused);
    for (const leg of [null, "leg-of-nobody", "unknown"]) for (const target of ["1002", "+12125551234", "queue-support"]) expect(await refer(target, leg)).toEqual(refused);
    // A program's server decides: the caller waits for it, and nothing is dialled, whatever the phone names.
    for (const target of ["1002", "+19005551234", "x${system(id)}"]) expect(await refer(target, "leg-of-1001", { variable_callplane_refer: "true" })).toEqual(["park"]);
    // Who is taken by nobody goes back to the phone, which may have hung up meanwhile.
    expect(await refer("1002")).toEqual(expect.arrayContaining(refused));
    expect(await refer("*not-taken")).toEqual([]);
    const own = { variable_callplane_org: "acme" };
    for (const leg of ["leg-that-ended", null]) {
      expect(await refer("*not-taken", leg, { ...own, variable_callplane_queue: "support" })).toEqual(expect.arrayContaining(["set callplane_priority=10", "set callplane_queue=support", "park"]));
      expect(await refer("*not-taken", leg, { ...own, variable_callplane_queue: "gone" })).toEqual(["set hangup_after_bridge=false", "answer", "sched_broadcast +0 ${hold_music} aleg", "park"]);
    }
    expect(asked).toEqual([["acme", "+12125551234", "1001"], ["acme", "+19005551234", "1001"], ["acme", "2001", "1001"], ["acme", "*9664", "1001"]]);
  });

  it("takes no phone for a caller of a line, whatever gateway it names", async () => {
    await world.agent(world.acme, "1001");
    await world.store.phoneLines.create({ organizationId: world.acme.id, number: "+12125550101", targetType: "client", target: "1001" });
    expect(actions(await world.ask(dial("public", "+12125550101")))).toContain("bridge user/1001@acme.example");
    expect(actions(await world.ask(dial("public", "+12125550101", { variable_sip_auth_username: "1001" })))).toEqual(["hangup CALL_REJECTED"]);
  });
});
