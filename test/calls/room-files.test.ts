/** When the file of a room's recording is complete. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Activities } from "../../src/calls/activities.js";
import { ProgramRooms } from "../../src/calls/program-rooms.js";
import { RoomFiles } from "../../src/calls/room-files.js";
import type { SwitchCommand, SwitchNode } from "../../src/freeswitch/index.js";
import { directory, world } from "./world.js";

let files: RoomFiles;
let over: boolean | null;
beforeEach(() => {
  vi.useFakeTimers();
  files = new RoomFiles();
  over = null;
  files.opened("fs1", "/a.wav");
});
afterEach(() => void vi.useRealTimers());
const wait = (): Promise<void> => files.complete("fs1", "/a.wav", 3000).then((isClosed) => void (over = isClosed));

it("is when FreeSWITCH has closed it, and that of no other room or node", async () => {
  const waiting = wait();
  files.closed("fs2", "/a.wav");
  files.closed("fs1", "/b.wav");
  await vi.advanceTimersByTimeAsync(2999);
  expect(over).toBeNull();
  files.closed("fs1", "/a.wav");
  await waiting;
  expect([over, files.isOpen("fs1", "/a.wav")]).toEqual([true, false]);
});

it("is at once when it has been closed before", async () => {
  files.closed("fs1", "/a.wav");
  await wait();
  expect(over).toBe(true);
});

it("is not waited for longer than the limit", async () => {
  const waiting = wait();
  await vi.advanceTimersByTimeAsync(3000);
  await waiting;
  expect([over, files.isOpen("fs1", "/a.wav")]).toEqual([false, false]);
});

it("is what the end of a room's recording waits for", async () => {
  const sent: string[] = [];
  const api = async ({ line }: SwitchCommand): Promise<string> => (sent.push(line), "+OK\n");
  const status = () => ({ name: "fs", state: "ready", error: null, since: new Date(0), epoch: 1, version: "", coreUuid: "", stale: false, holdMusic: "" }) as const;
  const node: SwitchNode = { name: "fs", status, api, bgapi: api, send: api, reconcile: async () => undefined, close: async () => undefined };
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const rooms = new ProgramRooms({
    registry: world().registry,
    nodes: { get: () => node, all: () => [node] },
    phones: { at: () => [], nodeFor: () => node, elsewhere: () => null, deny: () => undefined, nodesOf: () => [node.name], onChange: () => () => undefined },
    directory,
    policy: { endpointFor: () => expect.fail("dialled"), isEmergency: () => false, read: () => null, callbackTo: () => expect.fail("dialled") },
    audit: { append: () => undefined },
    logger: quiet,
    activities: new Activities(quiet),
    settings: { confirmMs: 1000, ringS: 3, parkReturnS: null, lostPhoneS: 1, lostPhoneReturnS: 1, againMs: 1000, recordingsDir: "/tmp" },
    announce: () => undefined,
    states: { writeNow: () => undefined, write: async () => undefined, whileParking: async (_legs, park) => park() },
    acted: async () => undefined,
  });
  const about = { kind: "conference", action: "stop-recording", conference: "room", uuid: "", memberId: "", coreUuid: "core", sequence: 1, timestampUs: 0 } as const;
  rooms.recordingGoesOn("fs", "/a.wav");
  let isOver = false;
  const stopping = rooms.stopRecording("fs", "room", "/a.wav").then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(100);
  expect([sent.length, isOver]).toEqual([1, false]);
  rooms.event("fs", { ...about, file: "/a.wav" });
  await stopping;

  // FreeSWITCH has ended it with the room, and there is nothing to be asked for.
  rooms.recordingGoesOn("fs", "/b.wav");
  rooms.event("fs", { ...about, file: "/b.wav" });
  await rooms.stopRecording("fs", "room", "/b.wav");
  expect(sent.length).toBe(1);
});
