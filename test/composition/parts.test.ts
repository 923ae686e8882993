import { expect, it } from "vitest";
import { Parts } from "../../src/composition/parts.js";
import { silentLogger } from "../store/support.js";

it("closes in the reverse order, whatever one of the parts does", async () => {
  const logger = silentLogger();
  const parts = new Parts(logger, 20);
  const closed: string[] = [];
  const part = (name: string, close: () => Promise<void> = async () => undefined) =>
    parts.add(name, {
      close: () => {
        closed.push(name);
        return close();
      },
    });
  part("first");
  part("hangs", () => new Promise(() => undefined));
  part("throws", async () => {
    throw new Error("no");
  });
  part("last");
  await Promise.all([parts.close(), parts.close()]);
  expect(closed).toEqual(["last", "throws", "hangs", "first"]);
  expect(logger.error.mock.calls).toMatchObject([[{ part: "throws" }, expect.anything()], [{ part: "hangs" }, expect.anything()]]);
});
