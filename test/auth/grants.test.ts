/** Role × grantable thing, generated: the decision itself, and every route that gives, changes or removes something. */
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthService, createClientTokens, hashPassword, issueServiceToken, supervisionPermissions } from "../../src/auth/index.js";
import { mayAdminister, mayGrant } from "../../src/auth/grants.js";
import type { AgentService } from "../../src/agents/index.js";
import type { Actor, Role, SupervisionMode } from "../../src/people/index.js";
import { OrganizationSounds } from "../../src/queues/index.js";
import { Staff } from "../../src/staff/index.js";
import { openDirectory, openStore, SUPERVISION_MODES, type OrganizationRecord, type Store, type StoreDirectory } from "../../src/store/index.js";
import { createWorld, type World } from "../http/fakes.js";
import { QUICK, SECRET } from "./support.js";

const ROLES = ["agent", "supervisor", "admin", "service", "root"] as const satisfies readonly Role[];
const LOGIN_ROLES = ["agent", "supervisor", "admin", "root"] as const;
const subsets = <T>(all: readonly T[]): T[][] => all.reduce<T[][]>((found, each) => [...found, ...found.map((some) => [...some, each])], [[]]);
/** What a role may be given besides: nothing said, or any set of modes. */
const SAID: readonly (readonly SupervisionMode[] | null)[] = [null, ...subsets(SUPERVISION_MODES)];

/** What somebody can do, written down from CONTRACT's table and not from the code: to be named in a supervision is a right as well. */
function rights(role: Role, modes: Iterable<SupervisionMode>): ReadonlySet<string> {
  const all: Readonly<Record<Role, readonly string[]>> = {
    agent: ["own calls"],
    supervisor: ["own calls", "all calls", "supervisor's phone"],
    service: ["all calls", "configuration", "credentials of agents"],
    admin: ["own calls", "all calls", "supervisor's phone", "configuration", "credentials of agents", "credentials of all"],
    root: ["own calls", "all calls", "supervisor's phone", "configuration", "credentials of agents", "credentials of all", "organizations"],
  };
  return new Set([...all[role], ...[...modes].map((mode) => `supervise: ${mode}`)]);
}
const holds = (mine: ReadonlySet<string>, theirs: ReadonlySet<string>): boolean => [...theirs].every((right) => mine.has(right));

/** Who may give at all: those who configure. A service token has no calls of its own, and yet makes agents. */
const CONFIGURING: readonly Role[] = ["admin", "service", "root"];
const expected = (granter: { role: Role; modes: ReadonlySet<SupervisionMode> }, role: Role, modes: Iterable<SupervisionMode>): boolean => {
  const mine = new Set([...rights(granter.role, granter.modes), "own calls"]);
  return CONFIGURING.includes(granter.role) && role !== "root" && holds(mine, rights(role, modes)) && (granter.role !== "service" || role === "agent");
};

describe("the decision", () => {
  const granters = ROLES.flatMap((role) => SAID.map((said) => ({ role, permissions: supervisionPermissions(role, said) })));
  const grants = ROLES.flatMap((role) => SAID.map((said) => ({ role, said })));

  it(`lets nobody give what the giver does not have (${granters.length} givers × ${grants.length} gifts)`, () => {
    for (const granter of granters) {
      for (const grant of grants) {
        const allowed = expected({ role: granter.role, modes: granter.permissions }, grant.role, supervisionPermissions(grant.role, grant.said));
        expect({ granter, grant, allowed: mayGrant(granter, grant) }).toEqual({ granter, grant, allowed });
      }
    }
  });

  it("lets nobody change a person who stands above, or give that person's credentials away", () => {
    for (const granter of granters) {
      for (const role of ROLES) {
        const allowed = role === "agent" ? CONFIGURING.includes(granter.role) : role !== "root" && (granter.role === "admin" || granter.role === "root");
        expect({ granter, role, allowed: mayAdminister(granter, role) }).toEqual({ granter, role, allowed });
      }
    }
  });
});

