/** What is summed of a department and of an agent in one interval, and the figures that follow from it. */
import { share } from "../queues/index.js";
import type { AgentFigures, DepartmentFigures } from "./types.js";

export const departmentCell = () => ({ answered: 0, inTime: 0, abandoned: 0, overflowed: 0, moved: 0, waitMs: 0, longestWaitMs: 0, missed: 0, talkMs: 0, holdMs: 0, wrapUpMs: 0, busyMs: 0, onlineMs: 0 });
export type DepartmentCell = ReturnType<typeof departmentCell>;

export const agentCell = () => ({ answered: 0, missed: 0, calls: 0, talkMs: 0, holdMs: 0, online: 0, inCall: 0, wrapUp: 0, away: 0, offline: 0 });
export type AgentCell = ReturnType<typeof agentCell>;

export const serviceLevel = (inTime: number, answered: number, abandoned: number): number | null => share(inTime, answered + abandoned);

export function departmentFigures({ answered, inTime, abandoned, overflowed, moved, waitMs, longestWaitMs, missed, talkMs, holdMs, wrapUpMs, busyMs, onlineMs }: DepartmentCell): DepartmentFigures {
  const offered = answered + abandoned + overflowed + moved;
  return {
    offered, answered, answeredInTime: inTime, abandoned, overflowed, moved, missed, talkMs, holdMs, wrapUpMs,
    serviceLevel: serviceLevel(inTime, answered, abandoned),
    averageWaitMs: answered === 0 ? null : waitMs / answered,
    longestWaitMs: offered === 0 ? null : longestWaitMs,
    occupancy: share(busyMs, busyMs + onlineMs),
  };
}

export function agentFigures({ answered, missed, calls, talkMs, holdMs, ...times }: AgentCell): AgentFigures {
  const busy = times.inCall + times.wrapUp;
  return { offered: answered + missed, answered, missed, calls, talkMs, holdMs, occupancy: share(busy, busy + times.online), times };
}
