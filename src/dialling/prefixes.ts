/** An international number without its +, as `numbers.ts` takes it. */
const INTERNATIONAL = /^[0-9]{8,15}$/;

function begins(prefix: string, number: string): boolean {
  if (number.startsWith(prefix)) return true;
  return prefix.startsWith("+") && INTERNATIONAL.test(number) && number.startsWith(prefix.slice(1));
}

/** A number may be dialled when it begins, as it is written, with an allowed prefix, or when it is the same international number written without its `+`. */
export const allowedBy = (prefixes: readonly string[], number: string): boolean => prefixes.some((prefix) => begins(prefix, number));
