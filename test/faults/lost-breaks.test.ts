/**
 * FreeSWITCH cannot always stop what it plays to a leg whose partner hangs up: once a command was carried out on the leg meanwhile, it has forgotten that it plays
 * (switch_ivr.c, switch_ivr_parse_event). Nobody is left in the music of a bridge that has no other side.
 */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Fault } from "../../src/simulator/index.js";
import { hears, ok, talkingWith, type Conversation } from "../contract/suites/steps.js";
import { eventually } from "../lab/wait.js";
import { byHand, during, inWorld, legsAtSwitch, neverConfirm, noDrift, PATIENT, QUICK, stateWritten, type World } from "./world.js";

const LOST: readonly Fault[] = [{ kind: "lost-break" }];
/** Not the drift check is to find it. */
const inQuietWorld = (test: (world: World) => Promise<void>): Promise<void> => inWorld(test, {}, { switchTiming: { ...QUICK, driftEveryMs: 600_000 } });
const act = (id: string, name: string): string => `/voicechannel/calls/${id}:${name}`;

const LIST = z.object({ data: z.object({ rows: z.array(z.record(z.string(), z.string())).default([]) }) });
/** What is compared of each channel, by uuid. */
const rowsOf = (list: unknown): readonly (readonly (string | undefined)[])[] => LIST.parse(list).data.rows.map((row) => [row["uuid"], row["state"], row["callstate"]]).sort((one, other) => ((one[0] ?? "") < (other[0] ?? "") ? -1 : 1));
const playsTo = ({ lab }: World, party: string): Promise<unknown> => eventually(`${party} to be played something`, () => lab.simulator.channels().some((leg) => leg.party === party && leg.playing !== ""));
/**
 * The agent's phone holds, the customer hears its music, and Callplane knows it. By then Callplane has nothing to carry out on the legs: what is carried out as the music
 * begins would keep it from ending.
 */
async function heldByPhone(world: World): Promise<Conversation> {
  const { lab, stage } = world;
  const conversation = await talkingWith(stage, "1001");
  await stateWritten(world);
  await lab.holdAtPhone("1001", true);
  await playsTo(world, conversation.customer);
  await stage.as.alice.sees(conversation.id, { heldBy: "phone" });
  return conversation;
}
const breaks = ({ lab }: World): readonly string[] => lab.tap.commands().filter((line) => line.startsWith("api uuid_break"));

