/** Numbers as people of the organization write them. To make one takes longer than all the rest of a view, and nearly no number of a call ever changes. */

/** The text, and the number that it was made of. */
export interface NumberText {
  of: string;
  text: string;
}

export const numberText = (): NumberText => ({ of: "", text: "" });

/** Makes the text when the number is another one than that which was kept. */
export function textOf({ spaced }: { readonly spaced: (organizationId: number, number: string) => string }, organizationId: number | null, number: string, kept: NumberText): string {
  if (kept.of === number && number !== "") return kept.text;
  if (organizationId === null) return number;
  kept.of = number;
  return (kept.text = spaced(organizationId, number));
}
