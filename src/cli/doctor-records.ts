/** Quarantined records, and open records of nodes that this Callplane does not follow. */
import { openByNode } from "../call-logs/index.js";
import type { Config } from "../config.js";
import type { Store } from "../store/index.js";
import { failed, passed, type Check } from "./doctor-check.js";

const MANY = 1000;

export async function checkRecords(config: Config, store: Store): Promise<readonly Check[]> {
  const aside = (await store.cdrQuarantine.list(MANY)).length;
  const checks = [passed("database", "set aside", aside === 0 ? "every record could be stored" : `${aside === MANY ? `${MANY} or more` : aside} could not be stored (callplane records aside)`)];
  if (config.switchNodes.length === 0) return checks;
  const followed = new Set(config.switchNodes.map(({ name }) => name));
  const left = [...(await openByNode(store.callRecords))].filter(([node]) => !followed.has(node));
  if (left.length === 0) return [...checks, passed("database", "open call records", "all are of nodes that FREESWITCH_NODES names")];
  return [...checks, ...left.map(([node, calls]) => failed("database", "open call records", `${calls} of ${node}, which FREESWITCH_NODES does not name`, `When no Callplane follows that FreeSWITCH any more: callplane records close --node ${node}`))];
}
