/** Before each test file: what its tests start ends with it, also when a test ran into its limit and none of its own clean-up was reached. */
import { afterAll } from "vitest";
import { endStarted } from "./started.js";

afterAll(endStarted);
