import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Asked } from "../../../src/console/phone/auto-answer.js";
import { Dialogs } from "../../../src/console/phone/dialogs.js";
import { Microphone, MicrophoneProblem } from "../../../src/console/phone/microphone.js";
import { PhoneProblem } from "../../../src/console/phone/problem.js";
import type { Call, LiveEvent } from "../../../src/console/api/types.js";
import { Picture } from "../../../src/console/live/picture.js";
import { ALICE, call, FakeAgent, FakeDialog, FakeStream, type FakeTrack, leg, stream, updated } from "./fakes.js";

let picture: Picture;
let asked: Set<Asked>;
let dialogs: Dialogs;
let opened: FakeStream[];
let refusal: Error | null;
let tones: number;
let idle: number;
beforeEach(() => {
  vi.useFakeTimers();
  [picture, asked, opened, refusal, tones, idle] = [new Picture(), new Set<Asked>(), [], null, 0, 0];
  const microphone = new Microphone({
    getUserMedia: () => {
      if (refusal !== null) return Promise.reject(refusal);
      const fake = new FakeStream();
      opened.push(fake);
      return Promise.resolve(stream(fake));
    },
    meter: () => () => undefined,
    chosen: () => null,
  });
  dialogs = new Dialogs({
    microphone, picture, listen: () => ({ setDevice: () => undefined, close: () => undefined }), headset: () => null, agent: () => ALICE, asked: () => asked,
    problem: (fault) => new PhoneProblem(fault, fault), answersItself: () => tones++, lastEnded: () => idle++,
  });
});
afterEach(() => void vi.useRealTimers());

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const tell = (one: Call): void => {
  picture.apply(updated(one));
  dialogs.onEvent(updated(one));
};
const isOn = (dialog: FakeDialog): boolean | undefined => dialog.voice?.getAudioTracks()[0]?.enabled;

it("rings until it is answered, and the microphone is open only meanwhile", async () => {
  const dialog = new FakeDialog("s1");
  dialogs.rings(dialog);
  expect([dialogs.ringing.value, dialogs.ringsAloud.value, opened.length]).toEqual([["s1"], ["s1"], 0]);
  const answered = dialogs.answer("s1");
  await settle();
  dialogs.answered(dialog);
  await answered;
  expect([dialogs.ringing.value, dialogs.talking.value]).toEqual([[], ["s1"]]);
  expect(isOn(dialog)).toBe(true);
  dialogs.ended(dialog, "Terminated");
  expect(dialogs.talking.value).toEqual([]);
  expect(opened[0]?.tracks[0]?.stopped).toBe(true);
  expect(dialog.voice?.tracks[0]?.stopped).toBe(true);
  expect(idle).toBe(1);
});

it("tells why a call cannot be answered, and it rings on", async () => {
  refusal = new DOMException("no", "NotAllowedError");
  dialogs.rings(new FakeDialog("s1"));
  await expect(dialogs.answer("s1")).rejects.toMatchObject({ fault: "refused" });
  expect(dialogs.ringsAloud.value).toEqual(["s1"]);
  refusal = new DOMException("none", "NotFoundError");
  await expect(dialogs.answer("s1")).rejects.toMatchObject({ fault: "missing" });
  await expect(dialogs.answer("other")).rejects.toMatchObject({ fault: "gone" });
});

it("closes the microphone when the caller hung up before it was open", async () => {
  const dialog = new FakeDialog("s1");
  dialogs.rings(dialog);
  const answered = dialogs.answer("s1");
  dialogs.ended(dialog, "Canceled");
  await expect(answered).rejects.toMatchObject({ fault: "gone" });
  expect(opened[0]?.tracks[0]?.stopped).toBe(true);
});

