/** The part of modesl that is used; it comes without types. */
declare module "modesl" {
  import type { Socket } from "node:net";

  interface Connection {
    /** Null once the other side has ended the connection. */
    socket: Socket | null;
    /** Called when the TCP connection is there. */
    _onConnect(): void;
    /** Called for an error of the socket. */
    _onError(error: Error): void;
    /** Writes a command and its headers in as many writes. */
    send(command: string, args?: Readonly<Record<string, string>>): void;
    disconnect(): void;
  }

  const modesl: {
    /** Connects at once ("inbound" mode: from us to FreeSWITCH). */
    readonly Connection: new (host: string, port: number, password: string) => Connection;
  };
  export default modesl;
}
