/** Commands that wait for a socket, in their order. */
import { onAbort } from "../abort.js";
import { CallplaneError, switchUnavailable } from "../errors.js";
import { MAX_PENDING, type EventSocketConnection } from "./connection.js";
import { abortReason, type WaitOptions } from "./reply-queue.js";

interface Waiting {
  readonly send: (socket: Pick<EventSocketConnection, "request">) => void;
  readonly reject: (error: Error) => void;
}

export class WaitingCommands {
  readonly #node: string;
  /** Bounded by `MAX_PENDING`. */
  readonly #all = new Set<Waiting>();

  constructor(node: string) {
    this.#node = node;
  }

  /** As `EventSocketConnection.request`, with what is left of the time when there is a socket. Rejects with SwitchUnavailable, Timeout or the signal's reason. */
  add(lines: readonly string[], options: WaitOptions): Promise<string> {
    const { timeoutMs, signal } = options;
    if (signal?.aborted === true) return Promise.reject(abortReason(signal));
    if (this.#all.size >= MAX_PENDING) return Promise.reject(switchUnavailable(this.#node));
    const since = performance.now();
    return new Promise((resolve, reject) => {
      const leave = (): boolean => {
        clearTimeout(timer);
        stopListening();
        return this.#all.delete(waiting);
      };
      const waiting: Waiting = {
        send: (socket) => {
          if (leave()) socket.request(lines, { ...options, timeoutMs: Math.max(1, timeoutMs - (performance.now() - since)) }).then(resolve, reject);
        },
        reject: (error) => {
          if (leave()) reject(error);
        },
      };
      // After a stall of the process the timer fires before it is read that the socket is open, which comes first.
      const timer = setTimeout(() => setImmediate(() => waiting.reject(new CallplaneError("Timeout"))), timeoutMs);
      const stopListening = onAbort(signal, () => waiting.reject(abortReason(signal)));
      this.#all.add(waiting);
    });
  }

  /** In one go, so that no later command overtakes them. */
  sendBy(socket: Pick<EventSocketConnection, "request">): void {
    for (const { send } of [...this.#all]) send(socket);
  }

  rejectAll(error: Error): void {
    for (const { reject } of [...this.#all]) reject(error);
  }
}
