// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { h, shallowRef } from "vue";
import QueueChart from "../../../src/console/pages/queues/QueueChart.vue";
import { CAROL, mount, settled, shown } from "../mounted/mount.js";
import { texts } from "../mounted/page.js";
import { later, refused } from "../mounted/server.js";

const page = (...items: readonly object[]) => ({ items, total: items.length, next: null });

it("the last day of a queue is never that of another one, however late it comes", async () => {
  const name = shallowRef("billing");
  const first = later();
  await mount(() => h(QueueChart, { name: name.value, queue: null }), { me: CAROL, answers: { "GET /voicechannel/queues/billing/history": () => first.answer, "GET /voicechannel/queues/sales/history": () => page() } });
  name.value = "sales";
  await shown(() => texts(".body p")).toEqual(["Nothing has happened in the last 24 hours."]);
  first.give(refused(500, "InternalError", "No."));
  await settled();
  expect(texts(".body p")).toEqual(["Nothing has happened in the last 24 hours."]);
});
