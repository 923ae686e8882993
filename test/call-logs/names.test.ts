/** Whoever called is known by name afterwards, as far as the trunk or phone gave one. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../contract/harness.js";
import { newCustomer, ok } from "../contract/suites/steps.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";

const NAME = "J\u00fcrgen M\u00fcller";
let lab: SimulatedLab;
let stage: Stage;
beforeAll(async () => {
  lab = await openSimulatedLab();
  stage = await openStage(lab);
  await lab.phone("1001", { kind: "answer", afterMs: 20 });
});
afterAll(async () => {
  await stage.close();
  await lab.close();
});

async function itemOf(path: string, callId: string): Promise<object | undefined> {
  const reply = await stage.as.carol.get(`/voiceconfig/${path}`);
  ok(reply);
  const { items } = reply.body as { readonly items: readonly object[] };
  return items.find((item) => Reflect.get(item, path.startsWith("calllogs") ? "id" : "callId") === callId);
}

it("the record has the name in the list, its detail, its legs and the CSV; without one it is null", async () => {
  const customers = [newCustomer(), newCustomer()] as const;
  const [named, nameless] = [await lab.callIn({ from: customers[0], to: "1001", name: NAME }), await lab.callIn({ from: customers[1], to: "queue:sales", name: customers[1] })];
  for (const customer of customers) await lab.hangUp(customer);
  await eventually("both records", async () => [await itemOf("calllogs", named), await itemOf("calllogs", nameless)].every((each) => each !== undefined && Reflect.get(each, "endedAt") !== null));
  expect(await itemOf("calllogs", named)).toMatchObject({ fromName: NAME });
  expect(await itemOf("calllogs", nameless)).toMatchObject({ fromName: null });
  expect(await itemOf("calllogs?q=j%C3%BCrgen", named)).toMatchObject({ fromName: NAME });
  expect(await itemOf("calllogs?q=j%C3%BCrgen", nameless)).toBeUndefined();
  const { body } = await stage.as.carol.get(`/voiceconfig/calllogs/${named}`);
  // Numbers as people write them.
  expect(body).toMatchObject({ fromName: NAME, fromText: `(${customers[0].slice(1, 4)}) ${customers[0].slice(4, 7)}-${customers[0].slice(7)}`, to: "1001", toText: "1001" });
  const legs = Reflect.get(Object(body), "legs") as readonly object[];
  expect(legs.map((leg) => [String(Reflect.get(leg, "role")), String(Reflect.get(leg, "name"))])).toContainEqual(["customer", NAME]);
  const lines = String((await stage.as.carol.get("/voiceconfig/calllogs.csv")).body).split("\r\n");
  const columns = (lines[0] ?? "").split(",");
  const cells = (lines.find((line) => line.startsWith(named)) ?? "").split(",");
  expect([cells[columns.indexOf("fromName")], cells[columns.indexOf("complete")]]).toEqual([NAME, "false"]);
});

it("a message has it", async () => {
  ok(await stage.as.admin.put("/voiceconfig/departments/sales", { maxLength: 0, overflow: { type: "message" } }));
  const from = newCustomer();
  const callId = await lab.callIn({ from, to: "queue:sales", name: NAME });
  await stage.as.admin.sees(callId, { state: "parked", recording: true });
  await lab.hangUp(from);
  expect(await eventually("the message", () => itemOf("messages", callId))).toMatchObject({ fromName: NAME });
  expect(await itemOf("messages?q=Novak", callId)).toBeUndefined();
  expect(await itemOf("messages?q=m%C3%BCller", callId)).toMatchObject({ fromName: NAME });
  ok(await stage.as.admin.put("/voiceconfig/departments/sales", { maxLength: null }));
});

it("an agent who makes a call is called the same in the live call, in its search, in the record, and while the agent waits for a department", async () => {
  const { name } = (await stage.as.admin.get("/voicechannel/agents/1001")).body as { readonly name: string };
  await lab.phone("1002", { kind: "answer", afterMs: 20 });
  const id = await lab.dialFrom("1001", "1002");
  expect(await stage.as.admin.sees(id, { state: "active" })).toMatchObject({ fromName: name });
  const found = (await stage.as.admin.get(`/voicechannel/calls?q=${encodeURIComponent(name)}`)).body as { readonly items: readonly { readonly id: string; readonly fromName: string | null }[] };
  expect(found.items.map((call) => [call.id, call.fromName])).toContainEqual([id, name]);
  await lab.hangUp("1001");
  expect(await eventually("the record", async () => {
    const record = await itemOf("calllogs", id);
    return record !== undefined && Reflect.get(record, "endedAt") !== null ? record : undefined;
  })).toMatchObject({ direction: "internal", fromName: name });
  const waiting = await lab.dialFrom("1001", "queue:sales");
  await stage.as.admin.sees(waiting, { state: "queued" });
  const entries = await eventually("the waiting agent in the list", async () => {
    const { items } = (await stage.as.admin.get("/voicechannel/queues")).body as { readonly items: readonly { readonly entries: readonly { readonly callId: string; readonly fromName: string | null }[] }[] };
    const found = items.flatMap((queue) => queue.entries).filter(({ callId }) => callId === waiting);
    return found.length > 0 ? found : undefined;
  });
  expect(entries.map(({ fromName }) => fromName)).toEqual([name]);
  await lab.hangUp("1001");
});
