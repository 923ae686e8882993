/** What the engine is told of a line. */
import { describe, expect, it } from "vitest";
import { LinePrograms, voiceConfigSettings, type PhoneLineRecord, type VoiceConfigRecord } from "../../src/voice-app/index.js";

const at = new Date(0);
const LINE: PhoneLineRecord = {
  id: 7, organizationId: 1, number: "+12125550101", name: "Main", targetType: "url", target: "https://app.example.com/voice", recorded: false, voiceMethod: "GET", fallbackUrl: "https://b.example.com/f", fallbackMethod: "POST",
  fallbackDepartment: "support", statusCallback: null, statusCallbackMethod: "POST", trunk: null, callerId: null, signingToken: null, version: 1, createdAt: at,
};
const CONFIG: VoiceConfigRecord = { id: 3, organizationId: 1, name: "Main", version: 1, createdAt: at, updatedAt: at, settings: voiceConfigSettings({ statusCallback: { url: "https://a.example.com/s", method: "GET", events: ["ringing"] } }) };

const programs = (line: PhoneLineRecord): LinePrograms =>
  new LinePrograms({ ownUrl: () => "http://127.0.0.1:8080", voice: { lineWithNumber: (number) => (number === line.number ? line : undefined), line: (organizationId, id) => (organizationId === line.organizationId && id === line.id ? line : undefined), config: (organizationId, id) => (organizationId === 1 && id === 3 ? CONFIG : undefined) } });

describe("a line's program", () => {
  it("is the application at its URL, with what serves the caller when that fails", () => {
    expect(programs(LINE).find(1, "line:7")).toEqual({
      name: "line:7", organizationId: 1, document: { url: "https://app.example.com/voice", method: "GET" }, fallback: { url: "https://b.example.com/f", method: "POST" }, department: "support", statusCallback: null, direction: "inbound",
      to: "+12125550101", callerId: "+12125550101", line: 7,
    });
    expect([programs(LINE).lineOf(1, "+12125550101"), programs(LINE).lineOf(2, "+12125550101"), programs(LINE).lineOf(1, "+12125550102")]).toEqual([7, undefined, undefined]);
  });

  it("is Callplane's own application for a configuration, whose status callback it has where the line has none", () => {
    const line: PhoneLineRecord = { ...LINE, targetType: "config", target: "3", callerId: "+12125550100" };
    expect(programs(line).find(1, "line:7")).toMatchObject({ document: { url: "http://127.0.0.1:8080/voicetwilio/voice", method: "POST" }, statusCallback: { url: "https://a.example.com/s", method: "GET", events: ["completed"] }, callerId: "+12125550100" });
    expect(programs({ ...line, statusCallback: "https://line.example.com/s" }).find(1, "line:7")).toMatchObject({ statusCallback: { url: "https://line.example.com/s", method: "POST" } });
  });

  it.each([[1, "line:8"], [2, "line:7"], [1, "line:07"], [1, "line:7 "], [1, "7"], [1, ""]])("is none for organization %i and %j", (organizationId, name) => {
    expect(programs(LINE).find(organizationId, name)).toBeNull();
  });

  it("is none once the line goes elsewhere", () => {
    expect(programs({ ...LINE, targetType: "department", target: "support" }).find(1, "line:7")).toBeNull();
  });
});
