/** What a page adds to a form that is made from a schema: order, words, and lists to choose from. */
import { inject, type InjectionKey, type Ref } from "vue";
import type { Fault, Faults } from "./check.js";
import type { Field } from "./model.js";
import type { Value, ValueMap } from "./schema.js";

/** What a field, or a kind of a variant, is called. */
export interface FieldWords {
  readonly label: string;
  /** In place of what the API says of it. An empty one: nothing need be said. */
  readonly hint?: string;
  /** What it means that nothing stands there. */
  readonly empty?: string;
  /** What the box says that makes it something. */
  readonly used?: string;
  /** The words of a choice. */
  readonly options?: Readonly<Record<string, string>>;
}
/** By the names of the fields; those inside others with a point: `menu.tries`. In rows and keys the same, without their number. */
export type FormWords = Readonly<Record<string, FieldWords>>;

/** What can be chosen. `strict`: nothing else can. */
export interface Picker {
  readonly options: readonly PickerOption[];
  readonly strict: boolean;
}
export interface PickerOption {
  readonly value: string;
  readonly label: string;
}
export type PickerName = "agents" | "departments" | "trunks" | "configs" | "sounds" | "timeZones" | "topics";

/** How a field is entered, where its schema does not say it. */
export type Entry = "password" | "lines" | "time" | "date" | "moment" | "percent" | "address";

export interface Overlay {
  /** Each field of the form once; what is in none is not shown. */
  readonly groups: readonly FormGroup[];
  readonly words: FormWords;
  readonly pickers?: Readonly<Record<string, PickerName>>;
  readonly entries?: Readonly<Record<string, Entry>>;
  /** What a group begins with that was nothing. */
  readonly starts?: Readonly<Record<string, ValueMap>>;
  /** Shown, and not to be changed here. */
  readonly fixed?: readonly string[];
}
export interface FormGroup {
  readonly title: string;
  readonly hint?: string;
  readonly fields: readonly string[];
}

/** What the fields of one form share. */
export interface FormContext {
  readonly id: string;
  readonly faults: Readonly<Ref<Faults>>;
  readonly overlay: Readonly<Ref<Overlay>>;
  readonly pickers: Readonly<Ref<Readonly<Partial<Record<PickerName, Picker>>>>>;
  readonly wordsOf: (path: string, field: Pick<Field, "name" | "description">, variant?: string) => FieldWords;
  readonly faultText: (path: string, fault: Fault) => string;
}
export const FORM: InjectionKey<FormContext> = Symbol("form");

/** Throws outside a form. */
export function useForm(): FormContext {
  const form = inject(FORM);
  if (form === undefined) throw new Error("This field is not part of a form.");
  return form;
}

/** Numbers of rows and keys of the telephone say nothing about the field: `menu.keys.1.to` is `menu.keys.to`. */
export const plainPath = (path: string): string => path.split(".").filter((part, index) => index === 0 || !/^[0-9*#]+$/.test(part)).join(".");

/** Words of a form come first, then those that all forms share for the kinds of a variant; at last the API's own. */
export function wordsOf(path: string, field: Pick<Field, "name" | "description">, words: FormWords, shared: FormWords, variant?: string): FieldWords {
  const own = words[plainPath(path)] ?? (variant === undefined ? undefined : shared[`${variant}.${field.name}`]);
  const hint = own?.hint ?? hintOf(field.description);
  return { label: field.name, ...own, ...(hint === null ? {} : { hint }) };
}

/** The API's description without its marks: `null` and the like are shown by the form itself. */
export function hintOf(description: string | null): string | null {
  if (description === null) return null;
  const text = description.replace(/;? ?(?:[Nn]ull|none|absent)(?: or absent)?: [^;.]+/g, "").replaceAll("`", "").replace(/^[;,. ]+/, "").trim();
  if (text === "") return null;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?)]$/.test(text) ? "" : "."}`;
}

export const optionsOf = (values: readonly string[], words: FieldWords): readonly PickerOption[] => values.map((value) => ({ value, label: words.options?.[value] ?? value }));

/** What stands beside the choices, since somebody has set it, is kept as a choice. */
export function withPresent(options: readonly PickerOption[], value: Value): readonly PickerOption[] {
  return typeof value !== "string" || value === "" || options.some((option) => option.value === value) ? options : [...options, { value, label: value }];
}

/** The word for a choice of nothing. */
export const noneOf = ({ isRequired, isNullable }: Pick<Field, "isRequired" | "isNullable">, { empty }: FieldWords, { choose, none, usual }: Readonly<Record<"choose" | "none" | "usual", string>>): string => empty ?? (isRequired ? choose : isNullable ? none : usual);

export interface Offered {
  readonly options: readonly PickerOption[];
  /** Beside them, that nothing is chosen. */
  readonly none: string | null;
}

/** Where an option is what holds when nothing is chosen, it is offered once: two of the same word would leave people to wonder. `none`: the word for nothing; null: something has to be chosen. */
export function offered(options: readonly PickerOption[], none: string | null, chosen: string): Offered {
  const twin = options.find(({ label }) => label === none);
  if (twin === undefined) return { options, none };
  return twin.value === chosen ? { options, none: null } : { options: options.filter((option) => option !== twin), none };
}
