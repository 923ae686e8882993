/** What a form begins with, and what it sends: only what was changed, so that nothing is undone that somebody else has set meanwhile. */
import { FORMS, type FormName } from "../api/forms.js";
import type { components } from "../api/openapi.js";
import { linesOf } from "./lines.js";
import type { Field, Variant } from "./model.js";
import { isList, isMap, isSame, type Value, type ValueMap } from "./schema.js";

/** The request of that name, as the API's types have it. */
export type Body<N extends FormName> = components["schemas"][N];

/** What a resource says about the fields of a form. */
export function valuesOf(fields: readonly Field[], resource: unknown): ValueMap {
  const all: ValueMap = isMap(resource) ? resource : {};
  return Object.fromEntries(fields.map(({ name }) => [name, all[name]]));
}

/** Whether there is anything to save. */
export const changesOf = (fields: readonly Field[], before: ValueMap, now: ValueMap): readonly Field[] => fields.filter(({ name }) => !isSame(before[name], now[name]));

/** Whether somebody would lose something by leaving a form that makes something: what was entered and taken out again, or switched on and off again, is as if it had never been touched. */
export const isTouched = (fields: readonly Field[], begun: ValueMap, now: ValueMap): boolean => fields.some(({ name }) => !isSame(meant(begun[name]), meant(now[name])));

/** Undefined for all that says nothing. */
function meant(value: Value): Value {
  if (value === null || value === "" || value === false) return undefined;
  if (isList(value)) return value.length === 0 ? undefined : value.map(meant);
  if (!isMap(value)) return value;
  const said = Object.entries(value).map(([name, inner]) => [name, meant(inner)] as const).filter(([, inner]) => inner !== undefined);
  return said.length === 0 ? undefined : Object.fromEntries(said);
}

/** What was changed here, with what somebody else has changed elsewhere; null when both have changed the same field. */
export function merged(fields: readonly Field[], before: ValueMap, mine: ValueMap, theirs: ValueMap): ValueMap | null {
  const [changedHere, changedThere] = [changesOf(fields, before, mine), new Set(changesOf(fields, before, theirs))];
  if (changedHere.some((field) => changedThere.has(field) && !isSame(mine[field.name], theirs[field.name]))) return null;
  return overwritten(fields, before, mine, theirs);
}

/** Theirs, but mine where it was changed here. */
export function overwritten(fields: readonly Field[], before: ValueMap, mine: ValueMap, theirs: ValueMap): ValueMap {
  return Object.fromEntries(fields.map(({ name }) => [name, isSame(before[name], mine[name]) ? theirs[name] : mine[name]]));
}

/**
 * The body of a request that changes what is not as it was; of one that makes something, with `before` empty.
 * The fields come from the schema of that name, from which the type was made too; what they hold was checked against it (`check.ts`), and the server checks it again.
 */
export function bodyOf<N extends FormName>(name: N, fields: readonly Field[], before: ValueMap, now: ValueMap): Body<N>;
export function bodyOf(name: FormName, fields: readonly Field[], before: ValueMap, now: ValueMap): unknown {
  const said = changesOf(fields, before, now).filter((field) => now[field.name] !== undefined);
  const foreign = said.find((field) => FORMS[name].properties?.[field.name] === undefined);
  if (foreign !== undefined) throw new Error(`${name} has no ${foreign.name}.`);
  return Object.fromEntries(said.map((field) => [field.name, cleaned(now[field.name])] as const));
}

/** Without what was not said. */
function cleaned(value: Value): Value {
  if (isList(value)) return value.map(cleaned);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined).map(([name, inner]) => [name, cleaned(inner)]));
  return value;
}

/** An empty object of such fields: with what the schema takes for granted, and the first of what must be chosen. */
export function emptyOf(fields: readonly Field[]): ValueMap {
  return Object.fromEntries(fields.map((field): readonly [string, Value] => [field.name, emptyValue(field)]).filter(([, value]) => value !== undefined));
}

function emptyValue(field: Field): Value {
  if (field.isNullable) return field.isRequired ? null : undefined;
  switch (field.kind) {
    case "choice":
      return field.isRequired ? field.choices[0] : undefined;
    case "flag":
      return field.isRequired ? false : undefined;
    case "words":
    case "rows":
      return field.isRequired ? [] : undefined;
    case "keys":
    case "levels":
      return field.isRequired ? {} : undefined;
    case "group":
      return field.isRequired ? emptyOf(field.fields) : undefined;
    case "variant":
      return field.isRequired ? emptyVariant(field.variants[0]) : undefined;
    default:
      return undefined;
  }
}

export const emptyVariant = (variant: Variant | undefined): ValueMap => (variant === undefined ? {} : { type: variant.type, ...emptyOf(variant.fields) });

/** The text of a text field; what is empty is null where that says something, else not said. Line breaks stay where the API takes them; it takes no other control characters, which pasted text may have. */
export function textValue(field: { readonly isNullable: boolean; readonly pattern?: string | null }, text: string): Value {
  if (text === "") return field.isNullable ? null : undefined;
  return takesLines(field.pattern ?? null) ? linesOf(text) : text.replace(/\p{Cc}+/gu, " ");
}

/** Where the schema says nothing of the characters, the server takes no line breaks. */
const takesLines = (pattern: string | null): boolean => pattern !== null && new RegExp(pattern, "u").test("a\nb");

/** A moment of the API as a field of the browser takes it: by the person's own clock. */
export function localMoment(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** And back. */
export function momentValue(field: { readonly isNullable: boolean }, local: string): Value {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? textValue(field, "") : at.toISOString();
}

/** A number as people write it, with a comma too; text that is none stays text, for the fault that is shown. */
export function numberValue(field: { readonly isNullable: boolean }, text: string): Value {
  const trimmed = text.trim();
  if (trimmed === "") return field.isNullable ? null : undefined;
  const number = Number(trimmed.replace(",", "."));
  return Number.isFinite(number) ? number : text;
}
