import Sqlite from "better-sqlite3";
import { decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createAuthService } from "../../src/auth/index.js";
import { openDirectory } from "../../src/store/index.js";
import { createAuditLog } from "../../src/audit/index.js";
import { silentLogger } from "../store/support.js";
import { cliWorld, SECRET } from "./support.js";
import type { CliWorld, Outcome } from "./support.js";

let world: CliWorld;
beforeEach(() => {
  world = cliWorld();
});
afterEach(() => world.close());

const cli = (line: string, options?: Parameters<CliWorld["callplane"]>[1]): Promise<Outcome> => world.callplane(line.split(" ").filter(Boolean).map((word) => (word === "''" ? "" : word)), options);
const ok = async (line: string, options?: Parameters<CliWorld["callplane"]>[1]): Promise<string> => {
  const { code, out, err } = await cli(line, options);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out;
};
const parsed = <T>(schema: z.ZodType<T>, text: string): T => schema.parse(JSON.parse(text));
const refused = async (line: string, code: number, message: RegExp, options?: Parameters<CliWorld["callplane"]>[1]): Promise<void> => {
  const outcome = await cli(line, options);
  expect(outcome.code).toBe(code);
  expect(outcome.out).toBe("");
  expect(outcome.err).toMatch(message);
  expect(outcome.err).toMatch(/^callplane: [^\n]+\n$/);
};

/** The server's own login and token check, on the database that the command line wrote. */
async function server() {
  const store = await world.store();
  const logger = silentLogger();
  const directory = await openDirectory(store, { logger });
  const audit = createAuditLog(store.audit, { logger });
  const auth = createAuthService({ store, directory, audit, logger, secret: new TextEncoder().encode(SECRET), passwordCost: { ln: 1, r: 1, p: 1 } });
  return { auth, close: () => (auth.close(), directory.close()) };
}

