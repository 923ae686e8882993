/** Before all tests of `npm test`: the sources as they are loaded then. */
import { buildSources } from "./built-sources.js";

export const setup = (): Promise<() => void> => buildSources();
