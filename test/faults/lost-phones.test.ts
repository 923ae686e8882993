/** A phone that vanishes in a call never loses the other party. */
import { describe, expect, it } from "vitest";
import { Follower } from "../contract/suites/follower.js";
import { hears, legOf, newNumber, ok, talkingWith, waitingIn } from "../contract/suites/steps.js";
import { eventually } from "../lab/wait.js";
import { byHand, during, inWorld, legsAtSwitch, PATIENT, type World } from "./world.js";

/** So long that the phone can be back in time. */
const SOON = { LOST_PHONE_S: "1" };
const AT_ONCE = { settings: { lostPhoneS: 0.1 }, againMs: 200 };
const BROWSER = "1001/browser";
const isHeld = { state: "held", heldBy: "lostPhone" } as const;

/** Whether it is written on the party's leg that its phone is not registered any more. */
const isMarked = ({ lab }: World, party: string): boolean => lab.simulator.channels().some((leg) => leg.party === party && leg.variables["presence_data"]?.includes('"P":') === true);

/** FreeSWITCH knows what to do when the party's phone sends nothing any more. */
const loseMedia = async ({ lab }: World, party: string): Promise<void> => {
  await eventually("FreeSWITCH to know what to do", () => lab.simulator.channels().some((leg) => leg.party === party && leg.variables["execute_on_media_timeout_end"] !== undefined));
  lab.simulator.loseMedia(party);
};

const hearsMusic = ({ lab }: World, party: string): Promise<unknown> => eventually(`${party} to hear music`, () => lab.simulator.channels().some((leg) => leg.party === party && leg.playing !== ""));

/** What becomes of each call whose agent's phone vanishes and comes back; gives the call's id and who stays. */
const CALLS: readonly (readonly [what: string, make: (world: World) => Promise<{ readonly id: string; readonly stays: string }>])[] = [
  ["a call that the dialplan bridged", async ({ stage }) => {
    const { id, customer } = await talkingWith(stage, "1001");
    return { id, stays: customer };
  }],
  ["a call that was on hold before", async ({ lab, stage }) => {
    const { id, customer } = await talkingWith(stage, "1001");
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:resume`));
    await hears(lab, customer, "1001");
    return { id, stays: customer };
  }],
  ["an offered caller", async ({ stage }) => {
    ok(await stage.as.admin.put("/voiceconfig/voiceagents/1001", { departments: ["support"] }));
    ok(await stage.as.alice.post("/voicechannel/agents/1001/status", { status: "online" }));
    const { id, customer } = await waitingIn(stage, "support");
    await stage.as.admin.sees(id, { state: "active", assignedTo: "1001" });
    return { id, stays: customer };
  }],
  ["click-to-call", async ({ stage }) => {
    const number = newNumber();
    const { body } = await stage.as.alice.post("/voicechannel/calls", { type: "phonenumber", to: number });
    const { id } = body as { id: string };
    await stage.as.admin.sees(id, { state: "active", assignedTo: "1001" });
    return { id, stays: number };
  }],
  ["a call that the agent dialled", async ({ lab, stage }) => {
    const number = newNumber();
    const id = await lab.dialFrom("1001", number);
    await stage.as.admin.sees(id, { state: "active", assignedTo: "1001" });
    return { id, stays: number };
  }],
  ["a call from a colleague", async ({ lab, stage }) => {
    const id = await lab.dialFrom("1002", "1001");
    await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
    return { id, stays: "1002" };
  }],
  ["a call to a colleague", async ({ lab, stage }) => {
    const id = await lab.dialFrom("1001", "1002");
    await stage.as.admin.sees(id, { state: "active", assignedTo: "1001" });
    return { id, stays: "1002" };
  }],
  ["a call that its caller has left to a colleague", async ({ lab, stage }) => {
    const { id, customer } = await talkingWith(stage, "1001");
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:conference`, { add: { type: "client", to: "1002" } }));
    await lab.hangUp(customer);
    await stage.as.admin.sees(id, { state: "active", conference: false });
    return { id, stays: "1002" };
  }],
];

