import { describe, expect, it } from "vitest";
import type { LiveLeg, PlayedSound } from "../../src/calls/index.js";
import { HoldSounds } from "../../src/twiml/conferences/hold-sounds.js";
import { eventually } from "../lab/wait.js";
import { liveLeg } from "./legs.js";

const LEG = "11111111-1111-4111-8111-111111111111";
const ROOM = "callplane-CF1";

/** A room of a FreeSWITCH, as far as a held participant hears it. */
function world(sounds: readonly string[]) {
  const told = new Set<(played: PlayedSound) => void>();
  const ready = new Set<(node: string) => void>();
  const done: string[] = [];
  const on = <T>(handlers: Set<T>) => (handler: T): (() => void) => {
    handlers.add(handler);
    return () => void handlers.delete(handler);
  };
  const ended = (sound: string): void => told.forEach((handler) => handler({ node: "fs", room: ROOM, sound, leg: LEG }));
  const leg: LiveLeg = liveLeg({ uuid: LEG, node: "fs" });
  const rooms = {
    onPlayed: on(told),
    play: async (_leg: LiveLeg, _room: string, sound: string) => void done.push(sound),
    stopPlaying: async () => {
      done.push("stop");
      // As FreeSWITCH does: what is stopped tells its end, if it had not come to it.
      ended(sounds[0] ?? "");
    },
  };
  const held = new HoldSounds({ rooms, tidings: { onReady: on(ready) } }, { node: "fs", room: ROOM });
  held.began(leg, sounds);
  return { done, ended, held, handlers: told, connected: (node: string) => ready.forEach((handler) => handler(node)) };
}

describe("what held participants hear", () => {
  it("goes on when the end of a sound was lost with the connection, and plays once", async () => {
    const { done, ended, held, connected } = world(["/one.wav", "/two.wav"]);
    connected("another");
    connected("fs");
    connected("fs");
    await eventually("the sound to be played anew", () => done.length === 2);
    expect(done).toEqual(["stop", "/one.wav"]);
    ended("/one.wav");
    await eventually("the next one", () => done.length === 3);
    expect(done).toEqual(["stop", "/one.wav", "/two.wav"]);
    held.close();
  });

  it("ends with the hold, also while it begins anew", async () => {
    const { done, held, handlers, connected } = world(["/one.wav"]);
    connected("fs");
    held.over(LEG);
    held.close();
    connected("fs");
    expect(done).toEqual(["stop"]);
    expect(handlers.size).toBe(0);
  });
});
