import { CallplaneError } from "../../errors.js";
import { NEXT, type Next } from "../next.js";
import type { Form } from "../ports.js";
import { PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { Refer } from "../verbs/refer.js";

/** Asks the far end to call somebody else; the call goes on until the far end leaves (https://www.twilio.com/docs/voice/twiml/refer). */
export async function refer(run: Run, verb: Refer): Promise<Next> {
  const about = { element: "Refer", line: verb.line };
  if (run.kind !== "call") {
    run.warn(PROGRAM_CODES.schemaWarning, "<Refer> cannot stand in a document that runs before the bridge, or while somebody waits, so it is skipped.", about);
    return NEXT;
  }
  await run.answer();
  const parameters = await told(run, verb).catch((error: unknown): Form => {
    run.signal.throwIfAborted();
    if (run.leg.hungUp) return [["ReferCallStatus", "completed"]];
    if (!(error instanceof CallplaneError) || error.code === "SwitchUnavailable") throw error;
    run.error(PROGRAM_CODES.internal, `The caller could not be referred: ${error.message}`, about);
    return [["ReferCallStatus", "failed"]];
  });
  if (verb.action === null) return NEXT;
  if (!run.leg.hungUp) return run.action(verb.action, verb.method, parameters);
  await run.lastRequest(verb.action, verb.method, parameters);
  return NEXT;
}

async function told(run: Run, verb: Refer): Promise<Form> {
  const { accepted, reached } = await run.parts.children.refer(run.leg, verb.target, run.signal);
  const status = run.leg.hungUp || (reached !== null && reached < 300) ? "completed" : "failed";
  return [
    ["ReferCallStatus", status],
    ...(accepted === null ? [] : ([["ReferSipResponseCode", String(accepted)]] as const)),
    ...(reached === null ? [] : ([["NotifySipResponseCode", String(reached)]] as const)),
  ];
}
