import { describe, expect, it } from "vitest";
import { DOCUMENT_LIMITS, NotTwiml, parse } from "../../src/twiml/document.js";
import type { Warning } from "../../src/twiml/reading.js";
import type { Verb } from "../../src/twiml/verbs/index.js";
import { Random } from "../faults/random.js";
import { built } from "./built.js";

const only = (inner: string): Verb => {
  const { verbs, warnings } = parse(`<Response>${inner}</Response>`);
  expect(warnings).toEqual([]);
  const [verb] = verbs;
  if (verb === undefined || verbs.length > 1) throw new Error(`not one verb: ${verbs.length}`);
  return verb;
};

const warned = (inner: string): readonly string[] => parse(`<Response>${inner}</Response>`).warnings.map(({ text }) => text);

const refused = (body: string): NotTwiml => {
  try {
    parse(body);
  } catch (error) {
    if (error instanceof NotTwiml) return error;
    throw error;
  }
  throw new Error("it was read");
};

const nested = (depth: number): string => `<Response><Say>${"<p>".repeat(depth - 2)}word${"</p>".repeat(depth - 2)}</Say></Response>`;

describe("what is no TwiML", () => {
  it.each([
    ["nothing", ""],
    ["blanks", " \n "],
    ["text", "Hello"],
    ["JSON", '{"verb": "say"}'],
    ["HTML", "<!doctype html><html><body><br></body></html>"],
    ["an element that is not closed", "<Response><Say>Hello</Response>"],
    ["an end without a beginning", "</Response>"],
    ["two documents", "<Response/><Response/>"],
    ["text after the end", "<Response/>more"],
    ["a blank before the declaration", ' <?xml version="1.0"?><Response/>'],
    ["an empty line before the declaration", '\n<?xml version="1.0" encoding="UTF-8"?><Response/>'],
    ["another root", "<Reply><Say>Hello</Say></Reply>"],
    ["the root in small letters", "<response><Say>Hello</Say></response>"],
    ["a document type", "<!DOCTYPE Response><Response/>"],
    ["an entity that names a file", '<!DOCTYPE Response [<!ENTITY file SYSTEM "file:///etc/passwd">]><Response><Say>&file;</Say></Response>'],
    ["an entity that nobody declared", "<Response><Say>&nbsp;</Say></Response>"],
    ["a bare ampersand", "<Response><Play>https://example.com/?a=1&b=2</Play></Response>"],
    ["an attribute twice", '<Response><Say voice="man" voice="woman">Hello</Say></Response>'],
    ["a character that XML does not have", "<Response><Say>\u0000</Say></Response>"],
  ])("is refused: %s", (_what, body) => {
    expect(refused(body).code).toBe(12100);
  });

  it("says in which line", () => {
    expect(refused("<Response>\n<Say>\nHello</Say>\n</Respond>").line).toBe(4);
  });

  it("is refused when it is longer than two megabytes", () => {
    const padding = (length: number): string => `<Response><!--${"x".repeat(length - "<Response><!----></Response>".length)}--></Response>`;
    expect(parse(padding(DOCUMENT_LIMITS.length)).verbs).toEqual([]);
    refused(padding(DOCUMENT_LIMITS.length + 1));
  });

  it("is refused when it lies deeper than twenty elements", () => {
    expect(parse(nested(20)).verbs).toHaveLength(1);
    refused(nested(21));
  });

  it("is refused when it has more than a thousand verbs", () => {
    const document = (count: number): string => `<Response>${"<Pause/>".repeat(count)}</Response>`;
    expect(parse(document(1000)).verbs).toHaveLength(1000);
    refused(document(1001));
  });

  it("is refused when its elements or attributes are without number", () => {
    refused(`<Response><Say>${"<break/>".repeat(10_000)}</Say></Response>`);
    refused(`<Response><Say ${Array.from({ length: 101 }, (_, at) => `a${at}=""`).join(" ")}>Hello</Say></Response>`);
  });
});

