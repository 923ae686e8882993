/** What the agent is told of a supervisor on the call: by the legs that hear the supervisor, whatever the mode. */
import type { Call } from "../../api/types.js";
import type { Desk as Words } from "../../messages/desk.en.js";
import { nameIn, nameOfLeg, type Book } from "./parties.js";

export function coachText({ agent, mode, muted, hearers, target }: Call["supervision"][number], call: Call, agentId: string, book: Book, words: Words["coach"]): string {
  const who = agent === null ? words.program : nameIn(book, agent);
  if (muted && mode !== "listen") return words.muted(who);
  const there = call.legs.filter(({ role, state }) => role !== "supervisor" && state !== "ringing" && state !== "ended");
  const others = there.filter((leg) => leg.agent !== agentId);
  const names = (hear: boolean): readonly string[] => others.filter(({ id }) => hearers.includes(id) === hear).map((leg) => nameOfLeg(leg, call, agentId, book));
  const isHeard = there.some(({ id, agent: whose }) => whose === agentId && hearers.includes(id));
  if (mode === "listen" || (!isHeard && names(true).length === 0)) return words.listen(who);
  if (mode === "whisper") return isHeard ? words.whisper(who) : words.whisperAside(who, target === null ? words.listOf(names(true)) : nameIn(book, target));
  return isHeard ? words.barge(who, names(true), names(false)) : words.bargeAside(who, names(true));
}
