/** The files behind recordings, where somebody is to hear them: a FreeSWITCH without media leaves the tone of whoever was recorded. */
import { mkdirSync } from "node:fs";
import { dirname, normalize, sep } from "node:path";
import { writeWav } from "./apps/sound-files.js";
import type { SwitchCore } from "./core/switch-core.js";
import type { EventRecord } from "./wire/event-record.js";
import { tone } from "./voices.js";

/** Enough to know the party by. A demonstration may run for days. */
const LONGEST_MS = 5000;
const CONFERENCE = "conference::maintenance";

/** Writes each recording below the directory when it ends; gives the function that stops it. */
export function keepSound(core: SwitchCore, directory: string): () => void {
  const below = `${normalize(directory).replace(/[\\/]+$/, "")}${sep}`;
  /** By path: since when it is recorded, microseconds. Bounded by the live recordings: one that ends leaves. */
  const since = new Map<string, number>();

  function began(path: string): void {
    if (normalize(path).startsWith(below)) since.set(path, core.clock.nowUs());
  }

  function ended(path: string, party: string): void {
    const beganUs = since.get(path);
    if (!since.delete(path) || beganUs === undefined) return;
    const ms = Math.min(LONGEST_MS, Math.max(0, (core.clock.nowUs() - beganUs) / 1000));
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch {
      // A directory that is somebody else's: the recording has no file, as on a FreeSWITCH that may not write there.
    }
    writeWav(path, tone(party, ms));
  }

  return core.bus.listen({
    wants: (name, subclass) => name === "RECORD_START" || name === "RECORD_STOP" || (name === "CUSTOM" && subclass === CONFERENCE),
    // It hears of an event before who controls the switch does, so that the file is there when its end is told.
    deliver(event: EventRecord) {
      const header = (name: string): string => event.get(name) ?? "";
      if (event.name === "RECORD_START") began(header("Record-File-Path"));
      else if (event.name === "RECORD_STOP") ended(header("Record-File-Path"), core.channel(header("Unique-ID"))?.farEnd.party ?? "");
      else if (header("Action") === "start-recording") began(header("Path"));
      else if (header("Action") === "stop-recording") ended(header("Path"), header("Conference-Name"));
    },
  });
}
