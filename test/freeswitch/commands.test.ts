import { describe, expect, it } from "vitest";
import { CallplaneError } from "../../src/errors.js";
import { commands, dialString, endpoints, mediaSource, recordingPath } from "../../src/freeswitch/index.js";
import { callerId, channelUuid, isChannelUuid, domainName, dtmfDigits, extension, numberText, phoneNumber, queueName, variableName, variableValue } from "../../src/freeswitch/words.js";

const a = channelUuid("fe9358b7-5022-4e9d-b41d-b2d03ec10017");
const b = channelUuid("f8c90349-9de7-4bac-b020-2cd2187f9f36");
const user = extension("1001", "extension");
const domain = domainName("demo.local", "domain");
const phone = endpoints.user(user, domain);

const HOSTILE: readonly (readonly [string, string])[] = [
  ["a line feed", "1001\n\napi shutdown"],
  ["a carriage return", "1001\rapi shutdown"],
  ["a NUL", "1001\0"],
  ["a closing brace", "1001}sofia/external/evil@example.com"],
  ["an opening brace", "{origination_uuid=x}1001"],
  ["a comma", "1001,user/1002"],
  ["a bar", "1001|user/1002"],
  ["another delimiter", "^^:1001:x=y"],
  ["an application", "1001 &system(id)"],
  ["an expansion", "${system(id)}"],
  ["a global expansion", "$${hold_music}"],
  ["an enterprise originate", "1001:_:user/1002"],
  ["a blank", "1001 XML default"],
  ["brackets", "[leg_timeout=1]1001"],
  ["angle brackets", "<x=y>1001"],
  ["a quote", "10'01"],
  ["a double quote", '10"01'],
  ["a backslash", "1001\\n"],
  ["nothing", ""],
  ["10 KB", "1".repeat(10 * 1024)],
];

const refused = (work: () => unknown, what: string): void => {
  expect(work, what).toThrow(CallplaneError);
  expect(work, what).toThrow(expect.objectContaining({ code: "InvalidParameter" }));
};

