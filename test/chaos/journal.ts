/** What a run did and found: the last acts, counts by kind, and each violation as it is found. */
import { appendFileSync } from "node:fs";

export interface Violation {
  readonly invariant: string;
  /** What it is about; told once for each. */
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
}

/** Acts that are shown with a violation. */
const SHOWN_ACTS = 25;
const SHOWN_CHARACTERS = 4000;

export class Journal {
  readonly seed: number;
  readonly #began = performance.now();
  readonly #write: (line: string) => void;
  /** The newest `SHOWN_ACTS`. */
  readonly #acts: string[] = [];
  readonly #counts = { faults: new Map<string, number>(), acts: new Map<string, number>() };
  /** Bounded by the violations of a run. */
  readonly #told = new Map<string, number>();
  /** A file for all acts; null: the last ones are kept alone. */
  actsFile: string | null = null;
  fault = 0;
  requests = 0;
  /** Bounded by the channels of a run. */
  readonly channels = new Set<string>();
  largestMegabytes = 0;

  constructor(seed: number, write: (line: string) => void) {
    this.seed = seed;
    this.#write = write;
  }

  get violations(): number {
    return this.#told.size;
  }

  /** Seconds since the start. */
  get second(): string {
    return ((performance.now() - this.#began) / 1000).toFixed(1);
  }

  /** @param began the second in which it began */
  act(kind: string, what: string, began: string): void {
    this.#counts.acts.set(kind, (this.#counts.acts.get(kind) ?? 0) + 1);
    const line = `${began} to ${this.second} s ${kind} ${what}`;
    this.#acts.push(line);
    if (this.actsFile !== null) appendFileSync(this.actsFile, `${new Date().toISOString()} ${line}\n`);
    if (this.#acts.length > SHOWN_ACTS) this.#acts.shift();
  }

  began(fault: string, what: string): void {
    this.fault += 1;
    this.#counts.faults.set(fault, (this.#counts.faults.get(fault) ?? 0) + 1);
    this.#write(`${this.second} s fault ${this.fault}: ${fault}${what === "" ? "" : ` (${what})`}`);
    this.#acts.push(`${this.second} s FAULT ${this.fault} ${fault} ${what}`);
  }

  note(what: string): void {
    this.#write(`${this.second} s ${what}`);
  }

  knows({ invariant, subject }: Pick<Violation, "invariant" | "subject">): boolean {
    return this.#told.has(`${invariant} ${subject}`);
  }

  violated({ invariant, subject, expected, found }: Violation): void {
    const key = `${invariant} ${subject}`;
    const before = this.#told.get(key) ?? 0;
    this.#told.set(key, before + 1);
    if (before > 0) return;
    this.#write(
      [
        `VIOLATION of ${invariant}: ${subject}`,
        `  at ${this.second} s, seed ${this.seed}, after fault ${this.fault}, ${new Date().toISOString()}`,
        `  expected: ${expected.slice(0, SHOWN_CHARACTERS)}`,
        `  found: ${found.slice(0, SHOWN_CHARACTERS)}`,
        "  last acts:",
        ...this.#acts.map((act) => `    ${act}`),
      ].join("\n"),
    );
  }

  summary(): string {
    const counts = (of: ReadonlyMap<string, number>): string => [...of].sort(([a], [b]) => a.localeCompare(b)).map(([kind, count]) => `${kind} ${count}`).join(", ");
    const minutes = ((performance.now() - this.#began) / 60_000).toFixed(1);
    return [
      `${minutes} minutes, seed ${this.seed}; faults: ${this.fault} (${counts(this.#counts.faults)})`,
      `acts: ${[...this.#counts.acts.values()].reduce((sum, count) => sum + count, 0)} (${counts(this.#counts.acts)})`,
      `${this.requests} requests, ${this.channels.size} channels, at most ${this.largestMegabytes.toFixed(0)} MB; ${this.violations} violations`,
    ].join("\n");
  }
}
