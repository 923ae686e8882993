/** Before all tests: the product as it is started. */
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { findChromium } from "../browser/chromium.js";
import { buildConsole, buildProduct } from "./build.js";
import { temporaryDirectory } from "./temporary.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Where `buildProduct` has built. */
    readonly product: string;
    /** Where `buildConsole` has built; null where there is no browser to look at it. */
    readonly console: string | null;
  }
}

export async function setup(project: TestProject): Promise<() => void> {
  const directory = temporaryDirectory();
  const chromium = await findChromium();
  const pages = "missing" in chromium ? null : join(directory.path, "console");
  await Promise.all([buildProduct(directory.path), pages === null ? null : buildConsole(pages)]);
  project.provide("product", directory.path);
  project.provide("console", pages);
  return () => directory.remove();
}
