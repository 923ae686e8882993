import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newSecret } from "../../src/webhooks/index.js";
import { eventually } from "../lab/wait.js";
import { receiver } from "../outbound/support.js";
import { HOUR_MS, isSignedWith, ofCall, openWebhookWorld, toldIn, type Answer, type WebhookWorld } from "./support.js";

let world: WebhookWorld;
beforeEach(async () => {
  world = await openWebhookWorld();
});
afterEach(() => world.close());

/** What the receiver was told of a call, each once, in the order in which it came first. */
const heard = (callId: string): readonly string[] => [...new Map(world.server.received.map((request) => [request.headers["webhook-id"], toldIn(request)] as const)).values()]
  .filter(({ data }) => (data["call"] as { id: string } | undefined)?.id === callId || data["id"] === callId)
  .map(({ type, data }) => (type === "call.updated" ? String((data["call"] as { to: string }).to) : type));

function wholeCall(id: string, updates = 3): readonly string[] {
  world.tell(ofCall("call.created", id));
  for (let n = 1; n <= updates; n++) world.tell(ofCall("call.updated", id, { to: `n${n}` }));
  world.tell(ofCall("call.ended", id));
  return ["call.created", ...Array.from({ length: updates }, (_, n) => `n${n + 1}`), "call.ended"];
}
const state = (id: number) => world.store.webhooks.state(id);
const waiting = async (id: number): Promise<number> => (await world.store.webhooks.pending(id, { offset: 0, limit: 1 })).total;
async function everythingArrives(id: number): Promise<void> {
  await world.kept();
  await eventually("everything to arrive", async () => (await waiting(id)) === 0, { everyMs: 5 });
}
/** As time goes on. */
async function arrivesInTime(id: number): Promise<void> {
  await world.kept();
  await eventually("everything to arrive", async () => {
    world.clock.advance(5000);
    return (await waiting(id)) === 0;
  }, { everyMs: 10 });
}

describe("the events of a webhook", () => {
  it("come in order for each call, as the stream tells them, signed with the secret of then", async () => {
    const secret = newSecret();
    const { id } = await world.hook({}, secret);
    const expected = ["a", "b", "c"].map((call) => wholeCall(call));
    await everythingArrives(id);
    expect(["a", "b", "c"].map(heard)).toEqual(expected);
    for (const request of world.server.received) {
      expect(isSignedWith(secret, request, world.clock.now())).toBe(true);
      expect(request.headers["content-type"]).toBe("application/json");
      expect(request.headers["i-twilio-idempotency-token"]).toBeUndefined();
    }
    const [first] = world.server.received.map(toldIn);
    expect(first).toMatchObject({ id: expect.stringMatching(/^b00t-\d+$/) as string, type: "call.created", organization: "acme.example", data: { call: { id: "a" } } });
    expect(new Set(world.server.received.map(({ headers }) => headers["webhook-id"])).size).toBe(15);
    expect(await state(id)).toMatchObject({ delivered: 15, failed: 0, dropped: 0, lastStatus: 200, lastError: null, failingSince: null });
  });

  it("are those of its topics, by kind or type, of its own organization, and of every switch", async () => {
    await world.hook({ topics: ["call.ended", "agent", "switch"] });
    const other = (await world.store.organizations.create({ name: "beta", domain: "beta.example" })).id;
    wholeCall("a");
    world.tell(ofCall("call.ended", "b"), other);
    world.tell({ type: "agent.status", data: { agent: { id: "1001" }, cause: "request" } });
    world.tell({ type: "queue.left", data: { queue: { name: "support", waiting: 0 }, callId: "a", reason: "abandoned", agent: null } });
    world.tell({ type: "switch.status", data: { switch: { node: "fs1", state: "ready", error: null, since: "", stale: false } } }, null);
    world.tell(ofCall("call.ended", "nobody's"), null);
    await eventually("three events", () => world.server.received.length >= 3);
    await world.settled();
    expect(world.server.received.map((request) => toldIn(request).type).sort()).toEqual(["agent.status", "call.ended", "switch.status"]);
  });

  it("are none while it is disabled, and what waits then is dropped", async () => {
    world.answer = () => 500;
    const { id, organizationId } = await world.hook();
    wholeCall("a");
    await eventually("an attempt", () => world.server.received.length > 0);
    await world.settled();
    await world.store.webhooks.update(organizationId, id, { enabled: false });
    expect([await waiting(id), (await state(id)).dropped]).toEqual([0, 5]);
    wholeCall("b");
    await world.store.webhooks.update(organizationId, id, { enabled: true });
    world.answer = () => 200;
    const expected = wholeCall("c");
    await arrivesInTime(id);
    expect([heard("b"), heard("c")]).toEqual([[], expected]);
  });

  it("go where it points now, signed with the secret of now and for a day with the one before", async () => {
    const [first, second] = [newSecret(), newSecret()];
    world.answer = ({ path }) => (path === "/hook" ? 500 : 200);
    const { id, organizationId } = await world.hook({}, first);
    world.tell(ofCall("call.created", "a"));
    await eventually("an attempt", () => world.server.received.length === 1);
    await world.settled();
    await world.store.webhooks.update(organizationId, id, { url: `${world.server.url}/moved` });
    await world.store.webhooks.rotate(organizationId, id, second, new Date(world.clock.now() + HOUR_MS));
    await arrivesInTime(id);
    const last = world.server.received.at(-1);
    if (last === undefined) throw new Error("nothing came");
    expect(last.path).toBe("/moved");
    expect([first, second].map((secret) => isSignedWith(secret, last, world.clock.now() + 1000) || isSignedWith(secret, last, Number(last.headers["webhook-timestamp"]) * 1000))).toEqual([true, true]);
    world.clock.advance(2 * HOUR_MS);
    world.tell(ofCall("call.created", "b"));
    await everythingArrives(id);
    const newest = world.server.received.at(-1);
    if (newest === undefined) throw new Error("nothing came");
    expect([first, second].map((secret) => isSignedWith(secret, newest, world.clock.now()))).toEqual([false, true]);
  });
});

