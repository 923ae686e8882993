/** All queues that programs have made by naming them. */
import { NamedQueue } from "./queue.js";

/** Of one organization. */
const MAX_QUEUES = 1000;

export class NamedQueues {
  /** By organization and name. Bounded by MAX_QUEUES for each organization: idle ones make room. */
  readonly #queues = new Map<string, NamedQueue>();

  find(organizationId: number, which: string): NamedQueue | undefined {
    return this.#queues.get(keyOf(organizationId, which)) ?? this.of(organizationId).find(({ sid }) => sid === which);
  }

  of(organizationId: number): readonly NamedQueue[] {
    return [...this.#queues.values()].filter((queue) => queue.organizationId === organizationId);
  }

  /** Made on demand; null: the organization has its fill of them. */
  open(organizationId: number, name: string, maxSize?: number): NamedQueue | null {
    const known = this.find(organizationId, name);
    if (known !== undefined) return known;
    const own = this.of(organizationId);
    if (own.length >= MAX_QUEUES) {
      const idle = own.find(({ isIdle }) => isIdle);
      if (idle === undefined) return null;
      this.#queues.delete(keyOf(organizationId, idle.name));
    }
    const queue = new NamedQueue(organizationId, name, maxSize);
    this.#queues.set(keyOf(organizationId, name), queue);
    return queue;
  }

  /** False: somebody waits in it. */
  remove(queue: NamedQueue): boolean {
    if (!queue.isIdle) return false;
    this.#queues.delete(keyOf(queue.organizationId, queue.name));
    return true;
  }
}

const keyOf = (organizationId: number, name: string): string => `${organizationId}/${name}`;
