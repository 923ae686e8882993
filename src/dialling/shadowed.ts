import { homeCountry, type HomeFacts } from "./country.js";
import { emergencyNumbers } from "./emergency-numbers.js";

export interface EmergencyFacts extends HomeFacts {
  readonly emergencyNumbers: readonly string[] | null;
}

/** The emergency numbers that are an agent's id or extension: no new agent may have one, but an agent may have had it before that was refused, or before the list was changed. */
export function shadowedEmergencies(facts: EmergencyFacts, agents: readonly { readonly agentId: string; readonly extension: string }[]): readonly string[] {
  const numbers = emergencyNumbers(homeCountry(facts), facts.emergencyNumbers);
  return [...new Set(agents.flatMap(({ agentId, extension }) => [agentId, extension]).filter((word) => numbers.has(word)))].sort();
}
