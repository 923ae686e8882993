import { readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path/posix";
import { expect, it } from "vitest";

const FOLDER = "src/calls";
/** What a file imports of the room at run time; types vanish. */
const importsOf = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/^(?:import|export) (?!type\b)[^;]*? from "(\.[^"]+)";/gm)].map(([, path = ""]) => normalize(join(file, "..", path)).replace(/\.js$/, ".ts")).filter((path) => path.startsWith(`${FOLDER}/`));

it("no file of the calls' room imports itself by way of others", () => {
  const graph = new Map(readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts")).map((file) => [`${FOLDER}/${file}`, importsOf(`${FOLDER}/${file}`)]));
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) circles.push([...way.slice(at), file].join(" > "));
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  expect(graph.size).toBeGreaterThan(50);
  expect(circles).toEqual([]);
});
