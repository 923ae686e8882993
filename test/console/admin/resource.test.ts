// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { h, shallowRef } from "vue";
import { ApiProblem, unreachable } from "../../../src/console/api/problem.js";
import { useResource, type Tagged } from "../../../src/console/pages/admin/resource.js";
import { mount, settled, shown } from "../mounted/mount.js";
import { button, one, textOf } from "../mounted/page.js";

interface Answer {
  readonly id: string;
  readonly give: (value: string) => void;
  readonly refuse: (error: ApiProblem) => void;
}
/** A page about one thing, whose answers the test gives. */
async function page() {
  const id = shallowRef("one");
  const answers: Answer[] = [];
  const Page = {
    setup: () => {
      const { loaded, fault, reload } = useResource(() => id.value, (wanted) => new Promise<Tagged<string>>((resolve, reject) => answers.push({ id: wanted, give: (value) => resolve({ value, etag: null }), refuse: reject })));
      return () => h("p", [h("span", `${loaded.value?.value ?? "nothing"}|${fault.value}`), h("button", { onClick: () => void reload() }, "Again")]);
    },
  };
  await mount(() => h(Page));
  return { id, answers, says: () => textOf(one("span")) };
}

it("shows the last answer that was asked for, whichever comes last", async () => {
  const { answers, says } = await page();
  button("Again").click();
  answers[1]?.give("new");
  await shown(says).toBe("new|");
  answers[0]?.give("old");
  await settled();
  expect(says()).toBe("new|");
});

it("shows nothing of another thing, neither its values nor why it cannot be had", async () => {
  const { id, answers, says } = await page();
  id.value = "two";
  await shown(() => answers.map((answer) => answer.id)).toEqual(["one", "two"]);
  answers[0]?.refuse(new ApiProblem({ status: 404, code: "NotFound", message: "There is no one." }));
  answers[1]?.give("second");
  await shown(says).toBe("second|");
});

it("says why it cannot be had, and forgets that with the next answer", async () => {
  const { answers, says } = await page();
  answers[0]?.refuse(unreachable());
  await shown(says).toBe("nothing|The server cannot be reached. Try again.");
  button("Again").click();
  answers[1]?.give("there");
  await shown(says).toBe("there|");
});
