/** Numbers and text that are searched for in records, as they may stand there. */
import type { Actor, Directory } from "../people/index.js";
import type { NumberReader } from "./ports.js";
import type { StoredCallLogFilter } from "./types.js";

interface Asked {
  readonly number?: string;
  readonly q?: string;
}

/** Older records have numbers in FreeSWITCH's form, so both forms are searched. */
export function searched<Filter extends Asked>({ directory, numbers }: { readonly directory: Directory; readonly numbers: NumberReader }, actor: Actor, { number, q, ...others }: Filter): Omit<Filter, "number" | "q"> & Pick<StoredCallLogFilter, "numbers" | "found"> {
  const found = q === undefined ? {} : { found: foundBy(directory, actor, q) };
  if (number === undefined) return { ...others, ...found };
  const read = numbers.read(actor.organizationId, number);
  return { ...others, ...found, numbers: read === null ? [number] : [...new Set([read, read.slice(1), number])] };
}

function foundBy(directory: Directory, { organizationId }: Actor, q: string): NonNullable<StoredCallLogFilter["found"]> {
  const text = q.toLocaleLowerCase();
  const organizations = organizationId === null ? directory.organizations().map(({ id }) => id) : [organizationId];
  const agents = organizations.flatMap((id) => directory.agents(id)).filter(({ agentId, name }) => agentId.toLocaleLowerCase().includes(text) || name.toLocaleLowerCase().includes(text));
  // As people write numbers: (212) 555-0100.
  const number = q.replace(/[\s().-]/g, "");
  return { name: q, number: /^\+?[A-Za-z0-9_*#]+$/.test(number) ? number : null, agentIds: [...new Set(agents.map(({ agentId }) => agentId))] };
}