describe("callplane org", () => {
  it("makes, changes and lists organizations", async () => {
    expect(await ok("org create acme --domain acme.example")).toBe("Organization acme made, domain acme.example.\n");
    await ok("org set acme --dial-string sofia/gateway/other/{number} --caller-id +15550100 --allow +1,+44 --supervision-visible on --departments support,sales");
    expect(parsed(z.unknown(), await ok("org list --json"))).toMatchObject([
      { name: "acme", domain: "acme.example", dialString: "sofia/gateway/other/{number}", callerId: "+15550100", allowedPrefixes: ["+1", "+44"], supervisionVisible: true, departments: ["sales", "support"] },
    ]);
    await ok("org set acme --max-calls 10 --max-calls-per-minute 30 --max-call-seconds 3600 --premium on");
    expect(parsed(z.unknown(), await ok("org list --json"))).toMatchObject([{ maxOutboundCalls: 10, maxOutboundCallsPerMinute: 30, maxOutboundCallS: 3600, premiumAllowed: true }]);
    await ok("org set acme --max-calls '' --max-calls-per-minute '' --max-call-seconds '' --premium off");
    expect(parsed(z.unknown(), await ok("org list --json"))).toMatchObject([{ maxOutboundCalls: null, maxOutboundCallsPerMinute: null, maxOutboundCallS: null, premiumAllowed: false }]);
    await ok("org set acme --country gb --emergency-numbers 999,101 --callback-countries ie,gb --max-callbacks-per-day 20");
    expect(parsed(z.unknown(), await ok("org list --json"))).toMatchObject([{ country: "GB", emergencyNumbers: ["101", "999"], callbackCountries: ["GB", "IE"], maxCallbacksPerDay: 20 }]);
    await refused("user create eve --org acme --role agent --agent 999 --password correct-horse-battery", 2, /emergency number/);
    await ok("org set acme --country '' --emergency-numbers '' --callback-countries ''");
    expect(parsed(z.unknown(), await ok("org list --json"))).toMatchObject([{ country: null, emergencyNumbers: null, callbackCountries: null }]);
    await refused("org set acme --country Britain", 2, /country/);
    await ok("org set acme --time-zone europe/London");
    expect(parsed(z.unknown(), await ok("org list --json"))).toMatchObject([{ timeZone: "Europe/London" }]);
    await refused("org set acme --time-zone Britain", 2, /timeZone/);
    await refused("org set acme --max-callbacks-per-day ''", 2, /max-callbacks-per-day/);
    await ok("org set acme --caller-id '' --allow '' --departments '' --supervision-visible off");
    expect(parsed(z.unknown(), await ok("org list --json"))).toMatchObject([{ callerId: null, allowedPrefixes: [], supervisionVisible: false, departments: [], dialString: "sofia/gateway/other/{number}" }]);
    expect(await ok("org list")).toMatch(/^ID +NAME +DOMAIN.*\n1 +acme +acme\.example/);
  });

  it("removes one with nothing at once, and one with something only with --yes, saying what goes with it", async () => {
    await ok("org create empty --domain empty.example");
    expect(await ok("org remove empty")).toBe("Organization empty removed.\n");
    await ok("org create acme --domain acme.example");
    await ok("org set acme --departments support,sales");
    await ok("user create alice --org acme --role agent --agent 1001 --password a-long-enough-one");
    await ok("line create +12125550101 --org acme --department support");
    await ok("token create --org acme --role service --expires 30d --name crm");
    await refused("org remove acme", 1, /1 users, 1 agents, 2 departments, 1 phone lines, 1 service tokens.* --yes/);
    const { auth, close } = await server();
    const login = await auth.login("alice", "a-long-enough-one", "192.0.2.1");
    expect(parsed(z.unknown(), await ok("org remove acme --yes --json"))).toEqual({ name: "acme", removed: { users: 1, agents: 1, departments: 2, "phone lines": 1, "service tokens": 1 } });
    await expect(auth.login("alice", "a-long-enough-one", "192.0.2.1")).rejects.toMatchObject({ code: "Unauthorized" });
    await expect(auth.authenticate(login)).rejects.toMatchObject({ code: "Unauthorized" });
    close();
    expect(parsed(z.array(z.unknown()), await ok("org list --json"))).toEqual([]);
    expect(parsed(z.array(z.object({ action: z.string(), target: z.string() })), await ok("audit list --json --action org.remove"))).toMatchObject([{ target: "acme" }, { target: "empty" }]);
    await refused("org remove acme --yes", 1, /acme does not exist/);
    // Its number and its name are free again.
    await ok("org create acme --domain acme.example");
    await ok("org set acme --departments support");
    await ok("line create +12125550101 --org acme --department support");
  });

  it("sets what a department's service is measured by, and lists it", async () => {
    await ok("org create acme --domain acme.example --departments support");
    await ok("department set support --org acme --service-level-s 30 --service-level-target 0.9 --alarm-waiting 5 --alarm-away-s 900");
    await ok("department set support --org acme --alarm-away-s none");
    expect(parsed(z.unknown(), await ok("department list --org acme --json"))).toMatchObject([{ name: "support", organization: "acme", serviceLevelS: 30, serviceLevelTarget: 0.9, alarms: { waiting: 5, awayS: null, longestWaitS: null, talkS: null } }]);
    expect(await ok("department list")).toMatch(/support +acme +90 % in 30 s +waiting 5/);
    await refused("department set support --org acme", 2, /Nothing to set/);
    await refused("department set support --org acme --service-level-target 90", 2, /serviceLevelTarget/);
    await refused("department set sales --org acme --service-level-s 30", 1, /sales/);
  });

  it("takes an IP address as domain", async () => {
    await ok("org create acme --domain 192.0.2.7");
  });

  it("refuses what is taken, unknown or malformed", async () => {
    await ok("org create acme --domain acme.example");
    await refused("org create Acme --domain other.example", 1, /already/);
    await refused("org set nobody --allow +1", 1, /nobody does not exist/);
    await refused("org create other --domain no_good", 2, /domain/);
    await refused("org set acme --allow x", 2, /allowedPrefixes/);
    await refused("org set acme", 2, /Nothing to set/);
    await refused("org set acme --supervision-visible maybe", 2, /maybe/);
    await refused("org create other", 2, /--domain/);
  });
});

