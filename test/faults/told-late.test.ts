/** What an act answers that was done on a call which has gone meanwhile. */
import { describe, expect, it } from "vitest";
import type { Reply } from "../contract/harness.js";
import { talkingWith } from "../contract/suites/steps.js";
import { eventually } from "../lab/wait.js";
import { during, inWorld, PATIENT } from "./world.js";

describe("attributes that were noted on a call", PATIENT, () => {
  it("are answered with nothing when the call has ended before the answer", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      let noted: Promise<Reply | null> = Promise.resolve(null);
      await during(world, [{ kind: "slow-replies", delayMs: 1000 }], async () => {
        noted = stage.as.alice.patch(`/voicechannel/calls/${id}/attributes`, { ticket: "4711" });
        await eventually("the attributes to be written", () => lab.tap.sent.some((line) => line.includes(" callplane_attributes ")));
        await lab.hangUp(customer);
        await stage.as.admin.gone(id);
      });
      expect(await noted).toMatchObject({ status: 204, body: null });
    }));
});
