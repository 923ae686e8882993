import { describe, expect, it } from "vitest";
import { localeOf, textIn } from "../../../src/console/messages/index.js";
import { clockText } from "../../../src/console/pages/desk/call-words.js";
import { momentsOf } from "../../../src/console/ui/moments.js";

/** In the zone of the machine, whichever it is. */
const AFTERNOON = new Date(2026, 2, 2, 14, 31, 7).getTime();

describe("the clock of the console", () => {
  it("follows the region of the person's browser, in the language of the text", () => {
    expect(localeOf("en", ["de-DE", "en-GB", "en-US"])).toBe("en-GB");
    expect(localeOf("de", ["en-GB"])).toBe("de");
  });

  it("is one of 12 hours or one of 24 everywhere, the desk included", async () => {
    for (const [wanted, hour] of [[["en-US"], /^2:31\s?PM$/], [["en-GB"], /^14:31$/], [["de-CH"], /^14:31$/]] as const) {
      const { common: { locale } } = await textIn(wanted[0].startsWith("de") ? "de" : "en", wanted);
      const { clock, time, dateTime } = momentsOf(locale);
      expect(clock(AFTERNOON)).toMatch(hour);
      expect(clockText(locale, AFTERNOON)).toBe(clock(AFTERNOON));
      for (const text of [time(AFTERNOON), dateTime(AFTERNOON)]) expect(/PM/.test(text)).toBe(/PM/.test(clock(AFTERNOON)));
    }
  });
});
