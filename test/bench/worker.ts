/** Runs one benchmark in a process of its own, so that no other one's heap or compiled code is in its way. */
import { z } from "zod";
import { BENCHMARKS, benchmarkName } from "./benchmarks.js";
import { serve } from "./support/child.js";

serve({ run: async (argument) => (await BENCHMARKS[z.enum(benchmarkName).parse(argument)]()).run() });
