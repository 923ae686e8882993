/** What each FreeSWITCH says of a trunk's gateway. */
import { within } from "../abort.js";
import { commands, sofiaName, type SwitchNodes } from "../freeswitch/index.js";

const LIMIT_MS = 3000;

export interface GatewayState {
  readonly node: string;
  /** `unknown`: FreeSWITCH does not know it (yet), or is not reachable. */
  readonly state: "up" | "down" | "unknown";
  /** FreeSWITCH's word for the registration, such as REGED, NOREG or FAIL_WAIT; null: unknown. */
  readonly registration: string | null;
}

/** A value of the table that `sofia status gateway` gives; empty: there is none. */
function field(table: string, name: string): string {
  const line = table.split("\n").find((each) => each.startsWith(name) && /^[ \t]/.test(each.slice(name.length)));
  return line?.slice(name.length).trim() ?? "";
}

export function gatewayState(node: string, table: string | null): GatewayState {
  const status = table === null ? "" : field(table, "Status");
  const registration = table === null ? "" : field(table, "State");
  return { node, state: status === "UP" ? "up" : status === "" ? "unknown" : "down", registration: registration === "" ? null : registration };
}

/** Asks every node; one that does not answer is unknown. Never rejects. */
export function gatewayStates(nodes: Pick<SwitchNodes, "all">, name: string): Promise<readonly GatewayState[]> {
  return Promise.all(
    nodes.all().map(async (node) => {
      if (node.status().state !== "ready") return gatewayState(node.name, null);
      const table = await within(node.api(commands.sofiaGateway(sofiaName(name, "name"))), LIMIT_MS).catch(() => null);
      return gatewayState(node.name, table);
    }),
  );
}
