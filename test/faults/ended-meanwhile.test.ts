/** A leg that FreeSWITCH has ended, of which Callplane does not know yet: whoever acts on it is told that it has ended and why, and not that the command failed. */
import { describe, expect, it } from "vitest";
import { legOf, newCustomer, refused } from "../contract/suites/steps.js";
import { eventually } from "../lab/wait.js";
import { byHand, during, inWorld, PATIENT, type World } from "./world.js";

const END = [{ kind: "drop-events", names: ["CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY", "CHANNEL_STATE", "CHANNEL_CALLSTATE"] }] as const;

/** Alice's phone rings. Gives the leg, and how she has it answer. */
async function ringing({ lab, stage: { as } }: World) {
  await lab.phone("1001", { kind: "no-answer" });
  const id = await lab.callIn({ from: newCustomer(), to: "1001" });
  const { id: leg } = legOf(await as.alice.sees(id, { ringing: ["1001"] }), "1001");
  return { leg, answer: () => as.alice.post(`/voicechannel/calls/${id}/legs/${leg}:answer`) };
}

/** It is over at FreeSWITCH, which says "+OK" before. */
async function killed({ lab }: World, leg: string, cause: string): Promise<void> {
  expect(await byHand(lab, `uuid_kill ${leg} ${cause}`)).toBe("+OK");
  await eventually("FreeSWITCH to know the leg no more", async () => (await byHand(lab, `uuid_exists ${leg}`)) === "false");
}

describe.concurrent("a phone that has stopped ringing did not fail to answer:", PATIENT, () => {
  it("its end comes late, and tells why", async () =>
    inWorld(async (world) => {
      const { tap } = world.lab;
      const { leg, answer } = await ringing(world);
      const arrive = tap.holdBack("events");
      await killed(world, leg, "CALL_REJECTED");
      const reply = answer();
      await eventually("FreeSWITCH to be asked about the leg", () => tap.sent.some((command) => command.startsWith(`bgapi uuid_exists ${leg}`)));
      arrive();
      refused(await reply, 409, "CALL_REJECTED");
    }));

  it("its end is lost, and nobody knows why", async () =>
    inWorld(async (world) => {
      const { leg, answer } = await ringing(world);
      await during(world, END, async () => {
        await killed(world, leg, "CALL_REJECTED");
        expect(await answer()).toMatchObject({ status: 409, body: { error: "CALL_FAILED", message: "The phone does not ring any more." } });
      });
    }));

  it("the caller has given up, which is not told in FreeSWITCH's words", async () =>
    inWorld(async (world) => {
      const { tap } = world.lab;
      const { leg, answer } = await ringing(world);
      const arrive = tap.holdBack("events");
      await killed(world, leg, "ORIGINATOR_CANCEL");
      const reply = answer();
      await eventually("FreeSWITCH to be asked about the leg", () => tap.sent.some((command) => command.startsWith(`bgapi uuid_exists ${leg}`)));
      arrive();
      expect(await reply).toMatchObject({ status: 409, body: { error: "CALL_FAILED", message: "The phone does not ring any more." } });
    }));
});
