import { describe, expect, it } from "vitest";
import { EventParser, type EventOrigin, type ParsedEvent } from "../../src/freeswitch/event-parser.js";
import { HEADER, HEADER_NAMES } from "../../src/freeswitch/event-headers.js";
import { EventScanner } from "../../src/freeswitch/event-scanner.js";
import { CHANNEL_EVENT_NAMES, type ChannelColumn, type ChannelEvent } from "../../src/freeswitch/types.js";
import { asEventPlain, recordedEvents, recordingNames, type RecordedEvent } from "../support/recordings.js";

const UUID = "fe9358b7-5022-4e9d-b41d-b2d03ec10017";

const plain = (headers: Readonly<Record<string, string>>): Buffer =>
  Buffer.from(`${Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`).join("")}\n`);

const hold = (headers: Readonly<Record<string, string>> = {}): Buffer => plain({ "Event-Name": "CHANNEL_HOLD", "Unique-ID": UUID, ...headers });

function channel(event: ParsedEvent | null): ChannelEvent {
  if (event?.kind !== "channel") throw new Error(`not a channel event: ${JSON.stringify(event)}`);
  return event;
}

/** What a header of a recorded event means: FreeSWITCH's encoding does not tell `%2B` from `+`. */
function meaning(event: RecordedEvent, header: string): string | undefined {
  const value = event[header];
  if (value === undefined) return undefined;
  return (Array.isArray(value) ? `ARRAY::${value.join("|:")}` : value).replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

const COLUMNS: Readonly<Partial<Record<ChannelColumn, string>>> = {
  direction: "Call-Direction", name: "Channel-Name", state: "Channel-State", callstate: "Channel-Call-State", cid_name: "Caller-Caller-ID-Name",
  cid_num: "Caller-Caller-ID-Number", ip_addr: "Caller-Network-Addr", dest: "Caller-Destination-Number", dialplan: "Caller-Dialplan",
  context: "Caller-Context", read_codec: "Channel-Read-Codec-Name", read_rate: "Channel-Read-Codec-Rate", read_bit_rate: "Channel-Read-Codec-Bit-Rate",
  write_codec: "Channel-Write-Codec-Name", write_rate: "Channel-Write-Codec-Rate", write_bit_rate: "Channel-Write-Codec-Bit-Rate",
  presence_id: "Channel-Presence-ID", presence_data: "Channel-Presence-Data", accountcode: "variable_accountcode",
  callee_name: "Caller-Callee-ID-Name", callee_num: "Caller-Callee-ID-Number", call_uuid: "Channel-Call-UUID",
};
const FIELDS = {
  uuid: "Unique-ID", coreUuid: "Core-UUID", answerState: "Answer-State", otherLeg: "Other-Leg-Unique-ID", otherType: "Other-Type",
  bridgeA: "Bridge-A-Unique-ID", bridgeB: "Bridge-B-Unique-ID", hangupCause: "Hangup-Cause", application: "Application", applicationData: "Application-Data",
  applicationUuid: "Application-UUID", applicationResponse: "Application-Response", mediaBug: "Media-Bug-Function", recordPath: "Record-File-Path",
  orgVariable: "variable_callplane_org", queueVariable: "variable_callplane_queue", domainVariable: "variable_domain_name", userVariable: "variable_user_name", fromVariable: "variable_sip_from_uri", sipCallId: "variable_sip_call_id",
} as const satisfies Partial<Record<keyof ChannelEvent, string>>;

describe("the event parser", () => {
  it.each(recordingNames())("reads every event of the recording %s as FreeSWITCH meant it", (name) => {
    const parser = new EventParser();
    const names: readonly string[] = CHANNEL_EVENT_NAMES;
    let read = 0;
    for (const recorded of recordedEvents(name)) {
      const eventName = String(recorded["Event-Name"]);
      const body = asEventPlain(recorded);
      const parsed = parser.parse(body);
      // What has been read must not be a view on the frame.
      body.fill(0);
      if (!names.includes(eventName)) {
        expect(parsed?.kind).not.toBe("channel");
        continue;
      }
      read++;
      const event = channel(parsed);
      expect(event.name).toBe(eventName);
      for (const [field, header] of Object.entries(FIELDS)) expect(event, `${eventName} ${field}`).toHaveProperty(field, meaning(recorded, header) ?? "");
      for (const [column, header] of Object.entries(COLUMNS)) {
        const value = meaning(recorded, header);
        expect(event.row, `${eventName} ${column}`).toHaveProperty(column, value);
      }
      expect(event.sequence).toBe(Number(recorded["Event-Sequence"]));
      expect(event.timestampUs).toBe(Number(recorded["Event-Date-Timestamp"]));
      expect(event.answeredUs).toBe(Number(recorded["Caller-Channel-Answered-Time"] ?? 0));
    }
    expect(read > 0 || ["handshake", "registration", "wrong-password", "originate-unregistered"].includes(name)).toBe(true);
  });

  it("fills the columns of creation from CHANNEL_CREATE alone", () => {
    const created = recordedEvents("inbound-answer-hangup").find((event) => event["Event-Name"] === "CHANNEL_CREATE");
    const answered = recordedEvents("inbound-answer-hangup").find((event) => event["Event-Name"] === "CHANNEL_ANSWER");
    if (created === undefined || answered === undefined) throw new Error("the recording has changed");
    const parser = new EventParser();
    expect(channel(parser.parse(asEventPlain(created))).row).toMatchObject({
      created: "2026-11-20 20:27:45", created_epoch: "1795206465", hostname: "fs1",
      initial_cid_name: "Customer", initial_cid_num: "15551230001", initial_ip_addr: "127.0.0.1", initial_dest: "1001", initial_dialplan: "XML", initial_context: "public",
    });
    const later = channel(parser.parse(asEventPlain(answered))).row;
    expect(Object.entries(later).filter(([column, value]) => value !== undefined && (column.startsWith("initial_") || column.startsWith("created")))).toEqual([]);
  });

  it("takes the application from CHANNEL_EXECUTE alone, without data left over from the one before", () => {
    const parser = new EventParser();
    const headers = { "Unique-ID": UUID, Application: "park" };
    expect(channel(parser.parse(plain({ "Event-Name": "CHANNEL_EXECUTE", ...headers }))).row).toMatchObject({ application: "park", application_data: "" });
    expect(channel(parser.parse(plain({ "Event-Name": "CHANNEL_EXECUTE_COMPLETE", ...headers, "Application-Data": "x" }))).row).toEqual({ uuid: UUID });
  });

  it("reads registrations, also the names that only an expiry uses", () => {
    const parser = new EventParser();
    const events = recordedEvents("registration").map((event) => parser.parse(asEventPlain(event))).filter((event) => event !== null);
    expect(events).toMatchObject([
      { kind: "registration", action: "unregister", user: "1005", domain: "127.0.0.1", expiresS: 0, callId: "35fc33ef-e82b-4d14-b79d-e6686863dcc8" },
      { kind: "registration", action: "register", user: "1005", domain: "127.0.0.1", expiresS: 600, networkIp: "127.0.0.1", networkPort: "5090" },
    ]);
    expect(parser.parse(plain({ "Event-Name": "CUSTOM", "Event-Subclass": "sofia%3A%3Aexpire", user: "1007", host: "demo.local", expires: "1795206573" })))
      .toMatchObject({ kind: "registration", action: "expire", user: "1007", domain: "demo.local", expiresS: 0 });
  });

  it("reads the conference events of who is in and who speaks, and no others", () => {
    const parser = new EventParser();
    const events = recordedEvents("conference").map((event) => parser.parse(asEventPlain(event))).filter((event) => event?.kind === "conference");
    expect(events.map((event) => event.action)).toEqual([
      "conference-create", "add-member", "add-member", "start-talking", "start-talking", "add-member", "start-talking",
      "mute-member", "del-member", "del-member", "del-member", "conference-destroy",
    ]);
    const done = { "Event-Name": "CUSTOM", "Event-Subclass": "conference%3A%3Amaintenance", "Conference-Name": "room1", Action: "play-file-done", File: "%2Fsounds%2Fnews.wav" };
    expect(parser.parse(plain(done))).toMatchObject({ action: "play-file-done", conference: "room1", uuid: "", file: "/sounds/news.wav" });
    const closed = { "Event-Name": "CUSTOM", "Event-Subclass": "conference%3A%3Amaintenance", "Conference-Name": "room1", Action: "stop-recording", Path: "%2Frecordings%2Froom1.wav" };
    expect(parser.parse(plain(closed))).toMatchObject({ action: "stop-recording", conference: "room1", uuid: "", file: "/recordings/room1.wav" });
    expect(events[1]).toMatchObject({ conference: "room1", file: "", memberId: "1", uuid: "9161c953-3b0a-4eb3-8e90-86bd80dd8076" });
  });

  it("reads a background job's result to the letter", () => {
    const job = recordedEvents("handshake").find((event) => event["Event-Name"] === "BACKGROUND_JOB");
    if (job === undefined) throw new Error("the recording has changed");
    expect(new EventParser().parse(asEventPlain(job))).toEqual({ kind: "job", jobUuid: "11111111-2222-3333-4444-555555555555", body: job["_body"] });
  });

  it("reads heartbeats and the farewell, and says of every event where it is from", () => {
    const parser = new EventParser();
    const seen: EventOrigin[] = [];
    const origin = { "Core-UUID": "c0", "Event-Sequence": "7", "Event-Date-Timestamp": "1795206465000000" };
    const note = (event: EventOrigin): number => seen.push(event);
    expect(parser.parse(plain({ "Event-Name": "HEARTBEAT", ...origin }), note)).toMatchObject({ kind: "heartbeat", coreUuid: "c0" });
    expect(parser.parse(plain({ "Event-Name": "SHUTDOWN", ...origin }), note)).toEqual({ kind: "shutdown", coreUuid: "c0" });
    expect(parser.parse(plain({ "Event-Name": "RE_SCHEDULE", ...origin }), note)).toBeNull();
    expect(seen.map(({ name, coreUuid, sequence, timestampUs }) => [name, coreUuid, sequence, timestampUs])).toEqual(
      ["HEARTBEAT", "SHUTDOWN", "RE_SCHEDULE"].map((name) => [name, "c0", 7, 1795206465000000]),
    );
  });

  it("decodes percent escapes, many-byte characters among them, and leaves what is none", () => {
    const parser = new EventParser();
    const event = channel(parser.parse(hold({ "Caller-Caller-ID-Name": "J%C3%BCrgen%20%26%20Co", "Caller-Context": "50%", "Caller-Dialplan": "%zz%4", "Channel-Presence-Data": "%7B%22v%22%3A1%7D" })));
    expect(event.row).toMatchObject({ cid_name: "Jürgen & Co", context: "50%", dialplan: "%zz%4", presence_data: '{"v":1}' });
  });

  it("takes FreeSWITCH's _undef_ for empty", () => {
    expect(channel(new EventParser().parse(hold({ "Caller-Caller-ID-Name": "_undef_", "Answer-State": "_undef_" })))).toMatchObject({ row: { cid_name: "" }, answerState: "" });
  });

  describe("with variables that are asked for", () => {
    const LONGEST = "a".repeat(64);
    const parser = new EventParser(["tier", "sip_call_id", LONGEST, "unset"]);
    const asked = (variables: Readonly<Record<string, string>>): unknown => {
      const event = channel(parser.parse(hold(Object.fromEntries(Object.entries(variables).map(([name, value]) => [`variable_${name}`, value])))));
      return event.asked && Object.fromEntries(event.asked);
    };

    it("gives those that are set, exactly so named, also those that Callplane reads itself", () => {
      expect(asked({ uuid: UUID, tier: "gold%20%C3%A4", sip_call_id: "1@x", [LONGEST]: "1", tier2: "no", TIER: "no", [`${LONGEST}a`]: "no" })).toEqual({ tier: "gold ä", sip_call_id: "1@x", [LONGEST]: "1" });
      expect(asked({ uuid: UUID })).toEqual({});
    });

    it("leaves out what has control characters or is empty, and cuts what is long, between characters", () => {
      expect(asked({ uuid: UUID, tier: "a%0Ab", sip_call_id: "_undef_" })).toEqual({});
      expect(asked({ uuid: UUID, tier: "x".repeat(256), sip_call_id: "x".repeat(257) })).toEqual({ tier: "x".repeat(256), sip_call_id: "x".repeat(256) });
      expect(asked({ uuid: UUID, tier: `${"x".repeat(255)}%F0%9F%98%80` })).toEqual({ tier: "x".repeat(255) });
    });

    it("tells an event without variables from one where none of them is set", () => {
      expect(asked({})).toBeNull();
      expect(channel(new EventParser().parse(hold({ variable_uuid: UUID, variable_tier: "gold" }))).asked).toBeNull();
    });

    it.each(recordingNames())("knows by variable_uuid which events of the recording %s carry variables", (name) => {
      for (const recorded of recordedEvents(name)) {
        const event = parser.parse(asEventPlain(recorded));
        if (event?.kind === "channel") expect(event.asked !== null, event.name).toBe(Object.keys(recorded).some((header) => header.startsWith("variable_")));
      }
    });
  });

  it("cannot be told lies by a variable that a caller names like a header", () => {
    const event = channel(new EventParser().parse(Buffer.concat([hold({ "Hangup-Cause": "USER_BUSY" }).subarray(0, -1), plain({
      "variable_sip_h_X-Unique-ID": "lie", "variable_Unique-ID": "lie", "variable_sip_h_X": "lie%0AUnique-ID%3A%20lie", "Unique-ID": "lie", "Hangup-Cause": "NORMAL_CLEARING",
    })])));
    expect(event).toMatchObject({ uuid: UUID, hangupCause: "USER_BUSY" });
  });

  it("tells a header from names that differ from it in one byte alone, wherever that is, or go on behind it", () => {
    for (const header of ["Unique-ID", "Hangup-Cause", "Other-Leg-Unique-ID", "variable_callplane_org", "user"]) {
      const value = (body: Buffer): string | undefined => {
        const scanner = new EventScanner();
        scanner.scan(body);
        return scanner.value(HEADER_NAMES.indexOf(header));
      };
      for (let at = 0; at < header.length; at++) {
        const other = `${header.slice(0, at)}~${header.slice(at + 1)}`;
        expect(value(plain({ [other]: "lie" })), other).toBeUndefined();
        expect(value(plain({ [other]: "lie", [header]: "right" })), other).toBe("right");
      }
      expect(value(plain({ [`${header}-More`]: "lie", [header.slice(0, -1)]: "lie" }))).toBeUndefined();
      expect(value(Buffer.from(`${header}: at the end`))).toBe("at the end");
    }
  });

  it("keeps apart values that differ in one byte alone, of whatever length", () => {
    const scanner = new EventScanner();
    for (let length = 1; length < 300; length++) {
      for (const at of new Set([0, length >> 2, length >> 1, length - 1])) {
        for (const byte of ["a", "b"]) {
          const value = "x".repeat(at) + byte + "x".repeat(length - at - 1);
          scanner.scan(plain({ Application: value }));
          expect(scanner.text(HEADER.application)).toBe(value);
        }
      }
    }
  });

  it("finds headers behind the variables", () => {
    const event = channel(new EventParser().parse(plain({ "Event-Name": "RECORD_START", "Unique-ID": UUID, variable_direction: "inbound", "Record-File-Path": "/tmp/a.wav" })));
    expect(event.recordPath).toBe("/tmp/a.wav");
  });

  it.each([
    ["nothing", ""],
    ["only line feeds", "\n\n\n"],
    ["no name", "Unique-ID: x\n\n"],
    ["no uuid", "Event-Name: CHANNEL_HOLD\n\n"],
    ["a uuid that is none", "Event-Name: CHANNEL_HOLD\nUnique-ID: no uuid\n\n"],
    ["lines without a colon", "Event-Name\nUnique-ID\n\n"],
    ["a name without a value", "Event-Name:\nUnique-ID:\n\n"],
    ["no end", "Event-Name: CHANNEL_HOLD"],
  ])("is not thrown by a body with %s", (_, body) => {
    expect(new EventParser().parse(Buffer.from(body))).toBeNull();
  });

  it.each([
    ["v=0%0D%0Ac%3DIN%20IP4%20192.0.2.1%0D%0Aa%3Dsendrecv%0D%0A", true], ["v=0%0D%0Aa%3Dsendonly%0D%0A", false], ["v=0%0D%0Aa%3Dinactive%0D%0A", false],
    ["v=0%0D%0Ac%3DIN%20IP4%200.0.0.0%0D%0A", false], ["v=0%0D%0As%3Dinactive%20line%0D%0A", true], [undefined, null],
  ])("reads from the far end's last description whether it listens, when a leg is parked: %s is %s", (description, listens) => {
    const parsed = (name: string): boolean | null => channel(new EventParser().parse(plain({ "Event-Name": name, "Unique-ID": UUID, ...(description === undefined ? {} : { variable_switch_r_sdp: description }) }))).listens;
    expect([parsed("CHANNEL_PARK"), parsed("CHANNEL_HOLD")]).toEqual([listens, null]);
  });
});
