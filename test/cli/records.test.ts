import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { ownMark } from "../../src/lease/index.js";
import { cliWorld, type CliWorld } from "./support.js";

/** As the node of `env` is called. */
const FOLLOWED = "127.0.0.1:1";
let world: CliWorld;
beforeEach(async () => {
  world = cliWorld();
  const store = await world.store();
  const startedAt = new Date("2026-01-01T00:00:00Z");
  await store.callRecords.transaction(async (tx) => {
    for (const node of ["gone", FOLLOWED]) {
      const id = `call of ${node}`;
      await tx.saveRecord({ id, organizationId: null, direction: "inbound", from: "1", to: "2", department: null, agentId: null, status: "in-progress", startedAt, answeredAt: startedAt, endedAt: null, waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node, complete: false });
      await tx.saveLeg({ coreUuid: node, channelUuid: id, callId: id, node, role: "customer", direction: "inbound", name: null, sipCallId: null, ring: null, agentId: null, number: "1", startedAt, answeredAt: startedAt, endedAt: null, hangupCause: null, source: "events" });
    }
  });
  await store.switchLives.seen({ coreUuid: "gone", node: "gone", seenAt: new Date("2026-01-01T00:05:00Z") });
  await store.cdrQuarantine.add({ at: startedAt, origin: "call c", reason: "record: never", digest: "d", content: "{}" });
});
afterEach(() => world.close());

const env = { FREESWITCH_NODES: "esl://:secret@127.0.0.1:1" };
const findings = async () => {
  const { out } = await world.callplane(["doctor", "--json"], { env });
  const { checks } = z.object({ checks: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string(), mend: z.string().nullable() })) }).parse(JSON.parse(out));
  return checks.filter(({ check }) => check === "open call records" || check === "set aside");
};

it("the doctor names nodes whose calls stay open, and what was set aside; the operator closes the former", async () => {
  expect(await findings()).toMatchObject([
    { check: "set aside", ok: true, detail: "1 could not be stored (callplane records aside)" },
    { check: "open call records", ok: false, detail: "1 of gone, which FREESWITCH_NODES does not name", mend: "When no Callplane follows that FreeSWITCH any more: callplane records close --node gone" },
  ]);
  const closed = await world.callplane(["records", "close", "--node", "gone"], { env });
  expect(closed).toEqual({ code: 0, out: "1 call records of gone closed.\n", err: "" });
  expect((await findings()).map(({ ok }) => ok)).toEqual([true, true]);
  const store = await world.store();
  expect(await store.callRecords.get("call of gone")).toMatchObject({ endedAt: new Date("2026-01-01T00:05:00Z"), talkMs: 300_000 });
  expect(await store.audit.list({ action: "records.close" })).toMatchObject([{ target: "gone", detail: { calls: 1 } }]);
});

it("a node that is followed is left to whoever follows it", async () => {
  const refused = await world.callplane(["records", "close", "--node", FOLLOWED], { env });
  expect([refused.code, refused.out]).toEqual([1, ""]);
  expect(refused.err).toMatch(/FREESWITCH_NODES names 127/);
  expect((await (await world.store()).callRecords.open()).map(({ node }) => node).sort()).toEqual([FOLLOWED, "gone"]);
});

const lease = async (owner: { readonly mark: string | null }, ttlMs: number): Promise<void> => {
  const store = await world.store();
  expect(await store.nodeLeases.take(["gone"], { id: "other", name: "far.example:4711", ...owner }, ttlMs, [])).toEqual([]);
};
const close = () => world.callplane(["records", "close", "--node", "gone"], { env });

it("a node that a living process follows is left to it, and the process is named", async () => {
  await lease({ mark: null }, 60_000);
  const refused = await close();
  expect([refused.code, refused.out]).toEqual([1, ""]);
  expect(refused.err).toMatch(/far\.example:4711/);
  const store = await world.store();
  expect((await store.callRecords.open("gone")).length).toBe(1);
  expect(await store.audit.list({ action: "records.close" })).toEqual([]);
  expect(await store.nodeLeases.list(["gone"])).toMatchObject([{ owner: { id: "other" } }]);
});

it.each([
  ["that is known to be gone", { mark: (ownMark(process.pid) ?? "").replace(/\d+$/, "1") }, 60_000],
  ["whose lease has expired and is not renewed", { mark: null }, 0],
] as const)("a node of a process %s is closed, and is free afterwards", async (_what, owner, ttlMs) => {
  await lease(owner, ttlMs);
  expect(await close()).toMatchObject({ code: 0, err: "" });
  const store = await world.store();
  expect(await store.callRecords.open("gone")).toEqual([]);
  expect(await store.nodeLeases.list(["gone"])).toMatchObject([{ owner: null }]);
});

it("what was set aside is listed, with its content as JSON", async () => {
  expect((await world.callplane(["records", "aside"])).out).toBe("AT                        ORIGIN  REASON\n2026-01-01T00:00:00.000Z  call c  record: never\n");
  expect(JSON.parse((await world.callplane(["records", "aside", "--json"])).out)).toMatchObject([{ origin: "call c", content: "{}" }]);
});
