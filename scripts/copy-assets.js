// tsc copies no SQL: the generated migrations must lie beside the built store, where it looks for them.
import { cpSync } from "node:fs";

cpSync("src/store/migrations", "dist/store/migrations", { recursive: true });
