import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CallView } from "../../src/calls/types.js";
import { openStage, type Client, type Person, type Reply, type Stage } from "../contract/harness.js";
import { hears, newCustomer, ok, talkingWith, waitingIn } from "../contract/suites/steps.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import { Random } from "./random.js";

const calls = (id: string, operation: string): string => `/voicechannel/calls/${id}:${operation}`;
/** Those who may do everything are more often there, so that most operations really run. */
const PEOPLE: readonly Person[] = ["alice", "bob", "dave", "carol", "erin", "admin", "carol", "erin", "admin"];
const PHONES = ["1001", "1002", "1003", "1004", "1005"];

let lab: SimulatedLab;
let stage: Stage;
beforeAll(async () => {
  lab = await openSimulatedLab();
  stage = await openStage(lab, { RING_TIMEOUT_S: "1" });
});
afterEach(async () => {
  for (const phone of PHONES) await lab.phone(phone, { kind: "answer", afterMs: 20 });
  await stage.clear();
  // Whatever an operation brought in is gone with its call.
  await eventually("nothing to be left at the switch", () => lab.simulator.channels().length === 0, { details: () => JSON.stringify(lab.simulator.channels().map(({ party, state, parked, bridgedTo }) => ({ party, state, parked, bridgedTo }))) });
});
afterAll(async () => {
  await stage.close();
  await lab.close();
});

interface Act {
  readonly what: string;
  readonly run: (who: Client, id: string) => Promise<Reply>;
}

/** Whoever has no phone of her own names somebody's. */
const superviseAct = (mode: string): Act => ({
  what: `supervise ${mode}`,
  run: (who, id) => who.post(calls(id, "supervise"), { mode, ...(who === stage.as.admin ? { agent: "1003" } : {}) }),
});

/** Everything that may be done to a call but to end it or one of its legs. */
function anyAct(random: Random): Act {
  const target = random.of([
    ...PHONES.map((to) => ({ type: "client", to })),
    { type: "client", to: "1009" },
    { type: "phonenumber", to: "+12125554321" },
    { type: "phonenumber", to: "+4412345678" },
  ]);
  const place = random.of([target, target, target, { type: "department", to: "support" }]);
  const post = (operation: string, body?: object): Act => ({ what: `${operation} ${JSON.stringify(body ?? {})}`, run: (who, id) => who.post(calls(id, operation), body) });
  const ext = random.of(PHONES);
  const legs = random.of(["aleg", "bleg"]);
  return random.of<Act>([
    post("hold"), post("hold"), post("resume"), post("resume"), post("park"), post("pickup"), post("mute"), post("unmute"),
    post("dtmf", { digits: "1" }),
    post("record", { action: random.of(["start", "stop", "pause", "resume"]) }),
    post("transfer", place), post("transfer", place), post("consult", target), post("consult", target), post("complete"), post("cancel"),
    post("conference", { add: target }),
    superviseAct(random.of(["listen", "whisper", "barge", "off"])),
    { what: "seed 003 hold", run: (who, id) => who.put(`/api/v2/channels/${id}`, { state: "hold" }) },
    { what: "seed 003 unhold", run: (who, id) => who.put(`/api/v2/channels/${id}`, { state: "unhold" }) },
    { what: `seed 004 transfer ${ext} ${legs}`, run: (who, id) => who.post(`/v1/call/${id}/transfer`, { ext, legs }) },
    { what: "seed 002 park", run: (who, id) => who.post("/call/park", { call_id: id }) },
    { what: "seed 002 pickup", run: (who, id) => who.post("/call/pickup", { call_id: id }) },
  ]);
}

const LEGAL = new Set([200, 201, 403, 404, 409]);

/** What is wrong with a call on which nothing is under way; null when nothing is. */
function illegal(call: CallView | null, customer: string): string | null {
  const leg = lab.simulator.channels().find(({ party }) => party === customer);
  if (leg === undefined) return "the customer is lost";
  if (call === null) return "the call is not listed";
  const others = call.legs.filter(({ id }) => id !== leg.uuid);
  const talks = leg.bridgedTo !== undefined || !leg.parked;
  switch (call.state) {
    case "active":
      if (!talks) return "active, and the customer is parked";
      return others.some(({ role, state }) => role === "agent" && state === "parked") ? "active, and an agent's phone is left in park" : null;
    case "held":
      if (talks) return "held, and the customer is not parked";
      if (leg.playing === "") return "held, and the customer hears nothing";
      return others.some(({ agent, role }) => role === "agent" && agent !== call.assignedTo && others.length === 1) ? "held, and another agent's phone waits" : null;
    case "parked":
    case "queued":
      if (talks) return `${call.state}, and the customer is not parked`;
      return others.some(({ role }) => role === "agent") ? `${call.state}, and an agent's phone is left` : null;
    default:
      return `${call.state}, and nothing is under way`;
  }
}

