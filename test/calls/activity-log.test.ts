import { pino } from "pino";
import { expect, it } from "vitest";
import { ok, talkingWith, waitingIn } from "../contract/suites/steps.js";
import { inWorld, PATIENT } from "../faults/world.js";
import { eventually } from "../lab/wait.js";

it("logs each start and end of what is done with a call, with the request that asked for it", PATIENT, async () => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: "info", base: null, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  await inWorld(
    async ({ stage }) => {
      const { id } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`, undefined, { "x-request-id": "request-of-alice" }));
      const of = (call: string, activity: string) => lines.filter((line) => line.call === call && line.activity === activity);
      const who = { level: 30, activity: "hold", call: id, actor: "alice", requestId: "request-of-alice" };
      expect(of(id, "hold")).toEqual([
        { ...who, msg: "activity started" },
        { ...who, msg: "activity ended", outcome: "done", ms: expect.any(Number) as number },
      ]);
      const waiting = await waitingIn(stage, "support");
      ok(await stage.as.bob.post(`/voicechannel/calls/${waiting.id}:pickup`));
      await eventually("the pickup's end", () => of(waiting.id, "pickup").length === 2);
    },
    {},
    { logger },
  );
});