describe.concurrent("an agent's phone that vanishes", PATIENT, () => {
  it.each(CALLS)("holds the other party of %s, and both talk again when it is back", async (_what, make) =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, stays } = await make(world);
      const owner = (await stage.as.admin.call(id))?.assignedTo ?? null;
      lab.simulator.register("1001", false);
      await stage.as.admin.sees(id, { ...isHeld, assignedTo: owner });
      await hearsMusic(world, stays);
      await legsAtSwitch(world, stays);
      lab.simulator.register("1001", true);
      await stage.as.admin.sees(id, { state: "active", heldBy: null, assignedTo: owner });
      await hears(lab, stays, "1001");
      await hears(lab, "1001", stays);
      await legsAtSwitch(world, stays, "1001");
    }, {}, AT_ONCE));

  it.each(CALLS)("and sends nothing any more holds the other party of %s", async (_what, make) =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, stays } = await make(world);
      // Otherwise it is rung at once.
      lab.simulator.setPhone("1001", { kind: "no-answer" });
      await loseMedia(world, "1001");
      await stage.as.admin.sees(id, isHeld);
      await hearsMusic(world, stays);
      await eventually("the phone to ring", () => lab.simulator.channels().some(({ party }) => party === "1001"));
      lab.simulator.setPhone("1001", { kind: "answer" });
      await stage.as.admin.sees(id, { state: "active", heldBy: null });
      await hears(lab, stays, "1001");
    }, { RING_TIMEOUT_S: "1" }, AT_ONCE));

  it("is not missed when it is back in time", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      const legs = (await stage.as.alice.call(id))?.legs.map((leg) => leg.id);
      lab.simulator.register("1001", false);
      await eventually("the loss to be known", () => isMarked(world, "1001"));
      lab.simulator.register("1001", true);
      // When its time is over.
      await eventually("the return to be known", () => !isMarked(world, "1001"));
      expect((await stage.as.alice.call(id))?.legs.map((leg) => leg.id)).toEqual(legs);
      await stage.as.alice.sees(id, { state: "active", heldBy: null });
      await hears(lab, customer, "1001");
    }, SOON));

  it("is looked for among the agent's phones: a call on another one goes on", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      lab.simulator.register("1001", true, undefined, "browser");
      lab.simulator.setPhone("1001", { kind: "no-answer" });
      const { id, customer } = await talkingWith(stage, "1001");
      await legsAtSwitch(world, customer, BROWSER);
      const asked = lab.tap.sent.length;
      lab.simulator.register("1001", false);
      await eventually("FreeSWITCH to be asked which phone it is", () => lab.tap.sent.slice(asked).some((line) => line.includes("sip_destination_url")));
      expect(await stage.as.alice.call(id)).toMatchObject({ state: "active" });
      expect(isMarked(world, BROWSER)).toBe(false);
      // Now the page is reloaded: the other phone answers.
      lab.simulator.register("1001", true);
      lab.simulator.setPhone("1001", { kind: "answer" });
      lab.simulator.register("1001", false, undefined, "browser");
      await eventually("the other phone to have the call", () => lab.simulator.hears(customer).has("1001"));
      await legsAtSwitch(world, customer, "1001");
      await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
    }, {}, AT_ONCE));

  it("is not rung again at once when the agent does not answer", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      lab.simulator.register("1001", false);
      await stage.as.admin.sees(id, isHeld);
      const rings = (): number => lab.tap.commands().filter((line) => line.includes("originate")).length;
      const before = rings();
      lab.simulator.setPhone("1001", { kind: "busy" });
      lab.simulator.register("1001", true);
      await eventually("the phone to be rung", () => rings() > before);
      await legsAtSwitch(world, customer);
      // Each has the call looked at.
      for (const state of ["start", "stop"]) await stage.as.admin.post(`/voicechannel/calls/${id}:record`, { action: state });
      await stage.as.admin.sees(id, { ...isHeld, recording: false });
      expect(rings() - before).toBe(1);
    }, {}, { ...AT_ONCE, againMs: 60_000 }));

  it("is rung once when other news of the call arrives with that of its return", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      lab.simulator.register("1001", false);
      await stage.as.admin.sees(id, isHeld);
      await legsAtSwitch(world, customer);
      const rings = (): number => lab.tap.commands().filter((line) => line.includes("originate")).length;
      const before = rings();
      lab.simulator.setPhone("1001", { kind: "busy" });
      const [leg] = lab.simulator.channels();
      const release = lab.tap.holdBack();
      lab.simulator.register("1001", true);
      await byHand(lab, `uuid_record ${leg?.uuid ?? ""} start ${stage.recordingsDir}/by-hand.wav`);
      release();
      await eventually("the phone to be rung", () => rings() > before);
      await stage.as.admin.sees(id, { ...isHeld, recording: true });
      await legsAtSwitch(world, customer);
      // Each has the call looked at.
      for (const state of ["stop", "start"]) await stage.as.admin.post(`/voicechannel/calls/${id}:record`, { action: state });
      await stage.as.admin.sees(id, { ...isHeld, recording: true });
      expect(rings() - before).toBe(1);
    }, {}, { ...AT_ONCE, againMs: 60_000 }));

  it("is asked for once, whatever happens to the call until FreeSWITCH answers", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      const leg = lab.simulator.channels().find(({ party }) => party === customer);
      const isAsked = (): boolean => lab.tap.sent.some((line) => line.startsWith("api sofia_contact */1001@"));
      // Each time first which phone it is.
      const asked = (): number => lab.tap.sent.filter((line) => line.startsWith("api uuid_getvar ")).length;
      const record = (action: string): Promise<unknown> => byHand(lab, `uuid_record ${leg?.uuid ?? ""} ${action} ${stage.recordingsDir}/by-hand.wav`);
      await during(world, [{ kind: "never-reply", command: "sofia_contact" }], async () => {
        lab.simulator.register("1001", false);
        await eventually("FreeSWITCH to be asked", isAsked);
        const before = asked();
        for (const state of [true, false, true]) {
          await record(state ? "start" : "stop");
          await stage.as.admin.sees(id, { recording: state });
        }
        expect(asked() - before).toBe(0);
      });
    }, {}, { ...AT_ONCE, switchTiming: { apiTimeoutMs: 60_000 } }));

  it("leaves a caller of a department there, first in line, after the limit", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await waitingIn(stage, "support");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:pickup`));
      const other = await waitingIn(stage, "support");
      lab.simulator.register("1001", false);
      await stage.as.admin.sees(id, { state: "queued", department: "support", assignedTo: null, heldBy: null });
      await hearsMusic(world, customer);
      expect(await stage.as.bob.post("/call/pickup")).toMatchObject({ status: 200 });
      await stage.as.bob.sees(id, { state: "active", assignedTo: "1002" });
      await stage.as.bob.sees(other.id, { state: "queued" });
      await hears(lab, customer, "1002");
    }, { LOST_PHONE_RETURN_S: "1" }, AT_ONCE));

  it("leaves another call on hold after the limit, and rings when it is back all the same", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const events = await new Follower().open(stage.as.carol);
      const { id, customer } = await talkingWith(stage, "1001");
      lab.simulator.register("1001", false);
      const outcome = (wanted: string): Promise<unknown> => events.sees(`carol to be told: ${wanted}`, ({ type, data }) => type === "call.phone.lost" && data.outcome === wanted);
      await outcome("held");
      await outcome("kept");
      expect(await stage.as.carol.call(id)).toMatchObject({ ...isHeld, assignedTo: "1001" });
      lab.simulator.register("1001", true);
      await hears(lab, customer, "1001");
      await outcome("joined");
      events.close();
    }, { LOST_PHONE_RETURN_S: "1" }, AT_ONCE));

  it("is no longer rung when the agent does not want the call", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id } = await waitingIn(stage, "support");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:pickup`));
      lab.simulator.setPhone("1001", { kind: "reject" });
      await loseMedia(world, "1001");
      await stage.as.admin.sees(id, { state: "queued", assignedTo: null });
    }, {}, AT_ONCE));

  it("and a caller who hangs up meanwhile end everything", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      lab.simulator.register("1001", false);
      await stage.as.admin.sees(id, isHeld);
      lab.simulator.setPhone("1001", { kind: "no-answer" });
      lab.simulator.register("1001", true);
      await legsAtSwitch(world, customer, "1001");
      await lab.hangUp(customer);
      await stage.as.admin.gone(id);
      await legsAtSwitch(world);
    }, {}, AT_ONCE));

  it.each(["before the time is over", "on hold"])("is known to the next process after a restart %s", async (when) =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      lab.simulator.register("1001", false);
      if (when === "on hold") await stage.as.admin.sees(id, isHeld);
      else await eventually("the loss to be written", () => isMarked(world, "1001"));
      await stage.restartCallplane();
      await stage.as.admin.sees(id, { ...isHeld, assignedTo: "1001" });
      await legsAtSwitch(world, customer);
      lab.simulator.register("1001", true);
      await hears(lab, customer, "1001");
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1001" });
    }, SOON));

  it("while Callplane is away leaves the caller to the next process", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      await eventually("FreeSWITCH to know what to do", () => lab.simulator.channels().some(({ variables }) => variables["execute_on_media_timeout_end"] !== undefined));
      await stage.stopCallplane();
      lab.simulator.register("1001", false);
      lab.simulator.loseMedia("1001");
      await legsAtSwitch(world, customer);
      await stage.startAgain();
      await stage.as.admin.sees(id, { ...isHeld, assignedTo: "1001" });
      await hearsMusic(world, customer);
      lab.simulator.register("1001", true);
      await hears(lab, customer, "1001");
    }, {}, AT_ONCE));

  it.each(["transfer", "consult"])("during a %s that nobody answers holds the caller all the same, and rings when it is back", async (act) =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      await eventually("FreeSWITCH to know what to do", () => lab.simulator.channels().some((leg) => leg.party === "1001" && leg.variables["execute_on_media_timeout_end"] !== undefined));
      lab.simulator.setPhone("1002", { kind: "no-answer" });
      const acted = stage.as.alice.post(`/voicechannel/calls/${id}:${act}`, { type: "client", to: "1002" });
      await eventually("the colleague's phone to ring", () => lab.simulator.channels().some(({ party }) => party === "1002"));
      lab.simulator.setPhone("1001", { kind: "no-answer" });
      lab.simulator.loseMedia("1001");
      expect((await acted).status).toBe(409);
      await stage.as.admin.sees(id, { ...isHeld, assignedTo: "1001" });
      await hearsMusic(world, customer);
      lab.simulator.setPhone("1001", { kind: "answer" });
      await hears(lab, customer, "1001");
      await legsAtSwitch(world, customer, "1001");
    }, { ...SOON, RING_TIMEOUT_S: "1" }));

  it("leaves a conference to the others", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:conference`, { add: { type: "client", to: "1002" } }));
      lab.simulator.register("1001", false);
      await legsAtSwitch(world, customer, "1002");
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002", conference: false });
      await hears(lab, customer, "1002");
    }, {}, AT_ONCE));

  it("ends the agent's consultation, and the caller stays on hold", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" }), 201);
      lab.simulator.register("1001", false);
      await stage.as.admin.sees(id, { ...isHeld, assignedTo: "1001" });
      await legsAtSwitch(world, customer);
      lab.simulator.register("1001", true);
      await hears(lab, customer, "1001");
    }, {}, AT_ONCE));

  it("which was on hold itself has whoever put it aside hear music, until both talk again", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const id = await lab.dialFrom("1002", "1001");
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
      ok(await stage.as.bob.post(`/voicechannel/calls/${id}:hold`));
      await hearsMusic(world, "1001");
      lab.simulator.register("1001", false);
      await stage.as.admin.sees(id, { ...isHeld, assignedTo: "1002" });
      await legsAtSwitch(world, "1002");
      await hearsMusic(world, "1002");
      lab.simulator.register("1001", true);
      await stage.as.admin.sees(id, { state: "active", heldBy: null, assignedTo: "1002" });
      await hears(lab, "1002", "1001");
    }, {}, AT_ONCE));

  it.each(["hangs up", "is let go"])("which was on hold itself leaves the consultation of whoever put it aside alone: until the colleague %s", async (how) =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const id = await lab.dialFrom("1002", "1001");
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
      ok(await stage.as.bob.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1003" }), 201);
      await hears(lab, "1002", "1003");
      lab.simulator.register("1001", false);
      await stage.as.admin.sees(id, { ...isHeld, assignedTo: "1002" });
      await legsAtSwitch(world, "1002", "1003");
      lab.simulator.register("1001", true);
      await hears(lab, "1002", "1003");
      if (how === "hangs up") await lab.hangUp("1003");
      else ok(await stage.as.bob.post(`/voicechannel/calls/${id}:cancel`));
      await stage.as.admin.sees(id, { state: "active", heldBy: null, assignedTo: "1002" });
      await hears(lab, "1002", "1001");
    }, {}, AT_ONCE));

  it("ends a supervision, and not the call", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }));
      lab.simulator.register("1003", false);
      await legsAtSwitch(world, customer, "1001");
      await stage.as.admin.sees(id, { state: "active", supervision: [] });
    }, {}, AT_ONCE));

  it("keeps the agent in the call, so that nobody else is offered", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id } = await talkingWith(stage, "1001");
      lab.simulator.setPhone("1001", { kind: "no-answer" });
      await loseMedia(world, "1001");
      await stage.as.admin.sees(id, isHeld);
      expect((await stage.as.admin.get("/voicechannel/agents/1001")).body).toMatchObject({ status: "inCall", calls: [id] });
    }, {}, AT_ONCE));
});

describe.concurrent("an agent who hangs up", PATIENT, () => {
  it("ends the call as ever", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id } = await talkingWith(stage, "1001");
      await lab.hangUp("1001");
      await stage.as.admin.gone(id);
      await legsAtSwitch(world);
    }, {}, AT_ONCE));
});

describe.concurrent("a phone that was away", PATIENT, () => {
  it("finds its calls by their SIP Call-IDs, also after a restart of Callplane", async () =>
    inWorld(async ({ stage }) => {
      const { id } = await talkingWith(stage, "1001");
      const call = await stage.as.alice.call(id);
      if (call === null) throw new Error("no call");
      const { sipCallId } = legOf(call, "1001");
      if (sipCallId === null) throw new Error("no Call-ID");
      await stage.restartCallplane();
      const found = (query: string): Promise<readonly string[]> => stage.as.alice.calls(`?sipCallId=${encodeURIComponent(query)}`).then((calls) => calls.map((each) => each.id));
      expect(await found(sipCallId)).toEqual([id]);
      expect(await found("another")).toEqual([]);
    }));
});