describe("callplane user", () => {
  beforeEach(() => ok("org create acme --domain acme.example"));

  it("makes users who can log in, with the password from the command line or standard input", async () => {
    await ok("user create alice --org acme --role agent --agent 1001 --password a-long-enough-one");
    await ok("user create carol --org acme --role supervisor --agent 1003 --extension 2003 --permissions listen,whisper --password-stdin", { stdin: "s3cret with blanks\n" });
    const { auth, close } = await server();
    expect(await auth.login("alice", "a-long-enough-one", "192.0.2.1")).toMatchObject({ role: "agent", domain: "acme.example" });
    const carol = await auth.authenticate(await auth.login("carol", "s3cret with blanks", "192.0.2.1"));
    expect(carol).toMatchObject({ agentId: "1003", permissions: new Set(["listen", "whisper"]) });
    close();
  });

  it("makes root without an organization", async () => {
    expect(parsed(z.unknown(), await ok("user create chief --role root --password a-long-enough-one --json"))).toMatchObject({ username: "chief", role: "root", organization: null });
    await refused("user create other --org acme --role root --password a-long-enough-one", 2, /no organization/);
  });

  it("changes passwords, disables and enables", async () => {
    await ok("user create alice --org acme --role agent --agent 1001 --password the-one-before");
    const { auth, close } = await server();
    const before = await auth.login("alice", "the-one-before", "192.0.2.1");
    await ok("user passwd alice --password-stdin", { stdin: "quite another one" });
    await expect(auth.login("alice", "the-one-before", "192.0.2.1")).rejects.toMatchObject({ code: "Unauthorized" });
    await expect(auth.authenticate(before)).rejects.toMatchObject({ code: "Unauthorized" });
    const after = await auth.login("alice", "quite another one", "192.0.2.1");
    await ok("user disable alice");
    await expect(auth.login("alice", "quite another one", "192.0.2.1")).rejects.toMatchObject({ code: "Unauthorized" });
    await expect(auth.authenticate(after)).rejects.toMatchObject({ code: "Unauthorized" });
    await ok("user enable alice");
    await auth.login("alice", "quite another one", "192.0.2.1");
    close();
  });

  it("deletes a user for good, and the agent with the user only when asked", async () => {
    const agents = async () => (await (await world.store()).agents.list()).map(({ agentId }) => agentId);
    for (const [name, agent] of [["alice", "1001"], ["bob", "1002"]]) await ok(`user create ${name} --org acme --role agent --agent ${agent} --password a-long-enough-one`);
    await ok("user create chief --org acme --role admin --password a-long-enough-one");
    const { auth, close } = await server();
    const login = await auth.login("alice", "a-long-enough-one", "192.0.2.1");
    expect(await ok("user delete alice")).toBe("User alice deleted; logins have ended. The agent 1001 and its phone stay.\n");
    await expect(auth.login("alice", "a-long-enough-one", "192.0.2.1")).rejects.toMatchObject({ code: "Unauthorized" });
    await expect(auth.authenticate(login)).rejects.toMatchObject({ code: "Unauthorized" });
    close();
    expect(await agents()).toEqual(["1001", "1002"]);
    expect(parsed(z.unknown(), await ok("user delete bob@acme.example --with-agent --json"))).toEqual({ username: "bob", agent: "1002", deleted: true });
    expect(await agents()).toEqual(["1001"]);
    await refused("user delete chief --with-agent", 2, /no agent/);
    await ok("user delete chief");
    await refused("user delete chief", 1, /does not exist/);
    expect(parsed(z.array(z.unknown()), await ok("user list --json"))).toEqual([]);
    expect(parsed(z.array(z.object({ action: z.string(), target: z.string() })), await ok("audit list --json --org acme")).slice(0, 4)).toMatchObject([
      { action: "user.delete", target: "chief" },
      { action: "agent.delete", target: "1002" },
      { action: "user.delete", target: "bob" },
      { action: "user.delete", target: "alice" },
    ]);
  });

  it("lists them without their passwords, of one organization when asked", async () => {
    await ok("org create other --domain other.example");
    await ok("user create alice --org acme --role agent --agent 1001 --password a-long-enough-one");
    await ok("user create zoe --org other --role admin --password a-long-enough-one");
    const all = await ok("user list --json");
    expect(parsed(z.unknown(), all)).toMatchObject([
      { username: "alice", role: "agent", organization: "acme", agent: "1001", extension: "1001", permissions: [], disabled: false },
      { username: "zoe", role: "admin", organization: "other", agent: null, extension: null, permissions: ["listen", "whisper", "barge"] },
    ]);
    expect(all).not.toMatch(/scrypt|long-enough/);
    expect(await ok("user list --org other")).toMatch(/^USERNAME.*\nzoe +admin +other.*enabled\n$/);
  });

  it("knows namesakes apart by domain and by organization, and touches nobody where several are meant", async () => {
    await ok("org create other --domain other.example");
    for (const org of ["acme", "other"]) await ok(`user create eve --org ${org} --role admin --password a-long-enough-one`);
    await ok("user create eve --role root --password a-long-enough-one");
    for (const command of ["user disable eve", "user enable eve", "user passwd eve --password quite-another-one"]) await refused(command, 1, /3 organizations have a user eve \(acme, other, root\)/);
    const disabled = async () => parsed(z.array(z.object({ organization: z.string().nullable(), disabled: z.boolean() })), await ok("user list --json")).filter((each) => each.disabled).map(({ organization }) => organization);
    expect(await disabled()).toEqual([]);
    await ok("user disable eve@OTHER.example");
    expect(await disabled()).toEqual(["other"]);
    await ok("user disable eve --org acme");
    expect((await disabled()).sort()).toEqual(["acme", "other"]);
    await refused("user disable eve@acme.example --org other", 1, /does not exist/);
    await ok("user passwd eve --org other --password quite-another-one");
    await ok("user enable eve --org other");
    const { auth, close } = await server();
    expect(await auth.login("eve@other.example", "quite-another-one", "192.0.2.1")).toMatchObject({ username: "eve", domain: "other.example" });
    close();
  });

  it("refuses a weak password, new or changed, and says why", async () => {
    await refused("user create bob --org acme --role admin --password short", 2, /fewer than 10/);
    await refused("user create bob --org acme --role admin --password-stdin", 2, /well-known/, { stdin: "Password2026!" });
    await ok("user create bob --org acme --role admin --password a-long-enough-one");
    // A login refuses them, so nobody could log in.
    for (const stdin of ["a-long-enough-one\nand another line\n", "a-long\tenough-one", "a-long-enough-one\n\n"]) {
      await refused("user create eve --org acme --role admin --password-stdin", 2, /control characters/, { stdin });
      await refused("user passwd bob --password-stdin", 2, /control characters/, { stdin });
      await refused("trunk create provider --org acme --proxy sip.example.com --username u --register --password-stdin", 2, /control characters/, { stdin });
    }
    await refused("user passwd bob --password qwertyuiop", 2, /keyboard/);
    await refused("user passwd bob --password-stdin", 2, /fewer than 10/, { stdin: "new" });
  });

  it("refuses what is missing, taken or malformed", async () => {
    await ok("user create alice --org acme --role agent --agent 1001 --password a-long-enough-one");
    await refused("user create alice --org acme --role admin --password a-long-enough-one", 1, /already/);
    await refused("user create bob --org acme --role agent --agent 1001 --password a-long-enough-one", 1, /belongs to alice/);
    await refused("user create bob --org nobody --role admin --password a-long-enough-one", 1, /nobody does not exist/);
    await refused("user create bob --role admin --password a-long-enough-one", 2, /--org/);
    await refused("user create bob --org acme --role agent --password a-long-enough-one", 2, /agent/);
    await refused("user create bob --org acme --role queen --password a-long-enough-one", 2, /queen/);
    await refused("user create bob --org acme --role service --password a-long-enough-one", 2, /service/);
    await refused("user create bob --org acme --role supervisor --permissions shout --password a-long-enough-one", 2, /permissions/);
    await refused("user create bob --org acme --role admin", 2, /--password/);
    await refused("user create bob --org acme --role admin --password a-long-enough-one --password-stdin", 2, /--password/);
    await refused("user create bob --org acme --role admin --password-stdin", 2, /empty/, { stdin: "\n" });
    await refused("user disable nobody", 1, /nobody does not exist/);
  });
});

