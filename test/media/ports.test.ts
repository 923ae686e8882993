import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, it } from "vitest";
import { closed, PortPool, type PortPair } from "../../src/media/ports.js";

async function freed(pairs: readonly PortPair[]): Promise<void> {
  for (const pair of pairs) {
    await closed(pair.socket);
    pair.release();
  }
}

it("many streams at once get pairs of ports that nobody else has, also before FreeSWITCH has bound its own", async () => {
  const pool = new PortPool(null);
  const pairs = await Promise.all(Array.from({ length: 200 }, () => pool.take("127.0.0.1", true)));
  const all = pairs.flatMap(({ socket, far }) => [socket.address().port, far]);
  expect(new Set(all).size).toBe(400);
  expect(pool.used).toBe(200);
  await freed(pairs);
  expect(pool.used).toBe(0);
});

it("a range is used in pairs, passes over what is in use, and has an end", async () => {
  const other = createSocket("udp4");
  other.bind(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address();
  const from = Math.max(1024, port - (port % 2) - 4);
  const pool = new PortPool({ from, to: from + 9 });
  const pairs: PortPair[] = [];
  await expect(async () => {
    for (;;) pairs.push(await pool.take("127.0.0.1", true));
  }).rejects.toMatchObject({ code: "Busy" });
  expect(pairs.length).toBeLessThan(5);
  for (const { socket, far } of pairs) {
    expect(socket.address().port % 2).toBe(0);
    expect(far).toBe(socket.address().port + 1);
    expect([socket.address().port, far]).not.toContain(port);
  }
  await freed(pairs);
  await closed(other);
});
