/**
 * Type-checks and lints: `tsc --noEmit` for each of the two configurations, and `eslint . --max-warnings 0`. The typed rules ask the programs that were
 * just checked: by themselves the linter would check all types once more, which took as long as the rest of it.
 * Exits with 1 when something is found.
 */
import { ESLint } from "eslint";
import ts from "typescript";

/** The inner one first: a file that both have is linted by the one that is nearest to it. */
const CONFIGURATIONS = ["test/browser/page/tsconfig.json", "tsconfig.json"];

const format = (diagnostics) => ts.formatDiagnostics(diagnostics, { getCurrentDirectory: ts.sys.getCurrentDirectory, getCanonicalFileName: (name) => name, getNewLine: () => ts.sys.newLine });

/** Throws when the file cannot be read. */
function programOf(configuration) {
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(format([diagnostic]));
    },
  };
  const { fileNames, options, projectReferences, errors } = ts.getParsedCommandLineOfConfigFile(configuration, { noEmit: true }, host);
  return ts.createProgram({ rootNames: fileNames, options, projectReferences, configFileParsingDiagnostics: errors });
}

const programs = CONFIGURATIONS.map(programOf);
const diagnostics = programs.flatMap((program) => ts.sortAndDeduplicateDiagnostics(ts.getPreEmitDiagnostics(program)));
if (diagnostics.length > 0) process.stdout.write(format(diagnostics));

const eslint = new ESLint({ overrideConfig: [{ files: ["**/*.ts"], languageOptions: { parserOptions: { projectService: false, programs } } }] });
const results = await eslint.lintFiles(["."]);
const formatter = await eslint.loadFormatter();
process.stdout.write(await formatter.format(results));

const isClean = diagnostics.length === 0 && results.every(({ errorCount, warningCount }) => errorCount + warningCount === 0);
process.exitCode = isClean ? 0 : 1;
