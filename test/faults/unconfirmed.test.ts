import { describe, expect, it } from "vitest";
import { hears, ok, talkingWith, waitingIn } from "../contract/suites/steps.js";
import { eventually } from "../lab/wait.js";
import { during, expectTimeout, inWorld, legsAtSwitch, neverConfirm, timed, PATIENT } from "./world.js";

/** All confirmations but a ringing phone have 3 s. */
const CONFIRM = { fromMs: 2900 };
const calls = (id: string, operation: string): string => `/voicechannel/calls/${id}:${operation}`;

// Each has a switch of its own, so that they wait for their limits at the same time.
describe.concurrent("a command that FreeSWITCH accepts and never confirms is a Timeout within its limit, and the call works on:", PATIENT, () => {
  it("uuid_transfer, for hold, park and conference in every face", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { as } = stage;
      const first = await talkingWith(stage, "1001");
      const second = await talkingWith(stage, "1002");
      const third = await talkingWith(stage, "1004");
      const fourth = await talkingWith(stage, "1001");
      const fifth = await talkingWith(stage, "1002");
      const replies = await during(world, neverConfirm("uuid_transfer"), () =>
        Promise.all([
          timed(as.alice.post(calls(first.id, "hold"))),
          timed(as.bob.put(`/api/v2/channels/${second.id}`, { state: "hold" })),
          timed(as.dave.post(calls(third.id, "conference"), { add: { type: "client", to: "1005" } })),
          timed(as.alice.post("/call/park", { call_id: fourth.id })),
          timed(as.bob.post(`/v1/call/${fifth.id}/park`, { legs: "bleg" })),
        ]),
      );
      (["voicechannel", "api", "voicechannel", "call", "v1"] as const).forEach((face, index) => {
        const reply = replies[index];
        if (reply !== undefined) expectTimeout(reply, face, CONFIRM);
      });
      for (const { id } of [first, second, third, fourth, fifth]) await as.admin.sees(id, { state: "active" });
      // The one who was to join the conference is released.
      await legsAtSwitch(world, ...[first, second, third, fourth, fifth].map(({ customer }) => customer), "1001", "1001", "1002", "1002", "1004");
      // The park was not made: what ends a leg that waits in one must not be left for the next hold.
      expect(lab.simulator.channels().map(({ variables }) => variables["park_timeout"] ?? "")).toEqual(lab.simulator.channels().map(() => ""));
      ok(await as.alice.post(calls(first.id, "hold")));
      ok(await as.bob.put(`/api/v2/channels/${second.id}`, { state: "hold" }));
      ok(await as.dave.post(calls(third.id, "conference"), { add: { type: "client", to: "1005" } }));
      ok(await as.alice.post("/call/park", { call_id: fourth.id }));
      await hears(lab, third.customer, "1004", "1005");
      ok(await as.bob.post(calls(fifth.id, "hold")));
    }));

  it("uuid_bridge, for resume, transfer, consult and pickup; nobody is left ringing or alone", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { as } = stage;
      const held = await talkingWith(stage, "1001");
      ok(await as.alice.post(calls(held.id, "hold")));
      const talking = await talkingWith(stage, "1002");
      const consulting = await talkingWith(stage, "1004");
      const waiting = await waitingIn(stage, "support");
      const [resumed, transferred, consulted, picked] = await during(world, neverConfirm("uuid_bridge"), () =>
        Promise.all([
          timed(as.alice.post(calls(held.id, "resume"))),
          timed(as.bob.post(calls(talking.id, "transfer"), { type: "client", to: "1003" })),
          timed(as.dave.post(calls(consulting.id, "consult"), { type: "client", to: "1005" })),
          timed(as.bob.post("/call/pickup", { call_id: waiting.id })),
        ]),
      );
      expectTimeout(resumed, "voicechannel", CONFIRM);
      // To the target, and back to the agent.
      expectTimeout(transferred, "voicechannel", { fromMs: 5900 });
      expectTimeout(consulted, "voicechannel", { fromMs: 5900 });
      expectTimeout(picked, "call", CONFIRM);
      await legsAtSwitch(world, held.customer, "1001", talking.customer, "1002", consulting.customer, "1004", waiting.customer);
      await as.admin.sees(held.id, { state: "held", assignedTo: "1001" });
      await as.admin.sees(talking.id, { state: "held", assignedTo: "1002" });
      await as.admin.sees(consulting.id, { state: "held", assignedTo: "1004" });
      await as.admin.sees(waiting.id, { state: "queued", assignedTo: null });
      for (const { customer } of [held, talking, consulting, waiting]) {
        await eventually("who waits to hear music again", () => lab.simulator.channels().find(({ party }) => party === customer)?.playing !== "");
      }
      ok(await as.alice.post(calls(held.id, "resume")));
      ok(await as.bob.post(calls(talking.id, "transfer"), { type: "client", to: "1003" }));
      ok(await as.dave.post(calls(consulting.id, "consult"), { type: "client", to: "1005" }), 201);
      ok(await as.dave.post(calls(consulting.id, "complete")), 204);
      ok(await as.bob.post(calls(waiting.id, "pickup")));
      await hears(lab, held.customer, "1001");
      await hears(lab, talking.customer, "1003");
      await hears(lab, consulting.customer, "1005");
      await hears(lab, waiting.customer, "1002");
    }));

  it("uuid_transfer, which FreeSWITCH has carried out: who was put aside is held, and hears music", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { as } = stage;
      const { id, customer } = await talkingWith(stage, "1001");
      const between = await lab.dialFrom("1002", "1004");
      await as.dave.sees(between, { state: "active", assignedTo: "1002" });
      const replies = await during(world, [{ kind: "drop-events", names: ["CHANNEL_PARK"] }], () => Promise.all([timed(as.alice.post(calls(id, "hold"))), timed(as.bob.post(calls(between, "hold")))]));
      for (const reply of replies) expectTimeout(reply, "voicechannel", CONFIRM);
      for (const [call, agent, party] of [[id, "1001", customer], [between, "1002", "1004"]] as const) {
        await as.admin.sees(call, { state: "held", assignedTo: agent });
        await eventually("who is held to hear music", () => lab.simulator.channels().find((channel) => channel.party === party)?.playing !== "");
      }
      ok(await as.alice.post(calls(id, "resume")));
      ok(await as.bob.post(calls(between, "resume")));
      await hears(lab, customer, "1001");
      await hears(lab, "1004", "1002");
    }));

  it("uuid_broadcast: music that did not begin is asked for again", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      await during(world, neverConfirm("uuid_broadcast"), async () => {
        ok(await stage.as.alice.post(calls(id, "hold")));
        await eventually("the music to have been asked for", () => lab.tap.commands().some((line) => line.startsWith("api uuid_broadcast")));
      });
      await eventually("the caller to hear music", () => lab.simulator.channels().find(({ party }) => party === customer)?.playing !== "");
    }));

  it("originate, for calls, transfers, pickups and supervision", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        const { as } = stage;
        const talking = await talkingWith(stage, "1001");
        const waiting = await waitingIn(stage, "support");
        const [called, seed3, moved, picked, watched] = await during(world, neverConfirm("originate"), () =>
          Promise.all([
            timed(as.dave.post("/voicechannel/calls", { type: "client", to: "1002" })),
            timed(as.dave.post("/api/v2/channels", { calledId: "1002" })),
            timed(as.alice.post(`/v1/call/${talking.id}/transfer`, { ext: "1002", legs: "aleg" })),
            timed(as.bob.post(calls(waiting.id, "pickup"))),
            timed(as.carol.post(`/v1/call/${talking.id}/listen`, {})),
          ]),
        );
        // A second to ring, three to confirm.
        const limits = { fromMs: 3900 };
        expectTimeout(called, "voicechannel", limits);
        expectTimeout(seed3, "api", limits);
        expectTimeout(moved, "v1", limits);
        expectTimeout(picked, "voicechannel", limits);
        expectTimeout(watched, "v1", limits);
        await as.admin.sees(talking.id, { state: "active", assignedTo: "1001" });
        await as.admin.sees(waiting.id, { state: "queued" });
        await hears(lab, talking.customer, "1001");
        ok(await as.carol.post(calls(talking.id, "supervise"), { mode: "listen" }));
        ok(await as.alice.post(calls(talking.id, "transfer"), { type: "client", to: "1002" }));
        ok(await as.dave.post(calls(waiting.id, "pickup")));
        ok(await as.dave.post("/voicechannel/calls", { type: "client", to: "1005" }), 201);
      },
      { RING_TIMEOUT_S: "1" },
    ));

  it("uuid_record, uuid_audio and the eavesdrop of a supervision", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { as } = stage;
      const { id, customer } = await talkingWith(stage, "1001");
      const other = await talkingWith(stage, "1002");
      const [recorded, muted, watched] = await during(world, neverConfirm("uuid_record", "uuid_audio", "sendmsg"), () =>
        Promise.all([
          timed(as.alice.post(calls(id, "record"), { action: "start" })),
          timed(as.bob.post(calls(other.id, "mute"))),
          timed(as.carol.post(`/api/v2/channels/${id}/eavesdrop`, { user: "1003" })),
        ]),
      );
      expectTimeout(recorded, "voicechannel", CONFIRM);
      expectTimeout(muted, "voicechannel", CONFIRM);
      expectTimeout(watched, "api", CONFIRM);
      // The supervisor's phone does not stay off the hook.
      await legsAtSwitch(world, customer, "1001", other.customer, "1002");
      expect(await as.carol.sees(id, { recording: false })).toMatchObject({ supervision: [], legs: [{ muted: false }, { muted: false }] });
      ok(await as.alice.post(calls(id, "record"), { action: "start" }), 201);
      ok(await as.bob.post(calls(other.id, "mute")));
      ok(await as.carol.post(calls(id, "supervise"), { mode: "barge" }));
      await hears(lab, customer, "1001", "1003");
    }));

  it("uuid_kill, for hangups and for what an operation releases", async () =>
    inWorld(async (world) => {
      const { stage } = world;
      const { as } = stage;
      const { id, customer } = await talkingWith(stage, "1001");
      const other = await talkingWith(stage, "1002");
      const [ended, removed] = await during(world, neverConfirm("uuid_kill"), () => Promise.all([timed(as.alice.post(calls(id, "hangup"))), timed(as.bob.delete(`/api/v2/channels/${other.id}`))]));
      expectTimeout(ended, "voicechannel", CONFIRM);
      expectTimeout(removed, "api", CONFIRM);
      await legsAtSwitch(world, customer, "1001", other.customer, "1002");
      ok(await as.alice.post(calls(id, "hangup")));
      ok(await as.bob.delete(`/api/v2/channels/${other.id}`));
      await legsAtSwitch(world);
    }));

  it("one in which FreeSWITCH hangs: its reply goes to nobody else, and the connection is made anew", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        const { as } = stage;
        const { id } = await talkingWith(stage, "1001");
        const connections = lab.tap.connections;
        const [stuck, behind] = await during(world, [{ kind: "never-reply", command: "uuid_send_dtmf" }], async () => {
          const first = timed(as.alice.post(calls(id, "dtmf"), { digits: "1" }));
          await eventually("the first to be on its way", () => lab.tap.commands().some((line) => line.startsWith("api uuid_send_dtmf")));
          return Promise.all([first, timed(as.alice.post(calls(id, "mute")))]);
        });
        expectTimeout(stuck, "voicechannel", CONFIRM);
        // One call's operations wait for each other.
        expectTimeout(behind, "voicechannel", { fromMs: 3900 });
        await eventually("Callplane to have connected anew", async () => lab.tap.connections > connections && (await as.admin.get("/health/ready")).status === 200);
        ok(await as.alice.post(calls(id, "mute")));
        ok(await as.alice.post(calls(id, "dtmf"), { digits: "1" }));
      },
      {},
      { switchTiming: { pingAfterMs: 7000, pingTimeoutMs: 300, slowCommandMs: 300, backoffMinMs: 20, backoffMaxMs: 100 } },
    ));

  it("one that FreeSWITCH never comes to the end of, for the calls of everybody else", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        const { as } = stage;
        const [stuck, other] = [await talkingWith(stage, "1001"), await talkingWith(stage, "1002")];
        const { body: before } = await as.admin.get("/health/ready");
        await during(world, [{ kind: "never-reply", command: "uuid_send_dtmf" }], async () => {
          const first = timed(as.alice.post(calls(stuck.id, "dtmf"), { digits: "1" }));
          await eventually("the first to be on its way", () => lab.tap.commands().some((line) => line.startsWith("api uuid_send_dtmf")));
          // Behind it; then by another socket, while that one still waits.
          await eventually("another agent's call to be held", async () => (await as.bob.post(calls(other.id, "hold"))).status === 200);
          ok(await as.bob.post(calls(other.id, "resume")));
          expectTimeout(await first, "voicechannel", CONFIRM);
          ok(await as.bob.post(calls(other.id, "mute")));
        });
        // Its connection was ready all the time.
        expect((await as.admin.get("/health/ready")).body).toEqual(before);
        await as.admin.sees(stuck.id, { state: "active", assignedTo: "1001" });
      },
      {},
      { switchTiming: { blockedMs: 300 } },
    ));
});
