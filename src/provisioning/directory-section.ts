/** Answers to `directory`: who may register, how a user is rung, and the requests for whole domains. */
import { type AttributeValue, element, expansion, NOT_FOUND, sectionDocument, type XmlElement } from "../freeswitch/index.js";
import type { AccountDirectory, AgentRecord, Organization } from "../people/index.js";
import type { TrunkSecret } from "./lines.js";
import { TRANSFERS } from "./actions.js";
import { credentialFor } from "./digest.js";
import { isProven } from "./proven-identity.js";
import type { ProvisioningIndex } from "./provisioning-index.js";
import { registrationVariables } from "./registration-lifetime.js";
import type { SwitchRequest } from "./request.js";
import { PHONE_VARIABLES } from "./vanished-phones.js";

/** No organization's domain: the networks of all trunks, for `<node domain="…"/>` of acl.conf. */
const TRUNK_NETWORKS_DOMAIN = "trunks.callplane.invalid";

const param = (name: string, value: AttributeValue): XmlElement => element("param", { name, value });
const variable = (name: string, value: AttributeValue): XmlElement => element("variable", { name, value });

/**
 * How FreeSWITCH reaches a user of the domain: all contacts, with the presence_id by which a leg is known as the agent's, and the domain that a REFER of it is for.
 * A redirect by the phone is a refusal.
 */
const DIAL_STRING = expansion`{^^:sip_invite_domain=\${dialed_domain}:presence_id=\${dialed_user}@\${dialed_domain}:domain_name=\${dialed_domain}:outbound_redirect_fatal=true:force_transfer_context=${TRANSFERS}:${PHONE_VARIABLES.map((each) => each.join("=")).join(":")}}\${sofia_contact(*/\${dialed_user}@\${dialed_domain})}`;

/**
 * Ends a call whose INVITE asks to take the place of another one (Replaces, RFC 3891) as soon as it is answered, which is the first thing that FreeSWITCH does with it
 * (sofia.c, sofia_handle_sip_i_invite_replaces): FreeSWITCH itself lets any user take any call whose Call-ID it knows. What is run is in freeswitch-conf/dialplan/guard.xml.
 */
const REFUSE_REPLACES = variable("execute_on_answer_replaces", "execute_extension replaces XML guard");

/** What every user of a domain has. */
const DOMAIN_VARIABLES = [
  REFUSE_REPLACES,
  // What a phone writes into its own headers (X-*, Diversion, P-Charge-Info) goes to nobody else.
  variable("sip_copy_custom_headers", "false"),
  // Where a REFER of the phone, or of the other party, is decided (dialplan-section.ts).
  variable("force_transfer_context", TRANSFERS),
];

/** `hashParam`: the name of the parameter with the hash. `more`: further variables. */
export function userElement(organization: Organization, agent: AgentRecord, a1: string, hashParam = "a1-hash", more: readonly XmlElement[] = []): XmlElement {
  return element("user", { id: agent.extension }, [
    element("params", {}, [param(hashParam, a1), param("allow-empty-password", "false")]),
    element("variables", {}, [
      variable("user_context", "internal"),
      variable("domain_name", organization.domain),
      variable("callplane_org", organization.name),
      // Without it, or with presence managed, FreeSWITCH would take it from the From header (sofia.c, sofia_handle_sip_i_invite).
      variable("presence_id", `${agent.extension}@${organization.domain}`),
      variable("effective_caller_id_number", agent.extension),
      variable("effective_caller_id_name", agent.name),
      ...PHONE_VARIABLES.map(([name, value]) => variable(name, value)),
      ...more,
    ]),
  ]);
}

/** Without a group: FreeSWITCH looks for a user's gateways in the groups and below the domain, and these users have none. */
export const domainElement = ({ domain }: Organization, users: readonly XmlElement[]): XmlElement =>
  element("domain", { name: domain }, [element("params", {}, [param("dial-string", DIAL_STRING)]), element("variables", {}, DOMAIN_VARIABLES), ...(users.length === 0 ? [] : [element("users", {}, users)])]);

