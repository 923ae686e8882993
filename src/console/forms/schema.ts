/** The part of JSON Schema that the API's requests are described with. `api/forms.ts` is made of it, from the server's own document. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly default?: Value;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly examples?: readonly Value[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly propertyNames?: Schema;
  readonly oneOf?: readonly Schema[];
}

/** What stands in a field: a value as the API has it. Undefined: nothing was said. A number that cannot be read stays the text that was typed. */
export type Value = string | number | boolean | null | undefined | readonly Value[] | ValueMap;
export interface ValueMap {
  readonly [name: string]: Value;
}

export const isMap = (value: unknown): value is ValueMap => typeof value === "object" && value !== null && !Array.isArray(value);
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export function isSame(one: Value, other: Value): boolean {
  if (isList(one) && isList(other)) return one.length === other.length && one.every((value, index) => isSame(value, other[index]));
  if (isMap(one) && isMap(other)) return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => isSame(one[name], other[name]));
  return one === other;
}

/** The text of a value that is one word; of anything else none. */
export const wordOf = (value: Value): string => (typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "");
