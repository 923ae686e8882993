import { expect, it } from "vitest";
import { createApp, effectScope, shallowRef } from "vue";
import type { Call, CallLog, CallLogDetail } from "../../../src/console/api/types.js";
import { CONSOLE, type Console } from "../../../src/console/console.js";
import type { Desk } from "../../../src/console/pages/desk/use-desk.js";
import { useRecent } from "../../../src/console/pages/desk/use-recent.js";
import { log, ME } from "./samples.js";

/** The page with these calls that went to others. `logOf` is asked for the whole record of each. */
function page(logs: readonly CallLog[], logOf: (id: string) => Promise<CallLogDetail | null>) {
  const calls = shallowRef<readonly Call[]>([]);
  const console: unknown = {
    live: { picture: { ended: new Set() }, on: () => () => undefined },
    clock: { now: shallowRef(Date.parse("2026-11-29T14:10:00.000Z")) },
    session: { state: shallowRef({ kind: "in", me: { agent: ME, extension: ME } }) },
  };
  const desk: unknown = { agentId: ME, calls, known: () => undefined, api: { recent: () => Promise.resolve(logs), logOf } };
  const scope = effectScope();
  const recent = createApp({ template: "" }).provide(CONSOLE, console as Console).runWithContext(() => scope.run(() => useRecent(desk as Desk)));
  if (recent === undefined) throw new Error("The scope has ended.");
  return { recent, leave: () => scope.stop() };
}
const shared = ["one", "two", "three"].map((id) => log({ id, agent: "1002" }));

it("reads the records of calls that went to others, and none of them any more when the page is left", async () => {
  const asked: string[] = [];
  const stays = page(shared, (id) => {
    asked.push(id);
    return Promise.resolve(null);
  });
  await expect.poll(() => asked).toEqual(["one", "two", "three"]);
  stays.leave();

  asked.length = 0;
  let answer: () => void = () => undefined;
  const leaves = page(shared, (id) => {
    asked.push(id);
    return new Promise((resolve) => (answer = () => resolve(null)));
  });
  await expect.poll(() => asked).toEqual(["one"]);
  const reading = leaves.recent.read();
  await expect.poll(() => asked).toEqual(["one", "one"]);
  leaves.leave();
  answer();
  await reading;
  expect(asked).toEqual(["one", "one"]);
});
