/** Calling somebody: makes the legs of a dial string, rings them, and gives the one that answers (switch_ivr_originate). */
import type { HangupCause } from "../../freeswitch/index.js";
import { executeApplication } from "../apps/execute.js";
import type { Channel } from "../core/channel.js";
import { Pauser } from "../core/pauser.js";
import { cloneProfile } from "../core/profile.js";
import type { SwitchCore } from "../core/switch-core.js";
import { startFarEnd } from "../loopback.js";
import { parseDialString, type DialLeg } from "./dial-string.js";
import { resolveEndpoints, type Endpoint } from "./endpoints.js";

export type Outcome = { readonly ok: true; readonly channel: Channel } | { readonly ok: false; readonly cause: HangupCause };

export interface OriginateOptions {
  /** The channel on whose behalf the call is made, for the dialplan's `bridge`. */
  readonly originator?: Channel;
  /** Seconds until the whole attempt is given up; the dial string's own limits come first. */
  readonly timeoutS?: number;
  readonly callerIdName?: string;
  readonly callerIdNumber?: string;
}

const DEFAULT_TIMEOUT_S = 60;

export async function originate(core: SwitchCore, dialString: string, options: OriginateOptions = {}): Promise<Outcome> {
  const parsed = parseDialString(dialString);
  let outcome: Outcome = { ok: false, cause: "DESTINATION_OUT_OF_ORDER" };
  for (const attempt of parsed.attempts) {
    outcome = await ringTogether(core, attempt, parsed.variables, options);
    if (outcome.ok || options.originator?.up === false) return outcome;
  }
  return outcome;
}

async function ringTogether(core: SwitchCore, attempt: readonly DialLeg[], variables: ReadonlyMap<string, string>, options: OriginateOptions): Promise<Outcome> {
  // The switch was restarted under the caller: the caller's thread stops here.
  if (options.originator?.abandoned === true) await new Promise<never>(() => undefined);
  let cause: HangupCause = "DESTINATION_OUT_OF_ORDER";
  const legs: { readonly channel: Channel; readonly endpoint: Endpoint; readonly deadlineUs: number }[] = [];
  const pauser = new Pauser(core.frameMs);
  for (const [leg, endpoint] of attempt.flatMap((leg) => resolveEndpoints(core, leg.endpoint).map((endpoint) => [leg, endpoint] as const))) {
    if ("cause" in endpoint) {
      cause = endpoint.cause;
      if (endpoint.announcesDestroy === true) announceStillborn(core);
      continue;
    }
    const all = new Map([...variables, ...leg.variables]);
    // The second leg of a user with several phones fails with `Duplicate UUID!`.
    if (core.channels.has(all.get("origination_uuid") ?? "")) continue;
    const channel = createLeg(core, endpoint, all, options);
    legs.push({ channel, endpoint, deadlineUs: core.clock.nowUs() + legTimeoutS(all, options) * 1_000_000 });
    channel.watchers.add(pauser);
    core.run(channel);
    if (channel.farEnd.kind === "loopback") startFarEnd(core, channel);
    else core.farEnds.invite(channel);
  }
  options.originator?.watchers.add(pauser);
  try {
    return legs.length === 0 ? { ok: false, cause } : await firstToAnswer(core, legs, pauser, options);
  } finally {
    options.originator?.watchers.delete(pauser);
    for (const { channel } of legs) channel.watchers.delete(pauser);
  }
}

async function firstToAnswer(
  core: SwitchCore,
  legs: readonly { readonly channel: Channel; readonly endpoint: Endpoint; readonly deadlineUs: number }[],
  pauser: Pauser,
  options: OriginateOptions,
): Promise<Outcome> {
  for (;;) {
    const { originator } = options;
    const answered = legs.find(({ channel }) => channel.answered && channel.up);
    if (answered !== undefined) {
      for (const { channel } of legs) if (channel !== answered.channel) channel.hangup("LOSE_RACE");
      if (originator !== undefined) answerOriginator(originator, answered.channel);
      // The user endpoint wraps the real one and announces the leg a second time.
      if (answered.endpoint.user !== undefined) answered.channel.emit("CHANNEL_OUTGOING");
      runOnAnswer(core, answered.channel);
      return { ok: true, channel: answered.channel };
    }
    if (originator !== undefined && (!originator.up || originator.has("TRANSFER"))) {
      for (const { channel } of legs) channel.hangup("ORIGINATOR_CANCEL");
      return { ok: false, cause: "ORIGINATOR_CANCEL" };
    }
    const now = core.clock.nowUs();
    for (const { channel, deadlineUs } of legs) if (channel.up && now >= deadlineUs) channel.hangup("NO_ANSWER");
    const last = legs.at(-1)?.channel.hangupCause;
    if (last !== undefined && legs.every(({ channel }) => !channel.up)) return { ok: false, cause: last };
    if (originator !== undefined && !originator.answered && legs.some(({ channel }) => channel.has("RING_READY"))) tellRinging(originator);
    const nextUs = Math.min(...legs.filter(({ channel }) => channel.up).map(({ deadlineUs }) => deadlineUs));
    await pauser.pause((nextUs - now) / 1000);
  }
}

