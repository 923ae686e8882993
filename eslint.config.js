import eslint from "@eslint/js";
import tseslint from "typescript-eslint";
import { roomsRule } from "./scripts/rooms.js";

// `process` is read in config.ts and main.ts alone (docs: one place reads the environment).
const environment = { selector: "MemberExpression[object.name='process'][property.name='env']", message: "Only src/config.ts reads the environment." };
/** What a repository on PostgreSQL could not do: the driver's synchronous calls and SQLite's own words stay in `store/sqlite/`. */
const sqliteOnly = [
  { selector: "CallExpression[arguments.length=0][callee.property.name=/^(get|all|run|values)$/][callee.object.type='CallExpression']", message: "A query is awaited; synchronous calls stay in store/sqlite/." },
  { selector: "CallExpression[callee.property.name=/^(prepare|pragma)$/]", message: "Prepared statements and pragmas stay in store/sqlite/." },
  { selector: "MemberExpression[object.type='AwaitExpression'][property.name=/^(changes|lastInsertRowid)$/]", message: "What a write did is told by returning()." },
  { selector: ":matches(Literal[value=/\\browid\\b|\\bPRAGMA\\b|SQLITE_/i], TemplateElement[value.raw=/\\browid\\b|\\bPRAGMA\\b|SQLITE_/i])", message: "SQLite's own words stay in store/sqlite/." },
];

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "data/", "coverage/", "test/client/walk/"] },
  eslint.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js", "bin/*.js", "scripts/*.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      // A query of drizzle is a thenable: one that nobody awaits never runs.
      "@typescript-eslint/no-floating-promises": ["error", { checkThenables: true, allowForKnownSafeCalls: [{ from: "package", package: "fastify", name: "FastifyRegister" }] }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "as", objectLiteralTypeAssertions: "never" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/require-await": "off",
      "no-restricted-syntax": ["error", environment],
    },
  },
  { files: ["src/**"], plugins: { callplane: { rules: { rooms: roomsRule } } }, rules: { "callplane/rooms": "error" } },
  {
    files: ["src/**"],
    ignores: ["src/store/sqlite/**"],
    rules: {
      "no-restricted-syntax": ["error", environment, ...sqliteOnly],
      "no-restricted-imports": ["error", { patterns: [{ regex: "better-sqlite3$", message: "SQLite's driver stays in store/sqlite/." }] }],
    },
  },
  { files: ["src/config.ts", "test/**", "*.config.ts"], rules: { "no-restricted-syntax": "off" } },
  {
    files: ["**/*.js"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
);
