// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRouter, createMemoryHistory } from "vue-router";
import { followPages } from "../../../src/console/shell/page-load.js";
import { createUpdates, entryOf } from "../../../src/console/shell/updates.js";
import { Parts } from "../../../src/console/ui/parts.js";

const GONE = new TypeError("Failed to fetch dynamically imported module: http://x/assets/DeskPage-abc.js");
let told: number;
let reloads: number;
let parts: Parts;

beforeEach(() => {
  [told, reloads] = [0, 0];
  parts = new Parts({ pause: () => Promise.resolve(), told: () => told++, reload: () => reloads++ });
});

/** Fails so many times, then comes. */
function chunk(failures: number, error: Error = GONE): { readonly load: () => Promise<string>; asked: number } {
  const made = { asked: 0, load: () => (++made.asked > failures ? Promise.resolve("here") : Promise.reject(error)) };
  return made;
}

describe("a part that does not come", () => {
  it("is asked for once more by itself, and nobody is told when that helps", async () => {
    const part = chunk(1);
    expect(await parts.load(part.load)).toBe("here");
    expect([part.asked, told, parts.isMissing.value]).toEqual([2, 0, false]);
  });

  it("is said, and comes when the person asks for it", async () => {
    const part = chunk(2);
    const loaded = parts.load(part.load);
    await vi.waitFor(() => expect(parts.isMissing.value).toBe(true));
    expect([part.asked, told]).toEqual([2, 1]);
    parts.again(true);
    expect(await loaded).toBe("here");
    expect([parts.isMissing.value, reloads]).toEqual([false, 0]);
  });

  it("is had by loading the whole page where asking has not helped, but never where a call would end with it", async () => {
    const part = chunk(9);
    void parts.load(part.load);
    await vi.waitFor(() => expect(parts.isMissing.value).toBe(true));
    parts.again(true);
    await vi.waitFor(() => expect([part.asked, parts.isMissing.value]).toEqual([3, true]));
    parts.again(false);
    await vi.waitFor(() => expect([part.asked, parts.isMissing.value]).toEqual([4, true]));
    expect(reloads).toBe(0);
    parts.again(true);
    expect(reloads).toBe(1);
  });

  it("is loaded with the whole page at once where its styles did not come: the build's loader does not ask for them again", async () => {
    void parts.load(chunk(9, new Error("Unable to preload CSS for /assets/x.css")).load);
    await vi.waitFor(() => expect(parts.isMissing.value).toBe(true));
    parts.again(true);
    expect(reloads).toBe(1);
  });

  it("is not one that came and threw", async () => {
    await expect(parts.load(chunk(1, new TypeError("x is not a function")).load)).rejects.toThrow("x is not a function");
    expect(parts.isMissing.value).toBe(false);
  });
});

describe("a page that is opened", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const router = (load: () => Promise<string>) => createRouter({ history: createMemoryHistory(), routes: [{ path: "/", component: {} }, { path: "/wall", component: {} }, { path: "/desk", component: async () => ({ template: await load() }) }] });

  it("is shown to be on its way after a moment, and not before", async () => {
    let come: (text: string) => void = () => undefined;
    const pages = router(() => new Promise((resolve) => (come = resolve)));
    const isSlow = followPages(pages, parts);
    const opened = pages.push("/desk");
    await vi.advanceTimersByTimeAsync(250);
    expect(isSlow.value).toBe(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(isSlow.value).toBe(true);
    come("desk");
    await opened;
    expect(isSlow.value).toBe(false);
  });

  it("is said not to have come, and opened when the person asks for it", async () => {
    const part = chunk(1);
    const pages = router(part.load);
    followPages(pages, parts);
    await pages.push("/desk").catch(() => undefined);
    expect([parts.isMissing.value, pages.currentRoute.value.path]).toEqual([true, "/"]);
    parts.again(true);
    await vi.waitFor(() => expect(pages.currentRoute.value.path).toBe("/desk"));
    expect(parts.isMissing.value).toBe(false);
  });

  it("is forgotten when another one is opened instead", async () => {
    const pages = router(chunk(9).load);
    followPages(pages, parts);
    await pages.push("/desk").catch(() => undefined);
    await pages.push("/wall");
    expect(parts.isMissing.value).toBe(false);
  });
});

describe("a newer version", () => {
  const page = (script: string): string => `<!doctype html><head><script type="module" crossorigin src="${script}"></script><link rel="stylesheet" href="/assets/a.css"></head>`;
  const lost = { kind: "lost", since: 0, nextAt: 0 } as const;

  it("is told by the script that the served page names", () => {
    expect(entryOf(page("/assets/index-abc.js"))).toBe("/assets/index-abc.js");
    expect(entryOf("<p>Callplane is starting.</p>")).toBeNull();
  });

  it("is looked for when the stream is back after it was lost, and at no other time", async () => {
    let [served, asked] = ["/assets/index-abc.js", 0];
    const updates = createUpdates({ own: "/assets/index-abc.js", page: async () => (asked++, page(served)) });
    updates.connection({ kind: "live" });
    expect(asked).toBe(0);
    updates.connection(lost);
    updates.connection({ kind: "live" });
    updates.connection({ kind: "live" });
    await vi.waitFor(() => expect(asked).toBe(1));
    expect(updates.isNewer.value).toBe(false);
    served = "/assets/index-def.js";
    updates.connection(lost);
    updates.connection({ kind: "live" });
    await vi.waitFor(() => expect(updates.isNewer.value).toBe(true));
  });

  it("is not seen in what a server says that cannot give the page", async () => {
    for (const html of [null, "<p>Callplane is starting.</p>"]) {
      const updates = createUpdates({ own: "/assets/index-abc.js", page: async () => html });
      await updates.look();
      expect(updates.isNewer.value).toBe(false);
    }
  });
});
