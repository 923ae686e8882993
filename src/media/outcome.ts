import { CallplaneError } from "../errors.js";
import { STREAM_ERRORS, type StreamError } from "./errors.js";

/** How a stream that did not begin is told to whoever asked for it by REST. */
export const unreachable = ({ code, message }: StreamError): CallplaneError => (code === STREAM_ERRORS.url ? new CallplaneError("InvalidParameter", `url: ${message}`, { parameter: "url" }) : new CallplaneError("PROGRAM_UNREACHABLE", `${message} (${code})`));

/** A promise that is settled from outside. */
export function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void; readonly reject: (error: Error) => void } {
  let [resolve, reject]: [() => void, (error: Error) => void] = [() => undefined, () => undefined];
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
