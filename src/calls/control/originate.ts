import { CallplaneError, invalid } from "../../errors.js";
import { commands, dialledLeg, failureTone, variableValue, type ChannelUuid, type DialledLeg } from "../../freeswitch/index.js";
import { attributeVariables, changed, NO_ATTRIBUTES } from "../attributes.js";
import { encodeChannelState } from "../channel-state.js";
import type { Actor, Organization } from "../../people/index.js";
import type { Dialler } from "../../dialling/index.js";
import type { AutoAnswer, OriginateRequest } from "../types.js";
import { confirmed } from "./confirm.js";
import { newUuid, type ControlContext } from "./context.js";
import { denyUnregistered } from "./legs.js";
import { trackPlace } from "./places.js";
import { Rung } from "./rung.js";
import { assertReachable, phoneOf, resolvePhone, type PhoneTarget } from "./targets.js";

export interface OriginateOptions {
  /** Seconds that the agent's phone rings. */
  readonly ringS?: number;
  readonly signal?: AbortSignal;
  /** The id of the agent's leg and of the call. */
  readonly uuid?: ChannelUuid;
  /** The FreeSWITCH; default: one that reaches the phones. */
  readonly node?: string;
  /** On whose behalf a number is dialled; default: the agent whose phone it is, whoever asks. */
  readonly dialler?: Dialler;
}

/** Rings the agent first; after the answer, on whose event this resolves, FreeSWITCH dials the target. Throws what became of the agent's phone: USER_NOT_REGISTERED, USER_BUSY, NotFound, … */
export async function originate(context: ControlContext, actor: Actor, organization: Organization, request: OriginateRequest, options: OriginateOptions = {}): Promise<{ readonly id: string }> {
  const { ringS = context.settings.ringS, signal, uuid = newUuid() } = options;
  const attributes = changed(NO_ATTRIBUTES, request.attributes ?? NO_ATTRIBUTES);
  const agent = phoneOf(context, organization, agentOf(actor, request));
  const target = resolvePhone(context, organization, request.target, options.dialler ?? { name: actor.name, agentId: agent.agentId });
  const node = options.node === undefined ? context.phones.nodeFor(agent.user, target.user) : context.nodes.get(options.node);
  // Otherwise the agent's phone would ring in vain.
  await assertReachable(context, node, target);
  const timeoutMs = ringS * 1000 + context.settings.confirmMs;
  const rung = new Rung(context, node, uuid, agent.user);
  const outside = newUuid();
  const command = commands.originate({
    uuid: rung.uuid,
    endpoint: agent.endpoint,
    application: { app: "bridge", argument: bridged(target, outside) },
    then: [{ app: "playback", argument: failureTone() }],
    timeoutS: ringS,
    variables: { ...variablesOf(organization, agent, target, uuid, request.autoAnswer), ...attributeVariables(attributes) },
  });
  const place = target.admit?.(outside);
  try {
    const first = await confirmed(context, node, () => node.bgapi(command, { timeoutMs }), { uuids: [uuid], proof: () => rung.answered(), of: "the answer of the agent's phone", timeoutMs, signal });
    if (place !== undefined) void trackPlace(context.registry, place, { first: first.uuid, second: outside, node: node.name, timeoutMs });
  } catch (error) {
    place?.giveBack();
    denyUnregistered(context, node, organization.id, agent.agentId, error);
    // A phone that is reported to have failed must not go on ringing.
    await rung.callOff(error);
    throw rung.reasonOf(error);
  }
  return { id: uuid };
}

/** The agent has answered, and hears what the far end sounds like before it answers. Otherwise the leg inherits what is right for the agent's own phone (FREESWITCH.md). */
const HEARD = { ignore_early_media: "false" };

/** The second leg gets a uuid of ours only where something is to find it. */
const bridged = ({ endpoint, variables, admit }: PhoneTarget, uuid: ChannelUuid): DialledLeg => dialledLeg(endpoint, variables === undefined && admit === undefined ? null : uuid, { ...variables, ...HEARD });

const RINGBACK = "%(2000,4000,440,480)";

function agentOf(actor: Actor, request: OriginateRequest): string {
  const agent = request.agent ?? actor.agentId;
  if (agent === null) throw invalid("agent", "is needed, because this token has no agent of its own.");
  if (actor.role === "agent" && agent !== actor.agentId) throw new CallplaneError("Forbidden", "An agent can call from the agent's own phone only.");
  return agent;
}

function variablesOf(organization: Organization, agent: PhoneTarget, target: PhoneTarget, uuid: string, autoAnswer: AutoAnswer | undefined): Record<string, string> {
  return {
    ignore_early_media: "true",
    hangup_after_bridge: "true",
    // After a failure the agent hears a tone.
    continue_on_fail: "true",
    // What the agent hears while the far end only rings.
    transfer_ringback: RINGBACK,
    presence_data: encodeChannelState({
      v: 1,
      c: uuid,
      ring: uuid,
      o: organization.id,
      r: agent.role,
      d: target.user === null ? "outbound" : "internal",
      f: agent.label, u: target.label,
    }),
    domain_name: organization.domain,
    origination_caller_id_number: target.label,
    origination_caller_id_name: target.label,
    // The caller id for the far end: the bridge takes it from the first leg.
    effective_caller_id_number: target.callerId ?? agent.label,
    effective_caller_id_name: target.callerId ?? agent.label,
    ...autoAnswerVariables(autoAnswer),
  };
}

/**
 * Headers that ask the phone to answer by itself. Without the second variable FreeSWITCH also sends a NOTIFY `talk` into the early dialog
 * (sofia.c), on which some endpoints answer out of their normal flow and the call fails.
 */
export const AUTO_ANSWER: Readonly<Record<string, string>> = { sip_auto_answer: "true", sip_auto_answer_suppress_notify: "true" };

function autoAnswerVariables(autoAnswer: AutoAnswer | undefined): Record<string, string> {
  if (autoAnswer === undefined) return {};
  if (autoAnswer.kind === "sip_auto_answer") return AUTO_ANSWER;
  return { [autoAnswer.kind]: variableValue(autoAnswer.value, "auto_answer_param") };
}
