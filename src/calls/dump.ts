/** Reads FreeSWITCH's answer to `uuid_dump <uuid> json`: the headers of an event, and the channel's variables as `variable_…`. */

/** By name; a variable with several values is written as FreeSWITCH writes it in events. Throws SyntaxError for what is no JSON. */
export function parseDump(text: string): Readonly<Record<string, string>> {
  const json: unknown = JSON.parse(text);
  if (typeof json !== "object" || json === null) return {};
  return Object.fromEntries(Object.entries(json).flatMap(([name, value]: [string, unknown]) => (typeof value === "string" ? [[name, value]] : Array.isArray(value) ? [[name, `ARRAY::${value.join("|:")}`]] : [])));
}