describe("callplane token", () => {
  beforeEach(() => ok("org create acme --domain acme.example"));

  it("prints the token alone, which the server takes until it is revoked", async () => {
    const out = await ok("token create --org acme --role service --permissions listen --expires 90d --name crm");
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const token = out.trim();
    const { exp = 0, iat = 0 } = decodeJwt(token);
    expect(exp - iat).toBe(90 * 86_400);
    const { auth, close } = await server();
    expect(await auth.authenticate({ token })).toMatchObject({ name: "crm", role: "service", agentId: null, permissions: new Set(["listen"]) });
    close();
    // A server that starts now: the one above would see it within its poll.
    await ok(`token revoke ${token}`);
    const later = await server();
    await expect(later.auth.authenticate({ token })).rejects.toMatchObject({ code: "Unauthorized" });
    later.close();
  });

  it("revokes by key and by name, unless the name is ambiguous", async () => {
    const { key } = parsed(z.object({ key: z.string() }), await ok("token create --org acme --role service --name crm --json"));
    await ok("token create --org acme --role service --name crm");
    await refused("token revoke crm", 1, /2 tokens/);
    await ok(`token revoke ${key}`);
    await ok("token revoke crm");
    expect(parsed(z.array(z.object({ revoked: z.boolean() })), await ok("token list --json"))).toEqual([{ revoked: true }, { revoked: true }]);
  });

  it("makes root's without an organization", async () => {
    expect(parsed(z.unknown(), await ok("token create --role root --json"))).toMatchObject({ role: "root", organization: null });
  });

  it("refuses what is missing, unknown or malformed, and repeats no token", async () => {
    await refused("token create --org acme --role agent", 2, /agent/);
    await refused("token create --role service", 2, /--org/);
    await refused("token create --org acme --role root", 2, /--org/);
    await refused("token create --org acme --role service --expires 90", 2, /--expires/);
    await refused("token create --org acme --role service --expires 11y", 2, /--expires/);
    await refused("token create --org acme --role service --permissions shout", 2, /permissions/);
    await refused("token create --org acme --role admin --permissions listen", 2, /permissions/);
    await refused("token create --org nobody --role service", 1, /nobody/);
    const outcome = await cli("token revoke hunter2");
    expect(outcome.code).toBe(1);
    expect(outcome.err).not.toContain("hunter2");
  });
});

