import { describe, expect, it } from "vitest";
import { isMissed } from "../../src/calls/index.js";
import { AnsweredElsewhere, CallplaneError, OfferWithdrawn, ShuttingDown } from "../../src/errors.js";
import { CommandRefused, errorForCause } from "../../src/freeswitch/index.js";

describe("an offer", () => {
  it.each(["NO_ANSWER", "USER_BUSY", "NO_USER_RESPONSE", "CALL_REJECTED", "REQUESTED_CHAN_UNAVAIL", "RECOVERY_ON_TIMER_EXPIRE", "NORMAL_TEMPORARY_FAILURE", "INCOMPATIBLE_DESTINATION"])("is missed by an agent whose phone has ended its leg with %s", (cause) => {
    expect(isMissed(errorForCause(cause))).toBe(true);
  });

  it.each([
    ["FreeSWITCH takes no calls", new CommandRefused("-ERR NORMAL_TEMPORARY_FAILURE")],
    ["FreeSWITCH is full", new CommandRefused("-ERR SWITCH_CONGESTION")],
    ["no phone is registered", new CommandRefused("-ERR USER_NOT_REGISTERED")],
    ["FreeSWITCH does not know the agent", new CommandRefused("-ERR SUBSCRIBER_ABSENT")],
    ["FreeSWITCH does not answer", new CallplaneError("Timeout")],
    ["FreeSWITCH is away", new CallplaneError("SwitchUnavailable")],
    ["Callplane stops", new ShuttingDown()],
    ["a colleague was first", new AnsweredElsewhere()],
    ["the agent takes no calls any more", new OfferWithdrawn()],
    ["something is broken", new Error("broken")],
  ])("is not missed when %s", (_why, error) => {
    expect(isMissed(error)).toBe(false);
  });
});
