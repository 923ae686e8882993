/** mod_loopback: a channel whose far end is another channel of the same switch, which goes through a dialplan. */
import type { Channel } from "./core/channel.js";
import type { SwitchCore } from "./core/switch-core.js";

/** Makes the far end of this one, with its variables, and lets it run. Either ends the other. */
export function startFarEnd(core: SwitchCore, near: Channel): void {
  const { profile } = near;
  const far = core.newChannel({
    direction: "inbound",
    name: near.name.replace(/-a$/, "-b"),
    sofiaProfile: near.sofiaProfile,
    farEnd: { kind: "loopback", party: near.name.replace(/-a$/, "-b") },
    profile: { ...profile, dialplan: "inline", cidName: profile.cidName, cidNumber: profile.cidNumber },
  });
  for (const [name, value] of near.variables) if (!["uuid", "call_uuid", "channel_name", "session_id", "direction"].includes(name)) far.setVariable(name, value);
  far.setVariable("call_uuid", far.uuid);
  far.setVariable("other_loopback_leg_uuid", near.uuid);
  near.setVariable("other_loopback_leg_uuid", far.uuid);
  far.setVariable("loopback_leg", "B");
  near.setVariable("loopback_leg", "A");
  near.loopback = far;
  far.loopbackNear = near;
  far.setCodec("L16");
  core.run(far);
  near.watchers.add(far.pauser);
  void follow(core, near, far);
}

async function follow(core: SwitchCore, near: Channel, far: Channel): Promise<void> {
  const pauser = core.newPauser();
  far.watchers.add(pauser);
  near.watchers.add(pauser);
  while (near.up && far.up && !near.abandoned) {
    await pauser.pause();
  }
  if (near.abandoned) return;
  if (near.up) near.hangup("NORMAL_CLEARING");
  if (far.up) far.hangup("NORMAL_CLEARING");
}