describe("a receiver", () => {
  it.each<[string, Answer]>([["answers 500", 500], ["resets its connections", "reset"], ["does not answer", "silence"]])("that %s for an hour loses nothing, and is asked seldom meanwhile", { timeout: 60_000 }, async (_what, down) => {
    if (down === "silence") {
      await world.close();
      world = await openWebhookWorld({}, { timeoutMs: 300 });
    }
    const { id } = await world.hook();
    world.answer = () => down;
    const calls = Array.from({ length: 12 }, (_, n) => `call ${n}`);
    const expected = calls.map((call) => wholeCall(call));
    await world.pass(60_000, 5000);
    const begun = world.server.received.length;
    await world.pass(HOUR_MS, 120_000);
    // One request at a time, with a rest of up to half a minute: in steps of two minutes one each.
    expect(world.server.received.length - begun).toBeLessThan(45);
    // The wait for an answer is of real time, of which the hour has hardly any.
    await eventually("the failure to be noted", async () => (await state(id)).failingSince !== null);
    expect(await waiting(id)).toBe(calls.length * 5);
    world.answer = () => 200;
    await arrivesInTime(id);
    expect(calls.map(heard)).toEqual(expected);
    expect(await state(id)).toMatchObject({ delivered: 60, dropped: 0, lastError: null, failingSince: null });
    expect(world.news).toEqual([]);
  });

  it("that is slow keeps nothing of another webhook, or of callbacks, waiting", async () => {
    const [slow, quick] = [await world.hook({ url: `${world.server.url}/slow` }), await world.hook({ url: `${world.server.url}/quick` })];
    const held: (() => void)[] = [];
    world.answer = ({ path }) => (path === "/slow" ? new Promise<Answer>((resolve) => held.push(() => resolve(200))) : 200);
    for (let n = 0; n < 40; n++) world.tell(ofCall("call.created", `call ${n}`));
    await everythingArrives(quick.id);
    // Eight at once.
    expect(world.server.received.filter(({ path }) => path === "/slow").length).toBeLessThanOrEqual(8);
    await world.deliveries.enqueue({ organizationId: world.organizationId, lane: "CA1", kind: "callback", url: `${world.server.url}/callback`, method: "POST", form: [], sign: false });
    await eventually("the callback", () => world.server.received.some(({ path }) => path === "/callback"));
    world.answer = () => 200;
    for (const answer of held) answer();
    await arrivesInTime(slow.id);
  });

  it("that is down for a day is disabled, which is told and in the audit log; it may be enabled again", { timeout: 60_000 }, async () => {
    const { id, organizationId } = await world.hook();
    world.answer = () => 503;
    wholeCall("a");
    await world.pass(25 * HOUR_MS, HOUR_MS / 2);
    await eventually("it to be disabled", async () => (await world.store.webhooks.list())[0]?.enabled === false, { everyMs: 5 });
    const [disabled] = await world.store.webhooks.list();
    expect(disabled).toMatchObject({ enabled: false, disabledReason: "The server answered 503.", version: 2 });
    expect(await waiting(id)).toBe(0);
    expect(world.news).toEqual([expect.stringMatching(new RegExp(`^${id} disabled, \\d dropped: The server answered 503\\.$`))]);
    expect(world.audited).toEqual([expect.objectContaining({ organizationId, actor: "system", action: "webhook.disabled", target: String(id) })]);
    world.answer = () => 200;
    await world.store.webhooks.update(organizationId, id, { enabled: true });
    expect((await world.store.webhooks.list())[0]).toMatchObject({ enabled: true, disabledAt: null, disabledReason: null });
    const expected = wholeCall("b");
    await arrivesInTime(id);
    expect(heard("b")).toEqual(expected);
  });

  it("that refuses one event for a day and takes all others is told on, without that one", { timeout: 60_000 }, async () => {
    const { id } = await world.hook();
    world.answer = ({ body }) => (body.includes("poison") ? 422 : 200);
    world.tell(ofCall("call.created", "poison"));
    for (let hour = 0; hour < 26; hour++) {
      world.tell(ofCall("call.created", `call ${hour}`));
      await world.pass(HOUR_MS, HOUR_MS / 4);
    }
    await everythingArrives(id);
    expect(Array.from({ length: 26 }, (_, hour) => heard(`call ${hour}`))).toEqual(Array.from({ length: 26 }, () => ["call.created"]));
    expect([(await world.store.webhooks.list())[0]?.enabled, world.news, (await state(id)).dropped]).toEqual([true, [], 1]);
  });

  it("that answers 410 wants none any more: it is disabled at once", async () => {
    await world.hook();
    world.answer = () => 410;
    world.tell(ofCall("call.created", "a"));
    await eventually("it to be disabled", async () => (await world.store.webhooks.list())[0]?.enabled === false, { everyMs: 5 });
    expect(world.news).toHaveLength(1);
  });

  it("that redirects gets the event where it points to by 307 and 308 alone, which keep it, and not at an address that may not be asked", async () => {
    const { url } = world.server;
    const tried: number[] = [];
    const redirecting = await receiver(({ path }, response) => {
      const status = Number(path.slice(1));
      tried.push(status);
      response.writeHead(status, { location: status === 308 ? "http://10.1.2.3/" : `${url}/moved-${status}` }).end();
    });
    try {
      const hooks = await Promise.all([301, 302, 303, 307, 308].map((status) => world.hook({ url: `${redirecting.url}/${status}` })));
      world.tell(ofCall("call.created", "a"));
      await eventually("each to be tried", () => new Set(tried).size === 5);
      await eventually("each to have ended", async () => (await Promise.all(hooks.map(({ id }) => state(id)))).every(({ delivered, failed }) => delivered + failed > 0));
      expect(world.server.received.map(({ path, method, body }) => [path, method, body.includes("call.created")])).toEqual([["/moved-307", "POST", true]]);
      expect((await Promise.all(hooks.map(({ id }) => state(id)))).map(({ lastStatus, lastError }) => lastError ?? lastStatus)).toEqual([
        "The server answered 301, by which the body would be lost.", "The server answered 302, by which the body would be lost.", "The server answered 303, by which the body would be lost.", 200, "The host's address is not one that may be asked.",
      ]);
    } finally {
      await redirecting.close();
    }
  });

  it("at an address that may not be asked is not asked, and the events wait for an administrator's change", async () => {
    const { id, organizationId } = await world.hook({ url: "http://10.1.2.3/hook" });
    const expected = wholeCall("a");
    await eventually("an attempt", async () => (await state(id)).failed > 0);
    expect((await state(id)).lastError).toBe("The host's address is not one that may be asked.");
    await world.store.webhooks.update(organizationId, id, { url: `${world.server.url}/hook` });
    await arrivesInTime(id);
    expect(heard("a")).toEqual(expected);
  });
});

