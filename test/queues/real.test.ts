import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { createRealLab } from "../lab/real.js";
import { openQueueStage, type QueueStage } from "./stage.js";
import { departmentSuite } from "./suite.js";

const found = await createRealLab();

if ("skipped" in found) {
  describe(`departments on a real FreeSWITCH (skipped: ${found.skipped})`, () => {
    it.skip("needs docker or FREESWITCH_BIN", () => undefined);
  });
} else {
  const { lab } = found;
  describe(`departments on a real FreeSWITCH (${lab.description})`, () => {
    let queues: QueueStage;
    beforeAll(async () => {
      queues = await openQueueStage(lab);
    }, 60_000);
    afterEach(async () => {
      queues.free.clear();
      await queues.stage.clear();
    });
    afterAll(async () => {
      await queues.close();
      await lab.close();
    });
    departmentSuite(() => queues);
  });
}
