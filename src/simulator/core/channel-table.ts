/**
 * The `channels` and `calls` tables behind `show`. Rows are written from events exactly where switch_core_sqldb.c does it,
 * so a column lags here as it does there: `presence_data`, for one, moves only with CHANNEL_EXECUTE, HOLD, UNHOLD and ROUTING.
 */
import { CHANNEL_COLUMNS, type ChannelColumn } from "../../freeswitch/index.js";
import { localStamp } from "../wire/event-record.js";
import type { Channel } from "./channel.js";

export type Row = Record<ChannelColumn, string>;

interface CallEntry {
  readonly callerUuid: string;
  readonly calleeUuid: string;
  readonly callUuid: string;
  readonly createdEpoch: string;
}

const CODEC_BIT_RATES = { PCMU: "64000", L16: "128000", "": "" } as const;

function emptyRow(): Row {
  const row: Partial<Row> = {};
  for (const column of CHANNEL_COLUMNS) row[column] = "";
  const isRow = (value: Partial<Row>): value is Row => CHANNEL_COLUMNS.every((column) => value[column] !== undefined);
  if (!isRow(row)) throw new Error("a row has every column");
  return row;
}

export class ChannelTable {
  readonly #hostname: string;
  readonly #rows = new Map<string, Row>();
  readonly #calls = new Map<string, CallEntry>();
  readonly #callerOfCallee = new Map<string, string>();

  constructor(hostname: string) {
    this.#hostname = hostname;
  }

  clear(): void {
    this.#rows.clear();
    this.#calls.clear();
    this.#callerOfCallee.clear();
  }

