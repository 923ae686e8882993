import { systemCode } from "../system-errors.js";

/** What is said when a port cannot be had. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there already",
  EACCES: "this user may not listen there",
  EADDRNOTAVAIL: "this machine has no such address",
};

/** Begins to listen. `variables` say where, and the refusal names them. */
export async function listening<T>(variables: string, { host, port }: { readonly host: string; readonly port: number }, begin: () => Promise<T>): Promise<T> {
  try {
    return await begin();
  } catch (error) {
    const reason = REASONS[systemCode(error)];
    if (reason === undefined) throw error;
    throw new Error(`${variables}: ${host}:${port}: ${reason}.`, { cause: error });
  }
}
