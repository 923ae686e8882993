/** Dialplan actions. Their arguments are branded or checked, or plain text that the serializer keeps from being expanded. */
import { type AttributeValue, element, endpoints, expansion, type HangupCause, type XmlElement } from "../freeswitch/index.js";
import type { AgentRecord, Organization } from "../people/index.js";

/** The context of a party that a phone transfers by REFER; freeswitch-conf/dialplan/internal.xml has it too, for the time when Callplane is away. */
export const TRANSFERS = "transfers";

/** Seconds that an agent's phone rings for a call that no department offers. */
const RING_S = 30;

export const action = (application: string, data?: AttributeValue): XmlElement => element("action", { application, ...(data === undefined ? {} : { data }) });

export const hangUp = (cause: HangupCause): XmlElement => action("hangup", cause);

/**
 * Callplane finds a call's organization by the first two. The others keep the far end from redirecting a leg past the rules, and from transferring the
 * other party anywhere but through `TRANSFERS`. All are exported, so that legs that FreeSWITCH adds have them too.
 */
export const organizationActions = ({ name, domain }: Organization): readonly XmlElement[] => [
  action("export", `callplane_org=${name}`),
  action("export", `domain_name=${domain}`),
  action("export", "outbound_redirect_fatal=true"),
  action("export", "sip_copy_custom_headers=false"),
  action("export", `force_transfer_context=${TRANSFERS}`),
];

/**
 * Bridges the call, which ends when this does not succeed. FreeSWITCH ends a leg that is redirected with REQUESTED_CHAN_UNAVAIL, and would answer the caller
 * with 302; here the caller's call is rejected instead.
 */
export const bridgeOrEnd = (endpoint: string): readonly XmlElement[] => [
  action("set", "hangup_after_bridge=true"),
  action("set", "continue_on_fail=REQUESTED_CHAN_UNAVAIL"),
  action("set", "sip_ignore_remote_cause=true"),
  action("bridge", endpoint),
  hangUp("CALL_REJECTED"),
];

/** What is dialled in `TRANSFERS` when a referred caller was not taken; no extension or number looks like it. freeswitch-conf/dialplan/internal.xml has it too. */
export const NOT_TAKEN = "*not-taken";

/**
 * For a caller whom a phone has referred and nobody takes. The dialplan's end brings the caller back to that phone (switch_core_state_machine.c,
 * CF_CONFIRM_BLIND_TRANSFER), and would end the call when the phone has hung up meanwhile: that is looked at first.
 */
export const returnCaller: readonly XmlElement[] = [action("execute_extension", `${NOT_TAKEN} XML ${TRANSFERS}`)];

/** Bridges a caller whom a phone has referred. */
export const bridgeOrReturn = (endpoint: string): readonly XmlElement[] => [action("set", "hangup_after_bridge=true"), action("set", "continue_on_fail=true"), action("bridge", endpoint), ...returnCaller];

/** An agent's phone rings; `bridge` says what happens when it is not answered. */
export const ringAgent = ({ domain }: Organization, { extension, ringTimeoutS }: AgentRecord, bridge = bridgeOrEnd): readonly XmlElement[] => [
  action("set", `call_timeout=${ringTimeoutS ?? RING_S}`),
  action("set", expansion`ringback=\${ringback_tone}`),
  action("set", expansion`transfer_ringback=\${hold_music}`),
  ...bridge(endpoints.user(extension, domain)),
];

/** A waiting call is answered, hears music and is parked: Callplane offers it from there. */
export const waitInDepartment = (department: string): readonly XmlElement[] => [action("set", `callplane_queue=${department}`), ...waitWithMusic];

/** A program runs the leg from its park on, and answers it when it needs to. Nobody else sets this variable: a caller's headers become variables of other names. */
export const runProgram = (program: string): readonly XmlElement[] => [action("set", `callplane_program=${program}`), action("park")];

/** sched_broadcast starts the music inside park, so the call counts as parked. */
export const waitWithMusic: readonly XmlElement[] = [
  action("answer"),
  action("sched_broadcast", expansion`+0 \${hold_music} aleg`),
  action("park"),
];

/** `*9664` hold music, `*9196` echo; null for anything else. */
export function featureCode(destination: string): readonly XmlElement[] | null {
  if (destination === "*9664") return [action("answer"), action("playback", expansion`\${hold_music}`)];
  if (destination === "*9196") return [action("answer"), action("echo")];
  return null;
}
