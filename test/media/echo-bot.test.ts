import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startEchoBot, type EchoBot } from "../../src/composition/echo-bot.js";

let bot: EchoBot | null = null;
afterEach(async () => bot?.close());

it("the demonstration's bot answers TwiML that leads to itself, and says what it hears until # is pressed", async () => {
  bot = await startEchoBot();
  const answer = await fetch(bot.voiceUrl, { method: "POST" });
  expect(answer.headers.get("content-type")).toBe("text/xml");
  expect(await answer.text()).toContain(`<Connect><Stream url="${bot.streamUrl}"/></Connect>`);
  const socket = new WebSocket(bot.streamUrl);
  await once(socket, "open");
  for (const message of ["no JSON", { event: "connected" }, { event: "media", streamSid: "MZ1", media: { track: "inbound", payload: "AAAA" } }]) socket.send(typeof message === "string" ? message : JSON.stringify(message));
  const [heard] = (await once(socket, "message")) as [Buffer];
  expect(JSON.parse(heard.toString())).toEqual({ event: "media", streamSid: "MZ1", media: { payload: "AAAA" } });
  socket.send(JSON.stringify({ event: "dtmf", dtmf: { digit: "#" } }));
  const [code] = (await once(socket, "close")) as [number];
  expect(code).toBe(1000);
});
