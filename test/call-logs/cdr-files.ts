/** Call detail records of FreeSWITCH as files, for tests that leave them in a directory. */
import { randomUUID } from "node:crypto";

export const CORE = "11111111-2222-4333-8444-555555555555";

export interface CdrOptions {
  readonly uuid?: string;
  readonly core?: string;
  readonly caller?: string;
  readonly name?: string;
  /** The channel for which this one was made, which then is no call's first. */
  readonly originator?: string;
  /** Variables besides, or instead of, those of an answered inbound call. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** An inbound call of the domain `lab.test`, answered after 2 s, ended by the customer after 7 s more. `encode`: as with `encode-values`. */
export function cdrText({ uuid = randomUUID(), core = CORE, caller = "+15551230001", originator, variables = {} }: CdrOptions = {}, encode = false): string {
  const start = 1_750_000_000_000_000;
  const all: Record<string, string> = {
    uuid,
    channel_name: `sofia/external/${caller}@127.0.0.1`,
    direction: "inbound",
    domain_name: "lab.test",
    sip_call_id: `${uuid}@10.0.0.1`,
    start_uepoch: String(start),
    answer_uepoch: String(start + 2_000_000),
    end_uepoch: String(start + 9_000_000),
    hangup_cause: "NORMAL_CLEARING",
    sip_hangup_disposition: "recv_bye",
    ...variables,
  };
  const profile = { username: caller, caller_id_name: "Customer", caller_id_number: caller, destination_number: "1001", uuid, context: "public", ...(originator === undefined ? {} : { originator: { originator_caller_profiles: [{ uuid: originator }] } }) };
  return JSON.stringify({
    "core-uuid": core,
    switchname: "lab-switch",
    channel_data: { state: "CS_REPORTING", direction: all["direction"], state_number: "11" },
    variables: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, encode ? encodeURIComponent(value) : value])),
    callflow: [{ dialplan: "XML", profile_index: "1", caller_profile: profile, times: {} }],
  });
}
