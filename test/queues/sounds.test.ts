import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { departmentSettings, isSoundChoice, OrganizationSounds } from "../../src/queues/index.js";
import { mediaSource } from "../../src/freeswitch/index.js";
import { openStore } from "../../src/store/index.js";
import { temporaryDirectory } from "../support/temporary.js";

describe("a choice of a sound", () => {
  it.each([
    "welcome.wav", "Welcome-2_a.mp3", "a.ogg", "tone_stream://%(2000,4000,440,480);loops=-1", "tone_stream://v=-16;%(450,50,262);loops=-1", "tone_stream://%(500,0,800)",
    "tone_stream://v=-7;+=.1;%(1400,0,350,440)", "tone_stream://%(100,0,350)%(100,0,440);w=200;%(100,0,480)", "silence_stream://2000", "silence_stream://-1", "silence_stream://1000,1400",
  ])("may be %s, which FreeSWITCH may play", (choice) => {
    expect(isSoundChoice(choice)).toBe(true);
    if (choice.includes("://")) expect(mediaSource(choice)).toBe(choice);
  });

  it.each([
    "", ".", "..", "../a.wav", "/a.wav", "a/b.wav", "a\\b.wav", "a", ".wav", "a.wav/", "a.wav\n", "a.wav\0", "a b.wav", "a.sh", "a.wav.sh", "a..wav", "$${x}.wav", "{rate=8000}a.wav", "file:///a.wav", "http://a/a.wav", "shout://a/a.mp3",
    "local_stream://moh", "tone_stream://path=/etc/passwd", "tone_stream://PATH=/etc/passwd;loops=1", "tone_stream://%(100,0,440);path=/x",
    // What would keep FreeSWITCH making samples, without end or beyond its memory.
    "tone_stream://l=-1;%(1000,0,440)", "tone_stream://l=1000000;%(1000,0,440)", "tone_stream://L=99999999;%(1000,0,440)", "tone_stream://%(99999999,0,440)", "tone_stream://r=999999999;%(1000,0,440)", "tone_stream://c=9;%(1000,0,440)",
    `tone_stream://${"%(9999,0,440)".repeat(100)}`, "tone_stream://", "tone_stream://%(1,2,3)::hangup", "silence_stream://", "silence_stream://1::x", "say:hello", "phrase:x",
  ])("is never %j", (choice) => {
    expect(isSoundChoice(choice)).toBe(false);
  });
});

describe("the sounds of an organization", () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let sounds: OrganizationSounds;
  const path = (...names: string[]): string => join(directory.path, ...names);
  beforeEach(() => {
    directory = temporaryDirectory();
    for (const id of ["1", "2", "12"]) mkdirSync(path("sounds", id), { recursive: true });
    mkdirSync(path("recordings"));
    for (const file of [["sounds", "1", "welcome.wav"], ["sounds", "1", "notes.txt"], ["sounds", "2", "other.wav"], ["sounds", "12", "twelve.wav"], ["recordings", "call.wav"]]) writeFileSync(path(...file), "sound");
    sounds = new OrganizationSounds("/fs/sounds", path("sounds"));
  });
  afterEach(() => directory.remove());

  it("are the files of its own directory, and FreeSWITCH is told where they are for it", async () => {
    expect(await sounds.list(1)).toEqual({ readable: true, names: ["welcome.wav"] });
    expect(await sounds.source(1, "welcome.wav")).toBe("/fs/sounds/1/welcome.wav");
    expect(await sounds.source(1, "tone_stream://%(500,0,800)")).toBe("tone_stream://%(500,0,800)");
    for (const choice of [null, "other.wav", "twelve.wav", "notes.txt", "missing.wav", "../2/other.wav", path("sounds", "1", "welcome.wav")]) expect(await sounds.source(1, choice)).toBeNull();
    expect(await sounds.list(3)).toEqual({ readable: true, names: [] });
    await expect(sounds.check(3, { greeting: "welcome.wav" })).rejects.toMatchObject({ details: { parameter: "greeting" } });
  });

  it("are not what a link leads to outside of it, of whatever kind", async () => {
    symlinkSync(path("recordings", "call.wav"), path("sounds", "1", "call.wav"));
    symlinkSync(path("sounds", "2", "other.wav"), path("sounds", "1", "theirs.wav"));
    symlinkSync(path("sounds", "1", "welcome.wav"), path("sounds", "1", "hello.wav"));
    symlinkSync(path("sounds", "1", "round.wav"), path("sounds", "1", "round.wav"));
    symlinkSync(path("sounds", "2"), path("sounds", "3"));
    mkdirSync(path("sounds", "1", "folder.wav"));
    expect(await sounds.list(1)).toEqual({ readable: true, names: ["hello.wav", "welcome.wav"] });
    expect(await sounds.list(3)).toEqual({ readable: true, names: [] });
    for (const name of ["call.wav", "theirs.wav", "round.wav", "folder.wav"]) {
      expect(await sounds.source(1, name)).toBeNull();
      await expect(sounds.check(1, { music: name })).rejects.toMatchObject({ details: { parameter: "music" } });
    }
    expect(await sounds.source(3, "other.wav")).toBeNull();
  });

  it("are taken by name alone where Callplane cannot read the directory", async () => {
    const blind = new OrganizationSounds("/fs/sounds", path("nowhere"));
    expect(await blind.list(1)).toEqual({ readable: false, names: [] });
    await blind.check(1, { greeting: "whatever.wav" });
    expect(await blind.source(1, "whatever.wav")).toBe("/fs/sounds/1/whatever.wav");
    expect(await blind.source(1, "../2/other.wav")).toBeNull();
  });
});

