import { Follower } from "../contract/suites/follower.js";
import { describe, expect, it } from "vitest";
import { byHand } from "../faults/world.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { waitingIn } from "../contract/suites/steps.js";
import { eventually } from "../lab/wait.js";
import { asksForCallback, useQueueStage } from "./stage.js";
import { departmentSuite } from "./suite.js";

describe("departments on the simulated switch", () => {
  let lab: SimulatedLab;
  const queues = useQueueStage(async () => (lab = await openSimulatedLab()), { RING_TIMEOUT_S: "1", QUEUE_POSITION_SOUNDS: "/sounds/position-{position}.wav" });
  departmentSuite(queues);

  it("calls back a caller who pressed the key, in turn: the agent first, then the number", async () => {
    const { stage, free, store, department, figures } = queues();
    await department("support", { callbackKey: "5" }, ["1001"]);
    const customer = "+12125557777";
    const admin = await new Follower().open(stage.as.admin);
    await admin.sees("the snapshot", ({ type }) => type === "snapshot");
    const id = await lab.callIn({ from: customer, to: "queue:support" });
    await stage.as.admin.sees(id, { state: "queued" });
    const later = await waitingIn(stage, "support");
    await asksForCallback(lab, { id, customer });
    await stage.as.admin.gone(id);
    const left = await admin.sees("the end of the wait", ({ type, data: { callId } }) => type === "queue.left" && callId === id);
    admin.close();
    expect(left.data).toMatchObject({ reason: "callback", agent: null });
    const [callback] = await store.callbacks.open();
    expect(callback).toMatchObject({ department: "support", number: customer, state: "waiting", attempts: 0 });
    expect(await figures("support")).toMatchObject({ callbacks: 1, waiting: 1 });

    await stage.restartCallplane();
    free.set("1001", true);
    const made = await eventually("the caller to be called back", async () => (await stage.as.alice.calls()).find((call) => call.state === "active" && call.to.endsWith("12125557777")));
    expect(made).toMatchObject({ assignedTo: "1001", direction: "outbound" });
    await eventually("the callback to be done", async () => (await store.callbacks.open()).length === 0);
    expect(await stage.as.admin.call(later.id)).toMatchObject({ state: "queued" });
  });

  it("keeps a callback for the next agent when the one whose phone rings for it takes no calls any more", async () => {
    const { stage, free, store, department } = queues();
    await department("support", { callbackKey: "5", maxMissed: 1 }, ["1001", "1002"]);
    await lab.phone("1001", { kind: "no-answer" });
    try {
      const customer = "+12125557778";
      const id = await lab.callIn({ from: customer, to: "queue:support" });
      await stage.as.admin.sees(id, { state: "queued" });
      await asksForCallback(lab, { id, customer });
      free.set("1001", true);
      await eventually("the agent's phone to ring", () => lab.simulator.channels().some(({ party }) => party === "1001"));
      free.leave("1001");
      await eventually("the agent's phone to stop", () => lab.simulator.channels().length === 0);
      await eventually("the callback to wait", async () => (await store.callbacks.open())[0]?.state === "waiting");
      expect((await store.callbacks.open())[0]).toMatchObject({ number: customer, attempts: 0 });
      expect(free.away).toEqual([]);
      free.set("1002", true);
      await eventually("the caller to be called back", async () => (await stage.as.bob.calls()).find((call) => call.state === "active" && call.to === customer));
      await eventually("the callback to be done", async () => (await store.callbacks.open()).length === 0);
    } finally {
      await lab.phone("1001", { kind: "answer" });
    }
  });

  it.each([["+18765550100", "callback-country"], ["+19005551234", "premium"], ["anonymous", "unreadable"], ["112", "callback-country"]])("leaves a caller whose number is said to be %s in the queue: nobody is called back there", async (from, rule) => {
    const { stage, store, department } = queues();
    const organization = await store.organizations.findByName("lab");
    await store.organizations.update(organization?.id ?? 0, { allowedPrefixes: ["+", "112"] });
    await department("support", { callbackKey: "5" }, []);
    const id = await lab.callIn({ from, to: "queue:support" });
    await stage.as.admin.sees(id, { state: "queued" });
    const refused = (): Promise<number> => stage.audit().then((entries) => entries.filter(({ action, detail }) => action === "refused" && detail.rule === rule).length);
    const before = await refused();
    await eventually("the refusal in the audit log", async () => {
      lab.simulator.press(from, "5");
      return (await refused()) > before;
    });
    expect(await stage.as.admin.call(id)).toMatchObject({ state: "queued" });
    expect(await store.callbacks.open()).toEqual([]);
    expect(await (await fetch(`${stage.url()}/metrics`)).text()).toContain(`callplane_dial_refusals_total{rule="${rule}"}`);
    await store.organizations.update(organization?.id ?? 0, { allowedPrefixes: ["+1212"] });
  });

  it("tells a caller the place from time to time, with music in between", async () => {
    const { stage, department } = queues();
    await department("support", { announceEveryS: 5, music: "tone_stream://%(1000,0,500);loops=-1" }, []);
    // One after the other: who joins within the same millisecond is served in either order.
    await waitingIn(stage, "support");
    const { id: second } = await waitingIn(stage, "support");
    const heard = new Set<string>();
    const details = (): string => `Heard: ${[...heard].join(", ")}`;
    const playing = async (what: string): Promise<void> => {
      await eventually(`${what} to play`, () => heard.add(lab.simulator.channel(second)?.playing ?? "no channel") && lab.simulator.channel(second)?.playing === what, { details });
    };
    await playing("tone_stream://%(1000,0,500);loops=-1");
    await playing("/sounds/position-2.wav");
    await playing("tone_stream://%(1000,0,500);loops=-1");
    await stage.as.admin.sees(second, { state: "queued" });
  });

  it("plays the department's music again to a caller who waits in silence", async () => {
    const { stage, department } = queues();
    const music = "tone_stream://%(1000,0,600);loops=-1";
    await department("support", { music }, []);
    const { id } = await waitingIn(stage, "support");
    const plays = (what: string): Promise<unknown> => eventually(`"${what}" to play`, () => lab.simulator.channel(id)?.playing === what, { details: () => `"${lab.simulator.channel(id)?.playing ?? "no channel"}" plays` });
    await plays(music);
    await byHand(lab, `uuid_break ${id} all`);
    await plays("");
    await plays(music);
    await stage.as.admin.sees(id, { state: "queued" });
  });
});
