/** What administrators set up is told as its lists show it: to them, and what supervisors may read to those, too. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { Client, openStage, type Stage } from "../contract/harness.js";
import { Follower, type Told } from "../contract/suites/follower.js";
import { ok } from "../contract/suites/steps.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";

let lab: SimulatedLab;
let stage: Stage;
beforeAll(async () => {
  lab = await openSimulatedLab();
  stage = await openStage(lab);
});
afterAll(async () => {
  await stage.close();
  await lab.close();
});

const follow = async (client: Client): Promise<Follower> => {
  const follower = await new Follower().open(client);
  await follower.sees("the snapshot", ({ type }) => type === "snapshot");
  return follower;
};

interface Kind {
  /** Of its events, and the field that holds the thing. */
  readonly kind: string;
  readonly field: string;
  /** What names it: a field of the thing, and of the answer to its making. */
  readonly id: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly change: Readonly<Record<string, unknown>>;
}

const SECRET = `whsec_${Buffer.from("nobody else may read what this is").toString("base64")}`;
const KINDS: readonly Kind[] = [
  { kind: "user", field: "user", id: "id", path: "/voiceconfig/users", body: { username: "sven", password: "a-long-Secret-0", role: "supervisor" }, change: { disabled: true } },
  { kind: "user", field: "user", id: "id", path: "/voiceconfig/users", body: { username: "finn", password: "a-long-Secret-0", role: "agent", agent: "1777" }, change: { disabled: true } },
  { kind: "trunk", field: "trunk", id: "name", path: "/voiceconfig/trunks", body: { name: "backup", proxy: "sip.example.com", username: "acme", password: "a-long-Secret-0" }, change: { proxy: "sip2.example.com" } },
  { kind: "phoneline", field: "line", id: "id", path: "/voiceconfig/phonelines", body: { phoneNumber: "+12125550177", target: { type: "client", to: "1001" } }, change: { recorded: true } },
  { kind: "voiceconfig", field: "config", id: "id", path: "/voiceconfig/configs", body: { name: "evening" }, change: { name: "night" } },
  { kind: "webhook", field: "webhook", id: "id", path: "/voiceconfig/webhooks", body: { url: "https://crm.example.com/hook", topics: ["call"], secret: SECRET }, change: { topics: ["call", "agent"] } },
];

it.each(KINDS)("tells of a $kind that is made, changed and removed", async ({ kind, field, id, path, body, change }) => {
  const [admin, root, carol, stranger] = [await follow(stage.as.admin), await follow(stage.root), await follow(stage.as.carol), await follow(stage.stranger)];
  const thing = ({ data }: Told): object => Object(Reflect.get(data, field)) as object;
  const made = await stage.as.admin.post(path, body);
  ok(made, 201);
  const key = String(Reflect.get(Object(made.body), id));
  const sees = (what: string) => admin.sees(`${kind}.${what}`, (event) => event.type === `${kind}.${what}` && Reflect.get(thing(event), id) === key);
  // The state of a trunk's gateways is asked of FreeSWITCH for the list, and told nowhere.
  const listed = async (): Promise<unknown> => {
    const found = ((await stage.as.admin.get(path)).body as { readonly items: readonly object[] }).items.find((each) => Reflect.get(each, id) === key);
    return found === undefined ? undefined : Object.fromEntries(Object.entries(found).filter(([name]) => name !== "gateways"));
  };
  expect(thing(await sees("created"))).toEqual(await listed());
  ok(await stage.as.admin.put(`${path}/${key}`, change));
  expect(thing(await sees("updated"))).toEqual(await listed());
  expect((await stage.as.admin.delete(`${path}/${key}`)).status).toBeLessThan(300);
  await sees("removed");
  expect(await listed()).toBeUndefined();
  const types = (follower: Follower): readonly string[] => follower.told.filter((event) => event.type.startsWith(`${kind}.`) && String(Reflect.get(thing(event), id)) === key).map(({ type }) => type);
  expect(types(admin)).toEqual([`${kind}.created`, `${kind}.updated`, `${kind}.removed`]);
  await root.sees("the same by root", ({ type }) => type === `${kind}.removed`);
  // What the others are told of next comes after what they are not told of.
  ok(await stage.as.alice.post("/voicechannel/agents/1001/status", { status: "away" }));
  await carol.sees("the status", ({ type }) => type === "agent.status");
  ok(await stage.as.alice.post("/voicechannel/agents/1001/status", { status: "offline" }));
  const isSupervisors = ["trunk", "phoneline", "voiceconfig"].includes(kind);
  expect([types(carol), types(stranger)]).toEqual([isSupervisors ? types(admin) : [], []]);
  for (const each of [admin, root]) expect(JSON.stringify(each.told)).not.toMatch(/a-long-Secret|whsec_|scrypt|passwordHash/);
  for (const each of [admin, root, carol, stranger]) each.close();
});

it("tells of a token that is made and revoked, without it", async () => {
  const admin = await follow(stage.as.admin);
  const made = await stage.as.admin.post("/voiceconfig/tokens", { name: "crm", lifetimeS: 3600 });
  ok(made, 201);
  const { key, token } = made.body as { readonly key: string; readonly token: string };
  const tokenOf = ({ data }: Told): object => Object(Reflect.get(data, "token")) as object;
  const sees = (type: string) => admin.sees(type, (event) => event.type === type && Reflect.get(tokenOf(event), "key") === key);
  const shown = async (): Promise<unknown> => (await stage.as.admin.get(`/voiceconfig/tokens/${key}`)).body;
  expect(tokenOf(await sees("token.created"))).toEqual(await shown());
  expect((await stage.as.admin.delete(`/voiceconfig/tokens/${key}`)).status).toBe(204);
  expect(tokenOf(await sees("token.updated"))).toEqual(await shown());
  // A login is no long-lived token.
  await stage.as.admin.post("/login", { username: "alice", password: "wrong" });
  expect(admin.types.filter((type) => type.startsWith("token."))).toEqual(["token.created", "token.updated"]);
  expect(JSON.stringify(admin.told)).not.toContain(token);
  admin.close();
});

it("keeps tokens from services, which may not list them: in no webhook that a service makes, changes, rotates or points elsewhere", async () => {
  const made = await stage.as.admin.post("/voiceconfig/tokens", { name: "integration", lifetimeS: 3600 });
  ok(made, 201);
  const service = new Client(stage.url, (made.body as { readonly token: string }).token);
  ok(await service.get("/voiceconfig/tokens"), 403);
  const url = "https://crm.example.com/hook";
  for (const topics of [["token"], ["call", "token.created"]]) ok(await service.post("/voiceconfig/webhooks", { url, topics }), 403);
  const own = await service.post("/voiceconfig/webhooks", { url, topics: ["call"] });
  ok(own, 201);
  ok(await service.put(`/voiceconfig/webhooks/${(own.body as { readonly id: string }).id}`, { topics: ["token"] }), 403);
  const admins = await stage.as.admin.post("/voiceconfig/webhooks", { url, topics: ["token"] });
  ok(admins, 201);
  const { id } = admins.body as { readonly id: string };
  ok(await service.put(`/voiceconfig/webhooks/${id}`, { url: "https://elsewhere.example.com/" }), 403);
  ok(await service.post(`/voiceconfig/webhooks/${id}/secret`, {}), 403);
});