describe.concurrent("who hears music in a bridge whose other side has hung up", PATIENT, () => {
  it("is the customer, when the agent's phone holds and hangs up: the call ends", async () =>
    inQuietWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      await lab.holdAtPhone("1001", true);
      await playsTo(world, customer);
      await during(world, LOST, async () => {
        await lab.hangUp("1001");
        await stage.as.admin.gone(id);
        await legsAtSwitch(world);
      });
      expect(breaks(world).every((line) => line === `api uuid_break ${id} all`)).toBe(true);
    }));

  it("is the agent, when the customer's phone holds and hangs up: the phone is free again", async () =>
    inQuietWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      lab.simulator.holdAtPhone(customer, true);
      await playsTo(world, "1001");
      await during(world, LOST, async () => {
        await lab.hangUp(customer);
        await stage.as.admin.gone(id);
        await legsAtSwitch(world);
      });
    }));

  it("is the agent, when the consulted phone holds and hangs up: the caller is on hold, and the agent takes the caller back", async () =>
    inQuietWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      expect((await stage.as.alice.post(act(id, "consult"), { type: "client", to: "1002" })).status).toBe(201);
      await lab.holdAtPhone("1002", true);
      await playsTo(world, "1001");
      await during(world, LOST, async () => {
        await lab.hangUp("1002");
        await legsAtSwitch(world, customer, "1001");
        await noDrift(world);
      });
      await stage.as.alice.sees(id, { state: "held", assignedTo: "1001", consult: null });
      expect(lab.simulator.channels().find(({ party }) => party === "1001")).toMatchObject({ parked: true, playing: "" });
      ok(await stage.as.alice.post(act(id, "resume")));
      await hears(lab, customer, "1001");
      await hears(lab, "1001", customer);
    }));

  it("is a party to whom an announcement is played while the other one hangs up", async () =>
    inQuietWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      await byHand(lab, `uuid_broadcast ${id} tone_stream://%(100000,0,300);loops=-1 aleg`);
      await playsTo(world, customer);
      await during(world, LOST, async () => {
        await lab.hangUp("1001");
        await stage.as.admin.gone(id);
        await legsAtSwitch(world);
      });
    }));

  it("is nobody as a rule: what FreeSWITCH ends by itself is not broken off", async () =>
    inQuietWorld(async (world) => {
      const { lab, stage } = world;
      const { id } = await talkingWith(stage, "1001");
      await lab.holdAtPhone("1001", true);
      await stage.as.alice.sees(id, { heldBy: "phone" });
      await lab.hangUp("1001");
      await stage.as.admin.gone(id);
      const next = await talkingWith(stage, "1001");
      await lab.hangUp("1001");
      await stage.as.admin.gone(next.id);
      expect(breaks(world)).toEqual([]);
    }));

  it("keeps the other's channel from its end: until then it is listed as FreeSWITCH lists it", async () =>
    inQuietWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      await lab.holdAtPhone("1001", true);
      await playsTo(world, customer);
      await during(world, [...LOST, ...neverConfirm("uuid_break")], async () => {
        const agent = lab.simulator.channels().find(({ party }) => party === "1001")?.uuid;
        await lab.hangUp("1001");
        await stage.as.admin.sees(id, { ringing: [], legs: (await stage.as.admin.call(id))?.legs.filter(({ role }) => role === "customer") ?? [] });
        await eventually("the lists to be the same", async () => {
          const shown = rowsOf((await stage.root.get("/api/v2/channels")).body);
          const list: unknown = JSON.parse(await byHand(lab, "show channels as json"));
          const real = rowsOf({ data: list });
          return JSON.stringify(shown) === JSON.stringify(real) && real.some(([uuid]) => uuid === agent);
        });
      });
      await stage.as.admin.gone(id);
      await legsAtSwitch(world);
    }));

  it("is nobody whose music has ended, of which a busy machine brings the news late: the two are not parted", async () =>
    inQuietWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await heldByPhone(world);
      const mark = lab.tap.sent.length;
      const arrives = lab.tap.holdBackAfter("Event-Name: CHANNEL_UNHOLD");
      await lab.holdAtPhone("1001", false);
      await eventually("Callplane to do something about the music", () => lab.tap.commands(mark).length > 0);
      arrives();
      await hears(lab, customer, "1001");
      await stage.as.alice.sees(id, { heldBy: null });
      // Comes to its turn when whatever was begun has ended.
      ok(await stage.as.alice.post(act(id, "dtmf"), { digits: "1" }));
      expect(lab.tap.commands(mark).filter((line) => /uuid_(?:transfer|bridge|break)/.test(line))).toEqual([]);
    }));

  it("was made so by no command of Callplane's: while somebody hears the music of a phone's hold, nothing is carried out on the leg", async () =>
    inQuietWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await heldByPhone(world);
      const mark = lab.tap.sent.length;
      const executed = (): readonly string[] => lab.tap.sent.slice(mark).filter((line) => line.startsWith(`sendmsg ${id}`));
      const written = (): number => lab.tap.sent.slice(mark).filter((line) => line.startsWith(`api uuid_setvar ${id} presence_data`)).length;
      expect((await stage.as.alice.patch(`/voicechannel/calls/${id}/attributes`, { note: "held" })).status).toBe(200);
      await eventually("the state to be written", () => written() > 0);
      expect(executed()).toEqual([]);
      await lab.holdAtPhone("1001", false);
      await hears(lab, customer, "1001");
      // What was written meanwhile comes to stand in the row now.
      await eventually("the row to show it", () => executed().length > 0);
      expect(lab.tap.commands(mark).filter((line) => /uuid_(?:transfer|bridge|break)/.test(line))).toEqual([]);
    }));
});
