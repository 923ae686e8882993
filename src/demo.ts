/** What `npm start` without configuration runs against: the simulated switch with live traffic, and passwords that everybody knows. */
import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import type { Logger } from "pino";
import type { AgentService } from "./agents/index.js";
import { DEMO_ORGANIZATION, DEMO_PASSWORD } from "./auth/index.js";
import type { SwitchNodeConfig } from "./config.js";
import { startEchoBot, type EchoBot } from "./composition/echo-bot.js";
import { createSimulator, demoDialplan } from "./simulator/index.js";
import { DEMO_LINE, programOf, type VoiceDirectory } from "./voice-app/index.js";

/** What its switch is called. */
export const DEMO_NODE = "demo";

const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

/** Throws when the demo would be reachable from elsewhere, or a proxy is in front of it: its passwords are no secret. */
export function assertDemoMayListen({ host, trustProxy }: { readonly host: string; readonly trustProxy: boolean }): void {
  const what = "FREESWITCH_NODES is not set, so this would be the demonstration with its well-known passwords; it listens on loopback alone,";
  if (!isLoopback(host)) throw new Error(`${what} not on ${host}.`);
  if (trustProxy) throw new Error(`${what} not behind a proxy (TRUST_PROXY).`);
}

export interface Demo {
  readonly address: SwitchNodeConfig;
  readonly bot: Pick<EchoBot, "voiceUrl" | "streamUrl">;
  /** People call from now on. `isAttended`: somebody sits at the agent's console, so that the phone rings for long enough to be answered there. */
  readonly begin: (agents: { readonly takesCalls: (extension: string) => boolean; readonly isAttended: (extension: string) => boolean }) => void;
  readonly close: () => Promise<void>;
}

/** Whom customers call past the departments: who is online, or has not been at work since the start, so that there is something to see at once. */
export function callable(agents: Pick<AgentService, "shown" | "onChange">, organizationId: number): (extension: string) => boolean {
  /** Bounded by the organization's agents. */
  const worked = new Set<string>();
  agents.onChange((change) => {
    const { id, status } = change.agent;
    if (change.organizationId === organizationId && (status === "online" || status === "away")) worked.add(id);
  });
  return (extension) => {
    const status = agents.shown(organizationId, extension)?.status;
    // A call of before a restart is over, whatever is known of the agent.
    return status === "online" || status === "inCall" || (status === "offline" && !worked.has(extension));
  };
}

/** Starts the simulated switch, and a bot that says what it hears; its lines are those of the configuration, as FreeSWITCH's are. */
export async function startDemo(logger: Logger, voice: Pick<VoiceDirectory, "lineWithNumber">, recordingsDir: string): Promise<Demo> {
  const password = randomBytes(16).toString("hex");
  const simulator = await createSimulator({ password, domain: DEMO_ORGANIZATION.domain, dialplan: demoDialplan(destinationOf), recordingsDir });
  const bot = await startEchoBot();
  let stopTraffic = (): void => undefined;
  logger.warn(
    { users: ["alice", "bob", "carol", "admin"], echoBot: bot.streamUrl },
    `DEMONSTRATION: FREESWITCH_NODES is not set, so the switch and all its calls are simulated, and everybody's password is "${DEMO_PASSWORD}". Not for real calls.`,
  );
  return {
    bot,
    address: { name: DEMO_NODE, host: simulator.host, port: simulator.port, password },
    begin: (agents) => void (stopTraffic = simulator.startDemo({ line: DEMO_LINE, ...agents })),
    close: async () => {
      stopTraffic();
      await bot.close();
      await simulator.close();
    },
  };

  function destinationOf(number: string): string | null {
    const line = voice.lineWithNumber(number);
    if (line === undefined) return null;
    if (line.targetType === "client") return line.target;
    return line.targetType === "department" ? `queue:${line.target}` : `program:${programOf(line)}`;
  }
}
