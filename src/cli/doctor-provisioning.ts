/** Whether FreeSWITCH gets answers about phones and dialplan: `doctor` asks the listener as FreeSWITCH does, and names the obstacle. */
import { signingSecret } from "../auth/index.js";
import type { Config } from "../config.js";
import { commands, variableName } from "../freeswitch/index.js";
import { PROVISIONING_USER } from "../provisioning/index.js";
import { failed, passed, type Check } from "./doctor-check.js";
import type { Ask } from "./doctor-node.js";
import { globalVariable } from "./doctor-variables.js";
import { systemCode } from "../system-errors.js";

/** The timeout of mod_xml_curl in freeswitch-conf. */
const ANSWER_MS = 2000;
const CHECK = "provisioning";

const codeOf = (error: unknown): string => systemCode(error) || (error instanceof Error && error.cause !== undefined ? codeOf(error.cause) : "");

/** Null: it answers as Callplane does. */
async function fault(url: string, secret: string): Promise<string | null> {
  let reply: Response;
  let text: string;
  try {
    const authorization = `Basic ${Buffer.from(`${PROVISIONING_USER}:${secret}`).toString("base64")}`;
    reply = await fetch(url, { method: "POST", headers: { authorization }, body: new URLSearchParams({ section: "configuration" }), redirect: "manual", signal: AbortSignal.timeout(ANSWER_MS) });
    text = await reply.text();
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") return `does not answer within ${ANSWER_MS / 1000} s`;
    const code = codeOf(error);
    return code === "ECONNREFUSED" ? "nobody listens there" : `cannot be asked from here${code === "" ? "" : ` (${code})`}`;
  }
  if (reply.status === 200 && text.includes("freeswitch/xml")) return null;
  if (reply.status === 401 || reply.status === 403) return "refuses the secret";
  return `something other than Callplane answers (HTTP ${reply.status})`;
}

/** The URL of Callplane's listener, as reached from this machine. */
function ownUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  const address = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}/freeswitch`;
}

/** No check where FreeSWITCH does not ask Callplane, or cannot. No secret is shown. */
export async function checkProvisioning(node: string, ask: Ask, config: Config): Promise<readonly Check[]> {
  const asks = (await globalVariable(ask, "provisioning")) === "served" && (await ask(commands.moduleExists(variableName("mod_xml_curl", "module")))) === "true";
  return asks ? [await checkAnswers(node, ask, config)] : [];
}

async function checkAnswers(node: string, ask: Ask, { provisioningListen: listen, provisioningSecret, provisioningSecretFile }: Config): Promise<Check> {
  const url = await globalVariable(ask, "provisioning_url");
  if (listen === null) return failed(node, CHECK, `FreeSWITCH asks ${url}, and PROVISIONING_LISTEN is off: Callplane listens nowhere`, "Set PROVISIONING_LISTEN and start Callplane again, or start FreeSWITCH without FS_PROVISIONING_URL.");
  const own = ownUrl(listen);
  let secret: string;
  try {
    secret = new TextDecoder().decode(await signingSecret(provisioningSecret, provisioningSecretFile));
  } catch (error) {
    return failed(node, CHECK, `the secret cannot be read: ${error instanceof Error ? error.message : "an unknown error"}`, "Check PROVISIONING_SECRET_FILE, and that this user may read it.");
  }
  const here = await fault(own, secret);
  if (here !== null) {
    const mend = here === "refuses the secret" ? "Run doctor with the environment of the Callplane that listens there (PROVISIONING_SECRET, PROVISIONING_SECRET_FILE)." : "Start Callplane; when it is running, PROVISIONING_LISTEN is another one here than there.";
    return failed(node, CHECK, `FreeSWITCH gets no answer: Callplane's listener, ${own}: ${here}`, mend);
  }
  if ((await globalVariable(ask, "provisioning_secret")) !== secret) return failed(node, CHECK, "FreeSWITCH has another secret than Callplane, and is refused", "Give both the same (PROVISIONING_SECRET_FILE and FS_PROVISIONING_SECRET_FILE, or FS_PROVISIONING_SECRET), and restart FreeSWITCH.");
  const there = url === own ? null : await fault(url, secret);
  if (there !== null) return failed(node, CHECK, `FreeSWITCH asks ${url}: ${there}; Callplane listens at ${own}`, "Set FS_PROVISIONING_URL to where FreeSWITCH reaches Callplane's PROVISIONING_LISTEN, and restart FreeSWITCH.");
  return passed(node, CHECK, `Callplane answers at ${url}`);
}
