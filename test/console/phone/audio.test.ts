import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { levelOf, listen, meter } from "../../../src/console/phone/audio.js";
import { FakeStream, stream } from "./fakes.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("shows a voice as it is heard: nothing below 50 dB, all at the loudness of speech", () => {
  expect([levelOf(0), levelOf(-1), levelOf(0.0001)]).toEqual([0, 0, 0]);
  expect(levelOf(0.25)).toBe(1);
  expect(levelOf(1)).toBe(1);
  // Half of the way in decibels, not in pressure.
  expect(levelOf(0.25 * 10 ** (-25 / 20))).toBeCloseTo(0.5);
});

it("looks at the microphone ten times a second while the page is seen, and lets go of it", () => {
  const closed = vi.fn(() => Promise.resolve());
  const heard: MediaStream[] = [];
  class Context {
    close = closed;
    createMediaStreamSource(source: MediaStream) {
      heard.push(source);
      return { connect: () => undefined };
    }
  }
  class Analyser {
    readonly fftSize = 8;
    getFloatTimeDomainData(samples: Float32Array): void {
      samples.fill(0.25);
    }
  }
  const document = { visibilityState: "visible" };
  vi.stubGlobal("AudioContext", Context);
  vi.stubGlobal("AnalyserNode", Analyser);
  vi.stubGlobal("document", document);
  const levels: number[] = [];
  const microphone = stream(new FakeStream());
  const stop = meter(microphone, (level) => levels.push(level));
  vi.advanceTimersByTime(200);
  expect([heard, levels]).toEqual([[microphone], [1, 1]]);
  document.visibilityState = "hidden";
  vi.advanceTimersByTime(500);
  expect(levels).toHaveLength(2);
  stop();
  document.visibilityState = "visible";
  vi.advanceTimersByTime(500);
  expect([levels.length, closed.mock.calls.length]).toEqual([2, 1]);
});

/** The one element that `listen` makes. */
function speaker(hasDevices: boolean) {
  const did: string[] = [];
  class Element {
    srcObject: unknown = null;
    autoplay = false;
    play(): Promise<void> {
      did.push("play");
      return Promise.reject(new DOMException("not touched yet", "NotAllowedError"));
    }
    pause(): void {
      did.push("pause");
    }
  }
  class WithDevices extends Element {
    setSinkId(id: string): Promise<void> {
      did.push(`device ${id}`);
      return Promise.reject(new DOMException("it is gone", "NotFoundError"));
    }
  }
  const made: Element[] = [];
  vi.stubGlobal("Audio", function (this: unknown) {
    const element = hasDevices ? new WithDevices() : new Element();
    made.push(element);
    return element;
  });
  vi.stubGlobal("MediaStream", FakeStream);
  const track: unknown = new FakeStream().getTracks()[0];
  return { did, track: track as MediaStreamTrack, element: () => made[0] };
}

it("plays the far end on the chosen device, though the browser may refuse either", async () => {
  const { did, track, element } = speaker(true);
  const earpiece = listen(track, "headset-1");
  expect(did).toEqual(["device headset-1", "play"]);
  expect(element()).toMatchObject({ autoplay: true, srcObject: { tracks: [track] } });
  earpiece.setDevice(null);
  expect(did.at(-1)).toBe("device ");
  earpiece.close();
  expect([did.at(-1), element()?.srcObject]).toEqual(["pause", null]);
  await vi.advanceTimersByTimeAsync(0);
});

it("plays where no device can be chosen", async () => {
  const { did, track } = speaker(false);
  listen(track, "headset-1").setDevice("headset-2");
  expect(did).toEqual(["play"]);
  await vi.advanceTimersByTimeAsync(0);
});
