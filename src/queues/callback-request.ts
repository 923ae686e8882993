/** A waiting caller asks to be called back: the callback is stored, and the caller's call ends. */
import type { CallLegs } from "../calls/index.js";
import type { Logger } from "../logger.js";
import type { Callbacks } from "./callbacks.js";
import type { Callers } from "./callers.js";
import { endWaiting } from "./media.js";
import type { QueueDirectory } from "./ports.js";
import type { SentOn } from "./sent-on.js";
import type { WaitingCaller } from "./waiting.js";

export interface CallbackRequestOptions {
  readonly calls: CallLegs;
  readonly directory: Pick<QueueDirectory, "department">;
  readonly logger: Logger;
  /** Said before the call ends; null: nothing. */
  readonly sound: string | null;
  readonly callers: Pick<Callers, "elsewhere" | "get">;
  readonly callbacks: Pick<Callbacks, "ask" | "begin" | "drop">;
  readonly sentOn: SentOn;
}

/** Stored first, so that the caller is called back whatever happens afterwards. A failure is only logged. */
export async function askForCallback(caller: WaitingCaller, { calls, directory, logger, sound, callers, callbacks, sentOn }: CallbackRequestOptions): Promise<void> {
  const { id, organizationId, department } = caller;
  if (caller.stage !== "waiting" || directory.department(organizationId, department)?.settings.callbackKey == null) return;
  try {
    await callers.elsewhere(id, async (_caller, signal) => {
      const callback = await callbacks.ask(caller);
      try {
        sentOn.add(caller, "callback");
        await endWaiting(calls, id, sound, signal);
      } catch (error) {
        // Not when the caller was answered or goes on waiting; a caller who hung up is called back.
        if (callers.get(id) !== undefined || calls.stateOf(id) === "talking") {
          sentOn.stays(caller);
          await callbacks.drop(callback);
          throw error;
        }
      }
      // The `left` of a caller who hung up before has come already.
      if (callers.get(id) === undefined) sentOn.left(caller);
      callbacks.begin(callback);
    });
  } catch (error) {
    logger.warn({ err: error, call: id, department }, "a callback could not be arranged; the caller goes on waiting");
  }
}