describe("a document", () => {
  it("may be empty, begin with a byte order mark, hold comments and name schemas", () => {
    expect(parse("<Response/>")).toEqual({ verbs: [], warnings: [] });
    expect(parse('\uFEFF<?xml version="1.0"?>\n<!-- a --><Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x.xsd"><!-- b --></Response>')).toEqual({ verbs: [], warnings: [] });
  });

  it("has the verbs in order, with their lines", () => {
    const { verbs } = parse("<Response>\n  <Say>Hello</Say>\n  <Pause\n    length='3'/>\n\n  <Hangup/>\n</Response>");
    expect(verbs.map(({ verb, line }) => [verb, line])).toEqual([
      ["Say", 2],
      ["Pause", 3],
      ["Hangup", 6],
    ]);
  });

  it("goes on without what is unknown, misplaced, misspelled or not available, and tells each with its line", () => {
    const { verbs, warnings } = parse(
      ["<Response>", "<Sing>la</Sing>", "<say>small</say>", "<Number>+14155550100</Number>", "<Pay/>", "text", '<Gather numdigits="4"><Hangup/></Gather>', '<Dial statusCallbackEvent="answered">1</Dial>', "</Response>"].join("\n"),
    );
    expect(verbs.map(({ verb }) => verb)).toEqual(["Gather", "Dial"]);
    const seen = (warning: Warning): readonly [number, string] => [warning.line, warning.text];
    expect(warnings.map(seen)).toEqual([
      [2, "There is no <Sing>, so it is skipped."],
      [3, "There is no <say>, so it is skipped. Names are case sensitive: <Say>."],
      [4, "<Number> cannot stand in <Response>, so it is skipped."],
      [5, "<Pay> is not available here, so it is skipped."],
      [7, "<Hangup> cannot stand in <Gather>, so it is skipped."],
      [7, "<Gather> has no numdigits, so it is left out. Names are case sensitive: numDigits."],
      [8, "<Dial> has no statusCallbackEvent, so it is left out."],
      [1, "<Response> takes no text, so it is skipped."],
    ]);
    expect(new Set(warnings.map(({ code }) => code))).toEqual(new Set([12200]));
  });

  it("keeps a hundred warnings, each of a bounded length", () => {
    const { warnings } = parse(`<Response>${`<${"n".repeat(500)}/>`.repeat(250)}</Response>`);
    expect(warnings).toHaveLength(101);
    expect(warnings.at(-1)?.text).toBe("There are 150 further warnings.");
    for (const { element, text } of warnings) expect(element.length + text.length).toBeLessThan(300);
  });

  it("does not take the names of an object's own properties for verbs", () => {
    expect(parse('<Response><constructor/><__proto__ __proto__="1" constructor="2"/><Pause __proto__="3"/></Response>').verbs).toHaveLength(1);
  });
});

describe("Say", () => {
  it("has the words, with runs of blanks as one, and the defaults", () => {
    expect(only("<Say>Hello \n  <![CDATA[<you> & ]]>me &lt;&#228;&gt;</Say>")).toEqual({ verb: "Say", line: 1, parts: ["Hello ", "<you> & ", "me <ä>"], voice: "man", language: null, loop: 1 });
  });

  it("keeps SSML as parts", () => {
    expect(only('<Say voice="Polly.Joanna" language="en-GB" loop="0">On <say-as interpret-as="date" format="dmy">24.12.</say-as><break time="1s"/><p><s>Bye</s></p></Say>')).toMatchObject({
      parts: [
        "On ",
        { name: "say-as", attributes: { "interpret-as": "date", format: "dmy" }, parts: ["24.12."] },
        { name: "break", attributes: { time: "1s" }, parts: [] },
        { name: "p", attributes: {}, parts: [{ name: "s", attributes: {}, parts: ["Bye"] }] },
      ],
      voice: "Polly.Joanna",
      language: "en-GB",
      loop: 0,
    });
  });

  it("speaks the words of elements that SSML does not have, and no verb's", () => {
    const { verbs, warnings } = parse("<Response><Say>Press <b>one</b><Play>https://example.com/a.wav</Play></Say></Response>");
    expect(verbs).toMatchObject([{ parts: ["Press ", "one"] }]);
    expect(warnings.map(({ text }) => text)).toEqual(["There is no <b> in <Say>: its words are spoken as they are.", "<Play> cannot stand in <Say>, so it is skipped."]);
  });

  it("is cut at 4,096 characters, and skipped when it has none", () => {
    const { verbs, warnings } = parse(`<Response><Say>${"a".repeat(5000)}<p>${"b".repeat(5000)}</p></Say><Say> </Say></Response>`);
    expect(verbs).toMatchObject([{ parts: ["a".repeat(4096), { name: "p", parts: [] }] }]);
    expect(warnings.map(({ code }) => code)).toEqual([13520, 13520]);
  });
});

