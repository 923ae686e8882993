// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { h } from "vue";
import ConnectionBar from "../../../src/console/shell/ConnectionBar.vue";
import { mount, NOW, shown } from "../mounted/mount.js";
import { all, button, one, textOf, texts } from "../mounted/page.js";

const FS2 = { node: "fs2", state: "ready", error: null, since: NOW, stale: false } as const;

describe("the bar above the page", () => {
  it("says after a moment that the connection is lost and when it is tried again, once, and goes when it is back", async () => {
    const { lose, back } = await mount(() => h(ConnectionBar));
    lose();
    expect(all(".bar").length).toBe(0);
    await shown(() => texts(".bar span")).toEqual([expect.stringMatching(/^Connection lost .+\. Trying again (now|in \d+ s)\.$/)]);
    expect([one(".bar").parentElement?.getAttribute("role"), one(".bar span").getAttribute("aria-live"), button("Now").disabled]).toEqual(["alert", "off", false]);
    await back();
    await shown(() => all(".bar").length).toBe(0);
  });

  it("names the switches that are away", async () => {
    const { tell } = await mount(() => h(ConnectionBar));
    tell({ type: "switch.status", data: { switch: { ...FS2, state: "down" } } });
    await shown(() => textOf(document.querySelector(".bar"))).toBe("The telephone system (fs2) is not reachable. Calls there may go on, and cannot be controlled.");
    tell({ type: "switch.status", data: { switch: FS2 } });
    await shown(() => all(".bar").length).toBe(0);
  });
});
