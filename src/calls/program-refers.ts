/** REFER: a program asks the far end of a leg to call somebody else (RFC 3515). No face uses it. */
import { setTimeout as sleep } from "node:timers/promises";
import { conflict, invalid } from "../errors.js";
import { commands, numberText, variableName, variableValue } from "../freeswitch/index.js";
import type { Channel } from "./channel.js";
import { newUuid, nodeOf, organizationOf, type ControlContext } from "./control/context.js";

export interface ReferOutcome {
  /** The far end's answer to the REFER; null: none. */
  readonly accepted: number | null;
  /** What the far end told of its call (NOTIFY); null: nothing. */
  readonly reached: number | null;
}

/** FreeSWITCH would hang up the leg as soon as the far end has answered (mod_sofia.c, SWITCH_MESSAGE_INDICATE_DEFLECT). */
const GO_ON = variableName("sip_refer_continue_after_reply", "variable");
const ACCEPTED = variableName("sip_refer_status_code", "variable");
const REACHED = variableName("sip_refer_target_status_code", "variable");
/** Both are variables: no event tells of them. */
const ASK_MS = 200;
const WAIT_MS = 30_000;

/**
 * Resolves when the far end has told what became of its call, has refused, has hung up, or says nothing for 30 s. Throws NUMBER_NOT_ALLOWED for a number that the
 * organization may not dial, and InvalidParameter for what is no number and no extension of its own: whom the far end calls may be paid by us.
 */
export async function refer(context: ControlContext, channel: Channel, uri: string, signal: AbortSignal): Promise<ReferOutcome> {
  const node = nodeOf(context, channel);
  assertAllowed(context, channel, uri);
  for (const name of [ACCEPTED, REACHED]) await node.api(commands.setVariable(channel.uuid, name, variableValue("", "value")));
  await node.api(commands.setVariable(channel.uuid, GO_ON, variableValue("true", "value")));
  await node.send(commands.execute(channel.uuid, "deflect", variableValue(uri, "uri"), newUuid()));
  const outcome: { accepted: number | null; reached: number | null } = { accepted: null, reached: null };
  for (const began = performance.now(); !channel.hungUp && performance.now() - began < WAIT_MS; ) {
    outcome.reached = await statusIn(context, channel, REACHED, outcome.reached);
    outcome.accepted = await statusIn(context, channel, ACCEPTED, outcome.accepted);
    if (outcome.reached !== null || (outcome.accepted !== null && outcome.accepted >= 300)) break;
    await sleep(ASK_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  return outcome;
}

/** A leg that has just hung up keeps what was known. */
async function statusIn(context: ControlContext, channel: Channel, name: typeof ACCEPTED, known: number | null): Promise<number | null> {
  if (channel.hungUp) return known;
  try {
    const status = Number(await nodeOf(context, channel).api(commands.getVariable(channel.uuid, name)));
    return Number.isInteger(status) && status >= 100 ? status : known;
  } catch (error) {
    if (!channel.hungUp) throw error;
    return known;
  }
}

function assertAllowed(context: ControlContext, { call, uuid }: Channel, uri: string): void {
  if (call === null) throw conflict(`The leg ${uuid} is on no call.`);
  const organization = organizationOf(context, call);
  const [, user = "", host = ""] = /^sips?:([^@;?]+)@([^;:?]+)/i.exec(uri) ?? [];
  if (/^\+?\d{5,}$/.test(user)) {
    context.policy.endpointFor(organization, numberText(user, "Refer"), { name: "program", agentId: null });
    return;
  }
  if (host.toLowerCase() !== organization.domain.toLowerCase()) throw invalid("Refer", "is neither a number nor an extension of the organization.");
}
