import { describe, expect, it } from "vitest";
import { MAX_TEXT, plainText, ssml } from "../../src/speech/spoken.js";
import type { SpokenPart, SsmlName } from "../../src/speech/index.js";
import { voicesToTry, voiceWish } from "../../src/speech/voices.js";

const element = (name: SsmlName, attributes: Readonly<Record<string, string>>, ...parts: readonly SpokenPart[]): SpokenPart => ({ element: name, attributes, content: parts });

describe("a text to be said", () => {
  it.each<[string, readonly SpokenPart[], string]>([
    ["a number stays one number", ["You owe 12345 dollars"], "You owe 12345 dollars"],
    ["single digits stay digits", ["1 2 3"], "1 2 3"],
    ["line breaks and tabs are blanks", ["  a\n\t b \r\n"], "a b"],
    ["control characters have no sound", ["a\u0000b\u001b[31mc\u2028d"], "a b [31mc d"],
    ["digits are said one by one", ["code ", element("say-as", { "interpret-as": "digits" }, "1234")], "code 1 2 3 4"],
    ["a telephone number too", [element("say-as", { "interpret-as": "telephone" }, "+1 212")], "+ 1, 2 1 2"],
    ["spelled", [element("say-as", { "interpret-as": "spell-out" }, "abc")], "a b c"],
    ["a cardinal is read as it stands", [element("say-as", { "interpret-as": "cardinal" }, "12")], "12"],
    ["an expletive is not said", [element("say-as", { "interpret-as": "expletive" }, "darn")], "beep"],
    ["what stands for something else", [element("sub", { alias: "World Wide Web" }, "WWW")], "World Wide Web"],
    ["sentences end", [element("s", {}, "One"), element("p", {}, "Two.")], "One. Two."],
    ["a break is a pause", ["one", element("break", { time: "1s" }), "two"], "one, two"],
    ["the others are their text", [element("prosody", { rate: "slow" }, "a ", element("emphasis", {}, "b"), element("w", { role: "x" }, " c"), element("lang", {}, " d"), element("phoneme", { ph: "x" }, " e"))], "a b c d e"],
  ])("%s", (_, content, text) => expect(plainText(content)).toBe(text));

  it("is cut at its length, and between no pair of halves", () => {
    expect(plainText(["a".repeat(10_000)])).toHaveLength(MAX_TEXT);
    expect(plainText(["a".repeat(MAX_TEXT - 1) + "😀😀"])).toBe("a".repeat(MAX_TEXT - 1));
    expect(plainText(["a\ud800b"])).toBe("a b");
  });

  it("has an end, however deep it is nested", () => {
    let content: readonly SpokenPart[] = ["deep"];
    for (let depth = 0; depth < 5000; depth += 1) content = [element("prosody", {}, ...content)];
    expect(plainText(content)).toBe("");
    expect(ssml(content)).not.toContain("deep");
  });

  it("as SSML carries what is valid, and nothing that could be markup of its own", () => {
    expect(ssml(["plain <text> & more"])).toBeNull();
    const content = ["a <b> & ", element("break", { time: "500ms", strength: "</speak>", "onload": "x" }), element("prosody", { rate: "slow", pitch: '"/><audio src="/etc/passwd"/>', volume: "+6dB" }, "c"), element("lang", { "xml:lang": "fr-FR" }, "d"), element("lang", { "xml:lang": "../fr" }, "e"), element("sub", { alias: "<f>" }, "g"), element("w", {}, "h")];
    expect(ssml(content)).toBe('<speak>a &lt;b&gt; &amp; <break time="500ms"/><prosody rate="slow" volume="+6dB">c</prosody><lang xml:lang="fr-FR">d</lang>e&lt;f&gt;h</speak>');
    expect(ssml([element("break", { time: "11s" })])).toBe("<speak><break/></speak>");
    expect(ssml([element("break", {}), "a".repeat(MAX_TEXT + 1)])).toBeNull();
  });
});

describe("a voice by Twilio's name", () => {
  it.each([
    [null, null, "en-US", "male"],
    ["man", "de-DE", "de-DE", "male"],
    ["woman", null, "en-US", "female"],
    ["alice", "fr-FR", "fr-FR", "female"],
    ["Polly.Matthew-Neural", null, "en-US", "male"],
    ["Polly.Joanna", "en-GB", "en-US", "female"],
    ["Polly.Céline", null, "fr-FR", "female"],
    ["Polly.Vicki-Neural", null, "de-DE", "female"],
    ["Polly.Nobody", "it-IT", "it-IT", "female"],
    ["Google.es-ES-Wavenet-B", null, "es-ES", "female"],
    ["Google.nonsense", null, "en-US", "female"],
    ["'; rm -rf /", "../../etc", "en-US", "male"],
  ])("%s with language %s speaks %s", (voice, language, spoken, gender) => {
    expect(voiceWish(voice, language)).toMatchObject({ language: spoken, gender });
  });

  it("has others that may speak in its place", () => {
    expect(voicesToTry(voiceWish("Polly.Vicki", null)).map(({ language }) => language)).toEqual(["de-DE", "de", "en-US"]);
    expect(voicesToTry(voiceWish("man", "en-GB")).map(({ language }) => language)).toEqual(["en-GB", "en", "en-US"]);
    expect(voicesToTry(voiceWish(null, null)).map(({ language }) => language)).toEqual(["en-US", "en"]);
  });
});
