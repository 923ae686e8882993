export { QueueDesk, type ShownQueue } from "./desk.js";
export { MAX_QUEUE_SIZE, NamedQueue, QueueMember, queueSid, type QueueResult } from "./queue.js";
export { NamedQueues } from "./queues.js";
