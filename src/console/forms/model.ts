/** From a schema of the API to the fields of a form. */
import type { Schema } from "./schema.js";

interface Common {
  readonly name: string;
  /** What the API says of it. */
  readonly description: string | null;
  readonly isRequired: boolean;
  /** `null` says something of its own: mostly "as usual". */
  readonly isNullable: boolean;
  readonly example: string | null;
}
export interface TextField extends Common {
  readonly kind: "text";
  readonly minLength: number;
  readonly maxLength: number | null;
  readonly pattern: string | null;
  readonly format: string | null;
}
export interface NumberField extends Common {
  readonly kind: "number";
  readonly isWhole: boolean;
  readonly minimum: number | null;
  readonly maximum: number | null;
}
export interface ChoiceField extends Common {
  readonly kind: "choice";
  readonly choices: readonly string[];
}
export interface FlagField extends Common {
  readonly kind: "flag";
}
/** Several words; `choices`: out of these. */
export interface WordsField extends Common {
  readonly kind: "words";
  readonly choices: readonly string[] | null;
  readonly pattern: string | null;
  readonly minItems: number;
  readonly maxItems: number | null;
}
/** Names with a level. */
export interface LevelsField extends Common {
  readonly kind: "levels";
  readonly minimum: number;
  readonly maximum: number;
  readonly pattern: string | null;
}
export interface GroupField extends Common {
  readonly kind: "group";
  readonly fields: readonly Field[];
}
/** One of several things, told apart by `type`. */
export interface VariantField extends Common {
  readonly kind: "variant";
  readonly variants: readonly Variant[];
}
export interface Variant {
  readonly type: string;
  readonly fields: readonly Field[];
}
export interface RowsField extends Common {
  readonly kind: "rows";
  readonly row: readonly Field[];
  readonly minItems: number;
  readonly maxItems: number | null;
}
/** Variants under a key of the telephone. */
export interface KeysField extends Common {
  readonly kind: "keys";
  readonly variants: readonly Variant[];
}
export type Field = TextField | NumberField | ChoiceField | FlagField | WordsField | LevelsField | GroupField | VariantField | RowsField | KeysField;

/** The fields of an object, in the API's order. Throws for a schema that no form knows: a change of the API is then found when the forms are tested. */
export function fieldsOf(schema: Schema): readonly Field[] {
  return Object.entries(schema.properties ?? {}).map(([name, inner]) => fieldOf(name, inner, schema.required?.includes(name) ?? false));
}

const typesOf = ({ type }: Schema): readonly string[] => (type === undefined ? [] : typeof type === "string" ? [type] : type);
/** Alternatives of alternatives are alternatives. */
const alternativesOf = (schema: Schema): readonly Schema[] => (schema.oneOf === undefined ? [schema] : schema.oneOf.flatMap(alternativesOf));

function fieldOf(name: string, schema: Schema, isRequired: boolean): Field {
  const all = alternativesOf(schema);
  const isNullable = all.some((one) => typesOf(one).includes("null"));
  const some = all.filter((one) => !typesOf(one).every((type) => type === "null") || typesOf(one).length === 0);
  const [example] = schema.examples ?? [];
  const common: Common = { name, description: schema.description ?? null, isRequired, isNullable, example: typeof example === "string" || typeof example === "number" ? String(example) : null };
  const [only] = some;
  if (only === undefined) throw new Error(`A form cannot show ${name}.`);
  const variants = variantsOf(some);
  if (variants !== null) return { ...common, kind: "variant", variants };
  return plainField(common, only, typesOf(only).find((type) => type !== "null") ?? "");
}

function plainField(common: Common, schema: Schema, type: string): Field {
  switch (type) {
    case "string":
      if (schema.enum !== undefined) return { ...common, kind: "choice", choices: schema.enum };
      return { ...common, kind: "text", minLength: schema.minLength ?? 0, maxLength: schema.maxLength ?? null, pattern: schema.pattern ?? null, format: schema.format ?? null };
    case "integer":
    case "number":
      return { ...common, kind: "number", isWhole: type === "integer", minimum: schema.minimum ?? null, maximum: schema.maximum ?? null };
    case "boolean":
      return { ...common, kind: "flag" };
    case "array":
      return listField(common, schema);
    case "object":
      return objectField(common, schema);
    default:
      throw new Error(`A form cannot show ${common.name}: ${type}.`);
  }
}

function listField(common: Common, schema: Schema): Field {
  const bounds = { minItems: schema.minItems ?? 0, maxItems: schema.maxItems ?? null };
  const items = schema.items ?? {};
  if (typesOf(items).includes("object")) return { ...common, ...bounds, kind: "rows", row: fieldsOf(items) };
  return { ...common, ...bounds, kind: "words", choices: items.enum ?? null, pattern: items.pattern ?? null };
}

function objectField(common: Common, schema: Schema): Field {
  const { additionalProperties: values } = schema;
  if (values === undefined) return { ...common, kind: "group", fields: fieldsOf(schema) };
  const variants = variantsOf(alternativesOf(values));
  if (variants !== null) return { ...common, kind: "keys", variants };
  return { ...common, kind: "levels", minimum: values.minimum ?? 0, maximum: values.maximum ?? Number.MAX_SAFE_INTEGER, pattern: schema.propertyNames?.pattern ?? null };
}

/** Null unless each of them names its type. */
function variantsOf(schemas: readonly Schema[]): readonly Variant[] | null {
  const variants = schemas.map((schema) => {
    const { type } = schema.properties ?? {};
    const word = type?.const ?? (type?.enum?.length === 1 ? type.enum[0] : undefined);
    return word === undefined ? null : { type: word, fields: fieldsOf(schema).filter(({ name }) => name !== "type") };
  });
  const found = variants.filter((variant) => variant !== null);
  return found.length > 0 && found.length === variants.length ? found : null;
}
