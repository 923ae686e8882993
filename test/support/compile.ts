/** Before all tests: the product as it is started. */
import type { TestProject } from "vitest/node";
import { buildProduct } from "./build.js";
import { temporaryDirectory } from "./temporary.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Where `buildProduct` has built. */
    readonly product: string;
  }
}

export async function setup(project: TestProject): Promise<() => void> {
  const directory = temporaryDirectory();
  await buildProduct(directory.path);
  project.provide("product", directory.path);
  return () => directory.remove();
}
