/** Global variables of FreeSWITCH that every channel inherits, and what is open without them: a table, and its check. */
import { commands, variableName } from "../freeswitch/index.js";
import { failed, passed, type Check } from "./doctor-check.js";
import type { Ask } from "./doctor-node.js";

interface VariableRule {
  readonly variable: string;
  readonly expected: RegExp;
  /** A value to set. */
  readonly value: string;
  readonly open: string;
}

/** `freeswitch-conf/vars.xml` gives the reason for each. */
const VARIABLE_RULES: readonly VariableRule[] = [
  { variable: "outbound_redirect_fatal", expected: /^(?:true|yes|on|1)$/i, value: "true", open: "a phone's redirect (302) is dialled, past every rule of its organization" },
  { variable: "sip_copy_custom_headers", expected: /^(?:false|no|off|0)$/i, value: "false", open: "headers that a phone makes up (X-*, Diversion, P-Charge-Info) reach the trunk" },
  { variable: "force_transfer_context", expected: /^[\w.-]+$/, value: "transfers", open: "a phone's REFER sends the other party wherever the phone itself may dial, without asking" },
];

/** FreeSWITCH's value, "" when it is not set. */
export const globalVariable = async (ask: Ask, name: string): Promise<string> => {
  const value = await ask(commands.globalVariable(variableName(name, "variable")));
  return value.startsWith("-ERR") ? "" : value;
};

export async function checkVariables(node: string, ask: Ask): Promise<readonly Check[]> {
  const findings: Check[] = [];
  for (const { variable, expected, value, open } of VARIABLE_RULES) {
    const found = await globalVariable(ask, variable);
    if (!expected.test(found)) findings.push(failed(node, `variable ${variable}`, `is ${found === "" ? "not set" : found}: ${open}`, `Set <X-PRE-PROCESS cmd="set" data="${variable}=${value}"/> in vars.xml and run "reloadxml"; freeswitch-conf has it.`));
  }
  return findings.length > 0 ? findings : [passed(node, "variables of every channel", "no redirect is followed, no header copied, and a REFER asks")];
}
