import { expect, it, vi } from "vitest";
import type { LiveLeg } from "../../src/calls/index.js";
import { earsOf } from "../../src/composition/ears.js";
import type { Recognizer } from "../../src/speech/index.js";
import { audio, joined, silence, speech } from "../speech/sounds.js";

const part: Pick<LiveLeg, "uuid"> = { uuid: "7c9c3f30-0b7c-4c5a-9d5d-111111111111" };
const leg = part as LiveLeg;
const signal = new AbortController().signal;
const recognizer: Recognizer = {
  recognize: async (pieces, { language, hints }) => {
    for await (const piece of pieces) expect(piece.length).toBeGreaterThan(0);
    return { text: `${language} ${hints.join()}`, confidence: 0.7 };
  },
  close: async () => undefined,
};

it("hears what the leg's party says, and tells when that begins", async () => {
  const listen = vi.fn(() => audio(joined(silence(1000), speech(800), silence(1500))));
  const began = vi.fn();
  const wish = { language: "de-DE", hints: ["Karten"], endMs: 1000, maxMs: 60_000, began, partial: () => undefined };
  expect(await earsOf(recognizer, listen).recognize?.(leg, wish, signal)).toEqual({ text: "de-DE Karten", confidence: 0.7 });
  expect(listen).toHaveBeenCalledWith(leg.uuid, signal);
  expect(began).toHaveBeenCalledTimes(1);
});

it("hears nothing of a leg that ends in silence", async () => {
  const began = vi.fn();
  const wish = { language: "en-US", hints: [], endMs: 1000, maxMs: 60_000, began, partial: () => undefined };
  expect(await earsOf(recognizer, () => audio(silence(9000))).recognize?.(leg, wish, signal)).toEqual({ text: "", confidence: null });
  expect(began).not.toHaveBeenCalled();
});

it("is deaf without a recognizer", () => expect(earsOf(null, () => audio(silence(1))).recognize).toBeNull());
