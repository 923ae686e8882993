/** What keeps the phone from doing what a person has asked it for. */
import { ApiProblem } from "../api/problem.js";

export type MicrophoneFault = "insecure" | "refused" | "missing" | "busy";
export type PhoneFault = MicrophoneFault | "gone" | "notReady" | "noEcho" | "notChanged" | "failed";

/** Shown where a refusal of the server would be. */
export class PhoneProblem extends ApiProblem {
  readonly fault: PhoneFault;

  constructor(fault: PhoneFault, message: string) {
    super({ status: 0, code: "Phone", message });
    this.name = "PhoneProblem";
    this.fault = fault;
  }
}

/** Why getUserMedia has failed (https://w3c.github.io/mediacapture-main/#dom-mediadevices-getusermedia). */
export function microphoneFaultOf(error: unknown): MicrophoneFault {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "refused";
}