describe("Play and Pause", () => {
  it("have their defaults", () => {
    expect(only("<Play> https://example.com/a b.wav\n</Play>")).toEqual({ verb: "Play", line: 1, url: "https://example.com/a b.wav", digits: null, loop: 1 });
    expect(only('<Play digits="ww1a#"/>')).toEqual({ verb: "Play", line: 1, url: null, digits: "ww1A#", loop: 1 });
    expect(only("<Pause/>")).toEqual({ verb: "Pause", line: 1, lengthS: 1 });
  });

  it("are skipped or bounded with a warning", () => {
    expect(parse("<Response><Play/><Play digits='12x'/></Response>").verbs).toEqual([]);
    expect(warned("<Play digits='4711x'/>").join()).not.toContain("4711");
    expect(parse("<Response><Pause length='-1'/><Pause length='1.5'/><Play loop='1001'>a</Play></Response>")).toMatchObject({ verbs: [{ lengthS: 0 }, { lengthS: 1 }, { loop: 1000 }], warnings: [{}, {}, {}] });
  });
});

describe("Gather", () => {
  it("has its defaults", () => {
    expect(only("<Gather/>")).toEqual({
      verb: "Gather", line: 1, prompts: [], input: ["dtmf"], action: null, method: "POST", actionOnEmptyResult: false, timeoutS: 5, finishOnKey: "#", numDigits: null, speechTimeout: null, maxSpeechS: 60, bargeIn: true, hints: [],
      language: "en-US", speechModel: null, enhanced: false, profanityFilter: true, partialResults: null,
    });
  });

  it("reads what is given", () => {
    expect(only('<Gather input="speech dtmf" action="/a" method="get" timeout="3" numDigits="4" finishOnKey="" speechTimeout="auto" hints="yes, no,," partialResultCallback="/p"><Say>Hi</Say><Pause/><Play>a</Play></Gather>')).toMatchObject({
      input: ["dtmf", "speech"], action: "/a", method: "GET", timeoutS: 3, numDigits: 4, finishOnKey: null, speechTimeout: "auto", hints: ["yes", "no"], partialResults: { url: "/p", method: "POST", events: [] },
      prompts: [{ verb: "Say" }, { verb: "Pause" }, { verb: "Play" }],
    });
  });

  it("takes the default, with a warning, for what is malformed", () => {
    const { verbs, warnings } = parse('<Response><Gather finishOnKey="##" numDigits="many" speechTimeout="auto" speechModel="phone_call" input="voice" bargeIn="perhaps"><Play digits="1"/></Gather></Response>');
    expect(verbs).toMatchObject([{ finishOnKey: "#", numDigits: null, speechTimeout: null, input: ["dtmf"], bargeIn: true, prompts: [] }]);
    expect(warnings).toHaveLength(6);
  });
});

