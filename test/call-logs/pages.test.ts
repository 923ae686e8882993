/** The pages of the lists of seed 001's family, while calls come and go. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Client, type Stage } from "../contract/harness.js";
import { newCustomer, ok, refused } from "../contract/suites/steps.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";

interface Listed {
  readonly items: readonly { readonly id: string }[];
  readonly pageIndex: number;
  readonly pageSize: number;
  readonly total: number;
  readonly next: string | null;
}

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

async function list(path: string, query: string, as: Client = stage.as.admin): Promise<Listed> {
  const reply = await as.get(`/voiceconfig/${path}${query}`);
  ok(reply);
  return reply.body as Listed;
}
const ids = ({ items }: Listed): readonly string[] => items.map(({ id }) => id);
const made = (reply: { readonly body: unknown }): string => String(Reflect.get(Object(reply.body), "id"));

async function logged(at: number, talkedS = 0): Promise<string> {
  const reply = await stage.as.admin.post("/voiceconfig/calllogs", { direction: "inbound", from: newCustomer(), to: "1001", status: "completed", startedAt: new Date(at).toISOString(), endedAt: new Date(at + talkedS * 1000).toISOString() });
  ok(reply, 201);
  return made(reply);
}

it("call logs: those that come on top meanwhile shift no page", async () => {
  const start = Date.parse("2026-01-01T00:00:00Z");
  // Bounded by the test. The newest first.
  const stood: string[] = [];
  for (let minute = 0; minute < 7; minute++) stood.unshift(await logged(start + minute * 60_000, minute));
  for (const [sort, order] of [["-startedAt", stood], ["startedAt", stood.toReversed()], ["talkMs", stood.toReversed()]] as const) {
    const seen: string[] = [];
    const first = await list("calllogs", `?sort=${sort}&limit=3`);
    expect([first.total >= 7, first.pageIndex, first.pageSize]).toEqual([true, 0, 3]);
    let page = first;
    for (let minute = 10; ; minute++) {
      seen.push(...ids(page));
      // Above, and below where the page is.
      await logged(start + minute * 60_000, 100);
      const between = await logged(start - 1000, 0);
      if (page.next === null) break;
      // How many is kept, and can be asked for anew.
      page = await list("calllogs", `?sort=${sort}&cursor=${page.next}${minute === 11 ? "&limit=2" : ""}`);
      expect(page.pageSize).toBe(minute === 11 ? 2 : page.pageIndex === 1 ? 3 : 2);
      ok(await stage.as.admin.delete(`/voiceconfig/calllogs/${between}`));
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => stood.includes(id))).toEqual(order);
  }
  // By number a page is where it is now, as seed 001 has it.
  const all = ids(await list("calllogs", "?pageSize=1000"));
  expect(ids(await list("calllogs", "?pageIndex=2&pageSize=3"))).toEqual(all.slice(6, 9));
});

it("call logs: a cursor is refused with another order, and goes on from its place with another filter", async () => {
  const [older, newer] = [await logged(Date.parse("2025-01-01T00:00:00Z")), await logged(Date.parse("2025-01-01T00:01:00Z"))];
  const { next } = await list("calllogs", "?to=2025-02-01T00:00:00Z&limit=1");
  expect(ids(await list("calllogs", `?to=2025-02-01T00:00:00Z&cursor=${next ?? ""}`))).toEqual([older]);
  expect(ids(await list("calllogs", `?to=2025-02-01T00:00:00Z&cursor=${next ?? ""}&direction=outbound`))).toEqual([]);
  expect(ids(await list("calllogs", `?to=2025-02-01T00:00:00Z&cursor=${next ?? ""}&from=2025-01-01T00:00:30Z`))).not.toContain(newer);
  for (const query of [`?sort=talkMs&cursor=${next ?? ""}`, "?cursor=i1.3", "?cursor=x", `?cursor=${Buffer.from('["x","y","-startedAt",1,3]').toString("base64url")}`, `?cursor=${Buffer.from('[1,"y","-startedAt",1,0]').toString("base64url")}`]) {
    refused(await stage.as.admin.get(`/voiceconfig/calllogs${query}`), 400, "InvalidParameter");
  }
});

it.each<[string, string, (name: string) => Promise<string>, string]>([
  ["phonelines", "name", async (name) => made(await stage.as.admin.post("/voiceconfig/phonelines", { phoneNumber: newCustomer(), name, target: { type: "department", to: "support" } })), "phoneNumber"],
  ["configs", "name", async (name) => made(await stage.as.admin.post("/voiceconfig/configs", { name, target: { type: "hangup" } })), "id"],
  ["voiceagents", "name", async (name) => made(await stage.as.admin.post("/voiceconfig/voiceagents", { extension: String(7000 + name.length * 10 + name.charCodeAt(0)), name })), "id"],
])("%s: others before and behind shift no page", async (path, sort, make, other) => {
  const before = ids(await list(path, `?sort=${sort}&pageSize=1000`));
  // The longest names that there are, which a cursor holds.
  for (const name of ["b", "d", "f", "\u754c".repeat(128)]) await make(name);
  const stood = ids(await list(path, `?sort=${sort}&pageSize=1000`));
  expect(stood).toHaveLength(before.length + 4);
  const seen: string[] = [];
  const added: string[] = [];
  for (let page = await list(path, `?sort=${sort}&limit=1`); ; page = await list(path, `?sort=${sort}&cursor=${page.next ?? ""}`)) {
    seen.push(...ids(page));
    const name = ["a", "aa", "c", "e"][added.length];
    if (name !== undefined) added.push(await make(name));
    if (page.next === null) break;
  }
  expect(seen.filter((id) => !added.includes(id))).toEqual(stood);
  expect(new Set(seen).size).toBe(seen.length);
  const { next } = await list(path, `?sort=${sort}&limit=1`);
  refused(await stage.as.admin.get(`/voiceconfig/${path}?sort=${other}&cursor=${next ?? ""}`), 400, "InvalidParameter");
});

it("live calls: one that ends shifts no page", async () => {
  const calls: string[] = [];
  const customers = [newCustomer(), newCustomer(), newCustomer(), newCustomer()];
  for (const from of customers) calls.push(await lab.callIn({ from, to: "queue:support" }));
  const first = await list("calls", "?limit=2");
  expect(ids(first)).toEqual(calls.slice(0, 2));
  await lab.hangUp(customers[0] ?? "");
  await stage.as.admin.gone(calls[0] ?? "");
  const second = await list("calls", `?cursor=${first.next ?? ""}`);
  expect([ids(second), second.next, second.pageIndex]).toEqual([calls.slice(2), null, 1]);
  for (const customer of customers.slice(1)) await lab.hangUp(customer);
});

it("webhooks: one that is removed shifts no page", async () => {
  const hooks: string[] = [];
  for (const path of ["a", "b", "c"]) hooks.push(made(await stage.as.admin.post("/voiceconfig/webhooks", { url: `https://crm.example.org/${path}`, topics: ["call"] })));
  const first = await list("webhooks", "?limit=1");
  ok(await stage.as.admin.delete(`/voiceconfig/webhooks/${hooks[0] ?? ""}`), 204);
  expect([ids(first), ids(await list("webhooks", `?cursor=${first.next ?? ""}`))]).toEqual([[hooks[0]], [hooks[1]]]);
});
