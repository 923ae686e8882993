/** Queues and who waits in them, as lists and events show them. */
import type { DepartmentDirectory } from "./departments.js";
import type { DepartmentFigures, QueueEntry, QueueView } from "./types.js";
import type { WaitingCaller } from "./waiting.js";
import type { WaitingRoom } from "./waiting-room.js";

export interface QueueViews {
  readonly directory: DepartmentDirectory;
  readonly room: Pick<WaitingRoom, "line" | "ahead" | "count">;
  readonly fromText: (caller: WaitingCaller) => string;
  readonly figures: (organizationId: number, department: string) => DepartmentFigures;
}

/** Writes the number of each caller once, with spaces. */
export function spacedOnce(spaced: (organizationId: number, number: string) => string): QueueViews["fromText"] {
  const known = new WeakMap<WaitingCaller, string>();
  return (caller) => {
    const text = known.get(caller) ?? spaced(caller.organizationId, caller.number);
    known.set(caller, text);
    return text;
  };
}

function entryAt({ directory, fromText }: QueueViews, caller: WaitingCaller, position: number): QueueEntry {
  const { id, organizationId, department, number, fromName, joinedAt, priority, ringing } = caller;
  const skills = directory.department(organizationId, department)?.settings.skills ?? [];
  return { callId: id, from: number, fromText: fromText(caller), fromName, queuedAt: new Date(joinedAt).toISOString(), position, priority, skills, offeredTo: ringing };
}

export const entryOf = (views: QueueViews, caller: WaitingCaller): QueueEntry => entryAt(views, caller, views.room.ahead(caller) + 1);

export function queueOf(views: QueueViews, organizationId: number, name: string): QueueView {
  const settings = views.directory.department(organizationId, name)?.settings;
  return {
    name,
    waiting: views.room.count(organizationId, name),
    serviceLevelS: settings?.serviceLevelS ?? null,
    serviceLevelTarget: settings?.serviceLevelTarget ?? null,
    alarms: settings?.alarms ?? null,
    figures: views.figures(organizationId, name),
    entries: [...views.room.line(organizationId, name)].map((caller, index) => entryAt(views, caller, index + 1)),
  };
}
