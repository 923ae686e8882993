/** Webhooks in the whole product, on the simulated switch: as an administrator makes them, and as a server sees them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openStage, type Client, type Stage } from "../contract/harness.js";
import { ok, talkingWith } from "../contract/suites/steps.js";
import { openSimulatedLab } from "../lab/simulated.js";
import type { Lab } from "../lab/types.js";
import { eventually } from "../lab/wait.js";
import { receiver, type Receiver } from "../outbound/support.js";
import { isSignedWith, toldIn } from "./support.js";

let lab: Lab;
let stage: Stage;
let admin: Client;
let server: Receiver;
let status: number;
beforeAll(async () => {
  lab = await openSimulatedLab();
  server = await receiver((_request, response) => void response.writeHead(status).end());
  const { port } = new URL(server.url);
  stage = await openStage(lab, { OUTBOUND_ALLOWED: `127.0.0.1:${port}` });
  admin = stage.as.admin;
});
afterAll(async () => {
  await stage.close();
  await server.close();
  await lab.close();
});
beforeEach(() => {
  status = 200;
  server.received.splice(0);
});
afterEach(async () => {
  await stage.clear();
  for (const { id } of (await listed()).items) ok(await admin.delete(`/voiceconfig/webhooks/${id}`), 204);
});

interface Made {
  readonly id: string;
  readonly secret: string;
}
const listed = async (): Promise<{ readonly items: readonly { readonly id: string }[]; readonly total: number }> => (await admin.get("/voiceconfig/webhooks")).body as { items: { id: string }[]; total: number };
async function make(body: Readonly<Record<string, unknown>> = {}): Promise<Made> {
  const reply = await admin.post("/voiceconfig/webhooks", { url: `${server.url}/hook`, topics: ["call", "calllog"], ...body });
  ok(reply, 201);
  return reply.body as Made;
}
const deliveriesOf = async (id: string): Promise<Record<string, unknown>> => (await admin.get(`/voiceconfig/webhooks/${id}/deliveries`)).body as Record<string, unknown>;
const callOf = ({ data }: ReturnType<typeof toldIn>): unknown => (data["call"] as { id: string } | undefined)?.id ?? data["id"];

describe("a webhook", () => {
  it("is told of a call from its beginning to its record, in order, signed", async () => {
    const { id, secret } = await make();
    const call = await talkingWith(stage, "1001");
    ok(await admin.post(`/voicechannel/calls/${call.id}:hold`));
    ok(await admin.post(`/voicechannel/calls/${call.id}:resume`));
    ok(await admin.post(`/voicechannel/calls/${call.id}:hangup`));
    const ofCall = () => server.received.filter((request) => callOf(toldIn(request)) === call.id);
    await eventually("the record to be told", () => ofCall().some((request) => toldIn(request).type === "calllog.completed"), { details: () => JSON.stringify(server.received.map(toldIn).map(({ type }) => type)) });
    const types = ofCall().map((request) => toldIn(request).type);
    expect([types[0], ...types.slice(-2)]).toEqual(["call.created", "call.ended", "calllog.completed"]);
    expect(new Set(types.slice(1, -2))).toEqual(new Set(["call.updated"]));
    for (const request of ofCall()) expect(isSignedWith(secret, request, Number(request.headers["webhook-timestamp"]) * 1000)).toBe(true);
    ok(await admin.put(`/voiceconfig/calllogs/${call.id}`, { disposition: "sold" }));
    await eventually("the outcome to be told", () => ofCall().some((request) => toldIn(request).type === "calllog.updated"));
    expect(ofCall().map(toldIn).at(-1)?.data).toEqual({ id: call.id, callId: call.id, disposition: "sold", note: null, by: "admin" });
    const log = await admin.get(`/voiceconfig/calllogs/${call.id}`);
    expect(log.status).toBe(200);
    await eventually("all ends to be written", async () => (await deliveriesOf(id))["total"] === 0);
    expect(await deliveriesOf(id)).toMatchObject({ delivered: server.received.length, failed: 0, dropped: 0, lastStatus: 200, lastError: null, failingSince: null, items: [], pageIndex: 0 });
  });

  it("is made, read, changed and removed, with its secret shown once, entity tags, pages and the audit log", async () => {
    const made = await make({ description: "The CRM" });
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const path = `/voiceconfig/webhooks/${made.id}`;
    const read = await admin.get(path);
    expect(read.body).toEqual({ id: made.id, url: `${server.url}/hook`, topics: ["call", "calllog"], description: "The CRM", enabled: true, disabled: null, previousSecretUntil: null, createdAt: expect.any(String) as string, updatedAt: expect.any(String) as string });
    const tag = read.headers.get("etag") ?? "";
    expect((await admin.get(path, { "if-none-match": tag })).status).toBe(304);
    expect((await admin.put(path, { topics: ["agent"], description: null })).body).toMatchObject({ topics: ["agent"], description: null });
    const { token } = admin;
    const stale = await fetch(`${stage.url()}${path}`, { method: "DELETE", headers: { authorization: `Bearer ${token}`, "if-match": tag } });
    expect(stale.status).toBe(412);
    const rotated = await admin.post(`${path}/secret`, {});
    ok(rotated, 201);
    expect(rotated.body).toMatchObject({ previousSecretUntil: expect.any(String) as string, secret: expect.stringMatching(/^whsec_/) as string });
    expect((rotated.body as Made).secret).not.toBe(made.secret);
    await make();
    expect((await admin.get("/voiceconfig/webhooks?pageIndex=1&pageSize=1")).body).toMatchObject({ pageIndex: 1, pageSize: 1, total: 2, items: [{ url: `${server.url}/hook` }] });
    ok(await admin.delete(path), 204);
    expect((await admin.get(path)).status).toBe(404);
    await eventually("the audit log", async () => (await stage.audit()).filter(({ target }) => target === made.id).length === 4);
    expect((await stage.audit()).filter(({ target }) => target === made.id).map(({ action, actor }) => [action, actor])).toEqual(["create", "update", "rotate", "delete"].map((what) => [`webhook.${what}`, "admin"]));
    expect(JSON.stringify(await stage.audit())).not.toContain("whsec_");
  });

  it("is refused with what is wrong with it", async () => {
    const refusal = async (body: Readonly<Record<string, unknown>>): Promise<unknown> => {
      const reply = await admin.post("/voiceconfig/webhooks", { url: "https://crm.example.com/", topics: ["call"], ...body });
      return [reply.status, (reply.body as { message: string }).message.slice(0, 40)];
    };
    expect(await refusal({ url: "ftp://crm.example.com/" })).toEqual([400, expect.stringContaining("url") as string]);
    for (const url of ["http://10.0.0.1/", "http://127.0.0.1:1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data", "http://0.0.0.0/", "http://[::ffff:10.0.0.1]/"]) expect([url, await refusal({ url })]).toEqual([url, [400, expect.stringContaining("url") as string]]);
    for (const topics of [[], ["calls"], ["call.begun"], ["*"], "call"]) expect([topics, await refusal({ topics })]).toEqual([topics, [400, expect.stringContaining("topics") as string]]);
    for (const secret of ["secret", "whsec_", "whsec_short", `whsec_${"A".repeat(100)}`]) expect([secret, await refusal({ secret })]).toEqual([secret, [400, expect.stringContaining("secret") as string]]);
    expect(await refusal({ method: "GET" })).toEqual([400, expect.any(String) as string]);
    for (let n = 0; n < 10; n++) await make();
    expect(await refusal({})).toEqual([409, "The organization has 10 webhooks."]);
  });

  it("is its organization's: nobody else's to see, and not for agents and supervisors", async () => {
    const { id } = await make();
    const path = `/voiceconfig/webhooks/${id}`;
    const every = (client: Client) => Promise.all([client.get(path), client.put(path, { enabled: false }), client.delete(path), client.post(`${path}:test`), client.post(`${path}/secret`, {}), client.get(`${path}/deliveries`)]);
    expect((await every(stage.stranger)).map((reply) => reply.status)).toEqual([404, 404, 404, 404, 404, 404]);
    for (const who of [stage.as.alice, stage.as.carol]) expect((await every(who)).map((reply) => reply.status)).toEqual([403, 403, 403, 403, 403, 403]);
    expect((await stage.stranger.get("/voiceconfig/webhooks")).body).toMatchObject({ items: [], total: 0 });
    expect((await stage.root.get("/voiceconfig/webhooks")).status).toBe(400);
    expect((await stage.root.get(`/voiceconfig/webhooks?domain=${lab.domain}`)).body).toMatchObject({ total: 1 });
    expect((await stage.root.get(path)).status).toBe(200);
  });

  it("is tested when somebody asks for it, whatever its server answers, also while it is disabled", async () => {
    const { id, secret } = await make({ enabled: false });
    const tested = async (): Promise<unknown> => (await admin.post(`/voiceconfig/webhooks/${id}:test`)).body;
    expect(await tested()).toMatchObject({ delivered: true, status: 200, error: null });
    const [request] = server.received;
    if (request === undefined) throw new Error("nothing came");
    expect(isSignedWith(secret, request, Number(request.headers["webhook-timestamp"]) * 1000)).toBe(true);
    expect(toldIn(request)).toMatchObject({ id: null, type: "webhook.test", organization: lab.domain, data: { webhook: { id, url: `${server.url}/hook` } } });
    status = 500;
    expect(await tested()).toMatchObject({ delivered: false, status: 500, error: "The server answered 500." });
    await talkingWith(stage, "1001");
    expect(server.received.map((each) => toldIn(each).type)).toEqual(["webhook.test", "webhook.test"]);
  });

  it("that does not take its events keeps them for the next process, which sends them when it does", async () => {
    status = 503;
    const { id } = await make();
    const call = await talkingWith(stage, "1001");
    ok(await admin.post(`/voicechannel/calls/${call.id}:hangup`));
    await eventually("the end to wait", async () => JSON.stringify(await deliveriesOf(id)).includes("calllog.completed"));
    expect(await deliveriesOf(id)).toMatchObject({ lastStatus: 503, lastError: "The server answered 503.", failingSince: expect.any(String) as string });
    await stage.restartCallplane();
    status = 200;
    const first = server.received.length;
    await eventually("all to arrive", async () => (await deliveriesOf(id))["total"] === 0, { timeoutMs: 60_000 });
    const types = server.received.slice(first).filter((each) => callOf(toldIn(each)) === call.id).map((each) => toldIn(each).type);
    expect([types[0], ...types.slice(-2)]).toEqual(["call.created", "call.ended", "calllog.completed"]);
  });
});