it("answers by itself what asks for it, with a tone and without a ring", async () => {
  const dialog = new FakeDialog("s1", { "Call-Info": "<sip:a>;answer-after=0" });
  dialogs.rings(dialog);
  expect([dialogs.ringing.value, tones]).toEqual([[], 1]);
  await settle();
  // Not heard before an event says what it is.
  expect(isOn(dialog)).toBe(false);
  dialogs.answered(dialog);
  tell(call({ id: "c1", legs: [leg({ id: "l1", state: "active", sipCallId: "s1" })] }));
  expect(isOn(dialog)).toBe(true);
});

it("answers a supervision that this page asked for, and is heard as its mode says", async () => {
  const watched = call({ id: "c1", legs: [leg({ id: "l1", agent: "1002", state: "active", sipCallId: "x" })] });
  tell(watched);
  asked.add({ what: "supervise", callId: "c1" });
  const dialog = new FakeDialog("s1");
  dialogs.rings(dialog);
  expect([dialogs.ringing.value, dialogs.ringsAloud.value, tones]).toEqual([["s1"], [], 0]);
  const own = leg({ id: "l2", role: "supervisor", sipCallId: "s1" });
  tell({ ...watched, legs: [...watched.legs, own] });
  await settle();
  dialogs.answered(dialog);
  expect([dialogs.ringing.value, tones, isOn(dialog)]).toEqual([[], 1, false]);
  const mode = (given: "listen" | "whisper"): Call => ({ ...watched, legs: [...watched.legs, { ...own, state: "active" }], supervision: [{ agent: ALICE, mode: given, target: "1002", since: "2026-01-31T12:00:00.000Z", heardBy: [], hearers: [], muted: false }] });
  tell(mode("listen"));
  expect(isOn(dialog)).toBe(false);
  tell(mode("whisper"));
  expect(isOn(dialog)).toBe(true);
  dialogs.setMuted(true);
  expect(isOn(dialog)).toBe(false);
  dialogs.setMuted(false);
  tell(mode("listen"));
  expect(isOn(dialog)).toBe(false);
});

it("does not answer another call that rings while a supervision was asked for", async () => {
  asked.add({ what: "supervise", callId: "c1" });
  dialogs.rings(new FakeDialog("s1"));
  tell(call({ id: "c2", state: "ringing", ringing: [ALICE], legs: [leg({ id: "l1", sipCallId: "s1" })] }));
  await settle();
  expect([dialogs.ringing.value, dialogs.ringsAloud.value, tones]).toEqual([["s1"], [], 0]);
  await settle(1500);
  expect(dialogs.ringsAloud.value).toEqual(["s1"]);
});

it("mutes every call, and the next call begins unmuted", async () => {
  const dialog = new FakeDialog("s1");
  dialogs.rings(dialog);
  const answered = dialogs.answer("s1");
  await settle();
  dialogs.answered(dialog);
  await answered;
  dialogs.setMuted(true);
  expect(isOn(dialog)).toBe(false);
  dialogs.ended(dialog, "");
  expect(dialogs.muted.value).toBe(false);
});

it("sends digits by the call that is spoken on", async () => {
  for (const [id, state] of [["s1", "active"], ["s2", "held"]] as const) {
    const dialog = new FakeDialog(id);
    dialogs.rings(dialog);
    void dialogs.answer(id);
    await settle();
    dialogs.answered(dialog);
    tell(call({ id: `c-${id}`, state, legs: [leg({ id: `l-${id}`, state: "active", sipCallId: id })] }));
  }
  const [first] = dialogs.connections();
  expect(first).toBeUndefined();
  dialogs.dtmf("5");
  dialogs.ended(new FakeDialog("s1"), "");
  dialogs.ended(new FakeDialog("s2"), "");
  expect(() => dialogs.dtmf("5")).toThrow("gone");
});

it("ends a call that Callplane has ended, when the goodbye went elsewhere, and no other", async () => {
  const dialog = new FakeDialog("s1");
  dialogs.rings(dialog);
  void dialogs.answer("s1");
  await settle();
  dialogs.answered(dialog);
  const one = call({ id: "c1", legs: [leg({ id: "l1", state: "active", sipCallId: "s1" })] });
  tell(one);
  // Moved to another call: its leg is in two events.
  tell({ ...one, legs: [] });
  tell(call({ id: "c2", legs: one.legs }));
  await settle(3000);
  expect(dialog.hasEnded).toBe(false);
  tell(call({ id: "c2", legs: [leg({ id: "l9", agent: ALICE })] }));
  await settle(3000);
  expect(dialog.hasEnded).toBe(true);
});

