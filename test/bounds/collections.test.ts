/**
 * Everything in the source that a client, a caller or FreeSWITCH can make grow says at its declaration what bounds it: `Bounded by …`.
 * `npx tsx test/bounds/print.ts` lists them.
 */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scan, type Scan } from "./scan.js";
import { ROOT, SOURCE, scanned } from "./source.js";

const place = ({ file, line, name }: Scan["growing"][number]): string => `${file}:${line} ${name}`;

describe("the source", () => {
  let found: Scan;
  beforeAll(() => {
    found = scanned();
  }, 240_000);

  it("is read as a whole", () => {
    expect(SOURCE.length).toBeGreaterThan(300);
    expect(found.growing.length).toBeGreaterThan(100);
  });

  it("says of everything that grows what bounds it", () => {
    expect(found.growing.filter(({ bound }) => bound === null).map(place)).toEqual([]);
  });

  it("says so of nothing else", () => {
    expect(found.stale.map(place)).toEqual([]);
  });

  it("adds to nothing that cannot be traced to a declaration", () => {
    expect(found.untraced).toEqual([]);
  });

  it("takes back every listener that it adds to a signal, and makes no signals that Node.js keeps", () => {
    // What a page listens to for as long as it is open ends with it.
    expect(found.listeners.filter((listener) => !listener.startsWith("src/console/"))).toEqual([]);
  });
});

/** What grows, and the names that the scan gives it. */
const GROWING: readonly (readonly [what: string, source: string, names: readonly string[]])[] = [
  ["a map", "class A { #m = new Map<string, number>(); f(k: string) { this.#m.set(k, 1); } }", ["A.#m"]],
  ["a set", "class A { readonly s = new Set<string>(); f(k: string) { this.s.add(k); } }", ["A.s"]],
  ["an array", "class A { #l: string[] = []; f(k: string) { this.#l.push(k); } }", ["A.#l"]],
  ["an array, by splicing", "class A { #l: string[] = []; f(k: string) { this.#l.splice(0, 0, k); } }", ["A.#l"]],
  ["an array, by its place", "class A { #l: string[] = []; f(k: string) { this.#l[5] = k; } }", ["A.#l"]],
  ["an array, made anew", "class A { #l: readonly string[] = []; f(k: string) { this.#l = [...this.#l, k]; } }", ["A.#l"]],
  ["an array, joined", "class A { #l: string[] = []; f(k: string) { this.#l = this.#l.concat([k]); } }", ["A.#l"]],
  ["an object used as a map", "class A { #o: Record<string, number> = {}; f(k: string) { this.#o[k] = 1; } }", ["A.#o"]],
  ["an object used as a map, made anew", "class A { #o: Record<string, number> = {}; f(k: string) { this.#o = { ...this.#o, [k]: 1 }; } }", ["A.#o"]],
  ["a text", "class A { #t = ''; f(k: string) { this.#t += k; } }", ["A.#t"]],
  ["bytes", "class A { #b = Buffer.alloc(0); f(k: Buffer) { this.#b = Buffer.concat([this.#b, k]); } }", ["A.#b"]],
  ["a queue of promises", "class A { #w: Promise<void> = Promise.resolve(); f(g: () => void) { this.#w = this.#w.then(g); } }", ["A.#w"]],
  ["a variable of a closure", "export function f() { const m = new Map<string, number>(); return (k: string) => m.set(k, 1); }", ["f.m"]],
  ["a variable of the module", "const m = new Map<string, number>(); export function f(k: string) { m.set(k, 1); }", ["m"]],
  ["a field of a record", "interface R { readonly l: Set<string> } class A {\n/** Bounded by x. */\nm = new Map<string, R>(); f(k: string) { this.m.set(k, { l: new Set() }); this.m.get(k)?.l.add(k); } }", ["R.l"]],
  ["under another name", "class A { #m = new Map<string, number>(); f(k: string) { const m = this.#m; m.set(k, 1); } }", ["A.#m"]],
  ["taken out of its owner", "class A { readonly m = new Map<string, number>(); } export function f(a: A, k: string) { const { m } = a; m.set(k, 1); }", ["A.m"]],
  ["by a function that it is given to", "class A { #m = new Set<string>(); f(k: string) { put(this.#m, k); } } function put(to: Set<string>, k: string) { pass(to, k); } function pass(to: Set<string>, k: string) { to.add(k); }", ["A.#m"]],
  ["a parameter property", "export class A { constructor(readonly m: Map<string, number>) {} f(k: string) { this.m.set(k, 1); } }", ["A.m"]],
];
const CALM: readonly (readonly [what: string, source: string])[] = [
  ["grows in its own function alone", "export function f(k: string) { const l: string[] = []; for (const c of k) l.push(c); return l; }"],
  ["grows in what is done when it returns", "export function f(k: string[]) { const l: string[] = []; k.forEach((c) => l.push(c)); return l; }"],
  ["has a fixed number of fields", "class A { #o = { a: 1, b: 2 }; f(k: 'a' | 'b') { this.#o[k] = 3; this.#o = { ...this.#o, a: 4 }; } }"],
  ["is bytes of a fixed length", "class A { #b = Buffer.alloc(5); f() { this.#b[0] = 1; } }"],
  ["is weak", "class A { #m = new WeakMap<object, number>(); f(k: object) { this.#m.set(k, 1); } }"],
  ["is only read", "class A { #m = new Map<string, number>(); f(k: string) { return this.#m.get(k); } }"],
  ["says what bounds it", "class A {\n/** What it is. Bounded by its limit. */\n#m = new Map<string, number>(); f(k: string) { this.#m.set(k, 1); } }"],
];
const BOUND = "class A {\n  /** By key. Bounded by `LIMIT`: the oldest goes. */\n  #m = new Map<string, number>();\n  /** Bounded by nothing. */\n  #n = new Map<string, number>();\n  f(k: string) { this.#m.set(k, 1); }\n}";
const LISTENERS =
  "export class A {\n  f(s: AbortSignal, g: () => void) { s.addEventListener('abort', g); }\n  h(s: AbortSignal, g: () => void) { s.addEventListener('abort', g); s.removeEventListener('abort', g); }\n  i(s: AbortSignal) { return AbortSignal.any([s]); }\n}";

