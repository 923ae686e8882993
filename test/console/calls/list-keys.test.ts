import { describe, expect, it } from "vitest";
import { createListKeys, type Around } from "../../../src/console/pages/calls/live/list-keys.js";

const pressed = (key: string, timeStamp = 0, more = {}) => ({ key, timeStamp, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...more });
const around = (more: Partial<Around> = {}): Around => ({ focus: "nothing", isText: false, isSupervising: false, ...more });

describe("the keys of the live calls", () => {
  it("listen, open and move, where nothing else has the focus", () => {
    const deedOf = createListKeys();
    const of = (focus: Around["focus"]) => ["l", "L", "Enter", "ArrowDown"].map((key, at) => deedOf(pressed(key, at), around({ focus })));
    expect(of("nothing")).toEqual(["listen", "listen", "open", { step: "down" }]);
    expect(of("list")).toEqual(["listen", "listen", "open", { step: "down" }]);
    expect(of("other")).toEqual([null, null, null, null]);
    expect([deedOf(pressed("l", 9, { ctrlKey: true }), around()), deedOf(pressed("L", 9, { shiftKey: true }), around())]).toEqual([null, null]);
  });

  it.each(["nothing", "list"] as const)("leave the letter after G to the page that it leads to, with the focus on %s", (focus) => {
    const deedOf = createListKeys();
    expect([deedOf(pressed("g", 0), around({ focus })), deedOf(pressed("l", 900), around({ focus })), deedOf(pressed("l", 1000), around({ focus }))]).toEqual([null, null, "listen"]);
    expect([deedOf(pressed("g", 2000), around({ focus })), deedOf(pressed("l", 9000), around({ focus }))]).toEqual([null, "listen"]);
  });

  it("know of a G on a button, and of none in a text", () => {
    const deedOf = createListKeys();
    deedOf(pressed("g", 0), around({ focus: "other" }));
    expect(deedOf(pressed("l", 100), around())).toBeNull();
    deedOf(pressed("g", 2000), around({ focus: "other", isText: true }));
    expect(deedOf(pressed("l", 2100), around())).toBe("listen");
  });

  it("do once what a key asks that is held down, but for moving", () => {
    const deedOf = createListKeys();
    const held = (key: string) => deedOf(pressed(key, 0, { repeat: true }), around({ focus: "list" }));
    expect(["l", "Enter", "ArrowDown"].map(held)).toEqual([null, null, { step: "down" }]);
  });

  it("leave L to the dock of one who is on a call, but where the list has the focus", () => {
    const deedOf = createListKeys();
    expect(deedOf(pressed("l"), around({ isSupervising: true }))).toBeNull();
    expect(deedOf(pressed("l"), around({ isSupervising: true, focus: "list" }))).toBe("listen");
    expect(deedOf(pressed("ArrowDown"), around({ isSupervising: true }))).toEqual({ step: "down" });
  });
});
