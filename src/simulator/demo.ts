export interface DemoOptions {
  /** Default true. */
  readonly background?: boolean;
}

import type { Simulator } from "./types.js";

export function startDemo(_simulator: Simulator, _options: DemoOptions): () => void {
  return () => undefined;
}