describe("callplane audit", () => {
  it("lists what the command line did, newest first, and never a password", async () => {
    await ok("org create acme --domain acme.example");
    await ok("org create other --domain other.example");
    await ok("user create alice --org acme --role agent --agent 1001 --password hunter2-hunter3");
    const rows = z.array(z.object({ organization: z.string().nullable(), actor: z.string(), action: z.string(), target: z.string() }));
    const text = await ok("audit list --json");
    expect(parsed(rows, text).map(({ organization, action, target }) => [organization, action, target])).toEqual([
      ["acme", "user.create", "alice"],
      ["other", "org.create", "other"],
      ["acme", "org.create", "acme"],
    ]);
    expect(text).not.toContain("hunter2");
    expect(parsed(rows, await ok("audit list --org other --json"))).toHaveLength(1);
    expect(parsed(rows, await ok("audit list --action user.create --json"))).toHaveLength(1);
    expect(parsed(rows, await ok("audit list --limit 2 --since 1h --json"))).toHaveLength(2);
    expect(await ok("audit list --limit 1")).toMatch(/^AT +ORGANIZATION +ACTOR +ACTION.*\n.* acme +cli:\S+ +user\.create +alice/);
    await refused("audit list --limit 0", 2, /--limit/);
    await refused("audit list --until tomorrow-ish", 2, /--until/);
    await refused("audit list --since yesterday-ish", 2, /--since/);
  });

  it("lists what was done on one target, and within a time", async () => {
    await ok("org create acme --domain acme.example");
    await ok("user create alice --org acme --role agent --agent 1001 --password hunter2-hunter3");
    await ok("user disable alice");
    const store = await world.store();
    const now = Date.now();
    const at = (hoursAgo: number): Date => new Date(now - hoursAgo * 3_600_000);
    await store.audit.append(([[5, "old"], [3, "middle"], [3, "alice"]] as const).map(([hours, target]) => ({ at: at(hours), organizationId: null, actor: "system", action: "test", target, detail: {} })));
    const rows = z.array(z.object({ action: z.string(), target: z.string() }));
    const listed = async (options: string): Promise<string[]> => parsed(rows, await ok(`audit list ${options} --json`)).map(({ action, target }) => `${action} ${target}`);
    expect((await listed("--target alice")).sort()).toEqual(["test alice", "user.create alice", "user.disable alice"]);
    expect(await listed("--target alic")).toEqual([]);
    expect(await listed("--until 4h")).toEqual(["test old"]);
    expect((await listed("--since 4h --until 2h")).sort()).toEqual(["test alice", "test middle"]);
    expect(await listed("--target alice --since 4h --until 2h")).toEqual(["test alice"]);
    expect(await listed(`--until ${at(5).toISOString()}`)).toEqual([]);
    expect(await listed(`--since ${at(5).toISOString()} --until 4h`)).toEqual(["test old"]);
    const exported = (await ok("audit export --target alice --until 2h")).trimEnd().split("\n");
    expect(exported.map((line) => z.object({ action: z.string(), target: z.string() }).parse(JSON.parse(line)))).toEqual([{ action: "test", target: "alice" }]);
  });
});