/** The networks that calls of trunks come from; FreeSWITCH gives such a call the variables of the network that let it in (sofia.c, `acl_token`). */
export function trunkNetworks(trunks: readonly TrunkSecret[]): XmlElement {
  const networks = new Set(trunks.flatMap((trunk) => trunk.networks));
  const variables = element("variables", {}, [REFUSE_REPLACES]);
  return element("domain", { name: TRUNK_NETWORKS_DOMAIN }, [element("users", {}, [...networks].map((cidr, position) => element("user", { id: `network-${position + 1}`, cidr }, [variables])))]);
}

function gatewayElement({ name, proxy, username, password, register }: TrunkSecret): XmlElement {
  return element("gateway", { name }, [
    param("proxy", proxy),
    // FreeSWITCH wants a user name even where none is used (sofia.c, parse_gateways).
    param("username", username === "" ? name : username),
    param("password", password === "" ? "none" : password),
    param("register", register ? "true" : "false"),
    param("caller-id-in-from", "true"),
    param("context", "public"),
    param("retry-seconds", 30),
  ]);
}

export interface DirectorySectionOptions {
  readonly directory: AccountDirectory;
  readonly index: ProvisioningIndex;
  /** The hash of agents who have no password. */
  readonly nobodysHash: string;
  /** Seconds that a registration lasts at most. */
  readonly registrationMaxS: number;
}

export class DirectorySection {
  readonly #options: DirectorySectionOptions;

  constructor(options: DirectorySectionOptions) {
    this.#options = options;
  }

  answer(request: SwitchRequest): string {
    const { directory, index } = this.#options;
    const purpose = request.get("purpose");
    const name = request.get("domain") ?? request.get("key_value");
    if (purpose === "gateways") return this.#domains(name, request.get("profile"));
    if (name === undefined) return NOT_FOUND;
    if (name === TRUNK_NETWORKS_DOMAIN) return sectionDocument("directory", [trunkNetworks(index.trunks())]);
    const organization = directory.organizationByDomain(name);
    if (organization === undefined) return NOT_FOUND;
    const user = request.get("action") === "sip_auth" && !isProven(request) ? undefined : request.get("user");
    const found = user === undefined ? undefined : this.#user(organization, user, request);
    // The domain without the user is an answer too, and ends the search: a removed user must not be found in FreeSWITCH's own files.
    return sectionDocument("directory", [domainElement(organization, found === undefined ? [] : [found])]);
  }

  #user(organization: Organization, word: string, request: SwitchRequest): XmlElement | undefined {
    const { directory, index, nobodysHash, registrationMaxS: maxS } = this.#options;
    const identity = directory.agentByExtension(organization.id, word);
    const agent = identity === undefined ? undefined : directory.agentRecord(organization.id, identity.agentId);
    if (agent === undefined) return undefined;
    // The hash is for an authentication alone; a lookup that rings the agent does not need it.
    if (request.get("action") !== "sip_auth") return userElement(organization, agent, nobodysHash);
    const now = new Date();
    const credential = credentialFor(index.hashes(agent.id), request, nobodysHash, now);
    return userElement(organization, agent, credential.a1, undefined, registrationVariables(credential, directory.userOfAgent(organization.id, agent.agentId), { maxS, now }));
  }

  /** A profile that starts or rescans asks for its domains' names and gateways (sofia.c, parse_domain_tag). */
  #domains(name: string | undefined, profile: string | undefined): string {
    const { directory, index } = this.#options;
    const organizations = name === undefined ? directory.organizations() : [directory.organizationByDomain(name)].filter((each) => each !== undefined);
    if (organizations.length === 0) return NOT_FOUND;
    const trunks = profile === "internal" ? [] : index.trunks();
    return sectionDocument(
      "directory",
      organizations.map(({ id, domain }) => {
        const own = trunks.filter(({ organizationId }) => organizationId === id);
        return element("domain", { name: domain }, own.length === 0 ? [] : [element("user", { id: "trunks" }, [element("gateways", {}, own.map(gatewayElement))])]);
      }),
    );
  }
}
