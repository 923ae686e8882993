/** What a transaction does with recordings, for those who are told of it after the commit. */
import { agentsOf, type CallRecordView, type RecordingNews, type RecordingRecord } from "../../call-logs/index.js";

type Type = RecordingNews["type"];

export class RecordingChanges {
  /** As they were when the transaction began. Bounded by the transaction. */
  #before = new Map<string, RecordingRecord | undefined>();

  /** To be called first in each transaction. */
  begin(): void {
    this.#before = new Map();
  }

  /** To be called before each change. */
  note(id: string, before: RecordingRecord | undefined): void {
    if (!this.#before.has(id)) this.#before.set(id, before);
  }

  /** To be called last in the transaction: each recording as it is now. */
  async news(view: CallRecordView): Promise<readonly RecordingNews[]> {
    const news: RecordingNews[] = [];
    for (const [id, before] of this.#before) {
      const now = await view.recordingById(id);
      if (now !== undefined) news.push(...(await newsOf(view, before, now)));
    }
    return news;
  }
}

/** What became of one recording, with its call as the list shows it. */
export async function newsOf(view: CallRecordView, before: RecordingRecord | undefined, now: RecordingRecord): Promise<readonly RecordingNews[]> {
  const types = typesOf(before, now);
  if (types.length === 0) return [];
  const call = (await view.record(now.callId)) ?? null;
  const agents = call === null ? [] : agentsOf(call, await view.legs(now.callId));
  return types.map((type) => ({ type, recording: { ...now, call }, agents }));
}

/** One that began and ended within one write has both told. */
function typesOf(before: RecordingRecord | undefined, now: RecordingRecord): readonly Type[] {
  const begins = before === undefined || (before.endedAt !== null && now.endedAt === null);
  if (begins) return now.endedAt === null ? ["started"] : ["started", "stopped"];
  const types: Type[] = [];
  if (before.endedAt === null && now.endedAt !== null) types.push("stopped");
  if (before.removedAt === null && now.removedAt !== null) types.push("removed");
  if (types.length > 0 || (before.startedBy === now.startedBy && before.callId === now.callId)) return types;
  return ["updated"];
}
