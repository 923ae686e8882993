import type { Channel } from "../core/channel.js";

/** A digit that the far end sent and the session took. */
export function emitDtmf(channel: Channel, digit: string): void {
  channel.emit("DTMF", [
    ["DTMF-Digit", digit],
    ["DTMF-Duration", "2000"],
    ["DTMF-Source", "APP"],
  ]);
  channel.digitActions.get(digit)?.();
}