const snapshot = (calls: readonly Call[], part = 1, last = true): void => {
  const event: LiveEvent = { id: "b-2", type: "snapshot", at: "2026-01-31T12:00:00.000Z", organization: "acme", data: { part, last, calls: [...calls], agents: [], queues: [], switches: [] } };
  picture.apply(event);
  dialogs.onEvent(event);
};
async function talking(): Promise<{ readonly dialog: FakeDialog; readonly one: Call }> {
  const dialog = new FakeDialog("s1");
  dialogs.rings(dialog);
  void dialogs.answer("s1");
  await settle();
  dialogs.answered(dialog);
  const one = call({ id: "c1", legs: [leg({ id: "l1", state: "active", sipCallId: "s1" })] });
  tell(one);
  return { dialog, one };
}

it("keeps a call that a snapshot does not name: Callplane has been restarted, and does not know its calls yet", async () => {
  const { dialog, one } = await talking();
  snapshot([]);
  tell(call({ id: "c9", legs: [leg({ id: "l9", agent: ALICE })] }));
  await settle(60_000);
  expect([dialog.hasEnded, isOn(dialog)]).toEqual([false, true]);
  // Found again leg by leg.
  tell({ ...one, legs: [leg({ id: "l2", agent: null, role: "customer" })] });
  await settle(60_000);
  expect(dialog.hasEnded).toBe(false);
  tell(one);
  tell({ ...one, legs: [] });
  await settle(3000);
  expect(dialog.hasEnded).toBe(true);
});

it("takes nothing for gone that it missed by a snapshot which comes in the moment after", async () => {
  const { dialog, one } = await talking();
  tell({ ...one, legs: [] });
  snapshot([], 1, false);
  snapshot([], 2, true);
  await settle(60_000);
  expect(dialog.hasEnded).toBe(false);
});

it("ends a call that has ended, or goes on without the agent, when the goodbye went elsewhere", async () => {
  for (const end of ["call.ended", "call.removed", "left"] as const) {
    const { dialog, one } = await talking();
    const at = { id: "b-3", at: "2026-01-31T12:00:00.000Z", organization: "acme" };
    const event: LiveEvent =
      end === "call.ended" ? { ...at, type: end, data: { call: one, ended: { cause: "NORMAL_CLEARING", by: "customer", waitMs: 0, talkMs: 1000, holdMs: 0 } } }
      : end === "call.removed" ? { ...at, type: end, data: { callId: "c1", reason: "ended", to: null } }
      // Nobody of the agent's is in it any more.
      : updated({ ...one, legs: [leg({ id: "l2", agent: null, role: "customer" })] });
    picture.apply(event);
    dialogs.onEvent(event);
    await settle(3000);
    expect([end, dialog.hasEnded]).toEqual([end, true]);
    dialogs.ended(dialog, "");
  }
});

it("gives the microphone back when the call cannot be made, or not be answered", async () => {
  const agent = new FakeAgent({ domain: "d", wssUrl: "wss://d", user: "1", password: "", iceServers: [] }, { registered: () => undefined, refused: () => undefined, disconnected: () => undefined, rings: () => undefined, answered: () => undefined, ended: () => undefined, heard: () => undefined });
  agent.call = () => {
    throw new TypeError("Invalid target");
  };
  await expect(dialogs.call(agent, "*9196")).rejects.toMatchObject({ fault: "failed" });
  expect([opened[0]?.tracks[0]?.stopped, dialogs.count]).toEqual([true, 0]);
  const dialog = new FakeDialog("s1");
  dialog.answer = () => {
    throw new TypeError("Invalid status");
  };
  dialogs.rings(dialog);
  await expect(dialogs.answer("s1")).rejects.toMatchObject({ fault: "failed" });
  expect([opened[1]?.tracks[0]?.stopped, dialogs.ringing.value]).toEqual([true, ["s1"]]);
});

