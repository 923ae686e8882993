/** What `xml_locate` answers of a FreeSWITCH that is closed, and how a test opens it. */

type Params = Readonly<Record<string, string | null>>;

const params = (values: Params): string => Object.entries(values).map(([name, value]) => (value === null ? "" : `<param name="${name}" value="${value}"></param>\n`)).join("");

const PHONES: Params = {
  context: "public", "auth-calls": "true", "accept-blind-reg": "false", "accept-blind-auth": "false", "inbound-reg-force-matching-username": "true", "auth-messages": "true", "auth-subscriptions": "true",
  "manage-presence": "false", "channel-xml-fetch-on-nightmare-transfer": "true",
};
const TRUNK: Params = { context: "public", "auth-calls": "false", "apply-inbound-acl": "trunks", "disable-transfer": "true", "disable-register": "true", "manage-presence": "false", "enable-chat": "false", "channel-xml-fetch-on-nightmare-transfer": "true" };
const CONFERENCE: Params = { "energy-level": "200", "conference-flags": "audio-always" };

export interface Opened {
  /** Set on the profile of phones, or taken out of it (null). */
  readonly internal?: Params;
  readonly external?: Params;
  readonly socket?: Params;
  /** More lists. */
  readonly lists?: string;
  /** More of the context `internal`, and more contexts. */
  readonly extensions?: string;
  readonly contexts?: string;
  /** Global variables that are otherwise. */
  readonly variables?: Params;
  readonly core?: Params;
  readonly conference?: Params;
  /** More users of the domain acme.example. */
  readonly users?: string;
}

const extension = (name: string, action: string): string => `<extension name="${name}"><condition field="destination_number" expression="^(.+)$">${action}</condition></extension>`;
export const bridge = (name: string, data: string): string => extension(name, `<action application="bridge" data="${data}"></action>`);
export const transfer = (name: string, context: string): string => extension(name, `<action application="transfer" data="$1 XML ${context}"></action>`);
export const user = (id: string, own: Params): string => `<user id="${id}"><params>${params(own)}</params></user>`;

export function switchXml({ internal = {}, external = {}, socket = {}, lists = "", extensions = "", contexts = "", users = "", variables = {}, core = {}, conference = {} }: Opened = {}): Readonly<Record<string, string>> {
  const located = (name: string): string => `xml_locate configuration configuration name ${name}`;
  const globals = { outbound_redirect_fatal: "true", sip_copy_custom_headers: "false", force_transfer_context: "transfers", ...variables };
  return {
    ...Object.fromEntries(Object.entries(globals).map(([name, value]) => [`global_getvar ${name}`, value ?? ""])),
    [located("sofia.conf")]: `<configuration name="sofia.conf" description="SIP">
      <profiles>
        <profile name="external"><gateways><gateway name="trunk">${params({ proxy: "trunk.example", password: "hunter2", context: "public" })}</gateway></gateways><settings>${params({ ...TRUNK, ...external })}</settings></profile>
        <profile name="internal"><settings>${params({ ...PHONES, ...internal })}</settings></profile>
      </profiles></configuration>\n\n`,
    [located("acl.conf")]: `<configuration name="acl.conf"><network-lists>
        <list name="event_socket" default="deny"><node type="allow" cidr="172.28.80.0/24"></node></list>
        <list name="everybody" default="allow"></list>
        <list name="trunks" default="deny"><node type="allow" domain="trunks.callplane.invalid"></node></list>${lists}</network-lists></configuration>\n`,
    [located("event_socket.conf")]: `<configuration name="event_socket.conf"><settings>${params({ "listen-ip": "0.0.0.0", password: "9520cbfd789448fff8848628c612cd8d", "apply-inbound-acl": "event_socket", ...socket })}</settings></configuration>\n`,
    [located("conference.conf")]: `<configuration name="conference.conf"><caller-controls><group name="none"></group></caller-controls><profiles><profile name="default">${params({ ...CONFERENCE, ...conference })}</profile></profiles></configuration>\n`,
    "xml_locate root": `<document type="freeswitch/xml">
      <section name="configuration" description="Modules and core"><configuration name="switch.conf"><settings>${params(core)}</settings></configuration></section>
      <section name="dialplan"><context name="internal">${transfer("agent", "phones")}${extensions}</context><context name="phones">${bridge("phone", "user/$1@${domain_name}")}</context><context name="public">${transfer("number", "departments")}</context>${contexts}</section>
      <section name="directory"><domain name="acme.example"><params>${params({ "dial-string": "{^^:presence_id=${dialed_user}@${dialed_domain}}${sofia_contact(*/${dialed_user}@${dialed_domain})}" })}</params>
        <variables><variable name="user_context" value="internal"></variable></variables>
        <groups><group name="agents"><users>${user("1001", { password: "9520cbfd789448fff8848628c612cd8d" })}${users}</users></group></groups></domain></section>
    </document>\n`,
  };
}
