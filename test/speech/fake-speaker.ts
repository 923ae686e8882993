/** A program that speaks, as Callplane runs one: a script of Node.js, which tells what it was told by the tones that it makes. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/**
 * Reads the text from stdin and answers with a WAVE file of 100 ms for each of its words, at 16 kHz. A text that begins with a word of these does what it says: `fail`,
 * `hang`, `flood`, `garbage`, `slowly` (until the file `go` lies in its folder). `mute` as voice fails. Each run adds a line to the file `runs`.
 */
const SCRIPT = `
import { appendFileSync, existsSync } from "node:fs";
const [folder, voice = ""] = process.argv.slice(2);
let text = "";
for await (const piece of process.stdin) text += piece;
text = text.trim();
appendFileSync(folder + "/runs", JSON.stringify({ text, voice, env: Object.keys(process.env).sort() }) + "\\n");
if (text.startsWith("fail") || voice.startsWith("mute")) { console.error("I have no voice"); process.exit(3); }
if (text.startsWith("hang")) setInterval(() => undefined, 1000);
else if (text.startsWith("flood")) { const piece = Buffer.alloc(1_000_000); const pour = () => { while (process.stdout.write(piece)); process.stdout.once("drain", pour); }; pour(); }
else if (text.startsWith("garbage")) process.stdout.write("no sound at all");
else {
  while (text.startsWith("slowly") && !existsSync(folder + "/go")) await new Promise((resolve) => setTimeout(resolve, 5));
  const data = Buffer.alloc(text.split(" ").length * 3200);
  for (let at = 0; at < data.length / 2; at += 1) data.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * 1000 * at) / 16000)), at * 2);
  const head = Buffer.from("524946460000000057415645666d74201000000001000100803e0000007d000002001000646174610000ff7f", "hex");
  process.stdout.write(Buffer.concat([head, data]));
}
`;

const RUN = z.object({ text: z.string(), voice: z.string(), env: z.array(z.string()) });

export interface FakeSpeaker {
  /** With the folder and the voice. */
  readonly argv: readonly string[];
  /** What each run was told, in order. */
  runs(): readonly z.output<typeof RUN>[];
  /** Lets the slow ones go on. */
  go(): void;
}

export function fakeSpeaker(folder: string): FakeSpeaker {
  const script = join(folder, "speaker.mjs");
  writeFileSync(script, SCRIPT);
  return {
    argv: [process.execPath, script, folder, "{voice}"],
    runs: () => (existsSync(join(folder, "runs")) ? readFileSync(join(folder, "runs"), "utf8").trim().split("\n").map((line) => RUN.parse(JSON.parse(line))) : []),
    go: () => writeFileSync(join(folder, "go"), ""),
  };
}
