/** The second language: what is another thing for the person is another word. */
import { expect, it } from "vitest";
import { de } from "../../../src/console/messages/de.js";
import { en } from "../../../src/console/messages/en.js";
import type { Messages } from "../../../src/console/messages/index.js";

/** Words on buttons that an agent may see at once. */
const buttons = ({ desk, calls, setup, admin }: Messages): readonly string[] => [
  desk.act.answer, desk.act.decline, desk.waiting.pickUp, desk.act.hold, desk.act.park, desk.act.transfer, desk.act.add, desk.act.complete, desk.act.leave, desk.act.record, desk.idle.finish, desk.idle.setFree, calls.move, calls.listen, setup.done, admin.messages.closed,
];

it("has no word for two acts that English tells apart", () => {
  const [english, german] = [buttons(en), buttons(de)];
  const pairs = english.flatMap((word, at) => english.slice(at + 1).flatMap((other, by) => (word !== other && german[at] === german[at + 1 + by] ? [`${word} and ${other}: ${german[at] ?? ""}`] : [])));
  expect(pairs).toEqual([]);
});

it("has one word for picking up, wherever it is offered", () => expect(de.desk.waiting.pickUp).toBe(de.calls.pickUp));

it("counts callers as one says it", () => {
  expect([de.desk.waiting.more(1, "sales"), de.desk.waiting.more(3, "sales")]).toEqual(["1 weiterer Anrufer in sales", "3 weitere Anrufer in sales"]);
});
