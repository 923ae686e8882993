import twilio from "twilio";
import { describe, expect, it } from "vitest";
import { signature, verifySignature, withBodyDigest, type Form } from "../../src/outbound/index.js";

const TOKEN = "0123456789abcdef0123456789abcdef";
const URLS = ["https://example.org/voice", "https://example.org:8443/voice?a=1&b=%20x", "http://example.org:80/", "http://example.org/voice?name=O%27Brien&empty="];

/** As a web framework gives a form to Twilio's validator: the values of a repeated name in a list. */
function parsed(form: Form): Record<string, string | string[]> {
  const names = [...new Set(form.map(([name]) => name))];
  return Object.fromEntries(names.map((name) => {
    const values = form.filter((field) => field[0] === name).map((field) => field[1]);
    return [name, values.length === 1 ? (values[0] ?? "") : values];
  }));
}

const FORMS: readonly Form[] = [
  [],
  [["CallSid", "CA1"], ["From", "+15550100"], ["Digits", ""]],
  [["b", "2"], ["B", "3"], ["a", "ü & = ?"], ["ä", "1"]],
  [["StatusCallbackEvent", "ringing"], ["StatusCallbackEvent", "answered"], ["StatusCallbackEvent", "answered"], ["StatusCallbackEvent", "initiated"]],
];

describe("a signature", () => {
  it.each(URLS)("of a form is accepted by Twilio's own validator (%s)", (url) => {
    for (const form of FORMS) expect(twilio.validateRequest(TOKEN, signature(TOKEN, url, form), url, parsed(form))).toBe(true);
  });

  it("of a JSON body is accepted by Twilio's own validator, and not for another body", () => {
    for (const bare of URLS) {
      const url = withBodyDigest(bare, '{"a":"ü"}');
      const header = signature(TOKEN, url);
      expect(twilio.validateRequestWithBody(TOKEN, header, url, '{"a":"ü"}')).toBe(true);
      expect(verifySignature([TOKEN], { url, body: '{"a":"ü"}', signature: header })).toBe(true);
      expect(verifySignature([TOKEN], { url, body: '{"a":"u"}', signature: header })).toBe(false);
    }
  });

  it.each(URLS)("that Twilio's package made is verified (%s)", (url) => {
    for (const form of FORMS) {
      const header = twilio.getExpectedTwilioSignature(TOKEN, url, parsed(form));
      expect(verifySignature([TOKEN], { url, form, signature: header })).toBe(true);
      expect(verifySignature([TOKEN.replace("0", "1")], { url, form, signature: header })).toBe(false);
      expect(verifySignature([TOKEN], { url, form: [...form, ["x", "y"]], signature: header })).toBe(false);
      expect(verifySignature([TOKEN], { url: `${url}x`, form, signature: header })).toBe(false);
    }
  });

  it("is verified whether or not something in front has added the port, or taken it away", () => {
    const of = (url: string): string => signature(TOKEN, url, [["a", "1"]]);
    const check = (url: string, header: string): boolean => verifySignature([TOKEN], { url, form: [["a", "1"]], signature: header });
    expect(check("https://example.org:443/v?x=1", of("https://example.org/v?x=1"))).toBe(true);
    expect(check("https://example.org/v?x=1", of("https://example.org:443/v?x=1"))).toBe(true);
    expect(check("https://example.org:8080/v", of("https://example.org/v"))).toBe(true);
    expect(check("https://example.org/v", of("https://example.net/v"))).toBe(false);
  });

  it("of a WebSocket's handshake is of the wss URL alone", () => {
    const url = "wss://bot.example.org/media";
    expect(verifySignature([TOKEN], { url, signature: signature(TOKEN, url) })).toBe(true);
    expect(verifySignature([TOKEN], { url: "wss://bot.example.org:443/media", signature: signature(TOKEN, url) })).toBe(true);
    expect(twilio.validateRequest(TOKEN, signature(TOKEN, url), url, {})).toBe(true);
  });

  it("of the token before is verified for as long as that is given, and a missing one never", () => {
    const header = signature("old", "https://example.org/");
    expect(verifySignature(["new", "old"], { url: "https://example.org/", signature: header })).toBe(true);
    expect(verifySignature(["new"], { url: "https://example.org/", signature: header })).toBe(false);
    for (const none of [undefined, "", "="]) expect(verifySignature(["new"], { url: "https://example.org/", signature: none })).toBe(false);
  });
});
