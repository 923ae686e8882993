/** A module for the Callplane process that shifts its wall clock by the milliseconds in a file, read at SIGUSR2. */
export const CLOCK_ENVIRONMENT = "CHAOS_CLOCK_FILE";

/** JavaScript, since the process runs no TypeScript. The monotonic clock is left alone, as a jump of the system's clock leaves it. */
export const CLOCK_PRELOAD = `import { readFileSync } from "node:fs";
const RealDate = Date;
let shift = 0;
const read = () => {
  try {
    shift = Number(readFileSync(process.env.${CLOCK_ENVIRONMENT}, "utf8")) || 0;
  } catch {}
};
read();
process.on("SIGUSR2", read);
globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift);
    else super(...given);
  }
  static now() {
    return RealDate.now() + shift;
  }
};
`;
