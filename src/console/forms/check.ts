/** What is wrong with what was entered, as far as the schema says it: before anything is sent. The server has the last word. */
import type { Field, NumberField, TextField, Variant, WordsField } from "./model.js";
import { isList, isMap, wordOf, type Value, type ValueMap } from "./schema.js";

export type Fault =
  | { readonly kind: "missing" | "notANumber" | "notWhole" | "form" | "nothingChosen" }
  | { readonly kind: "tooSmall" | "tooLarge" | "tooLong" | "tooShort" | "tooMany" | "tooFew"; readonly limit: number }
  /** The server's own sentence. */
  | { readonly kind: "said"; readonly text: string };

/** By the path of the field, `menu.keys.1.to`. */
export type Faults = ReadonlyMap<string, Fault>;

/** `before`: as it was; null when something is made. Then what is required must be there; later what was there cannot be emptied, unless emptiness says something. */
export function faultsOf(fields: readonly Field[], values: ValueMap, before: ValueMap | null): Faults {
  const faults = new Map<string, Fault>();
  for (const field of fields) {
    const isNeeded = before === null ? field.isRequired : (before[field.name] ?? null) !== null;
    check({ ...field, isRequired: isNeeded }, values[field.name], field.name, faults);
  }
  return faults;
}

const within = (path: string, name: string | number): string => `${path}.${name}`;

function check(field: Field, value: Value, path: string, faults: Map<string, Fault>): void {
  if (value === null && field.isNullable) return;
  if (value === undefined || value === null || value === "") {
    if (field.isRequired) faults.set(path, { kind: "missing" });
    return;
  }
  switch (field.kind) {
    case "text":
      return note(faults, path, textFault(field, value));
    case "number":
      return note(faults, path, numberFault(field, value));
    case "words":
      return wordsFaults(field, value, path, faults);
    case "levels":
      for (const [name, level] of Object.entries(isMap(value) ? value : {})) note(faults, within(path, name), numberFault({ isWhole: true, minimum: field.minimum, maximum: field.maximum }, level));
      return;
    case "group":
      return inside(field.fields, value, path, faults);
    case "variant":
      return variantFaults(field.variants, value, path, faults);
    case "rows":
      if (!isList(value)) return;
      note(faults, path, countFault(field, value.length));
      return value.forEach((row, index) => inside(field.row, row, within(path, index), faults));
    case "keys":
      return Object.entries(isMap(value) ? value : {}).forEach(([key, one]) => variantFaults(field.variants, one, within(path, key), faults));
  }
}

function note(faults: Map<string, Fault>, path: string, fault: Fault | null): void {
  if (fault !== null) faults.set(path, fault);
}

/** What is inside something that is sent is sent whole. */
function inside(fields: readonly Field[], value: Value, path: string, faults: Map<string, Fault>): void {
  for (const field of fields) check(field, isMap(value) ? value[field.name] : undefined, within(path, field.name), faults);
}

function variantFaults(variants: readonly Variant[], value: Value, path: string, faults: Map<string, Fault>): void {
  const chosen = variants.find(({ type }) => isMap(value) && value["type"] === type);
  if (chosen === undefined) faults.set(path, { kind: "nothingChosen" });
  else inside(chosen.fields, value, path, faults);
}

function textFault({ minLength, maxLength, pattern }: TextField, value: Value): Fault | null {
  const text = wordOf(value);
  if (text.length < minLength) return { kind: "tooShort", limit: minLength };
  if (maxLength !== null && text.length > maxLength) return { kind: "tooLong", limit: maxLength };
  return pattern !== null && !new RegExp(pattern, "u").test(text) ? { kind: "form" } : null;
}

function numberFault({ isWhole, minimum, maximum }: Pick<NumberField, "isWhole" | "minimum" | "maximum">, value: Value): Fault | null {
  if (typeof value !== "number") return { kind: "notANumber" };
  if (isWhole && !Number.isInteger(value)) return { kind: "notWhole" };
  if (minimum !== null && value < minimum) return { kind: "tooSmall", limit: minimum };
  return maximum !== null && value > maximum ? { kind: "tooLarge", limit: maximum } : null;
}

function countFault({ minItems, maxItems }: { readonly minItems: number; readonly maxItems: number | null }, count: number): Fault | null {
  if (count < minItems) return { kind: "tooFew", limit: minItems };
  return maxItems !== null && count > maxItems ? { kind: "tooMany", limit: maxItems } : null;
}

function wordsFaults(field: WordsField, value: Value, path: string, faults: Map<string, Fault>): void {
  if (!isList(value)) return;
  note(faults, path, countFault(field, value.length));
  const { pattern } = field;
  if (pattern === null) return;
  const wrong = value.findIndex((word) => !new RegExp(pattern, "u").test(wordOf(word)));
  if (wrong !== -1) faults.set(path, { kind: "form" });
}
