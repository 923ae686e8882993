import { describe, expect, it } from "vitest";
import { parseDialString, parseVariables, splitArguments } from "../../src/simulator/dial/dial-string.js";
import { huntInline } from "../../src/simulator/dial/inline-dialplan.js";
import { CommandParser } from "../../src/simulator/wire/command-parser.js";
import { encodeHeaderValue } from "../../src/simulator/wire/event-record.js";
import { separate } from "../../src/simulator/wire/separate.js";
import { asEventPlain, recordedEvents } from "../support/recordings.js";

describe("the texts that FreeSWITCH reads", () => {
  it("splits at delimiters outside quotes, and takes escapes back", () => {
    expect(separate("a,b\\,c,'d,e',f", ",")).toEqual(["a", "b,c", "d,e", "f"]);
    expect(separate("one  two three", " ")).toEqual(["one", "two", "three"]);
    expect(separate("a b c", " ", 2)).toEqual(["a", "b c"]);
    expect(separate("", ",")).toEqual([]);
  });

  it("reads variables with escaped commas, JSON and delimiters of their own", () => {
    expect(Object.fromEntries(parseVariables('a=1,b={"v":1\\,"o":"x"},c='))).toEqual({ a: "1", b: '{"v":1,"o":"x"}', c: "" });
    expect(Object.fromEntries(parseVariables("^^:a=1,2:b=3"))).toEqual({ a: "1,2", b: "3" });
  });

  it("reads dial strings: global and local variables, together and one after the other", () => {
    const parsed = parseDialString('{a=1,p={"x":{}}}[l=2]user/1@d,user/2@d|sofia/gateway/trunk/+1555');
    expect(Object.fromEntries(parsed.variables)).toEqual({ a: "1", p: '{"x":{}}' });
    expect(parsed.attempts.map((legs) => legs.map((leg) => [leg.endpoint, Object.fromEntries(leg.variables)]))).toEqual([
      [["user/1@d", { l: "2" }], ["user/2@d", {}]],
      [["sofia/gateway/trunk/+1555", {}]],
    ]);
  });

  it("splits originate's arguments outside brackets", () => {
    expect(splitArguments("{a=b c}user/1@d &playback(x y) XML default")).toEqual(["{a=b c}user/1@d", "&playback(x y)", "XML", "default"]);
  });

  it("reads the inline dialplan", () => {
    expect(huntInline("park:")).toEqual([{ app: "park", data: "" }]);
    expect(huntInline("set:a=b,hangup:USER_BUSY")).toEqual([{ app: "set", data: "a=b" }, { app: "hangup", data: "USER_BUSY" }]);
    expect(huntInline("m:^:set:a=b,c^park")).toEqual([{ app: "set", data: "a=b,c" }, { app: "park", data: "" }]);
    expect(huntInline("")).toBeUndefined();
  });

  it("cuts commands out of any chunks, with header lines and bodies", () => {
    const wire = Buffer.from("auth pw\n\n\nsendmsg u\r\ncall-command: execute\r\ncontent-length: 5\r\n\r\nhelloapi status\n\n");
    const whole = new CommandParser().push(wire).map((command) => [command.line, command.body]);
    const parser = new CommandParser();
    const bytes = [...wire].flatMap((byte) => parser.push(Buffer.of(byte))).map((command) => [command.line, command.body]);
    expect(whole).toEqual([["auth pw", ""], ["sendmsg u", "hello"], ["api status", ""]]);
    expect(bytes).toEqual(whole);
  });

  it("encodes values as the recordings' plain form does", () => {
    for (const event of recordedEvents("inbound-answer-hangup")) {
      const strings = Object.fromEntries(Object.entries(event).filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== ""));
      const encoded = asEventPlain(strings).toString();
      for (const [name, value] of Object.entries(strings)) if (name !== "_body" && name !== "Content-Length") expect(encoded).toContain(`${name}: ${encodeHeaderValue(value)}\n`);
    }
  });
});
