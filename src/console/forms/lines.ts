/** As the API takes text with line breaks: without other control characters, which pasted text may have. */
export const linesOf = (text: string): string => text.replace(/(?:(?!\r?\n)\p{Cc})+/gu, " ");
