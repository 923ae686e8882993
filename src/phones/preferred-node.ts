/** Rendezvous hashing: of several nodes a phone always gets the same one, phones are spread over all, and a node that goes moves its own phones alone. */

/** FNV-1a, and a mix at its end, without which names that differ in their last letter alone would have nearly the same order for every phone. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Throws for no names. */
export function preferredNode(names: readonly string[], phone: string): string {
  return names.reduce((best, name) => (hash(`${phone} ${name}`) > hash(`${phone} ${best}`) ? name : best));
}