/** `execute_on_answer…=app argument`: all variables whose name begins so (switch_channel.c, switch_channel_execute_on). */
function runOnAnswer(core: SwitchCore, channel: Channel): void {
  for (const [name, value] of channel.variables) {
    const [app = "", ...argument] = value.split(" ");
    if (name.startsWith("execute_on_answer") && app !== "") void executeApplication(core, channel, app, argument.join(" "));
  }
}

/** The caller's phone signals the ringing, or we play a tone when `ringback` is set. */
function tellRinging(originator: Channel): void {
  if (originator.variable("ringback") === undefined) originator.ringReady();
  else originator.earlyMedia();
}

/** Answers the caller's leg as soon as a target answers. */
function answerOriginator(originator: Channel, peer: Channel): void {
  originator.profile.calleeName = peer.profile.calleeName;
  originator.profile.calleeNumber = peer.profile.calleeNumber;
  originator.answer();
  originator.other = { type: "originatee", profile: cloneProfile(peer.profile) };
  if (originator.callState === "RING_WAIT") originator.setCallState("ACTIVE");
}

function legTimeoutS(variables: ReadonlyMap<string, string>, options: OriginateOptions): number {
  for (const text of [variables.get("leg_timeout"), variables.get("originate_timeout"), variables.get("call_timeout"), options.originator?.variable("call_timeout")]) {
    const seconds = Number.parseInt(text ?? "", 10);
    if (seconds > 0) return seconds;
  }
  return options.timeoutS ?? DEFAULT_TIMEOUT_S;
}

function createLeg(core: SwitchCore, endpoint: Endpoint, variables: ReadonlyMap<string, string>, options: OriginateOptions): Channel {
  const { originator } = options;
  const cid = callerId(variables, options);
  const channel = core.newChannel({
    uuid: variables.get("origination_uuid"),
    direction: "outbound",
    name: endpoint.channelName,
    sofiaProfile: endpoint.sofiaProfile,
    farEnd: endpoint.farEnd,
    profile: {
      username: originator?.profile.username ?? "",
      dialplan: originator?.profile.dialplan ?? (endpoint.farEnd.kind === "loopback" ? "inline" : ""),
      cidName: cid.name,
      cidNumber: cid.number,
      originalCidName: cid.name,
      originalCidNumber: cid.number,
      calleeName: "Outbound Call",
      calleeNumber: endpoint.contactUser,
      networkAddr: originator?.profile.networkAddr ?? "",
      ani: originator?.profile.ani ?? "",
      destination: endpoint.destination,
      context: originator?.profile.context ?? "default",
    },
  });
  if (originator !== undefined) {
    channel.other = { type: "originator", profile: cloneProfile(originator.profile) };
    channel.setVariable("originator", originator.uuid);
    channel.setVariable("originating_leg_uuid", originator.uuid);
    channel.setVariable("signal_bond", originator.uuid);
    originator.setVariable("originate_signal_bond", channel.uuid);
  }
  channel.runningState = "CS_NONE";
  // mod_loopback makes its session before it takes the uuid that was asked for.
  if (endpoint.farEnd.kind === "loopback" && variables.has("origination_uuid")) channel.emit("CHANNEL_UUID");
  channel.emit("CHANNEL_OUTGOING");
  channel.runningState = "CS_NEW";
  if (originator !== undefined) channel.setVariable("call_uuid", originator.uuid);
  for (const [name, value] of variables) channel.setVariable(name, value);
  channel.setVariable("sip_destination_url", endpoint.contact);
  if (endpoint.user !== undefined) {
    channel.setVariable("dialed_user", endpoint.user.extension);
    channel.setVariable("dialed_domain", endpoint.user.domain);
    channel.setVariable("sip_invite_domain", endpoint.user.domain);
    if (!variables.has("presence_id")) channel.setVariable("presence_id", `${endpoint.user.extension}@${endpoint.user.domain}`);
    channel.setVariable("user_context", "default");
    channel.setVariable("effective_caller_id_name", `Agent ${endpoint.user.extension}`);
    channel.setVariable("effective_caller_id_number", endpoint.user.extension);
  }
  return channel;
}

function callerId(variables: ReadonlyMap<string, string>, options: OriginateOptions): { readonly name: string; readonly number: string } {
  const { originator } = options;
  return {
    name: variables.get("origination_caller_id_name") ?? options.callerIdName ?? originator?.variable("effective_caller_id_name") ?? originator?.profile.cidName ?? "",
    number: variables.get("origination_caller_id_number") ?? options.callerIdNumber ?? originator?.variable("effective_caller_id_number") ?? originator?.profile.cidNumber ?? "0000000000",
  };
}

/** A bad profile is found out only after a session was made: it is destroyed without ever having been created for anybody. */
function announceStillborn(core: SwitchCore): void {
  const channel = core.newChannel({
    direction: "outbound",
    name: "N/A",
    sofiaProfile: "external",
    farEnd: { kind: "trunk", party: "" },
    profile: { username: "", dialplan: "", cidName: "", cidNumber: "", originalCidName: "", originalCidNumber: "", calleeName: "", calleeNumber: "", networkAddr: "", ani: "", destination: "", context: "" },
  });
  channel.runningState = "CS_NONE";
  core.remove(channel);
  channel.emit("CHANNEL_DESTROY");
  channel.runningState = "CS_DESTROY";
  channel.emit("CHANNEL_STATE");
}
