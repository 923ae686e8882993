/** What the application was told, judged when all is over. */
import type { Journal } from "../chaos/journal.js";
import type { Asked } from "../twiml/engine/program-server.js";

export const ENDS: ReadonlySet<string> = new Set(["completed", "busy", "no-answer", "failed", "canceled"]);
/** In which order a leg's statuses come. */
const RANK: ReadonlyMap<string, number> = new Map([["initiated", 0], ["ringing", 1], ["in-progress", 2], ...[...ENDS].map((end) => [end, 3] as const)]);

/** Those that came more than once have the same token. */
export function once(asked: readonly Asked[], path: string): readonly Asked[] {
  const seen = new Set<string>();
  return asked.filter((each) => {
    if (each.path.split("?")[0] !== path) return false;
    const token = String(each.headers["i-twilio-idempotency-token"] ?? "");
    if (token !== "" && seen.has(token)) return false;
    seen.add(token);
    return true;
  });
}

function by(asked: readonly Asked[], field: string): Map<string, Asked[]> {
  const groups = new Map<string, Asked[]>();
  for (const each of asked) {
    const key = each.form[field] ?? "";
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return groups;
}

/** The CallSids that the application has heard of. */
export const legsOf = (asked: readonly Asked[], placed: ReadonlySet<string>): ReadonlySet<string> => new Set([...placed, ...asked.flatMap(({ form }) => [form["CallSid"], form["DialCallSid"]]).filter((sid) => sid !== undefined)]);

/** Legs that still owe their terminal callback. */
export function owing(asked: readonly Asked[], placed: ReadonlySet<string>): readonly string[] {
  const told = new Set(once(asked, "/status").filter(({ form }) => ENDS.has(form["CallStatus"] ?? "")).map(({ form }) => form["CallSid"] ?? ""));
  return [...legsOf(asked, placed)].filter((sid) => !told.has(sid));
}

const told = (asked: readonly Asked[]): string => asked.map(({ form }) => `${form["StatusCallbackEvent"] ?? form["CallStatus"] ?? ""}#${form["SequenceNumber"] ?? ""}`).join(", ");

/** Every leg has exactly one terminal callback, its last one; all are in their order. */
export function judgeLegs(journal: Journal, asked: readonly Asked[], placed: ReadonlySet<string>): void {
  const groups = by(once(asked, "/status"), "CallSid");
  for (const sid of owing(asked, placed)) journal.violated({ invariant: "every leg has its one terminal callback", subject: sid, expected: "one", found: `none: ${told(groups.get(sid) ?? [])}` });
  for (const [sid, callbacks] of groups) {
    const wrong = (expected: string): void => journal.violated({ invariant: "callbacks of a leg are in order, and the terminal one is one and last", subject: sid, expected, found: told(callbacks) });
    const ends = callbacks.filter(({ form }) => ENDS.has(form["CallStatus"] ?? ""));
    if (ends.length > 1) wrong("one terminal callback");
    if (ends.length > 0 && callbacks.at(-1) !== ends[0]) wrong("nothing after the terminal callback");
    callbacks.slice(1).forEach(({ form }, index) => {
      const before = callbacks[index]?.form ?? {};
      if (!(Number(form["SequenceNumber"]) > Number(before["SequenceNumber"]))) wrong("growing SequenceNumbers");
      if (!((RANK.get(form["CallStatus"] ?? "") ?? -1) > (RANK.get(before["CallStatus"] ?? "") ?? -1))) wrong("initiated, ringing, in-progress, an end");
    });
    for (const { form } of callbacks) if (!RANK.has(form["CallStatus"] ?? "")) wrong("Twilio's statuses");
  }
}

/** Conferences of which not all has been told: an end, and a leave for each join. */
export const openConferences = (asked: readonly Asked[]): readonly string[] =>
  [...by(once(asked, "/conference"), "ConferenceSid")].filter(([, callbacks]) => {
    const count = (event: string): number => callbacks.filter(({ form }) => form["StatusCallbackEvent"] === event).length;
    return count("conference-end") === 0 || count("participant-leave") < count("participant-join");
  }).map(([sid]) => sid);

/** Each who joins leaves, once; a conference ends once; a moderator who leaves ends it. */
export function judgeConferences(journal: Journal, asked: readonly Asked[]): void {
  for (const [sid, callbacks] of by(once(asked, "/conference"), "ConferenceSid")) {
    const wrong = (expected: string): void => journal.violated({ invariant: "a conference's rules outlive a kill", subject: `${sid} ${expected}`, expected, found: callbacks.map(({ form }) => `${form["SequenceNumber"] ?? ""} ${form["StatusCallbackEvent"] ?? ""} ${form["CallSid"]?.slice(0, 8) ?? ""} ${form["ParticipantLabel"] ?? ""} ${form["ReasonParticipantLeft"] ?? form["ReasonConferenceEnded"] ?? ""}`).join("; ") });
    const of = (event: string): readonly Asked[] => callbacks.filter(({ form }) => form["StatusCallbackEvent"] === event);
    const [joined, left] = [by(of("participant-join"), "CallSid"), by(of("participant-leave"), "CallSid")];
    for (const [call, joins] of joined) if (left.get(call)?.length !== joins.length) wrong(`as many leaves as joins of ${call}`);
    if (of("conference-end").length !== 1) wrong("one conference-end");
    if (of("conference-start").length > 1) wrong("one conference-start");
    callbacks.forEach(({ form }, index) => {
      if (form["SequenceNumber"] !== String(index + 1)) wrong("SequenceNumbers from 1, one after another");
    });
    const moderated = of("participant-leave").some(({ form }) => form["ParticipantLabel"] === "moderator" && form["ReasonParticipantLeft"] === "participant_hung_up");
    if (moderated && of("conference-start").length > 0 && of("conference-end")[0]?.form["ReasonConferenceEnded"] !== "participant-with-end-conference-on-exit-left") wrong("an end by the moderator");
  }
}
