/** Keypad digits that make a channel run an application (mod_dptools). */
import { executeApplication } from "./execute.js";
import type { Application } from "./types.js";

/** `<realm>,<digit>,exec[i]:<application>,<data>`: one digit, executed at once, whatever the channel does. */
export const bindDigitAction: Application = (core, channel, data) => {
  const [, digit = "", action = "", value = ""] = data.split(",");
  const app = /^exec(?:\[[a-z]+\])?:(.+)$/.exec(action)?.[1];
  if (digit === "" || app === undefined) return;
  channel.digitActions.set(digit, () => void executeApplication(core, channel, app, value));
};

/** `<realm>` or `all`; the simulator keeps one realm. */
export const clearDigitAction: Application = (_core, channel) => {
  channel.digitActions.clear();
};