  rows(): Row[] {
    return [...this.#rows.values()];
  }

  /** Bridged pairs, oldest first. */
  calls(): { readonly a: Row; readonly b: Row | undefined; readonly createdEpoch: string }[] {
    const calls: { a: Row; b: Row | undefined; createdEpoch: string }[] = [];
    for (const call of this.#calls.values()) {
      const a = this.#rows.get(call.callerUuid);
      if (a !== undefined) calls.push({ a, b: this.#rows.get(call.calleeUuid), createdEpoch: call.createdEpoch });
    }
    return calls;
  }

  /** Writes what the event of this name writes in FreeSWITCH; `extra` are the event's own headers. */
  apply(event: string, channel: Channel, extra: readonly [string, string][]): void {
    const extraValue = (name: string): string => extra.find(([header]) => header === name)?.[1] ?? "";
    if (event === "CHANNEL_CREATE") {
      this.insert(channel);
      return;
    }
    if (event === "CHANNEL_DESTROY") {
      this.#rows.delete(channel.uuid);
      this.#deleteCalls(channel.uuid);
      return;
    }
    const row = this.#rows.get(channel.uuid);
    if (row === undefined) return;
    const { profile } = channel;
    switch (event) {
      case "CHANNEL_ANSWER":
      case "CHANNEL_PROGRESS_MEDIA":
      case "CODEC":
        this.#setCodecs(row, channel);
        break;
      case "CHANNEL_HOLD":
      case "CHANNEL_UNHOLD":
      case "CHANNEL_EXECUTE":
        row.application = extraValue("Application");
        row.application_data = extraValue("Application-Data");
        this.#setPresence(row, channel);
        break;
      case "CHANNEL_ORIGINATE":
        this.#setPresence(row, channel);
        row.call_uuid = channel.variable("call_uuid") ?? channel.uuid;
        break;
      case "CALL_UPDATE":
        row.callee_name = profile.calleeName;
        row.callee_num = profile.calleeNumber;
        row.sent_callee_name = extraValue("Sent-Callee-ID-Name");
        row.sent_callee_num = extraValue("Sent-Callee-ID-Number");
        row.callee_direction = extraValue("Direction");
        row.cid_name = profile.cidName;
        row.cid_num = profile.cidNumber;
        break;
      case "CHANNEL_CALLSTATE":
        if (channel.callState !== "DOWN" && channel.callState !== "HANGUP") row.callstate = channel.callState;
        break;
      case "CHANNEL_STATE":
        this.#applyState(row, channel);
        break;
      case "CHANNEL_BRIDGE":
        this.#bridge(channel, extraValue("Bridge-A-Unique-ID"), extraValue("Bridge-B-Unique-ID"));
        break;
      case "CHANNEL_UNBRIDGE":
        for (const leg of [extraValue("Bridge-A-Unique-ID"), extraValue("Bridge-B-Unique-ID")]) {
          const legRow = this.#rows.get(leg);
          if (legRow !== undefined && legRow.call_uuid === (channel.variable("call_uuid") ?? channel.uuid)) legRow.call_uuid = leg;
        }
        this.#deleteCalls(channel.uuid);
        break;
      default:
        break;
    }
  }

  insert(channel: Channel): Row {
    const { profile } = channel;
    const createdMs = profile.times.created / 1000;
    const row = emptyRow();
    row.uuid = channel.uuid;
    row.direction = channel.direction;
    row.created = localStamp(new Date(createdMs));
    row.created_epoch = String(Math.floor(createdMs / 1000));
    row.name = channel.name;
    row.state = channel.runningState;
    row.callstate = channel.callState;
    row.dialplan = profile.dialplan;
    row.context = profile.context;
    row.hostname = this.#hostname;
    row.initial_cid_name = profile.cidName;
    row.initial_cid_num = profile.cidNumber;
    row.initial_ip_addr = profile.networkAddr;
    row.initial_dest = profile.destination;
    row.initial_dialplan = profile.dialplan;
    row.initial_context = profile.context;
    // The statement leaves call_uuid to CHANNEL_ORIGINATE and CHANNEL_BRIDGE; the recordings show it filled from the start.
    row.call_uuid = channel.variable("call_uuid") ?? channel.uuid;
    if (channel.codec !== "") this.#setCodecs(row, channel);
    this.#rows.set(channel.uuid, row);
    return row;
  }

  /** Records a pair without events, for channels that are made in bulk. */
  insertCall(a: Channel, b: Channel): void {
    this.#bridge(a, a.uuid, b.uuid);
  }

  #setCodecs(row: Row, channel: Channel): void {
    row.read_codec = channel.readCodec;
    row.read_rate = "8000";
    row.read_bit_rate = CODEC_BIT_RATES[channel.readCodec];
    row.write_codec = channel.codec;
    row.write_rate = "8000";
    row.write_bit_rate = CODEC_BIT_RATES[channel.codec];
  }

  #setPresence(row: Row, channel: Channel): void {
    row.presence_id = channel.variable("presence_id") ?? "";
    row.presence_data = channel.variable("presence_data") ?? "";
    row.accountcode = channel.variable("accountcode") ?? "";
  }

  #applyState(row: Row, channel: Channel): void {
    const state = channel.state;
    if (state === "CS_NEW" || state === "CS_INIT" || state === "CS_HANGUP" || state === "CS_REPORTING" || state === "CS_DESTROY" || state === "CS_NONE") return;
    row.state = channel.runningState;
    if (state !== "CS_ROUTING") return;
    const { profile } = channel;
    row.cid_name = profile.cidName;
    row.cid_num = profile.cidNumber;
    row.callee_name = profile.calleeName;
    row.callee_num = profile.calleeNumber;
    row.sent_callee_name = "";
    row.sent_callee_num = "";
    row.ip_addr = profile.networkAddr;
    row.dest = profile.destination;
    row.dialplan = profile.dialplan;
    row.context = profile.context;
    this.#setPresence(row, channel);
  }

  #bridge(channel: Channel, aUuid: string, bUuid: string): void {
    const callUuid = channel.variable("call_uuid") ?? channel.uuid;
    for (const uuid of [aUuid, bUuid]) {
      const leg = this.#rows.get(uuid);
      if (leg !== undefined) leg.call_uuid = callUuid;
    }
    this.#callerOfCallee.set(bUuid, aUuid);
    this.#calls.set(aUuid, { callerUuid: aUuid, calleeUuid: bUuid, callUuid, createdEpoch: String(Math.floor(channel.profile.times.bridged / 1_000_000)) });
  }

  #deleteCalls(uuid: string): void {
    for (const caller of [uuid, this.#callerOfCallee.get(uuid)]) {
      const call = caller === undefined ? undefined : this.#calls.get(caller);
      if (call === undefined) continue;
      this.#calls.delete(call.callerUuid);
      this.#callerOfCallee.delete(call.calleeUuid);
    }
  }
}
