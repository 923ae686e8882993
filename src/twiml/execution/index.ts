/** What each verb does. */
import { NEXT, HANGUP, LEAVE, type Next } from "../next.js";
import { PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { Verb } from "../verbs/index.js";
import { connect } from "./stream.js";
import { start, stop } from "./start.js";
import { dial } from "./dial.js";
import { enqueue } from "./enqueue.js";
import { gather } from "./gather.js";
import { pause } from "./pause.js";
import { play } from "./play.js";
import { record } from "./record.js";
import { refer } from "./refer.js";
import { reject } from "./reject.js";
import { say } from "./say.js";

/** Throws ProgramError for what the program's fallback is told; CallplaneError when FreeSWITCH refuses; the reason of the run's signal. */
export async function executeVerb(run: Run, verb: Verb): Promise<Next> {
  switch (verb.verb) {
    case "Say":
      return say(run, verb);
    case "Play":
      return play(run, verb);
    case "Pause":
      return pause(run, verb);
    case "Dial":
      return dial(run, verb);
    case "Refer":
      return refer(run, verb);
    case "Enqueue":
      return enqueue(run, verb);
    case "Gather":
      return gather(run, verb);
    case "Record":
      return record(run, verb);
    case "Connect":
      return connect(run, verb);
    case "Start":
      return start(run, verb);
    case "Stop":
      return stop(run, verb);
    case "Redirect":
      return { then: "redirect", url: run.url(verb.url), method: verb.method, parameters: [] };
    case "Hangup":
      return HANGUP;
    case "Reject":
      return reject(run, verb);
    case "Leave":
      if (run.kind === "waiting") return LEAVE;
      run.warn(PROGRAM_CODES.schemaWarning, "<Leave> has a meaning for a caller who waits in a queue alone, so it is skipped.", { element: "Leave", line: verb.line });
      return NEXT;
  }
}
