/** Dialplan actions. What they are given is branded or checked, or is plain text that the serializer keeps from being expanded. */
import type { Organization } from "../calls/ports.js";
import { endpoints } from "../freeswitch/endpoints.js";
import type { HangupCause } from "../freeswitch/hangup-causes.js";
import { element, expansion } from "../freeswitch/xml/index.js";
import type { AttributeValue, XmlElement } from "../freeswitch/xml/index.js";
import type { AgentRecord } from "../store/types.js";

/** Seconds that an agent's phone rings for a call that no department offers. */
const RING_S = 30;

export const action = (application: string, data?: AttributeValue): XmlElement => element("action", { application, ...(data === undefined ? {} : { data }) });

export const hangUp = (cause: HangupCause): XmlElement => action("hangup", cause);

/** Callplane finds a call's organization by these; exported, so that legs that FreeSWITCH adds have them too. */
export const organizationActions = ({ name, domain }: Organization): readonly XmlElement[] => [
  action("export", `callplane_org=${name}`),
  action("export", `domain_name=${domain}`),
];

export const ringAgent = ({ domain }: Organization, { extension, ringTimeoutS }: AgentRecord): readonly XmlElement[] => [
  action("set", "hangup_after_bridge=true"),
  action("set", `call_timeout=${ringTimeoutS ?? RING_S}`),
  action("set", expansion`ringback=\${ringback_tone}`),
  action("set", expansion`transfer_ringback=\${hold_music}`),
  action("bridge", endpoints.user(extension, domain)),
];

/** A waiting call is answered, hears music and is parked: Callplane offers it from there. sched_broadcast starts the music inside park, so the call counts as parked. */
export const waitInDepartment = (department: string): readonly XmlElement[] => [
  action("set", `callplane_queue=${department}`),
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
