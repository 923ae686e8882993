/** What an API does with the queues that programs have made by naming them. */
import { conflict, notFound } from "../../errors.js";
import { MAX_QUEUE_SIZE, type NamedQueue } from "./queue.js";
import type { NamedQueues } from "./queues.js";

export interface ShownQueue {
  readonly sid: string;
  readonly name: string;
  readonly maxSize: number;
  readonly averageWaitS: number;
  readonly createdAt: Date;
  /** The longest waiting first. */
  readonly members: readonly { readonly callSid: string; readonly joinedAt: Date }[];
}

/** Throws NotFound for a queue that there is not, or that is another organization's. */
export class QueueDesk {
  readonly #queues: NamedQueues;

  constructor(queues: NamedQueues) {
    this.#queues = queues;
  }

  /** In the order of their making. */
  list(organizationId: number): readonly ShownQueue[] {
    return this.#queues.of(organizationId).map(shown);
  }

  /** How many may wait; those who wait already stay. */
  resize(organizationId: number, sid: string, maxSize: number): ShownQueue {
    const queue = this.#queue(organizationId, sid);
    queue.maxSize = Math.min(maxSize, MAX_QUEUE_SIZE);
    return shown(queue);
  }

  /** Throws Conflict while somebody waits in it, or for a caller of it. */
  remove(organizationId: number, sid: string): void {
    const queue = this.#queue(organizationId, sid);
    if (!this.#queues.remove(queue)) throw conflict(`Somebody waits in the queue ${queue.name}.`);
  }

  #queue(organizationId: number, sid: string): NamedQueue {
    const found = this.#queues.of(organizationId).find((queue) => queue.sid === sid);
    if (found === undefined) throw notFound(`The queue ${sid}`);
    return found;
  }
}

const shown = ({ sid, name, maxSize, averageWaitS, createdAt, members }: NamedQueue): ShownQueue => ({ sid, name, maxSize, averageWaitS, createdAt, members: members.map(({ run, joinedAt }) => ({ callSid: run.callSid, joinedAt: new Date(joinedAt) })) });
