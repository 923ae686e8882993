import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PhoneTab } from "../../../src/console/phone/tab.js";
import { FakeAir, FakeLocks } from "./fakes.js";

interface Tab {
  readonly tab: PhoneTab;
  readonly seen: string[];
  inCall: boolean;
}

let locks: FakeLocks;
let air: FakeAir;
let count: number;
beforeEach(() => {
  vi.useFakeTimers();
  [locks, air, count] = [new FakeLocks(), new FakeAir(), 0];
});
afterEach(() => void vi.useRealTimers());

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

async function open(): Promise<Tab> {
  const seen: string[] = [];
  const own: Tab = {
    inCall: false,
    seen,
    tab: new PhoneTab({
      locks, channel: air.channel(), id: `tab${count++}`,
      mine: () => seen.push("mine"), elsewhere: () => seen.push("elsewhere"), awaits: (awaits) => seen.push(`awaits ${awaits}`), isInCall: () => own.inCall,
    }),
  };
  own.tab.begin();
  await settle();
  return own;
}
const last = ({ seen }: Tab): string | undefined => seen.filter((what) => !what.startsWith("awaits")).at(-1);

it("the first tab has the phone, and the second takes over when the first is closed", async () => {
  const [first, second] = [await open(), await open()];
  expect([last(first), last(second)]).toEqual(["mine", "elsewhere"]);
  first.tab.end();
  await settle();
  expect(last(second)).toBe("mine");
});

it("a tab that asks for the phone gets it at once when nobody talks", async () => {
  const [first, second, third] = [await open(), await open(), await open()];
  third.tab.useHere();
  await settle();
  expect([last(first), last(second), last(third)]).toEqual(["elsewhere", "elsewhere", "mine"]);
  // And it goes back when that one is closed.
  third.tab.end();
  await settle();
  expect([last(first), last(second)].filter((what) => what === "mine")).toHaveLength(1);
});

it("a call goes on in its tab, and the phone moves when it has ended", async () => {
  const [first, second] = [await open(), await open()];
  first.inCall = true;
  second.tab.useHere();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([last(first), last(second)]).toEqual(["mine", "elsewhere"]);
  expect(second.seen).toContain("awaits true");
  first.inCall = false;
  first.tab.callsEnded();
  await settle();
  expect([last(first), last(second)]).toEqual(["elsewhere", "mine"]);
  expect(second.seen).toContain("awaits false");
});

it("a call that ends with nobody waiting moves nothing", async () => {
  const [first, second] = [await open(), await open()];
  first.tab.callsEnded();
  await settle();
  expect([last(first), last(second)]).toEqual(["mine", "elsewhere"]);
});

it("a tab that does not answer loses the phone", async () => {
  // A frozen tab: it has the lock, and hears nothing.
  const frozen = new FakeAir();
  const deaf: string[] = [];
  const first = new PhoneTab({ locks, channel: frozen.channel(), id: "deaf", mine: () => deaf.push("mine"), elsewhere: () => deaf.push("elsewhere"), awaits: () => undefined, isInCall: () => false });
  first.begin();
  await settle();
  const second = await open();
  second.tab.useHere();
  await vi.advanceTimersByTimeAsync(1000);
  expect(last(second)).toBe("elsewhere");
  await vi.advanceTimersByTimeAsync(1500);
  expect(last(second)).toBe("mine");
  expect(deaf).toEqual(["mine", "elsewhere"]);
});

it("a tab that was promised the phone and is gone leaves it where it was", async () => {
  const first = await open();
  const channel = air.channel();
  channel.postMessage({ type: "give", from: "gone" });
  await settle();
  expect(last(first)).toBe("elsewhere");
  await vi.advanceTimersByTimeAsync(3000);
  expect(last(first)).toBe("mine");
});

it("a tab that is closed waits for nothing any more", async () => {
  const [first, second] = [await open(), await open()];
  second.tab.end();
  first.tab.end();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(last(second)).toBe("elsewhere");
});
