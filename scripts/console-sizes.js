/**
 * Says what the built console costs a browser, compressed, and exits with 1 where it is more than it may be: nobody notices a kilobyte, so that only a limit keeps a page quick.
 * A page is what its address loads first; the phone and whatever is opened later come on top where they are named.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const BUILT = process.argv[2] ?? join(import.meta.dirname, "../dist/console");
const KIB = 1024;
const LIMITS = { page: 120 * KIB, deskWithPhone: 180 * KIB, styles: 15 * KIB };
const PHONE = [/^phone\/jssip\.ts$/, /^phone\/engine\.ts$/, /^phone\/PhoneIndicator\.vue$/, /^sound\/SoundBoard\.vue$/];

const manifest = JSON.parse(readFileSync(join(BUILT, ".vite/manifest.json"), "utf8"));
const sizes = new Map();
const sizeOf = (file) => {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join(BUILT, file)), { level: 9 }).length);
  return sizes.get(file);
};

/** What the chunks load before they run, themselves included. */
function loaded(keys, found = new Set()) {
  for (const key of keys) {
    if (found.has(key)) continue;
    found.add(key);
    loaded(manifest[key].imports ?? [], found);
  }
  return found;
}
const sum = (files) => [...new Set(files)].reduce((bytes, file) => bytes + sizeOf(file), 0);
const LANGUAGE = "messages/en.ts";
const scripts = (keys) => sum([...loaded(keys)].map((key) => manifest[key].file));
const styles = (keys) => sum([...loaded(keys)].flatMap((key) => manifest[key].css ?? []));

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const pages = Object.keys(manifest).filter((key) => /^pages\/.*Page\.vue$/.test(key) && manifest[key].isDynamicEntry);
const phone = Object.keys(manifest).filter((key) => PHONE.some((pattern) => pattern.test(key)));
const rows = [
  ...pages.map((page) => ({ what: page.replace(/^pages\//, ""), bytes: scripts([entry, LANGUAGE, page]), most: LIMITS.page })),
  { what: "desk with phone", bytes: scripts([entry, LANGUAGE, "pages/desk/DeskPage.vue", ...phone]), most: LIMITS.deskWithPhone },
  ...pages.map((page) => ({ what: `styles of ${page.replace(/^pages\//, "")}`, bytes: styles([entry, page]), most: LIMITS.styles })),
];
const [largest] = rows.filter(({ most }) => most === LIMITS.page).sort((a, b) => b.bytes - a.bytes);
const tooMuch = rows.filter(({ bytes, most }) => bytes > most);
const shown = ({ what, bytes, most }) => `${what} ${(bytes / KIB).toFixed(1)} of ${most / KIB} KiB`;
console.log(`Console, compressed: login ${shown(rows.find(({ what }) => what.startsWith("login/"))).replace(/^\S+ /, "")}, largest page ${shown(largest)}, ${shown(rows.find(({ what }) => what === "desk with phone"))}.`);
if (phone.length < PHONE.length) throw new Error("Parts of the phone are not found in the build.");
for (const row of tooMuch) console.error(`Too large: ${shown(row)}.`);
process.exitCode = tooMuch.length === 0 ? 0 : 1;
