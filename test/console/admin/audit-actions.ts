/** The actions that the server writes into the audit log, read from its source: what is added there needs words too. */
const SOURCES = import.meta.glob<string>(["../../../src/**/*.ts", "!../../../src/console/**", "!../../../src/simulator/**"], { query: "?raw", import: "default", eager: true });

const NAME = /"([a-z]+(?:\.[a-zA-Z_]+)*)"/g;
const namesIn = (text: string): string[] => [...text.matchAll(NAME)].map(([, name = ""]) => name);
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].flatMap(([, found = ""]) => namesIn(found));
const withDot = (names: readonly string[]): string[] => names.filter((name) => name.includes("."));

/** The ways in which src writes an entry. */
function actionsOf(source: string): string[] {
  return [
    // { …, action: "x", target: … }
    ...all(source, /\baction: ("[^"]*"),\s*target[:,]/g),
    ...withDot(all(source, /\baction: ([^\n{}]*?),\s*target[:,]/g)),
    // #note(who, "x.y", …) and its like
    ...withDot(all(source, /(?:\bnote|#note|#audit|\bchange)\(([^\n]*)/g)),
    // A call's acts are named without the `call.` that they are written with.
    ...[...all(source, /#act(?:<[^>]*>)?\(actor, callId, ([^\n]*?), (?:async )?\(/g), ...all(source, /\baudited(?:Alone)?\((?:this\.#)?context, [^"`\n]*("[^"]*")/g)].map((act) => `call.${act}`),
    ...all(source, /\bLegAct = ([^;]*);/g).map((act) => `call.leg.${act}`),
    ...all(source, /#tell\(call, leg, ([^\n]*?), "call\./g),
  ];
}

export const auditActions = (): readonly string[] => [...new Set(Object.values(SOURCES).flatMap(actionsOf))].sort();
