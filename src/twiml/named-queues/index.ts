export { NamedQueue, QueueMember, type QueueResult } from "./queue.js";
export { NamedQueues } from "./queues.js";
