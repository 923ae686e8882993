import { describe, expect, it } from "vitest";
import { MutableChannel } from "../../src/calls/channel.js";
import { CHANNEL_COLUMNS, channelUuid } from "../../src/freeswitch/index.js";

const UUID = channelUuid("fe9358b7-5022-4e9d-b41d-b2d03ec10017");

describe("a channel's columns", () => {
  it.each(CHANNEL_COLUMNS.filter((column) => column !== "uuid" && column !== "presence_data"))("take %s from an event, once, and leave what it does not carry", (column) => {
    const channel = new MutableChannel(UUID, "fs");
    expect(channel.merge({ [column]: "new" })).toBe(true);
    expect(channel.columns[column]).toBe("new");
    expect(channel.merge({ [column]: "new" })).toBe(false);
    expect(channel.merge({ [column]: undefined })).toBe(false);
    expect(JSON.parse(channel.json)).toEqual({ ...new MutableChannel(UUID, "fs").columns, [column]: "new" });
  });

  it("never show our own state", () => {
    const channel = new MutableChannel(UUID, "fs");
    expect(channel.merge({ presence_data: '{"v":1}' })).toBe(false);
    expect(channel.columns.presence_data).toBe("");
  });
});
