// What `npm start` runs.
import { built } from "./built.js";

await import(built("main.js"));