describe("what waits of one webhook", () => {
  it("is bounded: older events make room, those that end something last, and it is counted and told", async () => {
    await world.close();
    world = await openWebhookWorld({ webhookWaiting: 20 });
    const { id } = await world.hook();
    world.answer = () => 500;
    const calls = Array.from({ length: 15 }, (_, n) => `call ${n}`);
    for (const call of calls) wholeCall(call, 2);
    await eventually("all to be kept or dropped", async () => (await waiting(id)) + (await state(id)).dropped === 60);
    expect(await waiting(id)).toBeLessThanOrEqual(20);
    expect(world.news[0]).toMatch(new RegExp(`^${id} dropped \\d+$`));
    expect(world.counted.filter((each) => each === "webhook dropped").length).toBe((await state(id)).dropped);
    world.answer = () => 200;
    await arrivesInTime(id);
    expect(calls.map((call) => heard(call).at(-1))).toEqual(calls.map(() => "call.ended"));
  });

  it("takes no room of callbacks", async () => {
    await world.close();
    world = await openWebhookWorld({ webhookWaiting: 20, waiting: 2 });
    await world.hook();
    world.answer = ({ path }) => (path === "/hook" ? 500 : 200);
    for (let n = 0; n < 30; n++) world.tell(ofCall("call.created", `call ${n}`));
    await world.deliveries.enqueue({ organizationId: world.organizationId, lane: "CA1", kind: "callback", url: `${world.server.url}/callback`, method: "POST", form: [], sign: false });
    await eventually("the callback", () => world.server.received.some(({ path }) => path === "/callback"));
  });
});

describe("of a call", () => {
  it("that this process has found, a beginning is told to whom no earlier one has told it", async () => {
    const { id } = await world.hook();
    world.tell(ofCall("call.updated", "found", { to: "n1" }));
    world.tell(ofCall("call.updated", "found", { to: "n2" }));
    await everythingArrives(id);
    expect(heard("found")).toEqual(["call.created", "n1", "n2"]);
  });

  it("nothing is told after its end", async () => {
    const { id } = await world.hook();
    const expected = wholeCall("a");
    await everythingArrives(id);
    world.tell(ofCall("call.updated", "a", { to: "late" }));
    world.tell(ofCall("call.ended", "a"));
    wholeCall("b");
    await everythingArrives(id);
    expect(heard("a")).toEqual(expected);
  });
});