describe("the words that commands are made of", () => {
  it.each(HOSTILE)("none takes %s", (_, value) => {
    const validators = { channelUuid, extension, numberText, phoneNumber, domainName, variableName, dtmfDigits, queueName, mediaSource, recordingPath, dialString };
    for (const [name, validate] of Object.entries(validators)) {
      // A SIP Call-ID may hold brackets, and a channel may be named by it.
      if (name === "channelUuid" && isChannelUuid(value)) expect(value).toMatch(/^[[<:]|:_:/);
      else refused(() => validate(value, "it"), name);
    }
  });

  it.each(["UPPER-ABC", "D2F0B9C4-0000-4000-8000-00000000000A", "a84b4c76e66710@pc33.example.com", "1-2@[2001:db8::1]", "x.y_z~t*u%41+v=w/1:2!q", "a".repeat(256)])("a channel may be named %s", (uuid) => {
    expect(commands.kill(channelUuid(uuid), "NORMAL_CLEARING").line).toBe(`uuid_kill ${uuid} NORMAL_CLEARING`);
  });

  it.each(HOSTILE.filter(([what]) => !["a blank", "an enterprise originate"].includes(what)))("a caller id does not take %s", (_, value) => {
    refused(() => callerId(value, "it"), "callerId");
  });

  it.each(["\n", "\r", "\0", "\t", "\u001b", "$", "'", "\\", "^^", "\u0085"])("a variable's value does not take %j", (character) => {
    refused(() => variableValue(`x${character}y`), character);
  });

  it("names the parameter at fault", () => {
    expect(() => extension("1001\n", "to")).toThrow(expect.objectContaining({ details: { parameter: "to" } }));
  });
});

describe("the command builder", () => {
  it("writes what FreeSWITCH understands", () => {
    const lines = [
      commands.hold(a), commands.unhold(a), commands.bridge(a, b), commands.kill(a, "USER_BUSY"),
      commands.setVariable(a, variableName("presence_data", "name"), variableValue('{"v":1,"o":"1001"}')),
      commands.getVariable(a, variableName("x", "name")), commands.dump(a), commands.exists(a),
      commands.broadcast(a, mediaSource("tone_stream://%(2000,4000,440,480);loops=-1"), "aleg"), commands.breakAll(a),
      commands.sendDtmf(a, dtmfDigits("12#w*", "digits")), commands.mute(a, true), commands.mute(a, false),
      commands.record(a, "start", recordingPath("/var/lib/freeswitch/recordings/x.wav")),
      commands.userExists(user, domain), commands.contact(user, domain),
      commands.showChannels(), commands.showRegistrations(), commands.version(), commands.globalVariable(variableName("hold_music", "name")),
    ].map(({ line }) => line);
    expect(lines).toEqual([
      `uuid_hold ${a}`, `uuid_hold off ${a}`, `uuid_bridge ${a} f8c90349-9de7-4bac-b020-2cd2187f9f36`, `uuid_kill ${a} USER_BUSY`,
      `uuid_setvar ${a} presence_data {"v":1,"o":"1001"}`,
      `uuid_getvar ${a} x`, `uuid_dump ${a} json`, `uuid_exists ${a}`,
      `uuid_broadcast ${a} tone_stream://%(2000,4000,440,480);loops=-1 aleg`, `uuid_break ${a} all`,
      `uuid_send_dtmf ${a} 12#w*`, `uuid_audio ${a} start read mute -4`, `uuid_audio ${a} stop`,
      `uuid_record ${a} start /var/lib/freeswitch/recordings/x.wav`,
      "user_exists id 1001 demo.local", "sofia_contact */1001@demo.local",
      "show channels as json", "show registrations as json", "version", "global_getvar hold_music",
    ]);
  });

  it("transfers inline, one leg or both, with blanks escaped and no comma", () => {
    expect(commands.transferInline(a, [{ app: "park" }], { both: true }).line).toBe(`uuid_transfer ${a} -both park: inline`);
    expect(commands.transferInline(a, [{ app: "set", argument: variableValue("x=a b") }, { app: "park" }]).line).toBe(`uuid_transfer ${a} set:x=a\\sb,park: inline`);
    refused(() => commands.transferInline(a, [{ app: "set", argument: variableValue("x=1,hangup:") }]), "a comma");
    refused(() => commands.transferInline(a, []), "nothing to do");
  });

  it("originates with variables in braces, JSON and blanks escaped", () => {
    const state = JSON.stringify({ v: 1, o: "1001", q: [1, { n: "two words" }] });
    expect(commands.originate({ uuid: a, endpoint: phone, timeoutS: 20, variables: { presence_data: state, "sip_h_Call-Info": "<sip:x>;answer-after=0", unset: "" } }).line).toBe(
      `originate {origination_uuid=${a},originate_timeout=20,outbound_redirect_fatal=true,sip_copy_custom_headers=false,presence_data={"v":1\\,"o":"1001"\\,"q":[1\\,{"n":"two\\swords"}]},sip_h_Call-Info=<sip:x>;answer-after=0}user/1001@demo.local &park()`,
    );
    expect(commands.originate({ uuid: a, endpoint: phone, timeoutS: 1, application: { app: "eavesdrop", argument: b } }).line).toMatch(/ &eavesdrop\(f8c90349-[0-9a-f-]+\)$/);
  });

  it.each([
    ["ends the block", "}user/evil"],
    ["opens another", "{"],
    ["closes before it opens", "}{"],
    ["starts an enterprise originate", "x:_:user/1002"],
    ["changes the delimiter", "^^:x"],
    ["expands", "${system(id)}"],
    ["breaks the line", "x\napi shutdown"],
    ["holds a NUL", "x\0"],
    ["opens a quote", "it's"],
    ["escapes", "x\\"],
    ["is 10 KB long", "x ".repeat(5 * 1024)],
    ["is longer than what is encoded by Callplane", "x".repeat(200 * 1024)],
  ])("refuses an originate variable whose value %s", (_, value) => {
    refused(() => commands.originate({ uuid: a, endpoint: phone, timeoutS: 20, variables: { state: value } }), value.slice(0, 20));
  });

  it.each(["a b", "a,b", "a=b", "a}b", "", "1a", "a\nb", "${a}", "origination_uuid", "Origination_UUID", "originate_timeout", "x".repeat(200)])("refuses an originate variable named %j", (name) => {
    refused(() => commands.originate({ uuid: a, endpoint: phone, timeoutS: 20, variables: { [name]: "x" } }), name);
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity, 3601])("refuses %d seconds of ringing", (timeoutS) => {
    refused(() => commands.originate({ uuid: a, endpoint: phone, timeoutS }), String(timeoutS));
  });

  it("refuses an application's argument that would end it", () => {
    refused(() => commands.originate({ uuid: a, endpoint: phone, timeoutS: 1, application: { app: "playback", argument: mediaSource("tone_stream://%(100,0,440)") } }), "parentheses");
  });

  it("writes messages of several lines, each whole", () => {
    expect(commands.execute(a, "eavesdrop", b, a).line.split("\n")).toEqual([
      `sendmsg ${a}`, "call-command: execute", "execute-app-name: eavesdrop", `execute-app-arg: ${b}`, `Event-UUID: ${a}`, "async: true",
    ]);
    expect(commands.execute(a, "park", null, a).line).not.toContain("execute-app-arg");
    expect(commands.eavesdropMode(a, "2").line.split("\n")).toEqual(["sendevent COMMAND", `unique-id: ${a}`, "eavesdrop-command: 2"]);
  });

  it("never makes a line that holds more than one", () => {
    const made = [commands.hold(a), commands.originate({ uuid: a, endpoint: phone, timeoutS: 1, variables: { x: "1" } }), commands.transferInline(a, [{ app: "park" }])];
    for (const { line } of made) expect(line).not.toMatch(/[\r\n\0]/);
  });
});

describe("endpoints", () => {
  it("put the number where the dial string says", () => {
    expect(endpoints.dialString("sofia/gateway/trunk/{number}", phoneNumber("+15551230001", "to"))).toBe("sofia/gateway/trunk/+15551230001");
    expect(endpoints.dialString("sofia/external/{number}@10.0.0.1:5080;transport=tcp", phoneNumber("118118", "to"))).toBe("sofia/external/118118@10.0.0.1:5080;transport=tcp");
  });

  it.each([
    "", "{number}", "sofia/gateway/trunk", "sofia/gateway/{number}/{number}", "{a=b}sofia/gateway/t/{number}", "[a=b]sofia/t/{number}", "<a=b>sofia/t/{number}",
    "sofia/t/{number},user/1", "sofia/t/{number}|user/1", "sofia/t/{number} &system(id)", "sofia/t/{number}\n", "sofia/t/${x}{number}", "sofia/t/{number}:_:user/1", "sofia/t/{number}^^", "sofia/t/{numbers}",
  ])("refuse the dial string %j", (template) => {
    refused(() => dialString(template), template);
    refused(() => endpoints.dialString(template, phoneNumber("112", "to")), template);
  });
});

describe("media", () => {
  it.each(["tone_stream://%(200,0,440)", "local_stream://moh", "silence_stream://-1", "silence_stream://1000,1400", "/var/lib/callplane/a-b_c.wav"])("plays %s", (source) => {
    expect(mediaSource(source)).toBe(source);
  });

  it.each(["system::id", "/tmp/x::y", "tone_stream://x!user_busy", "http://example.com/a.wav", "shout://x", "say:hello", "../../etc/passwd", "/tmp/../etc/passwd", "/tmp/a b.wav", "{loops=1}/tmp/a.wav", "/tmp/a$b", "file_string:///a!/b", "a.wav"])("does not play %s", (source) => {
    refused(() => mediaSource(source), source);
  });

  it.each(["/tmp/", "tone_stream://x", "recordings/a.wav", "/tmp/../a.wav", "/..", "/tmp/a b.wav", "/tmp/a{b}.wav"])("does not record to %s", (path) => {
    refused(() => recordingPath(path), path);
  });
});
