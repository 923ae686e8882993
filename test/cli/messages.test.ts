/** What operators see and change of messages and callbacks. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { messageTo } from "../../src/queues/index.js";
import { cliWorld, type CliWorld } from "./support.js";

let world: CliWorld;
let organizationId: number;
beforeEach(async () => {
  world = cliWorld();
  expect(await cli("org create acme --domain acme.example --departments support")).toMatchObject({ code: 0 });
  const store = await world.store();
  organizationId = (await store.organizations.list())[0]?.id ?? 0;
});
afterEach(() => world.close());

const cli = (line: string) => world.callplane(line.split(" "));
const AT = new Date("2026-11-20T10:00:00Z");

async function message(): Promise<string> {
  const [id, callId] = [randomUUID(), randomUUID()];
  const store = await world.store();
  await store.callRecords.transaction(async (tx) => {
    await tx.saveRecording({ id, callId, organizationId, node: "fs1", path: `/nowhere/${id}.wav`, startedBy: messageTo("support"), startedAt: AT, endedAt: AT, removedAt: null });
    await tx.leaveMessage({ id, organizationId, callId, department: "support", from: "+12125550100", fromName: null, leftAt: AT, durationMs: 5000, heardAt: null, heardBy: null, closedAt: null, closedBy: null, note: null, version: 1 });
  });
  return id;
}

it("a message is listed, closed, opened again and removed, each noted", async () => {
  const id = await message();
  expect((await cli("message list --org acme --state open")).out).toMatch(new RegExp(`${id} +acme +support +\\+12125550100 `));
  expect(await cli(`message close ${id}`)).toMatchObject({ code: 0, out: `Message ${id} is closed.\n` });
  expect(JSON.parse((await cli("message list --state closed --json")).out)).toMatchObject([{ id, state: "closed", durationS: 5, organization: "acme" }]);
  expect(await cli(`message open ${id}`)).toMatchObject({ code: 0 });
  expect((await cli("message list --state closed --json")).out.trim()).toBe("[]");
  expect(await cli(`message remove ${id}`)).toMatchObject({ code: 0 });
  expect(await cli(`message close ${id}`)).toMatchObject({ code: 1 });
  expect(await cli("message list --state lost")).toMatchObject({ code: 2 });
  const store = await world.store();
  expect((await store.audit.list({ target: id })).map(({ action }) => action)).toEqual(["recording.remove", "message.update", "message.update"]);
});

it("a callback is listed, and cancelled once", async () => {
  const store = await world.store();
  const id = randomUUID();
  await store.callbacks.add({ id, organizationId, department: "support", number: "+12125550100", fromName: null, priority: 0, joinedAt: AT, dueAt: AT }, { since: AT, all: 10, each: 10 });
  expect((await cli("callback list --org acme --department support")).out).toMatch(new RegExp(`${id} +acme +support +\\+12125550100 .* waiting`));
  expect(await cli(`callback cancel ${id}`)).toMatchObject({ code: 0, out: "The callback to +12125550100 is cancelled.\n" });
  expect(await cli(`callback cancel ${id}`)).toMatchObject({ code: 1, err: expect.stringContaining("is over") as string });
  expect(JSON.parse((await cli("callback list --state cancelled --json")).out)).toMatchObject([{ id, state: "cancelled" }]);
  expect((await store.audit.list({ target: id })).map(({ action }) => action)).toEqual(["callback.cancel"]);
});