describe("the scan", () => {
  const folder = mkdtempSync(join(tmpdir(), "callplane-bounds-"));
  let found: Scan;
  beforeAll(() => {
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { target: "ES2023", module: "NodeNext", moduleResolution: "NodeNext", strict: true, skipLibCheck: true, types: ["node"], lib: ["ES2023"] } }));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const sources = [...GROWING.map(([, source], index) => [`growing${index}`, source]), ...CALM.map(([, source], index) => [`calm${index}`, source]), ["bound", BOUND], ["listeners", LISTENERS]];
    for (const [name, source] of sources) writeFileSync(join(folder, `${name}.ts`), `${source}\nexport {};\n`);
    found = scan(folder, sources.map(([name]) => join(folder, `${name}.ts`)));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const unbounded = (file: string): string[] => found.growing.filter((each) => each.file === `${file}.ts` && each.bound === null).map(({ name }) => name);

  it.each(GROWING.map(([what, , names], index) => ({ what, names, index })))("finds $what", ({ names, index }) => expect(unbounded(`growing${index}`)).toEqual(names));

  it.each(CALM.map(([what], index) => ({ what, index })))("lets be what $what", ({ index }) => expect(unbounded(`calm${index}`)).toEqual([]));

  it("reads the bound, and finds one that is about nothing", () => {
    const own = ({ file }: { readonly file: string }): boolean => file === "bound.ts";
    expect(found.growing.filter(own).map(({ name, line, bound }) => [name, line, bound])).toEqual([["A.#m", 3, "`LIMIT`: the oldest goes."]]);
    expect(found.stale.filter(own).map(({ name }) => name)).toEqual(["A.#n"]);
  });

  it("finds listeners that are not taken back, though others in the file are, and signals of several", () => {
    expect(found.listeners).toEqual(["listeners.ts:2", "listeners.ts:4"]);
  });
});