async function round(seed: number): Promise<void> {
  const random = new Random(seed);
  const { id, customer } = await talkingWith(stage, random.of(["1001", "1002", "1004"]));
  const replies: { readonly person: Person; readonly what: string; readonly reply: Reply }[] = [];
  // Twice, so that the second twenty meet whatever the first have left.
  for (let time = 0; time < 2; time++) {
    const acts = Array.from({ length: 20 }, () => ({ person: random.of(PEOPLE), ...anyAct(random) }));
    await Promise.all(acts.map(async ({ person, what, run }) => replies.push({ person, what, reply: await run(stage.as[person], id) })));
  }
  const story = (): string => `seed ${seed}\n${replies.map(({ person, what, reply }) => `${person} ${what}: ${reply.status} ${JSON.stringify(reply.body)}`).join("\n")}`;
  const strange = replies.filter(({ reply }) => !LEGAL.has(reply.status));
  expect({ seed, strange }).toEqual({ seed, strange: [] });
  let fault: string | null = null;
  await eventually(
    `a legal call after seed ${seed}`,
    async () => {
      const call = await stage.root.call(id);
      fault = illegal(call, customer);
      if (fault !== null) fault += `: ${JSON.stringify(call)}`;
      return fault === null;
    },
    { timeoutMs: 15_000, details: () => `${fault ?? ""}\n${story()}` },
  );
  await lab.hangUp(customer);
}

describe("twenty random operations at once on one call", () => {
  const batches = Array.from({ length: 6 }, (_, batch) => batch);
  it.each(batches)("lose no customer, leave no phone behind and answer legally (batch %i)", async (batch) => {
    const random = new Random(1000 + batch);
    for (const phone of PHONES) {
      await lab.phone(phone, random.of([{ kind: "answer", afterMs: 5 }, { kind: "answer", afterMs: 40 }, { kind: "answer", afterMs: 150 }, { kind: "busy" }, { kind: "reject" }, { kind: "no-answer" }]));
    }
    for (const phone of ["1001", "1002", "1004"]) await lab.phone(phone, { kind: "answer", afterMs: 10 });
    await Promise.all(Array.from({ length: 5 }, (_, index) => round(batch * 100 + index)));
  });
});

