/** `<Enqueue>`: the caller waits in a queue (https://www.twilio.com/docs/voice/twiml/enqueue). */
import type { HttpMethod } from "../attributes.js";
import type { ElementReader } from "../reading.js";
import type { XmlElement } from "../xml.js";

export interface Enqueue {
  readonly verb: "Enqueue";
  readonly line: number;
  /** The queue's name; null: the workflow says which. */
  readonly queue: string | null;
  readonly workflowSid: string | null;
  /** What TaskRouter would get; null: none. */
  readonly task: Task | null;
  /** Requested when the caller has left the queue, or at the end of the bridge; null: the next verb follows. */
  readonly action: string | null;
  readonly method: HttpMethod;
  /** What the caller hears meanwhile; null: music; empty: silence. */
  readonly waitUrl: string | null;
  readonly waitMethod: HttpMethod;
  /** Callers that the queue takes at once; null: as the queue is set. */
  readonly maxQueueSize: number | null;
}

export interface Task {
  /** JSON, as the document has it. */
  readonly attributes: string;
  readonly priority: number;
  /** Seconds; null: none. */
  readonly timeoutS: number | null;
}

/** The longest name of a queue. */
const MAX_NAME = 64;

export const enqueue: ElementReader<Enqueue> = (element, reading) => {
  const attributes = reading.attributes(element);
  const { children: tasks, text: queue } = reading.mixed(element, CHILDREN);
  if (queue.length > MAX_NAME) reading.warn(element, `The name of a queue is cut at ${MAX_NAME} characters.`);
  if (tasks.length > 1) reading.warn(element, "There is one <Task> at most; the first is taken.");
  const workflowSid = attributes.shortText("workflowSid", 64);
  const verb: Enqueue = {
    verb: "Enqueue",
    line: element.line,
    queue: queue === "" ? null : queue.slice(0, MAX_NAME),
    workflowSid,
    task: tasks[0] ?? null,
    action: attributes.url("action"),
    method: attributes.method("method"),
    waitUrl: attributes.url("waitUrl"),
    waitMethod: attributes.method("waitUrlMethod"),
    maxQueueSize: attributes.integer("maxQueueSize", null, { min: 1, max: 5000 }),
  };
  attributes.done();
  if (verb.queue !== null || workflowSid !== null) return verb;
  reading.warn(element, "It names neither a queue nor a workflow, so it is skipped.");
  return null;
};

const task: ElementReader<Task> = (element: XmlElement, reading) => {
  const attributes = reading.attributes(element);
  const priority = attributes.integer("priority", 0, { min: 0, max: 2_147_483_647 });
  const timeoutS = attributes.integer("timeout", null, { min: 1, max: 2_147_483_647 });
  attributes.done();
  return { attributes: reading.text(element).slice(0, 4096), priority, timeoutS };
};

const CHILDREN = new Map<string, ElementReader<Task>>([["Task", task]]);