describe("departments of before sounds were chosen by name", () => {
  it("go on with what lies in their organization's own directory, and without what does not", async () => {
    const directory = temporaryDirectory();
    const file = join(directory.path, "callplane.db");
    const store = await openStore(`file:${file}`);
    try {
      const { id } = await store.organizations.create({ name: "acme", domain: "acme.example" });
      const { id: other } = await store.organizations.create({ name: "other", domain: "other.example" });
      const stored = {
        own: { greeting: `/fs/sounds/${id}/welcome.wav`, overflow: { type: "message", greeting: `/fs/sounds/${id}/later.wav` }, maxWaitS: 60 },
        foreign: { greeting: `/fs/sounds/${other}/welcome.wav`, music: "/var/lib/freeswitch/recordings/x.wav", overflow: { type: "message", greeting: `/fs/sounds/${id}/../${other}/x.wav` }, maxWaitS: 60 },
        tone: { music: "tone_stream://%(1000,0,440);loops=-1" },
      } as const;
      for (const name of Object.keys(stored)) await store.departments.create(id, name, {});
      const sqlite = new Sqlite(file);
      for (const [name, settings] of Object.entries(stored)) sqlite.prepare("UPDATE departments SET settings = ? WHERE name = ?").run(JSON.stringify(settings), name);
      sqlite.close();
      const sounds = new OrganizationSounds("/fs/sounds", "/nowhere");
      const foreign = await store.departments.nameSounds((organizationId, path) => sounds.nameOf(organizationId, path));
      expect(foreign.map(({ department, setting }) => [department, setting])).toEqual([["foreign", "music"], ["foreign", "greeting"], ["foreign", "overflow"]]);
      const read = new Map((await store.departments.list(id)).map(({ name, settings }) => [name, settings]));
      expect(read.get("own")).toMatchObject({ greeting: "welcome.wav", overflow: { type: "message", greeting: "later.wav" }, maxWaitS: 60 });
      expect(read.get("foreign")).toMatchObject({ greeting: null, music: null, overflow: { type: "message" }, maxWaitS: 60 });
      expect(read.get("foreign")?.overflow).not.toHaveProperty("greeting");
      expect(read.get("tone")).toMatchObject({ music: stored.tone.music });
      expect(await store.departments.nameSounds((organizationId, path) => sounds.nameOf(organizationId, path))).toEqual(foreign);
    } finally {
      await store.close();
      directory.remove();
    }
  });

  it("never give a path away as a setting", () => {
    expect(departmentSettings({ greeting: "/etc/passwd", music: "http://x/", overflow: { type: "message", greeting: "/x.wav" }, priority: 3 })).toMatchObject({ greeting: null, music: null, overflow: { type: "message" }, priority: 3 });
  });
});
