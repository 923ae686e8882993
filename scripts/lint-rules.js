/** Callplane's own rules for the linter (`.oxlintrc.json`). */
import { roomsRule } from "./rooms.js";

/** A rule that refuses the syntax that a selector describes. Pairs: the selector (ESLint's selectors), and what is said of it. */
function refusing(pairs) {
  return {
    meta: { type: "problem", schema: [] },
    create: (context) => Object.fromEntries(pairs.map(([selector, message]) => [selector, (node) => context.report({ node, message })])),
  };
}

export default {
  meta: { name: "callplane" },
  rules: {
    rooms: roomsRule,
    // `process` is read in config.ts and main.ts alone (docs: one place reads the environment).
    environment: refusing([["MemberExpression[object.name='process'][property.name='env']", "Only src/config.ts reads the environment."]]),
    // What a repository on PostgreSQL could not do: the driver's synchronous calls and SQLite's own words stay in `store/sqlite/`.
    "sqlite-only": refusing([
      ["CallExpression[arguments.length=0][callee.property.name=/^(get|all|run|values)$/][callee.object.type='CallExpression']", "A query is awaited; synchronous calls stay in store/sqlite/."],
      ["CallExpression[callee.property.name=/^(prepare|pragma)$/]", "Prepared statements and pragmas stay in store/sqlite/."],
      ["MemberExpression[object.type='AwaitExpression'][property.name=/^(changes|lastInsertRowid)$/]", "What a write did is told by returning()."],
      [":matches(Literal[value=/\\browid\\b|\\bPRAGMA\\b|SQLITE_/i], TemplateElement[value.raw=/\\browid\\b|\\bPRAGMA\\b|SQLITE_/i])", "SQLite's own words stay in store/sqlite/."],
    ]),
  },
};
