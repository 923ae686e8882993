/** An agent with several phones: all ring, the first to answer has the call, and the others are told that it was answered elsewhere. */
import { describe, expect, it } from "vitest";
import { eventually } from "../lab/wait.js";
import type { Reply } from "../contract/harness.js";
import { hears, newNumber, ok, refused, talkingWith, waitingIn } from "../contract/suites/steps.js";
import { inWorld, legsAtSwitch, PATIENT, type World } from "./world.js";

const BROWSER = "1002/browser";

/** Bob's second phone, which answers; the first one does what is given. */
async function withBrowser({ lab, stage }: World, first: "no-answer" | "busy" | "reject"): Promise<void> {
  lab.simulator.setPhone("1002", { kind: first });
  lab.simulator.setPhone(BROWSER, { kind: "answer", afterMs: 300 });
  lab.simulator.register("1002", true, undefined, "browser");
  await eventually("both phones to be known", async () => ((await stage.as.bob.get("/voicechannel/agents/1002")).body as { phones: unknown[] }).phones.length === 2);
}

/** Callers of support are offered to bob. */
async function serving({ as }: World["stage"]): Promise<void> {
  ok(await as.admin.put("/voiceconfig/voiceagents/1002", { departments: ["support"] }));
  ok(await as.bob.post("/voicechannel/agents/1002/status", { status: "online" }));
}

const ACTS: readonly (readonly [what: string, act: (world: World) => Promise<readonly string[]>])[] = [
  ["a call of the agent's own", async ({ stage }) => {
    ok(await stage.as.bob.post("/voicechannel/calls", { type: "phonenumber", to: newNumber() }), 201);
    return [];
  }],
  ["a transfer", async ({ stage }) => {
    const { id, customer } = await talkingWith(stage, "1001");
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
    return [customer];
  }],
  ["a consultation", async ({ stage }) => {
    const { id } = await talkingWith(stage, "1001");
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" }), 201);
    return ["1001"];
  }],
  ["a conference", async ({ stage }) => {
    const { id, customer } = await talkingWith(stage, "1001");
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:conference`, { add: { type: "client", to: "1002" } }));
    return [customer, "1001"];
  }],
  ["a pickup", async ({ stage }) => {
    const { id, customer } = await waitingIn(stage, "support");
    ok(await stage.as.bob.post(`/voicechannel/calls/${id}:pickup`));
    return [customer];
  }],
  ["an offer", async ({ stage }) => {
    await serving(stage);
    const { id, customer } = await waitingIn(stage, "support");
    await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
    return [customer];
  }],
];

const CAUSES = { "no-answer": "LOSE_RACE", busy: "USER_BUSY", reject: "CALL_REJECTED" } as const;

interface Log {
  readonly legs: readonly { readonly agent: string | null; readonly hangupCause: string | null }[];
}

describe.concurrent("an agent with several phones", PATIENT, () => {
  for (const first of ["no-answer", "busy", "reject"] as const) {
    it.each(ACTS)(`is reached by %s on the phone that answers (the other: ${first})`, async (_what, act) =>
      inWorld(async (world) => {
        const { lab, stage } = world;
        await withBrowser(world, first);
        const others = await act(world);
        if (others.length > 0) await hears(lab, BROWSER, ...others);
        await eventually("the other phone to stop ringing", () => !lab.simulator.channels().some(({ party }) => party === "1002"));
        const [call] = await stage.as.admin.calls();
        expect(call?.legs.filter(({ agent }) => agent === "1002")).toHaveLength(1);
        await eventually("the record to say what became of the other phone", async () => {
          const { legs } = (await stage.as.admin.get(`/voiceconfig/calllogs/${call?.id ?? ""}`)).body as Log;
          return legs.some(({ agent, hangupCause }) => agent === "1002" && hangupCause === CAUSES[first]);
        });
      }),
    );
  }

  it("is one agent who rings", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      await withBrowser(world, "no-answer");
      lab.simulator.setPhone(BROWSER, { kind: "no-answer" });
      const { id, customer } = await talkingWith(stage, "1001");
      const transfer = stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" });
      await legsAtSwitch(world, customer, "1001", "1002", BROWSER);
      await stage.as.admin.sees(id, { ringing: ["1002"] });
      await lab.hangUp("1002");
      await legsAtSwitch(world, customer, "1001", BROWSER);
      await lab.hangUp(BROWSER);
      expect((await transfer).status).toBe(409);
      await hears(lab, customer, "1001");
    }));

  it("has the phone answer that is named, and tells who waits for another one that it was answered elsewhere", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      await withBrowser(world, "no-answer");
      lab.simulator.setPhone("1002", { kind: "no-answer", ignoresTalk: true });
      lab.simulator.setPhone(BROWSER, { kind: "no-answer" });
      const { id, customer } = await talkingWith(stage, "1001");
      const transfer = stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" });
      await legsAtSwitch(world, customer, "1001", "1002", BROWSER);
      await stage.as.admin.sees(id, { ringing: ["1002"] });
      const answer = (party: string): Promise<Reply> => stage.as.bob.post(`/voicechannel/calls/${id}/legs/${lab.simulator.channels().find((each) => each.party === party)?.uuid ?? ""}:answer`);
      const ignored = answer("1002");
      ok(await answer(BROWSER));
      ok(await transfer);
      refused(await ignored, 409, "Conflict");
      await hears(lab, BROWSER, customer);
      await legsAtSwitch(world, customer, BROWSER);
    }));

  it("stops ringing on all of them when the caller hangs up", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      await withBrowser(world, "no-answer");
      lab.simulator.setPhone(BROWSER, { kind: "no-answer" });
      await serving(stage);
      const { customer } = await waitingIn(stage, "support");
      await legsAtSwitch(world, customer, "1002", BROWSER);
      await lab.hangUp(customer);
      await legsAtSwitch(world);
    }));
});