describe("Dial", () => {
  it("has its defaults, and its text is a number", () => {
    expect(only("<Dial>\n 415-555-0100 \n</Dial>")).toEqual({
      verb: "Dial", line: 1, target: { kind: "parties", parties: [{ noun: "Number", line: 1, number: "415-555-0100", sendDigits: null, machineDetection: null, document: null, statusCallback: null }] }, action: null, method: "POST",
      timeoutS: 30, timeLimitS: 14_400, callerId: null, answerOnBridge: false, hangupOnStar: false, ringTone: null, sequential: false, recording: null, referUrl: null, referMethod: "POST",
    });
  });

  it("calls numbers, clients and SIP addresses", () => {
    const dial = only(
      `<Dial record="record-from-ringing-dual" recordingStatusCallback="/r" action="">
        <Number url="/u" sendDigits="ww1" statusCallback="/s" statusCallbackEvent="initiated answered">+1</Number>
        <Client statusCallback="/c"><Identity>jenny</Identity><Parameter name="a" value="b"/></Client><Client>client:joe</Client>
        <Sip username="u" password="p">sip:kate@example.com;transport=tcp?X-A=1&amp;x-b=2%203</Sip>
      </Dial>`,
    );
    expect(dial).toMatchObject({
      action: "",
      recording: { from: "ringing", dual: true, track: "both", callback: { url: "/r", events: ["completed"] } },
      target: {
        parties: [
          { noun: "Number", number: "+1", sendDigits: "ww1", document: { url: "/u", method: "POST" }, statusCallback: { url: "/s", events: ["initiated", "answered"] } },
          { noun: "Client", identity: "jenny", parameters: [{ name: "a", value: "b" }], statusCallback: { url: "/c", events: ["completed"] } },
          { noun: "Client", identity: "joe" },
          { noun: "Sip", uri: "sip:kate@example.com;transport=tcp", username: "u", password: "p", headers: [{ name: "X-A", value: "1" }, { name: "x-b", value: "2 3" }] },
        ],
      },
    });
  });

  it.each([
    ["sip:a@example.com?From=evil&amp;X-A=b%0d%0aTo:%20evil&amp;X-Ok=1", [{ name: "X-Ok", value: "1" }]],
    [`sip:a@example.com?X-Long=${"x".repeat(1100)}`, []],
  ])("sends no headers but its own: %s", (uri, headers) => {
    const { verbs, warnings } = parse(`<Response><Dial><Sip>${uri}</Sip></Dial></Response>`);
    expect(verbs).toMatchObject([{ target: { parties: [{ headers }] } }]);
    expect(warnings).toHaveLength(1);
  });

  it("never shows a secret in a warning", () => {
    const texts = warned('<Dial><Number sendDigits="4711x">1</Number><Sip username="kate" password="hunter2">no address</Sip></Dial>').join();
    expect(texts).not.toMatch(/4711|hunter2/);
  });

  it("calls ten at most, and nobody beside a queue or a conference", () => {
    const { verbs, warnings } = parse(`<Response><Dial>${"<Number>1</Number>".repeat(11)}</Dial><Dial><Queue>q</Queue><Number>1</Number></Dial><Dial><Client>a</Client><Conference>c</Conference>1</Dial><Dial/></Response>`);
    expect(verbs.flatMap((verb) => (verb.verb === "Dial" ? [verb.target.kind === "parties" ? verb.target.parties.length : verb.target.kind] : []))).toEqual([10, "queue", 1, 0]);
    expect(warnings).toHaveLength(4);
  });

  it("has the conference's defaults", () => {
    expect(only("<Dial><Conference> Room 1 </Conference></Dial>")).toMatchObject({
      target: {
        kind: "conference",
        conference: {
          noun: "Conference", name: "Room 1", muted: false, beep: { onEnter: true, onExit: true }, startConferenceOnEnter: true, endConferenceOnExit: false, participantLabel: null, waitUrl: null, waitMethod: "POST", maxParticipants: 250,
          record: false, trim: true, recordingCallback: null, coach: null, statusCallback: null,
        },
      },
    });
  });
});

