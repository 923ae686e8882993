/** What may stand in an attribute of a document that FreeSWITCH reads. */

/** Characters that XML 1.0 cannot hold, and those that would break a line of FreeSWITCH's configuration. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const UNWRITABLE = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g;
/** A lone half of a surrogate pair: no character at all. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** The dollars of `${…}`, `$${…}` and `$$`. */
const EXPANDING = /\$(?=\$*\{|\$)/g;
const FULLWIDTH_DOLLAR = "\uff04";

/** Text that FreeSWITCH is meant to expand at run time, made by `expansion` alone. */
export class Expansion {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type AttributeValue = string | number | Expansion;

/**
 * Text of a user as FreeSWITCH may have it: control characters are dropped, and the `$` of what would be expanded becomes its full-width twin.
 * No escape would do: what is once expanded (a variable's value, say) is expanded again wherever it is used (switch_channel.c, switch_channel_expand_variables_check).
 */
export const plainText = (value: string): string => value.replace(UNWRITABLE, "").replace(LONE_SURROGATE, "").replace(EXPANDING, FULLWIDTH_DOLLAR);

/** Our own words with their `${…}`; what is put in between is plain text, which expands nothing. */
export function expansion(ours: TemplateStringsArray, ...values: readonly (string | number)[]): Expansion {
  return new Expansion(ours.map((part, index) => part + (index < values.length ? plainText(String(values[index])).replaceAll("$", FULLWIDTH_DOLLAR) : "")).join(""));
}

export const attributeText = (value: AttributeValue): string => (value instanceof Expansion ? value.text : plainText(String(value)));
