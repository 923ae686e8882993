/** Commands that wait for a socket, in their order. */
import { switchUnavailable } from "../errors.js";
import { MAX_PENDING, type EventSocketConnection } from "./connection.js";
import { whenGivenUp, type WaitOptions } from "./reply-queue.js";

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

  /** As `EventSocketConnection.request`, with what is left of the time when there is a socket. Throws SwitchUnavailable, Timeout or the signal's reason. */
  async add(lines: readonly string[], options: WaitOptions): Promise<string> {
    options.signal?.throwIfAborted();
    if (this.#all.size >= MAX_PENDING) throw switchUnavailable(this.#node);
    const since = performance.now();
    return new Promise((resolve, reject) => {
      const leave = (): boolean => {
        stop();
        return this.#all.delete(waiting);
      };
      const waiting: Waiting = {
        send: (socket) => {
          if (leave()) socket.request(lines, { ...options, timeoutMs: Math.max(1, options.timeoutMs - (performance.now() - since)) }).then(resolve, reject);
        },
        reject: (error) => {
          if (leave()) reject(error);
        },
      };
      const stop = whenGivenUp(options, waiting.reject);
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
