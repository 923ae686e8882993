/** Many idle calls at once, made in the state they would have come to, without the events of getting there. */
import { resumePark } from "./apps/park.js";
import { converse, exchangeMedia, joinSilently } from "./bridge.js";
import type { Channel } from "./core/channel.js";
import type { SwitchCore } from "./core/switch-core.js";

export interface BulkOptions {
  /** `bridged`: a customer and an agent's leg each; `parked`: a waiting customer each. */
  readonly kind: "bridged" | "parked";
  readonly count: number;
  /** The SIP domain of the agents; the switch's own unless given. */
  readonly domain?: string;
  /** The agents' extensions, used in turn. */
  readonly extensions?: readonly string[];
  /** Variables on every leg. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Gives the customers' channels, in the order of making. */
export function loadCalls(core: SwitchCore, options: BulkOptions): Channel[] {
  const domain = options.domain ?? core.domain;
  const extensions = options.extensions ?? ["1001"];
  return Array.from({ length: options.count }, (_, index) => {
    const extension = extensions[index % extensions.length] ?? "1001";
    const customer = customerLeg(core, index, extension, domain, options);
    if (options.kind === "bridged") bridgeInPlace(core, customer, agentLeg(core, customer, extension, domain, options));
    else core.resume(customer, async () => resumePark(core, customer));
    return customer;
  });
}

function customerLeg(core: SwitchCore, index: number, extension: string, domain: string, options: BulkOptions): Channel {
  const number = `1555${String(index).padStart(7, "0")}`;
  const channel = core.newChannel({
    direction: "inbound",
    name: `sofia/external/${number}@127.0.0.1`,
    sofiaProfile: "external",
    farEnd: { kind: "trunk", party: number },
    profile: {
      username: number, dialplan: "XML", cidName: "Customer", cidNumber: number, originalCidName: "Customer", originalCidNumber: number,
      calleeName: extension, calleeNumber: extension, networkAddr: "127.0.0.1", ani: number, destination: extension, context: "public",
    },
  });
  channel.setVariable("domain_name", domain);
  channel.setVariable("hangup_after_bridge", "true");
  markAnswered(channel, "CS_EXECUTE", options);
  const row = core.table.insert(channel);
  row.ip_addr = "127.0.0.1";
  row.application = options.kind === "bridged" ? "bridge" : "park";
  row.application_data = options.kind === "bridged" ? `user/${extension}@${domain}` : "";
  fillRow(row, channel);
  return channel;
}

function agentLeg(core: SwitchCore, customer: Channel, extension: string, domain: string, options: BulkOptions): Channel {
  const channel = core.newChannel({
    direction: "outbound",
    name: `sofia/internal/gw%2B${extension}@127.0.0.1:5090`,
    sofiaProfile: "internal",
    farEnd: { kind: "phone", party: domain === core.domain ? extension : `${extension}@${domain}` },
    profile: { ...customer.profile, destination: `gw%2B${extension}` },
  });
  channel.setVariable("presence_id", `${extension}@${domain}`);
  channel.setVariable("dialed_user", extension);
  channel.setVariable("dialed_domain", domain);
  markAnswered(channel, "CS_EXCHANGE_MEDIA", options);
  channel.flags.add("RING_READY");
  const row = core.table.insert(channel);
  row.ip_addr = "127.0.0.1";
  fillRow(row, channel);
  return channel;
}

function markAnswered(channel: Channel, state: "CS_EXECUTE" | "CS_EXCHANGE_MEDIA", options: BulkOptions): void {
  for (const [name, value] of Object.entries(options.variables ?? {})) channel.setVariable(name, value);
  channel.flags.add("ANSWERED");
  channel.codec = "PCMU";
  channel.readCodec = "PCMU";
  channel.callState = "ACTIVE";
  channel.state = state;
  channel.runningState = state;
  channel.profile.times.answered = channel.profile.times.created;
}

function fillRow(row: ReturnType<SwitchCore["table"]["insert"]>, channel: Channel): void {
  const { profile } = channel;
  row.cid_name = profile.cidName;
  row.cid_num = profile.cidNumber;
  row.dest = profile.destination;
  row.callee_name = profile.calleeName;
  row.callee_num = profile.calleeNumber;
  row.callee_direction = "SEND";
  row.presence_id = channel.variable("presence_id") ?? "";
  row.presence_data = channel.variable("presence_data") ?? "";
}

function bridgeInPlace(core: SwitchCore, customer: Channel, agent: Channel): void {
  joinSilently(customer, agent);
  customer.other = { type: "originatee", profile: agent.profile };
  agent.other = { type: "originator", profile: customer.profile };
  core.table.insertCall(customer, agent);
  core.resume(agent, async () => exchangeMedia(core, agent));
  core.resume(customer, async () => converse(core, customer, agent, { displayed: true }));
}
