import { describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../../../src/console/api/problem.js";
import type { Call, LiveEvent, Mode } from "../../../src/console/api/types.js";
import { Picture } from "../../../src/console/live/picture.js";
import { createSupervision, type SuperviseBody } from "../../../src/console/supervision/supervision.js";
import { ago, call } from "../wall/samples.js";

type Entry = Call["supervision"][number];
const on = (mode: Mode, of: Partial<Entry> = {}): Entry => ({ agent: "1003", mode, target: "1001", since: ago(1), heardBy: [], hearers: [], muted: false, ...of });

function page() {
  const picture = new Picture();
  const handlers = new Set<(event: LiveEvent) => void>();
  const post = vi.fn<(id: string, body: SuperviseBody) => Promise<unknown>>(() => Promise.resolve());
  const live = { picture, on: (handler: (event: LiveEvent) => void) => (handlers.add(handler), () => handlers.delete(handler)) };
  const supervision = createSupervision({ me: "1003", live, post });
  const tell = (event: LiveEvent): void => {
    picture.apply(event);
    for (const handler of handlers) handler(event);
  };
  const envelope = { id: "b-1", at: ago(0), organization: "acme" };
  return {
    supervision,
    post,
    tell,
    updated: (of: Call) => tell({ ...envelope, type: "call.updated", data: { call: of } }),
    left: (of: Call, reason: "asked" | "hung_up" | "no_agent" | "own_call") => tell({ ...envelope, type: "call.supervision.ended", data: { call: of, agent: "1003", mode: "listen", reason } }),
    ended: (of: Call) => tell({ ...envelope, type: "call.ended", data: { call: of, ended: { cause: "NORMAL_CLEARING", by: "customer", waitMs: 0, talkMs: 1, holdMs: 0 } } }),
    snapshot: (...calls: Call[]) => tell({ ...envelope, type: "snapshot", data: { part: 1, last: true, calls, agents: [], queues: [], switches: [] } }),
  };
}

describe("a supervision", () => {
  it("is asked for, and is there when the event tells it", async () => {
    const { supervision, post, updated } = page();
    await supervision.supervise("call-1", "listen");
    expect(post).toHaveBeenCalledWith("call-1", { mode: "listen" });
    expect(supervision.current.value).toBeNull();
    expect(supervision.asked.value).toMatchObject({ callId: "call-1", mode: "listen" });
    updated(call({ supervision: [on("listen")] }));
    expect(supervision.current.value?.mine.mode).toBe("listen");
    expect(supervision.asked.value).toBeNull();
  });

  it("shows the mode of the event, and is switching meanwhile", async () => {
    const { supervision, updated } = page();
    updated(call({ supervision: [on("listen")] }));
    await supervision.supervise("call-1", "whisper");
    expect(supervision.current.value?.mine.mode).toBe("listen");
    expect(supervision.asked.value?.mode).toBe("whisper");
    updated(call({ supervision: [on("whisper", { heardBy: ["agent"] })] }));
    expect(supervision.current.value?.mine.mode).toBe("whisper");
    expect(supervision.asked.value).toBeNull();
  });

  it("is not asked for twice in the same mode", async () => {
    const { supervision, post, updated } = page();
    updated(call({ supervision: [on("listen")] }));
    await supervision.supervise("call-1", "listen");
    expect(post).not.toHaveBeenCalled();
  });

  it("says what the server refuses, and stays as it is", async () => {
    const { supervision, post, updated } = page();
    updated(call({ supervision: [on("listen")] }));
    post.mockRejectedValueOnce(new ApiProblem({ status: 403, code: "Forbidden", message: "You may not barge." }));
    await supervision.supervise("call-1", "barge");
    expect(supervision.notice.value).toEqual({ kind: "refused", message: "You may not barge." });
    expect(supervision.asked.value).toBeNull();
    expect(supervision.current.value?.mine.mode).toBe("listen");
    supervision.dismiss();
    expect(supervision.notice.value).toBeNull();
  });

  it("is muted without a change of mode", async () => {
    const { supervision, post, updated } = page();
    updated(call({ supervision: [on("barge", { heardBy: ["agent", "customer"] })] }));
    await supervision.mute(true);
    expect(post).toHaveBeenCalledWith("call-1", { muted: true });
    expect(supervision.asked.value).not.toBeNull();
    updated(call({ supervision: [on("barge", { muted: true })] }));
    expect(supervision.asked.value).toBeNull();
  });

  it("is left without a word, whichever event comes first", async () => {
    for (const order of ["updated", "ended"] as const) {
      const { supervision, updated, left } = page();
      updated(call({ supervision: [on("listen")] }));
      await supervision.leave();
      if (order === "updated") updated(call());
      left(call(), "asked");
      expect(supervision.current.value).toBeNull();
      expect(supervision.notice.value).toBeNull();
      expect(supervision.asked.value).toBeNull();
    }
  });
});

describe("what the supervisor is told", () => {
  it("is that the call has moved to another agent", () => {
    const { supervision, updated } = page();
    updated(call({ supervision: [on("whisper")] }));
    updated(call({ supervision: [on("whisper")], assignedTo: "1002" }));
    expect(supervision.notice.value).toEqual({ kind: "moved", to: "1002" });
    expect(supervision.current.value?.call.assignedTo).toBe("1002");
  });

  it("is why listening has ended", () => {
    const { supervision, updated, left } = page();
    for (const reason of ["hung_up", "no_agent", "own_call"] as const) {
      updated(call({ supervision: [on("listen")] }));
      left(call(), reason);
      expect(supervision.current.value).toBeNull();
      expect(supervision.notice.value).toEqual({ kind: "ended", reason });
    }
  });

  it("is that the call has ended", () => {
    const { supervision, updated, ended } = page();
    updated(call({ supervision: [on("listen")] }));
    ended(call({ state: "ended" }));
    expect(supervision.current.value).toBeNull();
    expect(supervision.notice.value).toEqual({ kind: "ended", reason: "call_ended" });
  });

  it("is nothing of other people's supervision", () => {
    const { supervision, updated } = page();
    updated(call({ supervision: [on("barge", { agent: "1004" })] }));
    updated(call());
    expect(supervision.current.value).toBeNull();
    expect(supervision.notice.value).toBeNull();
  });
});

describe("a fresh snapshot", () => {
  it("finds the supervision again", () => {
    const { supervision, snapshot } = page();
    snapshot(call({ id: "other" }), call({ supervision: [on("whisper")] }));
    expect(supervision.current.value?.call.id).toBe("call-1");
  });

  it("says that it is gone", () => {
    const { supervision, updated, snapshot } = page();
    updated(call({ supervision: [on("listen")] }));
    snapshot(call());
    expect(supervision.current.value).toBeNull();
    expect(supervision.notice.value).toEqual({ kind: "ended", reason: "failed" });
  });
});

it("on another call: the one before gives way", () => {
  const { supervision, updated } = page();
  updated(call({ supervision: [on("listen")] }));
  updated(call({ id: "call-2", supervision: [on("listen")] }));
  updated(call());
  expect(supervision.current.value?.call.id).toBe("call-2");
  expect(supervision.notice.value).toBeNull();
});
