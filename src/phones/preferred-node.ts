/** Rendezvous hashing: a phone always gets the same node, phones are spread over all nodes, and a removed node moves only its own phones. */

/** FNV-1a with a final mix, without which names that differ in the last letter only would sort nearly alike for every phone. */
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
