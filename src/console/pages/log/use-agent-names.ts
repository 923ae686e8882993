/** What the agents of the call log are called. */
import type { ShallowRef } from "vue";
import { useConsole } from "../../console.js";
import { deskApi } from "../desk/desk-api.js";
import { nameIn } from "../desk/parties.js";
import { useNames } from "../desk/use-names.js";

export interface AgentNames {
  /** Of those whom the person sees live. */
  readonly names: Readonly<ShallowRef<ReadonlyMap<string, string>>>;
  /** Also of a colleague whom an agent does not see live. */
  readonly nameOf: (agent: string) => string;
}

export function useAgentNames(): AgentNames {
  const { api, live } = useConsole();
  const names = live.slice(["agents"], ({ agents }) => new Map([...agents.values()].map(({ id, name }) => [id, name])), { everyMs: 2000 });
  const book = useNames(deskApi(api));
  return { names, nameOf: (agent) => names.value.get(agent) ?? nameIn(book.value, agent) };
}
