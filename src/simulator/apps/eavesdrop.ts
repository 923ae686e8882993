/** eavesdrop: a spy's leg hears another leg and its partner, and may speak to either (switch_ivr_eavesdrop_session). */
import { readVariable } from "../core/endpoint-variables.js";
import type { Channel } from "../core/channel.js";
import type { SwitchCore } from "../core/switch-core.js";
import { emitDtmf } from "../dial/dtmf.js";

/** Whom the spy is heard by: `read` the watched leg's partner (digit 1), `write` the watched leg itself (digit 2). */
export interface Spying {
  readonly target: Channel;
  /** Which side of it the spy hears: `eavesdrop_bridge_aleg` what its party says, `eavesdrop_bridge_bleg` what its party hears. */
  readonly hears: "said" | "heard" | "both";
  read: boolean;
  write: boolean;
}

const spies = new WeakMap<Channel, Spying>();

/** What this channel spies on now. */
export const spyingOf = (channel: Channel): Spying | undefined => spies.get(channel);

export async function eavesdrop(core: SwitchCore, channel: Channel, data: string): Promise<void> {
  const target = core.channel(data.trim());
  if (target === undefined || target === channel || !channel.up) return;
  target.watchers.add(channel.pauser);
  try {
    while (target.up && !target.answered && channel.ready) await channel.pauser.pause();
    if (!mayWatch(channel, target) || !target.up || !channel.ready) return;
    const said = channel.isTrue("eavesdrop_bridge_aleg");
    const heard = channel.isTrue("eavesdrop_bridge_bleg");
    const spying: Spying = { target, hears: said === heard ? "both" : said ? "said" : "heard", read: channel.isTrue("eavesdrop_whisper_aleg"), write: channel.isTrue("eavesdrop_whisper_bleg") };
    await spy(channel, spying);
  } finally {
    target.watchers.delete(channel.pauser);
  }
}

/** The `three_way` application: heard by both from the start. */
export async function threeWay(core: SwitchCore, channel: Channel, data: string): Promise<void> {
  const target = core.channel(data.trim());
  if (target === undefined || target === channel || !channel.up) return;
  target.watchers.add(channel.pauser);
  try {
    await spy(channel, { target, hears: "both", read: true, write: true });
  } finally {
    target.watchers.delete(channel.pauser);
  }
}

/** `eavesdrop_require_group` on the spy must be among the target's `eavesdrop_group`. */
function mayWatch(channel: Channel, target: Channel): boolean {
  const required = readVariable(channel, "eavesdrop_require_group");
  if (required === undefined) return true;
  return (readVariable(target, "eavesdrop_group") ?? "").split(",").includes(required);
}

async function spy(channel: Channel, spying: Spying): Promise<void> {
  const { target } = spying;
  const keypad = channel.variable("eavesdrop_enable_dtmf") === undefined || channel.isTrue("eavesdrop_enable_dtmf");
  const bug: [string, string][] = [["Media-Bug-Function", "eavesdrop"], ["Media-Bug-Target", target.uuid]];
  spies.set(channel, spying);
  channel.eavesdropCommands.length = 0;
  channel.setReadCodec("L16");
  target.emit("MEDIA_BUG_START", bug);
  // A loopback shows nothing to anybody.
  if (channel.farEnd.kind !== "loopback") channel.updateDisplay(target.profile.cidName, target.profile.cidNumber, []);
  let stopped = false;
  let attached = true;
  const letGo = (): void => {
    if (!attached) return;
    attached = false;
    target.spies.delete(letGo);
    target.emit("MEDIA_BUG_STOP", bug);
  };
  target.spies.add(letGo);
  // Neither uuid_break nor what is queued on the session is looked at until the eavesdropping ends.
  while (target.up && channel.ready && !stopped) {
    const digits = channel.digits.splice(0);
    for (const digit of digits) emitDtmf(channel, digit);
    for (const digit of [...channel.eavesdropCommands.splice(0), ...(keypad ? digits : [])].join("")) stopped = applyDigit(spying, digit) || stopped;
    if (!stopped) await channel.pauser.pause();
  }
  spies.delete(channel);
  letGo();
  if (channel.up) channel.setReadCodec("PCMU");
}

/** True when the digit ends the eavesdropping. */
function applyDigit(spying: Spying, digit: string): boolean {
  if (digit === "*") return true;
  if (!"0123".includes(digit)) return false;
  spying.read = digit === "1" || digit === "3";
  spying.write = digit === "2" || digit === "3";
  return false;
}
