/** Turns acts on calls into entries of the timeline. */
import type { CallAct } from "../calls/index.js";
import type { TimelineType } from "./timeline.js";
import type { TimelineEntry } from "./types.js";

/** Null for acts that the call's state shows (hold, park, resume, pickup), and for digits. */
export function actEntry({ callId, at, actor, agentId, action, outcome, detail }: CallAct): TimelineEntry | null {
  const entry = (type: TimelineType, more: Readonly<Record<string, string>> = {}): TimelineEntry => ({ callId, at, type, agentId, detail: { by: actor, ...more } });
  if (action === "offer") return { callId, at, type: outcome, agentId, detail: { code: detail["code"] ?? null, rangMs: Number(detail["rangMs"] ?? 0), ...(detail["department"] === undefined ? {} : { department: detail["department"] }) } };
  if (action === "overflow") return { callId, at, type: outcome === "done" ? "overflowed" : "overflow-failed", agentId: null, detail };
  if (outcome !== "done") return action === "transfer" || action === "consult" ? entry(`${action}-failed`, { ...detail, code: outcome }) : null;
  switch (action) {
    case "transfer":
      return entry("transferred", detail);
    case "consult":
      return entry("consulted", detail);
    case "complete":
      return entry("transferred", { consulted: "true" });
    case "cancel":
      // What rang somebody in vain tells it.
      return detail["ringing"] === undefined ? entry("consult-canceled") : null;
    case "conference":
      return entry("conferenced", detail);
    case "bridge":
      return entry("joined", detail);
    case "record":
      return detail["action"] === "start" || detail["action"] === "stop" ? null : entry("recorded", detail);
    case "swap":
      return entry("consult-swapped");
    case "move":
      return entry("moved", detail);
    case "help":
      return entry("help-asked", detail);
    case "help.withdraw":
      return entry("help-withdrawn");
    case "mute":
      return entry("muted");
    case "unmute":
      return entry("unmuted");
    case "hangup":
      return entry("hung-up");
    default:
      return null;
  }
}

/** Whether the act ended the call through Callplane. */
export const hangsUp = ({ action, outcome }: CallAct): boolean => action === "hangup" && outcome === "done";
