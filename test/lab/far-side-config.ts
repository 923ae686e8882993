/** The configuration of the lab's second FreeSWITCH, which plays the softphones and the trunk. */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { partyTone } from "./tones.js";
import { PEER } from "./types.js";

/** A softphone that registers; calls for it arrive under its name. */
export interface FarSidePhone {
  readonly name: string;
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  /** It does nothing when it is asked to answer (NOTIFY `talk`). */
  readonly ignoresTalk?: boolean;
}

export interface FarSideOptions {
  readonly confDir: string;
  /** A freeswitch-conf/entrypoint.sh to start it with. */
  readonly entrypoint: string;
  readonly phones: readonly FarSidePhone[];
  /** `host:port` of the switch's internal profile. */
  readonly registrar: string;
  readonly phonesPort: number;
  /** Of the phones that ignore `talk`; default: there is none. */
  readonly deafPort?: number;
  readonly trunkPort: number;
  readonly rtpStart: number;
  readonly rtpEnd: number;
}

/** Where the gateways of phones are put that get their credentials later (`writePhone`). */
const LATER = "phones";

const MODULES = ["mod_console", "mod_logfile", "mod_event_socket", "mod_commands", "mod_dptools", "mod_dialplan_xml", "mod_sofia", "mod_tone_stream", "mod_sndfile", "mod_opus", "mod_spandsp"];
/** All that a party may speak; which of them it does is the lab's to say (Parties.speaks). */
const CODECS = "PCMU,PCMA,G722,OPUS";

/** Of calls that are asked for credentials: FreeSWITCH names the host that was called. */
const REALM = "127.0.0.1";

const param = (name: string, value: string | number): string => `<param name="${name}" value="${value}"/>`;

const gateway = ({ name, user, domain, password }: FarSidePhone, registrar: string): string => `
      <gateway name="${name}">
        ${param("username", user)}${param("password", password)}${param("realm", domain)}${param("from-domain", domain)}
        ${param("proxy", registrar)}${param("register", "true")}${param("expire-seconds", 3600)}${param("retry-seconds", 2)}
        ${param("extension", name)}${param("extension-in-contact", "true")}
      </gateway>`;

const gateways = ({ phones, registrar }: FarSideOptions, ignoresTalk: boolean): string => phones.filter((phone) => (phone.ignoresTalk === true) === ignoresTalk).map((phone) => gateway(phone, registrar)).join("");

/** The party's tone, after the application that lets it be heard. */
const speaks = (destination: string, first: "answer" | "pre_answer"): string => `
      <extension name="${destination}">
        <condition field="destination_number" expression="^${destination}$">
          <action application="${first}"/>
          <action application="playback" data="${partyTone("${lab_frequency}")}"/>
        </condition>
      </extension>`;

/** What the party says once, and then silence. */
const says = `
      <extension name="say">
        <condition field="destination_number" expression="^say$">
          <action application="answer"/>
          <action application="playback" data="\${lab_says}"/>
          <action application="playback" data="silence_stream://-1"/>
        </condition>
      </extension>`;

/** Asks a call for credentials; what comes with them is checked against the directory (sofia.c, sofia_handle_sip_i_invite). */
const challenges = `
      <extension name="challenge">
        <condition field="destination_number" expression="^challenge$">
          <action application="respond" data="407"/>
        </condition>
      </extension>`;

const profile = (name: string, port: number, { gateways = "", context = name, ignoresTalk = false }: { readonly gateways?: string; readonly context?: string; readonly ignoresTalk?: boolean }): string => `
    <profile name="${name}">
      <gateways>${gateways}</gateways>
      <settings>
        ${param("sip-ip", "127.0.0.1")}${param("rtp-ip", "127.0.0.1")}${param("sip-port", port)}
        ${param("dialplan", "XML")}${param("context", context)}${param("auth-calls", "false")}${param("manage-presence", "false")}
        ${param("inbound-codec-prefs", CODECS)}${param("outbound-codec-prefs", CODECS)}${param("inbound-late-negotiation", "true")}${param("rtp-timer-name", "soft")}
        ${param("user-agent-string", "Callplane lab")}
        <!-- What is handed on to the other leg of a bridge, of which there is none here, is taken and forgotten (sofia.c, sofia_handle_sip_i_notify). -->
        ${ignoresTalk ? param("proxy-notify-events", "all") : ""}
      </settings>
    </profile>`;

