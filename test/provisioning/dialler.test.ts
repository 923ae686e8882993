import { describe, expect, it } from "vitest";
import { domainName } from "../../src/freeswitch/index.js";
import { diallerOf } from "../../src/provisioning/dialler.js";
import { SwitchRequest } from "../../src/provisioning/request.js";
import type { Organization } from "../../src/people/index.js";

const organization = (id: number, name: string): Organization => ({ id, name, domain: domainName(`${name}.example`, "domain"), dialString: "sofia/gateway/trunk/{number}", callerId: null, allowedPrefixes: [], supervisionVisible: false });
const [acme, beta] = [organization(1, "acme"), organization(2, "beta")];
const AGENTS: Readonly<Record<string, string>> = { "1/1001": "alice", "2/2001": "bea", "1/1009": "gone" };
const directory = {
  organizationByName: (name: string) => [acme, beta].find((each) => each.name === name),
  organizationByDomain: (domain: string) => [acme, beta].find((each) => each.domain === domain),
  agentByExtension: (id: number, extension: string) => (AGENTS[`${id}/${extension}`] === undefined ? undefined : { agentId: AGENTS[`${id}/${extension}`] ?? "" }),
  // A disabled agent has none.
  agentRecord: (_id: number, agentId: string) => (agentId === "gone" ? undefined : { agentId }),
};
const dialler = (fields: Readonly<Record<string, string>>): string | null => {
  const found = diallerOf(new SwitchRequest(new URLSearchParams(fields).toString()), directory);
  return found === null ? null : `${found.agentId}@${found.organization.name}`;
};
const phone = { variable_callplane_org: "acme", variable_domain_name: "acme.example", variable_sip_auth_username: "1001" };

describe("who dials", () => {
  it("is the agent whose phone was authenticated, in the organization of her directory entry", () => {
    expect(dialler(phone)).toBe("alice@acme");
    expect(dialler({ ...phone, variable_callplane_org: "" })).toBe("alice@acme");
    expect(dialler({ variable_callplane_org: "beta", variable_user_name: "2001" })).toBe("bea@beta");
  });

  it("is nobody when there is no such agent, or no organization", () => {
    expect(dialler({ ...phone, variable_sip_auth_username: "2001" })).toBeNull();
    expect(dialler({ ...phone, variable_sip_auth_username: "1009" })).toBeNull();
    expect(dialler({ variable_sip_auth_username: "1001" })).toBeNull();
    expect(dialler({})).toBeNull();
  });

  it("is nobody for a channel that FreeSWITCH authenticated nobody on, whatever its caller has written", () => {
    expect(dialler({ ...phone, variable_sip_auth_username: "", "Caller-Username": "1001", "Caller-Caller-ID-Number": "1001", variable_sip_from_user: "1001", "variable_sip_h_Referred-By": "<sip:1001@acme.example>", variable_sip_refer_to: "<sip:+12125550100@acme.example>" })).toBeNull();
  });
});