describe("another microphone", () => {
  /** A call that is up, with what its connection does with a new track. */
  async function up(replace: (track: FakeTrack) => Promise<void>): Promise<{ readonly dialog: FakeDialog; readonly given: FakeTrack[] }> {
    const given: FakeTrack[] = [];
    const { dialog } = await talking();
    const connection: unknown = { getSenders: () => [{ track: { kind: "audio" }, replaceTrack: (track: FakeTrack) => {
      given.push(track);
      return replace(track);
    } }] };
    dialog.peer = connection as RTCPeerConnection;
    return { dialog, given };
  }

  it("replaces the one before in a call", async () => {
    const { dialog, given } = await up(() => Promise.resolve());
    const [before] = dialog.voice?.tracks ?? [];
    await dialogs.microphoneChosen();
    expect([before?.stopped, dialog.voice?.tracks, given[0]?.stopped, dialogs.fault.value]).toEqual([true, given, false, null]);
  });

  it("is closed again where the call does not take it; the person is told, and the one before goes on", async () => {
    const { dialog, given } = await up(() => Promise.reject(new DOMException("no", "InvalidModificationError")));
    const [before] = dialog.voice?.tracks ?? [];
    await dialogs.microphoneChosen();
    expect([given[0]?.stopped, before?.stopped, dialogs.fault.value?.fault]).toEqual([true, false, "notChanged"]);
    dialogs.ended(dialog, "");
    expect(dialogs.fault.value).toBeNull();
  });

  it("is closed again when the call ends meanwhile", async () => {
    let end: () => void = () => undefined;
    const { dialog, given } = await up(() => new Promise((resolve) => (end = resolve)));
    const chosen = dialogs.microphoneChosen();
    await settle();
    dialogs.ended(dialog, "");
    end();
    await chosen;
    expect(given[0]?.stopped).toBe(true);
  });

  it("says why it cannot be opened", async () => {
    await up(() => Promise.resolve());
    refusal = new DOMException("none", "NotFoundError");
    await dialogs.microphoneChosen();
    expect(dialogs.fault.value?.fault).toBe("missing");
  });
});

it("dials, and tells that there is no echo", async () => {
  const agent = new FakeAgent({ domain: "d", wssUrl: "wss://d", user: "1", password: "", iceServers: [] }, { registered: () => undefined, refused: () => undefined, disconnected: () => undefined, rings: () => undefined, answered: () => undefined, ended: () => undefined, heard: () => undefined });
  const dialled = dialogs.call(agent, "*9196");
  await settle();
  expect([agent.did, dialogs.ringing.value]).toEqual([["call *9196"], []]);
  dialogs.answered(agent.dialog);
  expect(await dialled).toBe("dialled");
  dialogs.ended(agent.dialog, "Terminated");
  const again = dialogs.call(agent, "*9196");
  again.catch(() => undefined);
  await settle();
  dialogs.ended(agent.dialog, "404");
  await expect(again).rejects.toMatchObject({ fault: "noEcho" });
});

it("declines, and forgets all at once", () => {
  const dialog = new FakeDialog("s1");
  dialogs.rings(dialog);
  dialogs.end("s1");
  expect(dialog.hasEnded).toBe(true);
  expect(dialogs.ringing.value).toEqual(["s1"]);
  dialogs.forget();
  expect([dialogs.ringing.value, dialogs.count]).toEqual([[], 0]);
});

it("says what is wrong on a page that is not secure", async () => {
  const microphone = new Microphone({ getUserMedia: undefined, meter: () => () => undefined, chosen: () => null });
  await expect(microphone.take()).rejects.toBeInstanceOf(MicrophoneProblem);
  await expect(microphone.take()).rejects.toMatchObject({ fault: "insecure" });
});
