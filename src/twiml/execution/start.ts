import { NEXT, type Next } from "../next.js";
import { PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { Start } from "../verbs/start.js";
import type { Stop } from "../verbs/stop.js";
import { startStream, stopStream } from "./stream.js";

/** Begins what goes on beside the document, each on its own. */
export async function start(run: Run, verb: Start): Promise<Next> {
  await run.answer();
  for (const item of verb.items) {
    if (item.noun === "Stream") startStream(run, item);
    else skip(run, "Start", item.noun, item.line);
  }
  return NEXT;
}

export async function stop(run: Run, verb: Stop): Promise<Next> {
  for (const { noun, name } of verb.items) {
    if (noun === "Stream") stopStream(run, verb, name);
    else skip(run, "Stop", noun, verb.line);
  }
  return NEXT;
}

function skip(run: Run, verb: string, noun: string, line: number): void {
  run.warn(PROGRAM_CODES.schemaWarning, `<${noun}> is not available in <${verb}> here, so it is skipped.`, { element: noun, line });
}
