/** Which of the headers that Callplane reads a line begins with. */
/** Room for the longest name: `variable_`, 64 letters, the colon and the blank. */
const WORDS = 19;

/**
 * A decision tree: each node looks at the one byte of a line that tells its names apart best, so that a name is found, or a line is left, after
 * two or three bytes. What is found is then compared as a whole, because a caller can choose names (SIP headers become variables).
 */
export class HeaderNames {
  /** A name with what follows it in a line, so that no key is the beginning of another. */
  readonly #keys: readonly Buffer[];
  /** By id. */
  readonly #lengths: Uint8Array;
  /** By id: the key in words of four bytes, the last of which ends where the key ends. */
  readonly #words: Int32Array;
  /** By node: which byte of the line is looked at. Bounded by the headers. */
  readonly #offsets: number[] = [];
  /** By node and byte: the next node; `~id` when one header is left; 0 for none. */
  readonly #next: Int16Array;

  /** `names` by id, each once. */
  constructor(names: readonly string[]) {
    this.#keys = names.map((name) => Buffer.from(`${name}: `));
    this.#lengths = Uint8Array.from(this.#keys, (key) => key.length);
    this.#words = new Int32Array(names.length * WORDS);
    for (const [id, key] of this.#keys.entries()) {
      for (let at = 0, word = id * WORDS; at < key.length; at += 4, word++) this.#words[word] = key.readInt32LE(Math.min(at, key.length - 4));
    }
    const tables: Int16Array[] = [];
    this.#grow(tables, names.map((_, id) => id));
    this.#next = Int16Array.from(tables.flatMap((table) => [...table]));
  }

  /** The id of the header whose line begins at `at`, -1 for one that is not read. `words` views the same bytes as `bytes`. */
  find(bytes: Buffer, words: DataView, at: number): number {
    let node = 0;
    do {
      node = this.#next[node * 256 + (bytes[at + (this.#offsets[node] ?? 0)] ?? 0)] ?? 0;
    } while (node > 0);
    return node < 0 && this.#isAt(words, at, ~node) ? ~node : -1;
  }

  /** Bytes from the beginning of a header's line to its value. */
  keyLength(id: number): number {
    return this.#lengths[id] ?? 0;
  }

  #isAt(words: DataView, at: number, id: number): boolean {
    const last = at + this.keyLength(id) - 4;
    if (last + 4 > words.byteLength) return false;
    let word = id * WORDS;
    for (let place = at; place < last; place += 4, word++) {
      if (words.getInt32(place, true) !== this.#words[word]) return false;
    }
    return words.getInt32(last, true) === this.#words[word];
  }

  /** Makes the node that tells these headers apart, and the ones below it; gives its number. */
  #grow(tables: Int16Array[], ids: readonly number[]): number {
    const shortest = Math.min(...ids.map((id) => this.keyLength(id)));
    const groups = Array.from({ length: shortest }, (_, offset) => this.#groupsBy(offset, ids));
    const most = Math.max(...groups.map((group) => group.size));
    const offset = groups.findIndex((group) => group.size === most);
    const node = this.#offsets.push(offset) - 1;
    const table = new Int16Array(256);
    tables.push(table);
    for (const [byte, group] of groups[offset] ?? []) table[byte] = group.length === 1 ? ~(group[0] ?? 0) : this.#grow(tables, group);
    return node;
  }

  #groupsBy(offset: number, ids: readonly number[]): Map<number, number[]> {
    const groups = new Map<number, number[]>();
    for (const id of ids) {
      const byte = this.#keys[id]?.[offset] ?? 0;
      groups.set(byte, [...(groups.get(byte) ?? []), id]);
    }
    return groups;
  }
}
