// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { h, nextTick, shallowRef } from "vue";
import { ApiProblem, unreachable } from "../../../src/console/api/problem.js";
import ActionButton from "../../../src/console/ui/ActionButton.vue";
import { mount } from "../mounted/mount.js";
import { all, button } from "../mounted/page.js";

const busy = new ApiProblem({ status: 409, code: "USER_BUSY", message: "Marek is busy." });

/** A button whose act the test ends. */
async function placed({ disabled = false }: { readonly disabled?: boolean } = {}) {
  const told: unknown[] = [];
  const ends: { readonly done: () => void; readonly fail: (error: Error) => void }[] = [];
  const isDisabled = shallowRef(disabled);
  const run = shallowRef<{ readonly run: () => Promise<void> } | null>(null);
  const mounted = await mount(() => h(ActionButton, {
    ref: (instance: unknown) => {
      run.value = instance as { readonly run: () => Promise<void> };
    },
    act: () => new Promise<void>((resolve, reject) => ends.push({ done: resolve, fail: reject })),
    disabled: isDisabled.value,
    onDone: () => told.push("done"),
    onRefused: (message: string, problem: ApiProblem) => told.push([message, problem.code]),
  }, () => "Hold"));
  return { ...mounted, told, ends, isDisabled, run: () => run.value?.run() };
}
const isSpinning = (): boolean => all(".spinner").length > 0;

describe("a button that asks the server", () => {
  it("is done when the server has confirmed, and not before", async () => {
    const { told, ends } = await placed();
    button("Hold").click();
    await nextTick();
    expect([told, button("Hold").getAttribute("aria-busy"), button("Hold").disabled]).toEqual([[], "true", false]);
    ends[0]?.done();
    await vi.waitFor(() => expect(told).toEqual(["done"]));
    expect(button("Hold").getAttribute("aria-busy")).toBe("false");
  });

  it("asks once, however often it is pressed meanwhile, and again afterwards", async () => {
    const { ends, told } = await placed();
    for (let presses = 0; presses < 3; presses++) button("Hold").click();
    expect(ends).toHaveLength(1);
    ends[0]?.done();
    await vi.waitFor(() => expect(told).toHaveLength(1));
    button("Hold").click();
    expect(ends).toHaveLength(2);
  });

  it("tells what is refused in the server's words, and that it is not reached in the console's", async () => {
    const { ends, told } = await placed();
    button("Hold").click();
    ends[0]?.fail(busy);
    await vi.waitFor(() => expect(told).toEqual([["Marek is busy.", "USER_BUSY"]]));
    button("Hold").click();
    ends[1]?.fail(unreachable());
    await vi.waitFor(() => expect(told.at(-1)).toEqual(["The server cannot be reached. Try again.", "Unreachable"]));
    expect(told).not.toContain("done");
  });

  it("does nothing while it is off, also for a form that asks it", async () => {
    const { ends, run, isDisabled } = await placed({ disabled: true });
    void run();
    expect([ends, button("Hold").disabled]).toEqual([[], true]);
    isDisabled.value = false;
    await nextTick();
    void run();
    expect(ends).toHaveLength(1);
  });
});

describe("its spinner", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  it("is shown when the answer takes longer than a moment, and goes with the answer", async () => {
    vi.useRealTimers();
    const { ends } = await placed();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    button("Hold").click();
    await vi.advanceTimersByTimeAsync(100);
    expect(isSpinning()).toBe(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(isSpinning()).toBe(true);
    ends[0]?.fail(busy);
    await vi.advanceTimersByTimeAsync(0);
    expect(isSpinning()).toBe(false);
    button("Hold").click();
    ends[1]?.done();
    await vi.advanceTimersByTimeAsync(200);
    expect(isSpinning()).toBe(false);
  });
});
