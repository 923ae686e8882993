import { describe, expect, it } from "vitest";
import { errorForCause, HANGUP_CAUSES, hangupCause } from "../../src/freeswitch/hangup-causes.js";
import { CommandRefused } from "../../src/freeswitch/switch-errors.js";

describe("hangup causes", () => {
  it("are FreeSWITCH's own, by name alone", () => {
    expect(Object.keys(HANGUP_CAUSES)).toHaveLength(82);
    expect(hangupCause("NORMAL_CLEARING")).toBe("NORMAL_CLEARING");
    for (const wrong of ["", "normal_clearing", "16", "BOGUS", "NORMAL_CLEARING ", "NORMAL_CLEARING\n", "toString", "__proto__"]) {
      expect(() => hangupCause(wrong), wrong).toThrow(expect.objectContaining({ code: "InvalidParameter", details: { parameter: "cause" } }));
    }
  });

  it.each([
    ["USER_BUSY", "USER_BUSY", 409], ["NO_ANSWER", "NO_ANSWER", 409], ["NO_USER_RESPONSE", "NO_ANSWER", 409], ["CALL_REJECTED", "CALL_REJECTED", 409],
    ["USER_NOT_REGISTERED", "USER_NOT_REGISTERED", 409], ["SUBSCRIBER_ABSENT", "NotFound", 404], ["INVALID_PROFILE", "CALL_FAILED", 409], ["NO_ROUTE_DESTINATION", "CALL_FAILED", 409],
  ] as const)("%s is told as %s", (cause, code, status) => {
    expect(errorForCause(cause)).toMatchObject({ code, status, details: { switchReply: `-ERR ${cause}` } });
    expect(new CommandRefused(`-ERR ${cause}\n`)).toMatchObject({ code, status, causeWord: cause, reply: `-ERR ${cause}` });
  });

  it.each([
    ["-ERR No such channel!\n", "NotFound"], ["-ERR Invalid uuid\n", "NotFound"], ["-ERR invalid uuid\n", "NotFound"], ["-ERR Cannot locate session!\n", "NotFound"],
    ["-ERR Operation failed\n", "CALL_FAILED"], ["-USAGE: [off|toggle] <uuid>\n-ERR Operation failed\n", "CALL_FAILED"], ["-ERR nosuch Command not found!\n", "CALL_FAILED"],
  ])("the refusal %j is %s, with FreeSWITCH's first line and no cause", (reply, code) => {
    expect(new CommandRefused(reply)).toMatchObject({ code, causeWord: "", reply: reply.split("\n")[0], details: { switchReply: reply.split("\n")[0] } });
  });
});