describe("keeping the audit log", () => {
  const sqlite = (statement: string): void => {
    const database = new Sqlite(world.databasePath);
    try {
      database.exec("DROP TRIGGER IF EXISTS audit_log_no_update; DROP TRIGGER IF EXISTS audit_log_no_delete");
      database.exec(statement);
    } finally {
      database.close();
    }
  };

  it("verifies what the command line wrote, and names the first entry that was changed by hand", async () => {
    for (const name of ["acme", "other", "third"]) await ok(`org create ${name} --domain ${name}.example`);
    const said = await ok("audit verify");
    expect(said).toMatch(/^3 entries since \S+\.\nThe newest that fits is 3:\S{43}\nEvery entry is as it was written, and none is missing\.\n$/);
    const mark = /is (3:\S+)/.exec(said)?.[1] ?? "";
    await ok("org create fourth --domain fourth.example");
    await ok(`audit verify --expect ${mark}`);
    sqlite("UPDATE audit_log SET actor = 'cli:mallory' WHERE id = 2");
    const { code, out } = await cli("audit verify");
    expect([code, out]).toEqual([1, expect.stringContaining("BROKEN: the entry 2 does not fit")]);
    const verdict = z.object({ ok: z.boolean(), fault: z.object({ id: z.number() }) });
    expect(verdict.parse(JSON.parse((await cli("audit verify --json")).out))).toEqual({ ok: false, fault: { id: 2 } });
    await ok("audit verify --after 2");
    await refused("audit verify --after x", 2, /--after/);
    await refused("audit verify --expect 3", 2, /--expect/);
  });

  it("finds with a mark of before that the log was begun anew", async () => {
    await ok("org create acme --domain acme.example");
    const mark = /is (1:\S+)/.exec(await ok("audit verify"))?.[1] ?? "";
    sqlite("DELETE FROM audit_log; DELETE FROM audit_head; DELETE FROM sqlite_sequence WHERE name = 'audit_log'");
    await ok("org create other --domain other.example");
    await ok("audit verify");
    expect(await cli(`audit verify --expect ${mark}`)).toMatchObject({ code: 1, out: expect.stringContaining("set back") as unknown });
  });

  it("prunes only what the retention lets go", async () => {
    await ok("org create acme --domain acme.example");
    const store = await world.store();
    await store.audit.append([{ at: new Date(Date.now() - 40 * 86_400_000), organizationId: null, actor: "system", action: "test", target: "late", detail: {} }]);
    await refused("audit prune", 1, /for ever/);
    expect(await ok("audit retention")).toMatch(/^Kept for ever/);
    expect(await ok("audit retention 30")).toMatch(/^Kept for 30 days at least; then audit prune may/);
    expect(await ok("audit retention --daily on")).toMatch(/^Kept for 30 days at least; then Callplane/);
    await refused("audit retention 0", 2, /days/);
    await refused("audit prune --before 29d", 1, /30 days at least/);
    // The oldest entry is of today, so none before it in the chain may go.
    expect(await ok("audit prune")).toBe("0 entries pruned.\n");
    expect(await ok("audit retention never")).toMatch(/^Kept for ever/);
    await ok("audit verify");
  });

  it("notes an export, with what was asked for, before its first line", async () => {
    await ok("org create acme --domain acme.example");
    const [first = ""] = (await ok("audit export --org acme --since 1h")).split("\n");
    expect(JSON.parse(first)).toMatchObject({ organization: "acme", action: "audit.export", target: "audit log", detail: { org: "acme", since: "1h" } });
  });
});

describe("callplane", () => {
  it("says how it is used: asked, 0; not asked, 2", async () => {
    const asked = await cli("--help");
    expect(asked).toMatchObject({ code: 0, err: "" });
    expect(asked.out).toContain("doctor");
    expect((await cli("")).code).toBe(2);
    expect((await cli("org")).code).toBe(2);
    await refused("bogus", 2, /bogus/);
    await refused("org list --bogus", 2, /--bogus/);
  });

  it("names the variable of a bad environment in one line, and keeps its value to itself", async () => {
    await refused("org list", 1, /JWT_SECRET .*LOG_LEVEL|LOG_LEVEL .*JWT_SECRET|JWT_SECRET/, { env: { JWT_SECRET: "hunter2", LOG_LEVEL: "loud" } });
    expect((await cli("org list", { env: { JWT_SECRET: "hunter2" } })).err).not.toContain("hunter2");
  });

  it("tells in one line when the database cannot be opened", async () => {
    await refused("org list", 1, /./, { env: { DATABASE_URL: "file:/dev/null/callplane.db" } });
  });
});
