/** Background jobs under way: `bgapi` is answered by a BACKGROUND_JOB event that carries the Job-UUID that we gave. */
import { onAbort } from "../abort.js";
import { CallplaneError } from "../errors.js";
import { abortReason, type WaitOptions } from "./reply-queue.js";

interface Job {
  readonly resolve: (body: string) => void;
  readonly reject: (error: Error) => void;
  readonly release: () => void;
}

export class Jobs {
  /** By Job-UUID. Bounded by the commands under way: each has a limit of time. */
  readonly #jobs = new Map<string, Job>();

  /** To be called before the command is sent. Rejects with Timeout, or with the signal's reason. */
  wait(jobUuid: string, { timeoutMs, signal }: WaitOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      const release = (): void => {
        clearTimeout(timer);
        stopListening();
        this.#jobs.delete(jobUuid);
      };
      const timer = setTimeout(() => this.fail(jobUuid, new CallplaneError("Timeout")), timeoutMs);
      const stopListening = onAbort(signal, () => this.fail(jobUuid, abortReason(signal)));
      this.#jobs.set(jobUuid, { resolve, reject, release });
    });
  }

  /** Jobs of others, and those given up, are ignored. */
  finish(jobUuid: string, body: string): void {
    const job = this.#jobs.get(jobUuid);
    job?.release();
    job?.resolve(body);
  }

  fail(jobUuid: string, error: Error): void {
    const job = this.#jobs.get(jobUuid);
    job?.release();
    job?.reject(error);
  }

  rejectAll(error: Error): void {
    for (const jobUuid of [...this.#jobs.keys()]) this.fail(jobUuid, error);
  }
}
