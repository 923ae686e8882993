import { commands, sofiaName, type DomainName, type Extension, type SwitchNodes } from "../freeswitch/index.js";
import type { Logger } from "../logger.js";

/** The profile at which phones register (freeswitch-conf). */
const PROFILE = sofiaName("internal", "profile");

/** Ends the registrations of a user's phones on every FreeSWITCH that is there; one that is away lets them expire. Does not reject. */
export async function endRegistrations(nodes: SwitchNodes, logger: Logger, user: Extension, domain: DomainName): Promise<void> {
  const ready = nodes.all().filter((node) => node.status().state === "ready");
  await Promise.all(
    ready.map(async (node) => {
      try {
        await node.api(commands.flushRegistrations(PROFILE, user, domain));
      } catch (error) {
        logger.warn({ err: error, node: node.name, user }, "the registrations of a phone that may register no more could not be ended; they expire");
      }
    }),
  );
}
