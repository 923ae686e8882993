/** README and docs/: what they link to is there, and what they show can be pasted into a shell. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.js";
import { snippetsOf } from "./snippets.js";

const PAGES = ["README.md", "freeswitch-conf/README.md", ...readdirSync("docs").filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
const pages = PAGES.map((path) => ({ path, text: readFileSync(path, "utf8") }));

/** As GitHub makes a heading's anchor. */
const anchorsOf = (text: string): readonly string[] => [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));

describe.each(pages)("$path", ({ path, text }) => {
  it("links to files and headings that are there", () => {
    for (const [, link = ""] of text.matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)) {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : normalize(join(dirname(path), file));
      expect({ link, there: existsSync(target) }).toEqual({ link, there: true });
      if (anchor !== undefined) expect(anchorsOf(readFileSync(target, "utf8"))).toContain(anchor);
    }
  });

  it("names headings, files and tests that are there", () => {
    for (const [, link = "", heading = ""] of text.matchAll(/\]\(([\w./-]+\.md)\), "([^"]+)"/g)) expect(anchorsOf(readFileSync(normalize(join(dirname(path), link)), "utf8"))).toContain(heading.toLowerCase().replaceAll(" ", "-"));
    for (const [named = ""] of text.matchAll(/\b(?:test|src|scripts|bin|docs)\/[\w./-]+\.(?:ts|js|sh|md)\b/g)) expect({ named, there: existsSync(named) }).toEqual({ named, there: true });
  });

  // In zsh a colon behind a variable begins a modifier, and at a prompt a comment is a command.
  it("has snippets that zsh reads as bash does", () => {
    for (const { line, text: code } of snippetsOf(text)) {
      expect({ line, code: /(^|\s)#.*/m.exec(code)?.[0] ?? null }).toEqual({ line, code: null });
      expect({ line, code: /\$\w+:[a-z].*/.exec(code)?.[0] ?? null }).toEqual({ line, code: null });
    }
  });

  it("names the APIs, and not what somebody once called them", () => {
    expect(text).not.toMatch(/\bseeds?\b/i);
  });
});

it("docs/configuration.md has every variable that is read", () => {
  const names = new Set<string>();
  loadConfig(new Proxy({}, { get: (_, name) => void (typeof name === "string" && names.add(name)) }));
  const text = readFileSync("docs/configuration.md", "utf8");
  expect([...names].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