/** A call for a party rings and waits until the lab says what the party does with it. */
const context = (name: string): string => `
    <context name="${name}">
      <!-- A NOTIFY "talk" answers the call and brings it here (sofia.c); then the party speaks as after any other answer. -->
      <extension name="auto_answer">
        <condition field="destination_number" expression="^auto_answer$">
          <action application="set" data="lab_asked=true"/>
          <action application="park"/>
        </condition>
      </extension>
      <extension name="party">
        <condition field="destination_number" expression="^(.+)$">
          <action application="set" data="lab_party=$1"/>
          <!-- For a phone that a NOTIFY answers; otherwise the lab says what the party speaks when it answers. -->
          <action application="set" data="absolute_codec_string=PCMU"/>
          <action application="ring_ready"/>
          <action application="park"/>
        </condition>
      </extension>
    </context>`;

const document = (options: FarSideOptions): string => `<?xml version="1.0"?>
<document type="freeswitch/xml">
  <X-PRE-PROCESS cmd="env-set" data="esl_password=$FS_ESL_PASSWORD"/>
  <X-PRE-PROCESS cmd="env-set" data="esl_port=$FS_ESL_PORT"/>
  <section name="configuration">
    <configuration name="modules.conf"><modules>${MODULES.map((module) => `<load module="${module}"/>`).join("")}</modules></configuration>
    <configuration name="switch.conf"><settings>${param("loglevel", "debug")}${param("sessions-per-second", 1000)}${param("max-sessions", 2000)}${param("rtp-start-port", options.rtpStart)}${param("rtp-end-port", options.rtpEnd)}</settings></configuration>
    <configuration name="event_socket.conf"><settings>${param("listen-ip", "127.0.0.1")}${param("listen-port", "$${esl_port}")}${param("password", "$${esl_password}")}${param("stop-on-bind-error", "true")}</settings></configuration>
    <configuration name="console.conf"><mappings><map name="all" value="err,crit,alert"/></mappings><settings>${param("loglevel", "err")}</settings></configuration>
    <configuration name="logfile.conf"><profiles><profile name="default"><settings>${param("logfile", "$${log_dir}/freeswitch.log")}</settings><mappings><map name="all" value="debug,info,notice,warning,err,crit,alert"/></mappings></profile></profiles></configuration>
    <configuration name="sofia.conf">
      <global_settings>${param("log-level", 0)}</global_settings>
      <profiles>${profile("phones", options.phonesPort, { gateways: `${gateways(options, false)}\n<X-PRE-PROCESS cmd="include" data="${LATER}/*.xml"/>\n` })}${options.deafPort === undefined ? "" : profile("deaf", options.deafPort, { gateways: gateways(options, true), context: "phones", ignoresTalk: true })}${profile("trunk", options.trunkPort, {})}</profiles>
    </configuration>
  </section>
  <section name="dialplan">${context("phones")}${context("trunk")}
    <context name="lab">${speaks("speak", "answer")}${speaks("announce", "pre_answer")}${says}${challenges}
    </context>
  </section>
  <section name="directory"><domain name="${REALM}"><user id="${PEER.username}"><params>${param("password", PEER.password)}</params></user></domain></section>
</document>
`;

/** Writes the configuration, with entrypoint.sh beside it. */
export async function writeFarSideConfig(options: FarSideOptions): Promise<void> {
  await mkdir(join(options.confDir, LATER), { recursive: true });
  await writeFile(join(options.confDir, "freeswitch.xml"), document(options));
  await copyFile(options.entrypoint, join(options.confDir, "entrypoint.sh"));
}

/** One more phone, which the second FreeSWITCH has after a rescan of its profile `phones`. */
export async function writePhone(phone: FarSidePhone, { confDir, registrar }: Pick<FarSideOptions, "confDir" | "registrar">): Promise<void> {
  await writeFile(join(confDir, LATER, `${phone.name}.xml`), `<include>${gateway(phone, registrar)}\n</include>\n`);
}
