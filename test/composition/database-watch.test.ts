import { expect, it } from "vitest";
import { DatabaseWatch } from "../../src/composition/database-watch.js";
import { silentLogger } from "../store/support.js";
import { ManualClock } from "../support/manual-clock.js";

function watch() {
  const clock = new ManualClock();
  const now = { trouble: null as string | null, freeBytes: 1e9 as number | null };
  const watched = new DatabaseWatch({ holder: { trouble: () => now.trouble }, store: { freeBytes: async () => now.freeBytes }, clock, logger: silentLogger() });
  return { clock, now, watched };
}

it("says that the database cannot be written, in its own words", async () => {
  const { now, watched } = watch();
  expect(watched.trouble()).toBeNull();
  now.trouble = "database or disk is full";
  expect(watched.trouble()).toBe("The database cannot be written: database or disk is full.");
});

it("says that its disk is full before a write fails, and that it is not any more", async () => {
  const { clock, now, watched } = watch();
  now.freeBytes = 1024 * 1024;
  clock.advance(2000);
  await watched.look();
  expect(watched.trouble()).toMatch(/^The disk of the database is full: 1024 KB/);
  now.freeBytes = null;
  await watched.look();
  expect(watched.trouble()).toBeNull();
  watched.close();
  expect(clock.timers).toBe(0);
});
