/** The caller's way through a configuration, in words: what a plain form hides in its fields. */
import type { Admin } from "../../../messages/admin.en.js";
import { isList, isMap, wordOf, type Value, type ValueMap } from "../../../forms/schema.js";

export interface Step {
  readonly text: string;
  readonly branches?: readonly Branch[];
}
export interface Branch {
  readonly label: string;
  readonly steps: readonly Step[];
}

export interface WayWords {
  readonly voice: Admin["voice"];
  readonly listOf: (texts: readonly string[]) => string;
  /** The name of an agent, or of another configuration. */
  readonly nameOf: (type: "client" | "config", id: string) => string;
  readonly dateOf: (iso: string) => string;
}

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
/** What the API takes for granted. */
const DEFAULTS = { tries: 3, timeoutS: 5, ringS: 20 } as const;

const mapOf = (value: Value): ValueMap => (isMap(value) ? value : {});
const listOf = (value: Value): readonly Value[] => (isList(value) ? value : []);
const numberOf = (value: Value, usual: number): number => (typeof value === "number" ? value : usual);

/** `config`: as it stands in the form, so also half filled in. */
export function wayOf(config: ValueMap, words: WayWords): readonly Step[] {
  const open = openSteps(config, words);
  if (!isMap(config["hours"])) return [{ text: words.voice.openAlways }, ...open];
  const closed = mapOf(config["closed"]);
  return [
    {
      text: words.voice.always,
      branches: [
        { label: words.voice.openWhen(hoursText(config["hours"], words)), steps: open },
        { label: words.voice.closedElse, steps: [...heard(closed["greeting"], words), ...leads(closed["target"] ?? { type: "hangup" }, config, words)] },
      ],
    },
  ];
}

function openSteps(config: ValueMap, words: WayWords): readonly Step[] {
  const greeting = heard(config["greeting"], words);
  const last = leads(config["target"], config, words);
  if (!isMap(config["menu"])) return [...greeting, ...last];
  const menu = config["menu"];
  const keys = Object.entries(mapOf(menu["keys"])).sort(([one], [other]) => "1234567890*#".indexOf(one) - "1234567890*#".indexOf(other));
  const wrong = said(menu["invalid"], words);
  return [
    ...greeting,
    ...heard(menu["prompt"], words),
    {
      text: words.voice.presses(numberOf(menu["tries"], DEFAULTS.tries), numberOf(menu["timeoutS"], DEFAULTS.timeoutS)),
      branches: [...keys.map(([key, target]) => ({ label: words.voice.key(key), steps: leads(target, config, words) })), { label: words.voice.noKey, steps: last }],
    },
    ...(wrong === null ? [] : [{ text: words.voice.wrongKey(wrong) }]),
  ];
}

const said = (prompt: Value, { voice }: WayWords): string | null => {
  const { type, text, url } = mapOf(prompt);
  if (type === "say") return wordOf(text) || voice.missing;
  return type === "play" ? wordOf(url) || voice.missing : null;
};

function heard(prompt: Value, words: WayWords): readonly Step[] {
  const text = said(prompt, words);
  if (text === null) return [];
  return [{ text: mapOf(prompt)["type"] === "play" ? words.voice.plays(text) : words.voice.hears(text) }];
}

/** A phone rings for a while: what comes then belongs to the way. */
function leads(target: Value, config: ValueMap, words: WayWords): readonly Step[] {
  const text = targetText(target, words);
  const { type } = mapOf(target);
  if (type === "voicemail") return [...heard(mapOf(config["voicemail"])["greeting"], words), { text }];
  if (type !== "client" && type !== "phonenumber") return [{ text }];
  const unanswered = mapOf(config["unanswered"]);
  // Where nobody answers twice in a row the way would never end.
  const then = unanswered["type"] === undefined ? { type: "hangup" } : unanswered;
  const rings = `${text} ${words.voice.rings(numberOf(config["ringS"], DEFAULTS.ringS))}`;
  return [{ text: rings, branches: [{ label: words.voice.unanswered, steps: [{ text: targetText(then, words) }] }] }];
}

export function targetText(target: Value, { voice, nameOf }: WayWords): string {
  const { type, to } = mapOf(target);
  const id = wordOf(to) || voice.missing;
  switch (type) {
    case "client":
    case "config":
      return voice.to[type](nameOf(type, id));
    case "department":
    case "url":
    case "phonenumber":
      return voice.to[type](id);
    case "voicemail":
      return voice.to.voicemail;
    case "hangup":
      return voice.to.hangup;
    default:
      return voice.missing;
  }
}

/** "Mon–Fri 08:00–18:00, Sat 09:00–12:00 (Europe/Berlin), but not on 24 Dec 2026 (Christmas Eve)". */
export function hoursText(hours: ValueMap, words: WayWords): string {
  const weekly = listOf(hours["weekly"]).filter(isMap).map((row) => `${daysText(listOf(row["days"]).map(wordOf), words.voice.days)} ${spanText(row, words)}`);
  const zone = wordOf(hours["timeZone"]);
  const holidays = listOf(hours["holidays"]).filter(isMap).map((row) => holidayText(row, words));
  const week = `${weekly.length === 0 ? words.voice.neverOpen : weekly.join(", ")}${zone === "" ? "" : ` (${zone})`}`;
  return holidays.length === 0 ? week : `${week}, ${words.voice.holidays(words.listOf(holidays))}`;
}

const spanText = (row: ValueMap, { voice }: WayWords): string => `${wordOf(row["from"]) || voice.missing}–${wordOf(row["to"]) || voice.missing}`;

function holidayText(row: ValueMap, words: WayWords): string {
  const date = wordOf(row["date"]);
  const name = wordOf(row["name"]);
  const day = `${date === "" ? words.voice.missing : words.dateOf(date)}${name === "" ? "" : ` (${name})`}`;
  const open = listOf(row["open"]).filter(isMap).map((span) => spanText(span, words));
  return open.length === 0 ? day : words.voice.holidayOpen(day, open.join(", "));
}

/** Days in a row as "Mon–Fri". */
export function daysText(days: readonly string[], names: Admin["voice"]["days"]): string {
  const chosen = DAYS.map((day) => days.includes(day));
  const runs: string[] = [];
  for (let first = 0; first < DAYS.length; first++) {
    if (chosen[first] !== true) continue;
    let last = first;
    while (chosen[last + 1] === true) last++;
    const [from, to] = [DAYS[first], DAYS[last]];
    if (from !== undefined && to !== undefined) runs.push(last === first ? names[from] : last === first + 1 ? `${names[from]}, ${names[to]}` : `${names[from]}–${names[to]}`);
    first = last;
  }
  return runs.join(", ");
}
