/** The HEARTBEAT event, by which clients know that the switch is alive. */
import { statusCommand } from "./commands/system.js";
import type { SwitchCore } from "./core/switch-core.js";

/** Gives the function that stops it. */
export function startHeartbeat(core: SwitchCore, everyS: number): () => void {
  const timer = setInterval(() => beat(core), everyS * 1000);
  timer.unref();
  return () => clearInterval(timer);
}

function beat(core: SwitchCore): void {
  core.bus.fire("HEARTBEAT", {
    headers: () => [
      ["Event-Info", "System Ready"],
      ["Up-Time", uptime(core)],
      ["FreeSWITCH-Version", "1.10.12-release+git~20260821T141014Z~cc93a683ca~64bit"],
      ["Uptime-msec", String(Math.floor((core.clock.nowUs() - core.startedAtUs) / 1000))],
      ["Session-Count", String(core.channels.size)],
      ["Max-Sessions", "5000"],
      ["Session-Per-Sec", "0"],
      ["Session-Since-Startup", String(core.sessionsSinceStartup)],
      ["Session-Peak-Max", String(core.peakSessions)],
      ["Idle-CPU", "99.0"],
      ["Heartbeat-Interval", "20"],
    ],
  });
}

/** The first line of `status`, without its `UP`. */
function uptime(core: SwitchCore): string {
  const status = statusCommand(core, "");
  return typeof status === "string" ? (status.split("\n")[0] ?? "").replace(/^UP /, "") : "";
}