describe("the other verbs", () => {
  it("have their defaults", () => {
    expect(only("<Record/>")).toEqual({
      verb: "Record", line: 1, action: null, method: "POST", timeoutS: 5, finishOnKeys: "1234567890*#", maxLengthS: 3600, playBeep: true, trim: true, recordingCallback: null, transcribe: false, transcribeCallback: null,
    });
    expect(only("<Enqueue>support</Enqueue>")).toEqual({
      verb: "Enqueue", line: 1, queue: "support", workflowSid: null, task: null, action: null, method: "POST", waitUrl: null, waitMethod: "POST", maxQueueSize: null,
    });
    expect(only("<Reject/>")).toEqual({ verb: "Reject", line: 1, reason: "rejected" });
    expect(only("<Redirect/>")).toEqual({ verb: "Redirect", line: 1, url: "", method: "POST" });
    expect(only('<Connect><Stream url="wss://example.com/"/></Connect>')).toEqual({
      verb: "Connect", line: 1, action: null, method: "POST", stream: { noun: "Stream", line: 1, url: "wss://example.com/", name: null, track: "inbound_track", statusCallback: null, parameters: [] },
    });
  });

  it("keep an empty waitUrl, which is silence, apart from none, which is music", () => {
    expect(only('<Enqueue waitUrl="">support</Enqueue>')).toMatchObject({ waitUrl: "" });
  });

  it("transcribe two minutes at most", () => {
    expect(only('<Record transcribe="true"/>')).toMatchObject({ maxLengthS: 120 });
  });

  it("are skipped when they name nobody or nothing", () => {
    const { verbs, warnings } = parse("<Response><Enqueue/><Refer/><Connect><ConversationRelay url='wss://example.com/'/></Connect><Start/><Stop/><Start><Stream/></Start><Refer><Sip>kate</Sip></Refer></Response>");
    expect(verbs).toEqual([]);
    expect(warnings.filter(({ text }) => text.includes("<ConversationRelay> is not available here"))).toHaveLength(1);
  });
});

describe("documents at random", () => {
  it("of Twilio's own builder are read as a whole, without a warning", () => {
    const random = new Random(10);
    for (let round = 0; round < 500; round += 1) {
      const { xml, verbs } = built(random);
      const document = parse(xml);
      expect(document.warnings, xml).toEqual([]);
      expect(document.verbs, xml).toHaveLength(verbs);
    }
  });

  it("that were damaged end as no TwiML, or as a document within its limits", () => {
    const random = new Random(11);
    const pieces = ["<", ">", "/>", "</Say>", "<Say>", '"', "&", "&#0;", "&lt;", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE x>", "<?xml?>", "\u0000", "\uFFFF", "\uD800", "𝄞", 'loop="', "-1", "9".repeat(40), "<Dial>".repeat(30), "x".repeat(3000), " ", "\r\n"];
    const count = { refused: 0, read: 0 };
    for (let round = 0; round < 2000; round += 1) {
      let text = built(random).xml;
      for (let left = 1 + Math.floor(random.next() * 3); left > 0; left -= 1) {
        const at = Math.floor(random.next() * text.length);
        text = text.slice(0, at) + random.of(pieces) + text.slice(at + (random.next() < 0.5 ? 0 : Math.floor(random.next() * 40)));
      }
      try {
        const { verbs, warnings } = parse(text);
        expect(verbs.length).toBeLessThanOrEqual(1000);
        expect(warnings.length).toBeLessThanOrEqual(101);
        count.read += 1;
      } catch (error) {
        if (!(error instanceof NotTwiml)) throw error;
        expect(error.message.length).toBeLessThan(300);
        count.refused += 1;
      }
    }
    expect(count.refused).toBeGreaterThan(100);
    expect(count.read).toBeGreaterThan(100);
  });
});
