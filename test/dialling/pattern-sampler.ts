/** Texts that a pattern of the phone numbers' metadata matches: literals, \d, classes, groups, alternatives and counts, which is all that those use. */
import type { Random } from "../faults/random.js";

export function sample(pattern: string, random: Random): string {
  const reader = new Reader(pattern, random);
  const made = reader.alternatives();
  if (!reader.done) throw new Error(`the pattern ${pattern} has something that the sampler does not know, at ${reader.at}`);
  return made();
}

type Make = () => string;

class Reader {
  at = 0;

  constructor(
    readonly pattern: string,
    readonly random: Random,
  ) {}

  get done(): boolean {
    return this.at === this.pattern.length;
  }

  alternatives(): Make {
    const branches: Make[] = [this.#sequence()];
    while (this.#take("|")) branches.push(this.#sequence());
    return () => this.random.of(branches)();
  }

  #sequence(): Make {
    const parts: Make[] = [];
    while (!this.done && !"|)".includes(this.pattern[this.at] ?? "")) parts.push(this.#counted(this.#atom()));
    return () => parts.map((part) => part()).join("");
  }

  #atom(): Make {
    if (this.#take("(?:")) {
      const inner = this.alternatives();
      if (!this.#take(")")) throw new Error(`a group of ${this.pattern} does not end`);
      return inner;
    }
    if (this.#take("\\d")) return () => this.random.of([..."0123456789"]);
    if (this.#take("[")) {
      const end = this.pattern.indexOf("]", this.at);
      const digits = [...this.pattern.slice(this.at, end).replaceAll("\\d", "0-9").replace(/(\d)-(\d)/g, (_, from: string, to: string) => "0123456789".slice(Number(from), Number(to) + 1))];
      this.at = end + 1;
      return () => this.random.of(digits);
    }
    const literal = this.pattern[this.at] ?? "";
    if (!/\d/.test(literal)) throw new Error(`the pattern ${this.pattern} has ${literal} at ${this.at}`);
    this.at += 1;
    return () => literal;
  }

  #counted(one: Make): Make {
    const [whole = "", from = "1", to] = /^(?:\{(\d+)(?:,(\d+))?\}|\?)/.exec(this.pattern.slice(this.at)) ?? ["", "1", "1"];
    this.at += whole.length;
    const least = whole === "?" ? 0 : Number(from);
    const most = whole === "?" ? 1 : Number(to ?? from);
    return () => Array.from({ length: least + Math.floor(this.random.next() * (most - least + 1)) }, one).join("");
  }

  #take(text: string): boolean {
    if (!this.pattern.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }
}
