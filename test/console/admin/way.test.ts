import { describe, expect, it } from "vitest";
import { adminDe } from "../../../src/console/messages/admin.de.js";
import { adminEn } from "../../../src/console/messages/admin.en.js";
import { commonEn } from "../../../src/console/messages/common.en.js";
import { daysText, hoursText, wayOf, type Step, type WayWords } from "../../../src/console/pages/admin/voice/way.js";

const words: WayWords = { voice: adminEn.voice, listOf: commonEn.listOf, nameOf: (type, id) => (type === "client" ? `Alice (${id})` : `Menu ${id}`), dateOf: (iso) => iso };
/** The way as indented lines. */
const lines = (steps: readonly Step[], depth = 0): readonly string[] => steps.flatMap(({ text, branches }) => [`${" ".repeat(depth)}${text}`, ...(branches ?? []).flatMap((branch) => [`${" ".repeat(depth + 1)}[${branch.label}]`, ...lines(branch.steps, depth + 2)])]);

describe("the caller's way", () => {
  it("goes straight on without hours or a menu", () => {
    expect(lines(wayOf({ target: { type: "department", to: "support" } }, words))).toEqual(["At any time", "Waits for the department support"]);
  });

  it("tells hours, what is heard, keys, and what comes when nobody answers", () => {
    const config = {
      hours: { timeZone: "Europe/Berlin", weekly: [{ from: "08:00", to: "18:00", days: ["monday", "tuesday", "wednesday", "thursday", "friday"] }], holidays: [{ date: "2026-12-25", name: "Christmas" }, { date: "2026-12-24", open: [{ from: "09:00", to: "12:00" }] }] },
      greeting: { type: "say", text: "Hello." },
      menu: { prompt: { type: "play", url: "menu.wav" }, keys: { "*": { type: "voicemail" }, "2": { type: "client", to: "1001" }, "1": { type: "department", to: "sales" } }, tries: 2, invalid: { type: "say", text: "No." } },
      target: { type: "config", to: "7" },
      ringS: 15,
      unanswered: { type: "voicemail" },
      voicemail: { greeting: { type: "say", text: "After the tone." } },
      closed: { greeting: { type: "say", text: "Closed." } },
    };
    expect(lines(wayOf(config, words))).toEqual([
      "A call comes in",
      " [Open: Mon–Fri 08:00–18:00 (Europe/Berlin), but not on 2026-12-25 (Christmas) and 2026-12-24 (open 09:00–12:00)]",
      "  Hears “Hello.”",
      "  Hears the sound menu.wav",
      "  Presses a key: 5 s each time, 2 times",
      "   [Key 1]",
      "    Waits for the department sales",
      "   [Key 2]",
      "    Agent Alice (1001) rings for 15 s",
      "     [Nobody answers]",
      "      Leaves a message on the answering machine",
      "   [Key *]",
      "    Hears “After the tone.”",
      "    Leaves a message on the answering machine",
      "   [No key]",
      "    Goes to the menu Menu 7",
      "  After a wrong key: “No.”",
      " [Otherwise closed]",
      "  Hears “Closed.”",
      "  The call ends",
    ]);
  });

  it("can be told of a form that is half filled in", () => {
    expect(lines(wayOf({ menu: { keys: { "1": { type: "department" } } }, hours: { weekly: [{}] } }, words))).toEqual(["A call comes in", " [Open:  …–…]", "  Presses a key: 5 s each time, 3 times", "   [Key 1]", "    Waits for the department …", "   [No key]", "    …", " [Otherwise closed]", "  The call ends"]);
  });

  it("is told in German, too", () => {
    expect(lines(wayOf({ target: { type: "phonenumber", to: "+49 30 1" } }, { ...words, voice: adminDe.voice }))).toEqual(["Zu jeder Zeit", "Es klingelt bei +49 30 1 20 s lang", " [Niemand nimmt ab]", "  Das Gespräch endet"]);
  });
});

describe("opening hours in words", () => {
  it("join days that follow each other", () => {
    const { days } = adminEn.voice;
    expect([daysText(["monday", "tuesday", "wednesday"], days), daysText(["friday", "saturday"], days), daysText(["sunday", "monday"], days), daysText([], days)]).toEqual(["Mon–Wed", "Fri, Sat", "Mon, Sun", ""]);
  });

  it("say when it is never open", () => {
    expect(hoursText({ timeZone: "UTC", weekly: [] }, words)).toBe("never (UTC)");
  });
});
