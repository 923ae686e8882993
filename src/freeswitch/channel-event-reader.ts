/** Makes a channel event of what the scanner found in a body. */
import type { ChannelVariables } from "./channel-variables.js";
import { HEADER } from "./event-headers.js";
import type { EventScanner } from "./event-scanner.js";
import { HOLD_WORDS, listensToNobody } from "./session-description.js";
import type { ChannelColumn, ChannelEvent, ChannelEventName } from "./types.js";
import { isChannelUuid } from "./words.js";

type Row = { -readonly [column in ChannelColumn]?: string | undefined };

/** What is common to all events, for the node's own bookkeeping. */
export interface EventOrigin {
  readonly name: string;
  readonly coreUuid: string;
  readonly sequence: number;
  /** Microseconds since the epoch. */
  readonly timestampUs: number;
}

/** Null for an event that does not say whose it is. */
export function channelEvent(name: ChannelEventName, { coreUuid, sequence, timestampUs }: EventOrigin, scanner: EventScanner, asked: ChannelVariables | null): ChannelEvent | null {
  const uuid = scanner.text(HEADER.uuid);
  if (!isChannelUuid(uuid)) return null;
  const row = rowOf(uuid, scanner);
  if (name === "CHANNEL_CREATE") addCreation(row, scanner, timestampUs);
  else if (name === "CALL_UPDATE") addUpdate(row, scanner);
  else if (name === "CHANNEL_EXECUTE") addExecution(row, scanner);
  return {
    kind: "channel",
    name,
    uuid,
    coreUuid,
    sequence,
    timestampUs,
    row,
    answerState: scanner.text(HEADER.answerState),
    otherLeg: scanner.text(HEADER.otherLeg),
    otherType: scanner.text(HEADER.otherType),
    bridgeA: scanner.text(HEADER.bridgeA),
    bridgeB: scanner.text(HEADER.bridgeB),
    hangupCause: scanner.text(HEADER.hangupCause),
    application: scanner.text(HEADER.application),
    applicationData: scanner.text(HEADER.applicationData),
    applicationUuid: scanner.text(HEADER.applicationUuid),
    applicationResponse: scanner.text(HEADER.applicationResponse),
    mediaBug: scanner.text(HEADER.mediaBug),
    digit: scanner.text(HEADER.digit),
    digitDuration: scanner.number(HEADER.digitDuration),
    recordPath: scanner.text(HEADER.recordPath),
    orgVariable: scanner.text(HEADER.orgVariable),
    queueVariable: scanner.text(HEADER.queueVariable),
    attributesVariable: scanner.text(HEADER.attributesVariable),
    attributes: scanner.attributes(),
    priorityVariable: scanner.text(HEADER.priorityVariable),
    programVariable: scanner.text(HEADER.programVariable),
    parkLimit: scanner.text(HEADER.parkLimit),
    stayVariable: scanner.text(HEADER.stayVariable),
    listens: name === "CHANNEL_PARK" ? listens(scanner.textWith(HEADER.remoteSdp, HOLD_WORDS)) : null,
    domainVariable: scanner.text(HEADER.domainVariable),
    userVariable: scanner.text(HEADER.userVariable),
    fromVariable: scanner.text(HEADER.fromVariable),
    sipCallId: scanner.text(HEADER.sipCallId),
    // Of a BYE the first event of the end has no disposition yet, but this status (sofia.c, sofia_handle_sip_i_bye).
    hangupDisposition: scanner.text(HEADER.hangupDisposition) || (scanner.text(HEADER.termStatus) === "200" ? "recv_bye" : ""),
    sipStatus: scanner.number(HEADER.termStatus),
    recordedVariable: scanner.text(HEADER.recordedVariable),
    asked,
    answeredUs: scanner.number(HEADER.answered),
    hangupUs: scanner.number(HEADER.hangup),
  };
}

const listens = (sdp: string | null): boolean | null => (sdp === "" ? null : sdp === null || !listensToNobody(sdp));

/** The columns that any channel event carries (as switch_core_sqldb.c fills them). All are named, so that every row has one hidden class. */
function rowOf(uuid: string, scanner: EventScanner): Row {
  return {
    uuid,
    direction: scanner.value(HEADER.direction),
    created: undefined,
    created_epoch: undefined,
    name: scanner.value(HEADER.channelName),
    state: scanner.value(HEADER.state),
    cid_name: scanner.value(HEADER.callerName),
    cid_num: scanner.value(HEADER.callerNumber),
    ip_addr: scanner.value(HEADER.networkAddress),
    dest: scanner.value(HEADER.destination),
    application: undefined,
    application_data: undefined,
    dialplan: scanner.value(HEADER.dialplan),
    context: scanner.value(HEADER.context),
    read_codec: scanner.value(HEADER.readCodec),
    read_rate: scanner.value(HEADER.readRate),
    read_bit_rate: scanner.value(HEADER.readBitRate),
    write_codec: scanner.value(HEADER.writeCodec),
    write_rate: scanner.value(HEADER.writeRate),
    write_bit_rate: scanner.value(HEADER.writeBitRate),
    secure: undefined,
    hostname: undefined,
    presence_id: scanner.value(HEADER.presenceId),
    presence_data: scanner.value(HEADER.presenceData),
    accountcode: scanner.value(HEADER.accountCode),
    callstate: scanner.value(HEADER.callState),
    callee_name: scanner.value(HEADER.calleeName),
    callee_num: scanner.value(HEADER.calleeNumber),
    callee_direction: undefined,
    call_uuid: scanner.value(HEADER.callUuid),
    sent_callee_name: undefined,
    sent_callee_num: undefined,
    initial_cid_name: undefined,
    initial_cid_num: undefined,
    initial_ip_addr: undefined,
    initial_dest: undefined,
    initial_dialplan: undefined,
    initial_context: undefined,
  };
}

function addCreation(row: Row, scanner: EventScanner, timestampUs: number): void {
  row.created = scanner.value(HEADER.localDate);
  row.created_epoch = String(Math.trunc((scanner.number(HEADER.created) || timestampUs) / 1_000_000));
  row.hostname = scanner.value(HEADER.hostname);
  row.initial_cid_name = row.cid_name;
  row.initial_cid_num = row.cid_num;
  row.initial_ip_addr = row.ip_addr;
  row.initial_dest = row.dest;
  row.initial_dialplan = row.dialplan;
  row.initial_context = row.context;
}

function addUpdate(row: Row, scanner: EventScanner): void {
  row.callee_direction = scanner.value(HEADER.updateDirection);
  row.sent_callee_name = scanner.value(HEADER.sentCalleeName);
  row.sent_callee_num = scanner.value(HEADER.sentCalleeNumber);
}

/** An application without data has no such header, and must not keep the data of the one before. */
function addExecution(row: Row, scanner: EventScanner): void {
  row.application = scanner.value(HEADER.application);
  row.application_data = scanner.text(HEADER.applicationData);
}
