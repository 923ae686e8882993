/** modesl as it comes from the registry, seen through what the benchmarks use of it. */
import { createRequire } from "node:module";

export interface StockConnection {
  readonly parser: { on(event: "esl::event", listener: (event: { getHeader(name: string): string | undefined }) => void): unknown };
  api(command: string, callback: (event: { getBody(): string }) => void): void;
  subscribe(events: readonly string[], callback: () => void): void;
  on(event: "error", listener: (error: Error) => void): unknown;
  disconnect(): void;
}

interface StockModesl {
  readonly Connection: new (host: string, port: number, password: string, ready: () => void) => StockConnection;
}

const isStockModesl = (loaded: unknown): loaded is StockModesl =>
  typeof loaded === "object" && loaded !== null && "Connection" in loaded && typeof loaded.Connection === "function";

/** Connects and authenticates. */
export async function connectStock(port: number): Promise<StockConnection> {
  const loaded: unknown = createRequire(import.meta.url)("modesl");
  if (!isStockModesl(loaded)) throw new Error("modesl is not what it was");
  const { Connection } = loaded;
  return new Promise((resolve, reject) => {
    const connection: StockConnection = new Connection("127.0.0.1", port, "bench", () => resolve(connection));
    connection.on("error", reject);
  });
}
