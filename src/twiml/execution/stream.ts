import { STREAM_ERRORS, StreamError, type StreamRequest } from "../../media/index.js";
import { underAny } from "../../abort.js";
import { CallplaneError } from "../../errors.js";
import { NEXT, type Next } from "../next.js";
import type { StreamNoun } from "../nouns/stream.js";
import type { Run } from "../run.js";
import { toldUrl } from "../told-url.js";
import type { Connect } from "../verbs/connect.js";
import type { Stop } from "../verbs/stop.js";

/** Both directions to a program, until it closes or the call ends. What fails is in the call's log, and the next verb follows. */
export async function connect(run: Run, verb: Connect): Promise<Next> {
  const { stream } = verb;
  await run.answer();
  if (stream.track !== "inbound_track") {
    run.error(STREAM_ERRORS.track, "<Connect> streams both directions; its track is inbound_track.", about(stream));
    return NEXT;
  }
  run.silentDocuments = 0;
  const end = await underAny([run.signal, run.ended], (signal) => run.parts.streams.connect(run.leg.uuid, requestOf(run, stream), signal));
  run.signal.throwIfAborted();
  if (end.reason === "error") run.error(end.error.code, end.error.message, about(stream));
  if (verb.action === null) {
    run.assertUp();
    return NEXT;
  }
  if (!run.leg.hungUp) return run.action(verb.action, verb.method, []);
  await run.lastRequest(verb.action, verb.method, []);
  run.assertUp();
  return NEXT;
}

/** A copy of the leg, from now on and whatever the document does. */
export function startStream(run: Run, stream: StreamNoun): void {
  try {
    const { ended } = run.parts.streams.start(run.leg.uuid, stream.track, requestOf(run, stream));
    void ended.then((end) => {
      if (end.reason === "error") run.error(end.error.code, end.error.message, about(stream));
    });
  } catch (error) {
    if (!(error instanceof StreamError) && !(error instanceof CallplaneError)) throw error;
    run.error(error instanceof StreamError ? error.code : STREAM_ERRORS.audio, error.message, about(stream));
  }
}

export function stopStream(run: Run, { line }: Stop, name: string | null): void {
  if (run.parts.streams.stop(run.leg.uuid, name) === null) run.warn(STREAM_ERRORS.connection, `There is no stream${name === null ? "" : ` ${name}`} to stop.`, { element: "Stop", line });
}

const about = ({ line, url }: StreamNoun): { readonly element: string; readonly line: number; readonly url: string } => ({ element: "Stream", line, url });

/** A relative address is taken as the document's, over a WebSocket. */
function addressOf(run: Run, url: string): string {
  if (URL.canParse(url) || run.source.url === null) return url;
  return toldUrl(new URL(url, run.source.url).href).replace(/^http/, "ws");
}

function requestOf(run: Run, stream: StreamNoun): StreamRequest {
  const { account } = run.call;
  const callback = run.callbackOf(stream.statusCallback, about(stream));
  return {
    organizationId: account.organizationId,
    accountSid: account.accountSid,
    authToken: account.authToken,
    line: account.line,
    callSid: run.callSid,
    url: addressOf(run, stream.url),
    name: stream.name ?? undefined,
    parameters: Object.fromEntries(stream.parameters.map(({ name, value }) => [name, value])),
    statusCallback: callback === null ? undefined : { url: callback.url, method: callback.method },
    onWarning: (text) => run.warn(STREAM_ERRORS.protocol, text, about(stream)),
  };
}