describe("every route that gives something", () => {
  let store: Store;
  let directory: StoreDirectory;
  let world: World;
  let acme: OrganizationRecord;
  const granters: { readonly what: string; readonly token: string; readonly actor: Actor }[] = [];
  /** People with a phone, by what they are. */
  const people: { readonly agentId: string; readonly role: Role }[] = [];
  const opened: (() => void | Promise<void>)[] = [];
  let next = 3000;

  const person = async (role: Exclude<Role, "service" | "root"> | null, permissions: readonly SupervisionMode[] | null = null): Promise<string> => {
    const agentId = String(++next);
    await (role === null
      ? store.agents.create({ organizationId: acme.id, agentId })
      : store.users.create({ username: `u${agentId}`, organizationId: acme.id, role, agentId, permissions, passwordHash: await hashPassword("somebody's password", QUICK) }));
    return agentId;
  };

  beforeAll(async () => {
    store = await openStore(":memory:");
    acme = await store.organizations.create({ name: "acme", domain: "acme.example" });
    const logger = pino({ level: "silent" });
    directory = await openDirectory(store, { logger });
    const audit = { append: () => undefined };
    const auth = createAuthService({ store, directory, audit, logger, secret: SECRET, passwordCost: QUICK });
    const clientTokens = createClientTokens({ store, directory, audit, logger, secret: SECRET, wssUrl: "wss://{domain}", iceServers: [] });
    const staff = new Staff({
      store, directory, audit,
      hashPassword: (password) => hashPassword(password, QUICK),
      live: { get: () => ({ calls: [] }) },
      sounds: new OrganizationSounds("/srv/sounds", "/srv/sounds"),
      waiting: () => 0,
    });
    world = createWorld({ services: { staff, auth, clientTokens, directory, agents: agentsOf(directory) } });
    await world.app.ready();
    opened.push(() => world.close(), () => auth.close(), () => clientTokens.close(), () => directory.close(), () => store.close());
    for (const said of SAID) {
      for (const role of ["service", "supervisor"] as const) {
        const { token } = await issueServiceToken(store, SECRET, { name: "crm", organization: acme, role, permissions: said, lifetimeMs: 600_000 });
        granters.push({ what: `${role} token ${String(said)}`, token, actor: await auth.authenticate({ token }) });
      }
      const agentId = await person("supervisor", said);
      const { token } = await auth.login(`u${agentId}`, "somebody's password", "192.0.2.1");
      granters.push({ what: `supervisor ${String(said)}`, token, actor: await auth.authenticate({ token }) });
    }
    await store.users.create({ username: "root", organizationId: null, role: "root", passwordHash: await hashPassword("somebody's password", QUICK) });
    for (const [what, username] of [["agent", `u${await person("agent")}`], ["admin", `u${await person("admin")}`], ["root", "root"]] as const) {
      const { token } = await auth.login(username, "somebody's password", "192.0.2.1");
      granters.push({ what, token, actor: await auth.authenticate({ token }) });
    }
    for (const role of [null, "agent", "supervisor", "admin"] as const) people.push({ agentId: await person(role), role: role ?? "agent" });
  });
  afterAll(async () => {
    for (const close of opened) await close();
  });

  const send = async (token: string, method: "POST" | "PUT" | "DELETE", url: string, payload: object = {}) => {
    const { statusCode, body } = await world.app.inject({ method, url, payload, headers: { authorization: `Bearer ${token}` } });
    return { status: statusCode, body };
  };
  const query = (actor: Actor): string => (actor.role === "root" ? "?domain=acme.example" : "");

  it("makes logins of a role and modes that the giver has, and no other", async () => {
    for (const { what, token, actor } of granters) {
      for (const role of LOGIN_ROLES) {
        const extension = String(++next);
        const { status, body } = await send(token, "POST", `/voiceconfig/voiceagents${query(actor)}`, { extension, username: `u${extension}`, password: "a rather long one", role });
        // The route knows no other roles.
        const wanted = role === "admin" || role === "root" ? [400, 403] : [expected({ role: actor.role, modes: actor.permissions }, role, supervisionPermissions(role, null)) ? 201 : 403];
        expect({ what, role, status, body, ok: wanted.includes(status) }).toMatchObject({ ok: true });
        expect((await store.users.findByAgent(acme.id, extension))?.role).toBe(status === 201 ? role : undefined);
        if (status !== 201) expect(await store.agents.find(acme.id, extension)).toBeNull();
      }
    }
  });

  const above = (granter: Role, role: Role): boolean => !(granter === "admin" || granter === "root" || (granter === "service" && role === "agent"));

  it("gives out no credentials of somebody who stands above the giver, and changes and removes nobody of them", async () => {
    for (const { what, token, actor } of granters) {
      for (const { agentId, role } of people) {
        const hashBefore = await sip(agentId);
        const requests = [
          ["POST", `/voiceconfig/voiceagents/${agentId}/credentials`, {}],
          ["PUT", `/voiceconfig/voiceagents/${agentId}`, { extension: String(++next) }],
          ["PUT", `/voiceconfig/voiceagents/${agentId}`, { name: "Another Name" }],
          ["POST", "/voicetwilio/token", { agent: agentId }],
          ["POST", "/voicetwilio/tokens", { agent: agentId }],
        ] as const;
        for (const [method, url, payload] of requests) {
          const { status, body } = await send(token, method, url, payload);
          expect({ what, role, url, allowed: status < 300, refused: status === 403 }).toEqual({ what, role, url, allowed: !above(actor.role, role), refused: above(actor.role, role) });
          if (status === 403) expect(body).not.toContain("password\":");
        }
        if (above(actor.role, role)) expect(await sip(agentId)).toEqual(hashBefore);
      }
    }
  });

  it("removes nobody who stands above whoever asks", async () => {
    for (const { what, token, actor } of granters) {
      for (const role of [null, "agent", "supervisor", "admin"] as const) {
        const agentId = await person(role);
        const { status } = await send(token, "DELETE", `/voiceconfig/voiceagents/${agentId}`);
        const allowed = !above(actor.role, role ?? "agent");
        expect({ what, role, status }).toEqual({ what, role, status: allowed ? 200 : 403 });
        expect((await store.agents.find(acme.id, agentId)) === null).toBe(allowed);
      }
    }
  });

  it("gives everybody who has a phone a client token for that phone", async () => {
    for (const { what, token, actor } of granters.filter(({ actor: { agentId } }) => agentId !== null)) {
      expect({ what, status: (await send(token, "POST", "/voicetwilio/token", { agent: actor.agentId })).status }).toEqual({ what, status: 200 });
      expect({ what, status: (await send(token, "POST", "/voicetwilio/token")).status }).toEqual({ what, status: 200 });
    }
  });

  const sip = async (agentId: string) => store.agents.sipHashesOf((await store.agents.find(acme.id, agentId))?.id ?? -1, new Date());
});

/** The live agents: whoever is in the directory. */
function agentsOf(directory: StoreDirectory): AgentService {
  const get: AgentService["get"] = (actor, id) => {
    if (actor.role !== "root" && directory.agent(actor.organizationId ?? -1, id) === undefined) throw new Error("not there");
    return { id, extension: id, name: id, departments: [], status: "online", since: "", reason: null, until: null, next: null, wrapUp: null, registered: false, phones: [], calls: [], ringing: [] };
  };
  return {
    list: () => ({ items: [], total: 0, next: null }),
    get,
    setStatus: async () => undefined,
    withdrawNext: async (actor, id) => get(actor, id),
    extendWrapUp: async (actor, id) => get(actor, id),
    history: async () => [],
    heartbeat: async () => undefined,
    present: () => () => undefined,
    shown: () => null,
    onChange: () => () => undefined,
    close: async () => undefined,
  };
}
