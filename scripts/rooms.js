/**
 * The rooms of `src/` and what each may import: the rooms above it, through their door `index.ts` alone, so that nothing imports in a circle.
 * A file that lies directly in `src/` belongs to everybody, or to the composition root, whose parts lie in `composition/`.
 */
import { dirname, join, normalize, relative, sep } from "node:path";

/** From the top; a room may import those that stand before it, unless it names fewer. */
const ROOMS = [
  ["freeswitch", []],
  ["lease", []],
  ["people", ["freeswitch"]],
  ["audit", ["people"]],
  ["dialling", ["freeswitch", "people", "audit"]],
  ["phones", ["freeswitch", "people"]],
  ["security", ["freeswitch", "people", "audit"]],
  ["connections", ["security"]],
  ["outbound", ["freeswitch", "lease", "people"]],
  ["calls", ["freeswitch", "people", "audit", "dialling", "phones"]],
  ["agents", ["freeswitch", "people", "calls", "phones"]],
  ["queues", ["freeswitch", "people", "audit", "dialling", "phones", "calls", "agents"]],
  ["speech", ["people", "outbound"]],
  ["media", ["freeswitch", "people", "audit", "outbound", "calls"]],
  ["twiml", ["freeswitch", "people", "audit", "dialling", "phones", "outbound", "calls", "agents", "queues", "speech", "media"]],
  ["voice-app", ["freeswitch", "people", "audit", "dialling", "outbound", "calls", "queues", "twiml"]],
  ["events", null],
  ["call-logs", null],
  ["reports", ["people", "calls", "agents", "queues", "call-logs"]],
  ["webhooks", ["lease", "people", "audit", "outbound", "calls", "queues", "events", "call-logs"]],
  ["auth", null],
  ["provisioning", null],
  ["staff", null],
  ["store", null],
  // The composition root alone puts the store under the faces.
  ["http", ["freeswitch", "people", "audit", "dialling", "phones", "security", "connections", "outbound", "calls", "agents", "queues", "speech", "media", "twiml", "voice-app", "events", "call-logs", "reports", "webhooks", "auth", "provisioning", "staff"]],
  ["cli", null],
  ["simulator", ["freeswitch"]],
];
/** Files of `src/` itself that any room may import; the others are the composition root's. */
const FOR_ALL = new Set(["abort.ts", "clock.ts", "errors.ts", "g711.ts", "listeners.ts", "logger.ts", "lower-bound.ts", "metrics.ts", "pages.ts", "piggyback.ts", "present.ts", "sids.ts", "spool.ts", "system-errors.ts"]);
/** The folder of the composition root's parts. */
const ROOT = `composition${sep}`;
const FACES = new Set(["http", "cli"]);

const names = ROOMS.map(([name]) => name);
const allowed = new Map(ROOMS.map(([name, above], index) => [name, new Set(above ?? names.slice(0, index))]));

/** Why this file may not import that one; null: it may. Both are paths within `src/`. */
function fault(from, to) {
  const [room, inRoom] = from.replace(ROOT, "").split(sep);
  const [target, ...inTarget] = to.replace(ROOT, "").split(sep);
  if (room === target) return null;
  if (inRoom === undefined) return inTarget.length > 1 ? `goes past the door of ${target}` : null;
  if (inTarget.length === 0) return FOR_ALL.has(target) || FACES.has(room) ? null : `${target} is the composition root's`;
  if (!allowed.has(room)) return `${room} is no room that scripts/rooms.js knows`;
  if (!allowed.get(room)?.has(target)) return `${room} may not import ${target}`;
  return inTarget.length === 1 && inTarget[0] === "index.ts" ? null : `goes past the door of ${target}`;
}

export const roomsRule = {
  meta: { type: "problem", schema: [] },
  create(context) {
    const source = join(context.cwd, "src");
    const file = relative(source, context.filename);
    const check = (node) => {
      const specifier = node.source?.value;
      if (typeof specifier !== "string" || !specifier.startsWith(".")) return;
      const to = relative(source, normalize(join(dirname(context.filename), specifier))).replace(/\.js$/, ".ts");
      const why = fault(file, to);
      if (why !== null) context.report({ node, message: `This import is not of the house: ${why} (scripts/rooms.js).` });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};
