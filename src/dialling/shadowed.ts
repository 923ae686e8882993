import { homeCountry, type HomeFacts } from "./country.js";
import { emergencyNumbers } from "./emergency-numbers.js";

/** The emergency numbers that are an agent's id or extension. No new agent may have one, but an older agent may, or one from before the list was changed. */
export function shadowedEmergencies(facts: HomeFacts & { readonly emergencyNumbers: readonly string[] | null }, agents: readonly { readonly agentId: string; readonly extension: string }[]): readonly string[] {
  const numbers = emergencyNumbers(homeCountry(facts), facts.emergencyNumbers);
  return [...new Set(agents.flatMap(({ agentId, extension }) => [agentId, extension]).filter((word) => numbers.has(word)))].sort();
}
