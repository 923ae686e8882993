/** A walk over the audit log's chain. */
import { z } from "zod";
import type { AuditChain, Head, StoredRow } from "./audit-chain.js";
import type { AuditMark, AuditVerdict } from "../audit/index.js";

const pruneDetail = z.object({ last: z.int(), hash: z.string() });

function prunedBy({ action, detail }: StoredRow): AuditMark | null {
  if (action !== "audit.prune" || typeof detail !== "string") return null;
  const parsed = pruneDetail.safeParse(JSON.parse(detail));
  return parsed.success ? { id: parsed.data.last, hash: parsed.data.hash } : null;
}

interface Walk {
  /** From the one behind `after` on. */
  readonly rows: Iterable<StoredRow> | AsyncIterable<StoredRow>;
  readonly chain: AuditChain;
  readonly head: Head | null;
  /** Null: from the oldest entry; else with its hash as it stands. */
  readonly after: { readonly id: number; readonly hash: string | null } | null;
}

/** Names the first entry that is not as it was written; null when there is none and none is missing. */
export async function verdict({ rows, chain, head, after }: Walk): Promise<AuditVerdict> {
  const pruned = head === null || head.prunedId === 0 ? null : { id: head.prunedId, hash: head.prunedHash };
  const trusted = head !== null && chain.isAuthentic(head);
  let before = after === null ? (head?.prunedHash ?? chain.genesis) : after.hash;
  let entries = 0;
  let since: Date | null = null;
  let newest: AuditMark | null = null;
  let lastPrune: AuditMark | null = null;
  const found = (fault: AuditVerdict["fault"]): AuditVerdict => ({ entries, since, newest, pruned, fault });
  for await (const row of rows) {
    entries += 1;
    if (typeof row.at === "number") since ??= new Date(row.at);
    if (row.hash === null) return found({ id: row.id, what: "is in no chain: it was put there by hand, or is from before the chain (callplane audit chain)" });
    if (before === null || chain.entry(before, row) !== row.hash) return found({ id: row.id, what: "does not fit: it, or the entry before it, was changed, removed or put there by hand" });
    before = row.hash;
    newest = { id: row.id, hash: row.hash };
    lastPrune = prunedBy(row) ?? lastPrune;
  }
  if (head === null) return found(newest === null ? null : { id: newest.id, what: "is the newest, and the record of where the chain ends is gone" });
  if (!trusted) return found({ id: head.lastId, what: "should be the newest, says a record that was not written with this key" });
  if (newest === null ? head.lastId > (after?.id ?? 0) : newest.id !== head.lastId || newest.hash !== head.lastHash) return found({ id: head.lastId, what: "was the newest one, and is missing" });
  if (after === null && pruned !== null && (lastPrune === null || lastPrune.id !== pruned.id || lastPrune.hash !== pruned.hash)) return found({ id: pruned.id, what: "and those before it are gone, and no entry says that they were pruned" });
  return found(null);
}
