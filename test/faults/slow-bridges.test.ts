/** FreeSWITCH tells of a bridge before it has made it, and may forget where it was to send one of two: nobody's leg ends of it. */
import { describe, expect, it } from "vitest";
import { hears, newCustomer, newNumber, ok, talkingWith } from "../contract/suites/steps.js";
import type { Fault } from "../../src/simulator/index.js";
import { eventually } from "../lab/wait.js";
import { byHand, during, expectTimeout, inWorld, legsAtSwitch, PATIENT, timed } from "./world.js";

const SLOW: readonly Fault[] = [{ kind: "slow-bridges", delayMs: 600 }];
const act = (id: string, name: string): string => `/voicechannel/calls/${id}:${name}`;

describe.concurrent("an act upon a bridge that is just being made", PATIENT, () => {
  it("swaps, and completes, a consultation that has just been answered", async () =>
    inWorld(async (world) => {
      const { lab, stage: { as } } = world;
      const { id, customer } = await talkingWith(world.stage, "1001");
      await during(world, SLOW, async () => {
        expect((await as.alice.post(act(id, "consult"), { type: "client", to: "1002" })).status).toBe(201);
        ok(await as.alice.post(act(id, "swap")));
        ok(await as.alice.post(act(id, "swap")));
        ok(await as.alice.post(act(id, "complete")), 204);
      });
      await legsAtSwitch(world, customer, "1002");
      await hears(lab, customer, "1002");
      await hears(lab, "1002", customer);
    }));

  it.each(["hold", "park"])(":%ss a call that has just been answered", async (name) =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const customer = newCustomer();
      const id = await during(world, SLOW, async () => {
        const called = await lab.callIn({ from: customer, to: "1001" });
        await stage.as.alice.sees(called, { state: "active" });
        ok(await stage.as.alice.post(act(called, name)));
        // The phone of an agent who holds has not been called off, to be rung anew.
        await legsAtSwitch(world, customer, ...(name === "hold" ? ["1001"] : []));
        return called;
      });
      ok(await stage.as.alice.post(act(id, name === "hold" ? "resume" : "pickup")));
      await hears(lab, customer, "1001");
      await hears(lab, "1001", customer);
    }));

  it("transfers it, and makes a conference of it", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const number = newNumber();
      const { customer } = await during(world, SLOW, async () => {
        const talking = await talkingWith(stage, "1001");
        ok(await stage.as.alice.post(act(talking.id, "transfer"), { type: "client", to: "1002" }));
        ok(await stage.as.bob.post(act(talking.id, "conference"), { add: { type: "phonenumber", to: number } }));
        return talking;
      });
      await hears(lab, customer, "1002", number);
    }));
});

describe.concurrent("of two who are moved together, one that goes astray", PATIENT, () => {
  it.each(["before", "late", "after"] as const)("is sent again when it parks itself %s, and else left alone", async (when) =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const customer = newCustomer();
      const id = await lab.callIn({ from: customer, to: "1001" });
      const { legs } = await stage.as.alice.sees(id, { state: "active" });
      const number = newNumber();
      const mark = lab.tap.sent.length;
      await during(world, [{ kind: "stray-parks", when }], async () => {
        ok(await stage.as.alice.post(act(id, "hold")));
        ok(await stage.as.alice.post(act(id, "resume")));
        ok(await stage.as.alice.post(act(id, "conference"), { add: { type: "phonenumber", to: number } }));
      });
      await hears(lab, customer, "1001", number);
      await hears(lab, "1001", customer, number);
      const still = (await stage.as.alice.call(id))?.legs.map((leg) => leg.id) ?? [];
      expect(legs.every((leg) => still.includes(leg.id))).toBe(true);
      // The two to hold, the two into the conference, and the third. One that is sent without need leaves the conference that it has just entered.
      expect(lab.tap.commands(mark).filter((line) => line.startsWith("api uuid_transfer"))).toHaveLength({ before: 3, late: 4, after: 5 }[when]);
    }));

  it("is parked without a limit though the hold failed meanwhile, and stays for what comes after", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const customer = newCustomer();
      const id = await lab.callIn({ from: customer, to: "1001" });
      const { legs } = await stage.as.alice.sees(id, { state: "active" });
      for (const leg of legs) await byHand(lab, `uuid_setvar ${leg.id} park_after_bridge true`);
      const mark = lab.tap.sent.length;
      await during(world, [{ kind: "stray-parks", when: "late" }], async () => {
        // Only what is sent at first, and its end, comes too late.
        const release = lab.tap.holdBack();
        expectTimeout(await timed(stage.as.alice.post(act(id, "hold"))), "voicechannel", { fromMs: 250 });
        release();
        await eventually("the leg to be sent again", () => lab.tap.commands(mark).filter((line) => line.startsWith("api uuid_transfer")).length === 2);
      });
      const stays = async (leg: string): Promise<string> => byHand(lab, `uuid_getvar ${leg} park_after_bridge`);
      await eventually("both to be parked, to stay", async () => (await Promise.all(legs.map(async (leg) => stays(leg.id)))).every((value) => value.trim() === "true"));
      await legsAtSwitch(world, customer, "1001");
    }, {}, { confirmMs: 300 }));
});