describe("races of two", () => {
  it("who pick up one caller: one wins, the other is told, one phone is taken", async () => {
    for (let attempt = 0; attempt < 5; attempt++) {
      const { id, customer } = await waitingIn(stage, "support");
      const replies = await Promise.all([stage.as.alice.post(calls(id, "pickup")), stage.as.bob.post(calls(id, "pickup")), stage.as.dave.post("/call/pickup", { call_id: id })]);
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
      const call = await stage.as.admin.sees(id, { state: "active" });
      expect(call.legs).toHaveLength(2);
      await hears(lab, customer, call.assignedTo ?? "");
      ok(await stage.as.admin.post(calls(id, "hangup")));
    }
  });

  it("of whom one transfers and one hangs up: the call ends, and the phone that rang stops", async () => {
    for (const phone of ["1002", "1004"]) await lab.phone(phone, { kind: "no-answer" });
    const { id } = await talkingWith(stage, "1001");
    const transfer = stage.as.alice.post(calls(id, "transfer"), { type: "client", to: "1002" });
    await stage.as.admin.sees(id, { ringing: ["1002"] });
    ok(await stage.as.carol.post(calls(id, "hangup")));
    expect(await transfer).toMatchObject({ status: 409 });
    await eventually("nobody to be left", () => lab.simulator.channels().length === 0);
  });

  it.each(["consult", "conference"] as const)("of whom one begins a %s and one hangs up", async (operation) => {
    await lab.phone("1002", { kind: "no-answer" });
    const { id } = await talkingWith(stage, "1001");
    const target = { type: "client", to: "1002" };
    const under = stage.as.alice.post(calls(id, operation), operation === "consult" ? target : { add: target });
    await eventually("the target to ring", () => lab.simulator.channels().some(({ party }) => party === "1002"));
    ok(await stage.as.admin.post(calls(id, "hangup")));
    expect(await under).toMatchObject({ status: 409 });
    await eventually("nobody to be left", () => lab.simulator.channels().length === 0);
  });

  it("in which a hangup comes at any moment of a transfer, a consultation or a conference: nobody is left", async () => {
    for (const phone of PHONES) await lab.phone(phone, { kind: "answer", afterMs: 20 });
    const target = { type: "client", to: "1002" };
    const operations: readonly [string, object][] = [["transfer", target], ["consult", target], ["conference", { add: target }]];
    for (const [operation, body] of operations) {
      await Promise.all(
        [0, 3, 8, 15, 25, 35, 50].map(async (ms) => {
          const { id } = await talkingWith(stage, "1001");
          const under = stage.as.alice.post(calls(id, operation), body);
          await new Promise((resolve) => setTimeout(resolve, ms));
          const ended = await stage.as.admin.post(calls(id, "hangup"));
          expect([200, 404]).toContain(ended.status);
          const { status } = await under;
          expect([200, 201, 404, 409]).toContain(status);
          await stage.as.admin.gone(id);
        }),
      );
      await eventually(`nobody to be left after ${operation}`, () => lab.simulator.channels().length === 0);
    }
  });

  it("in which the target hangs up as it is joined: the caller is still there", async () => {
    const { id, customer } = await talkingWith(stage, "1001");
    await lab.phone("1002", { kind: "answer", afterMs: 5 });
    const under = stage.as.alice.post(calls(id, "transfer"), { type: "client", to: "1002" });
    await eventually("the target to answer", () => lab.simulator.channels().some(({ party, answered }) => party === "1002" && answered), { everyMs: 1 });
    await lab.hangUp("1002");
    const { status } = await under;
    // Joined already, the end of the target is the end of the conversation; before, the caller is back with the agent.
    if (status === 200) return;
    expect(status).toBe(409);
    await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
    await hears(lab, customer, "1001");
  });

  it("in which the customer leaves at any moment: every phone is free again", async () => {
    for (const phone of PHONES) await lab.phone(phone, { kind: "answer", afterMs: 20 });
    await Promise.all(
      [0, 5, 12, 20, 30, 45].flatMap((ms) =>
        ["transfer", "consult", "hold", "park"].map(async (operation) => {
          const { id, customer } = await talkingWith(stage, "1001");
          const under = stage.as.alice.post(calls(id, operation), operation === "transfer" || operation === "consult" ? { type: "client", to: "1004" } : {});
          await new Promise((resolve) => setTimeout(resolve, ms));
          await lab.hangUp(customer);
          const { status, body } = await under;
          expect({ operation, ms, status, body, legal: [200, 201, 204, 404, 409].includes(status) }).toMatchObject({ legal: true });
          await eventually("the call to be over or between colleagues", async () => {
            const call = await stage.as.admin.call(id);
            return call === null || call.legs.every(({ role, state }) => role === "agent" && state === "active");
          });
          if ((await stage.as.admin.call(id)) !== null) await stage.as.admin.post(calls(id, "hangup"));
        }),
      ),
    );
    await eventually("nobody to be left", () => lab.simulator.channels().length === 0, { details: () => JSON.stringify(lab.simulator.channels().map(({ party, parked, bridgedTo }) => ({ party, parked, bridgedTo }))) });
  });

  it("who join two calls with each other from both sides: one wins, both customers stay", async () => {
    const one = await talkingWith(stage, "1001");
    const other = await talkingWith(stage, "1001");
    ok(await stage.as.alice.post(calls(one.id, "hold")));
    const replies = await Promise.all([stage.as.alice.post(calls(one.id, "bridge"), { with: other.id }), stage.as.alice.post(calls(other.id, "bridge"), { with: one.id }), stage.as.admin.post(calls(other.id, "bridge"), { with: one.id })]);
    // An agent who has joined two others sees their call no more.
    expect(replies.filter(({ status }) => status === 200 || status === 204)).toHaveLength(1);
    expect(replies.every(({ status }) => [200, 204, 403, 409].includes(status))).toBe(true);
    await hears(lab, one.customer, other.customer);
  });

  it("in which new callers come while everybody works does not mix them up", async () => {
    const customers = Array.from({ length: 12 }, () => newCustomer());
    const ids = await Promise.all(customers.map((from) => lab.callIn({ from, to: "queue:support" })));
    for (const id of ids) await stage.as.admin.sees(id, { state: "queued" });
    const pickers = ids.map((_id, index) => [stage.as.alice, stage.as.bob, stage.as.dave][index % 3] ?? stage.as.alice);
    const picked = await Promise.all(pickers.map((who) => who.post("/call/pickup")));
    const won = picked.map((reply) => (reply.body as { call_id?: string }).call_id);
    expect(new Set(won).size).toBe(12);
    expect([...won].sort()).toEqual([...ids].sort());
  });
});
