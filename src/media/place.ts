/** Where FreeSWITCH and Callplane meet by UDP. */
import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";

export interface MediaPlace {
  /** The address that FreeSWITCH binds. */
  readonly local: string;
  /** Ours, that it sends to. */
  readonly remote: string;
  /** Whether both are on this host, so that a free port here is free there. */
  readonly shared: boolean;
}

const isLoopback = (address: string): boolean => address.startsWith("127.");

/** Our address on the way to that one; a connected UDP socket sends nothing. */
function facing(address: string): Promise<string> {
  const socket = createSocket("udp4");
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    // The port is of no account.
    socket.connect(9, address, () => {
      const own = socket.address().address;
      socket.close();
      resolve(own);
    });
  });
}

/**
 * @param switchHost where its event socket is reached: a host name or an IPv4 address, which FreeSWITCH must have itself
 * @param mediaHost our address for FreeSWITCH, as the operator says; null: the one on the way there
 * Rejects when the host cannot be resolved.
 */
export async function placeOf(switchHost: string, mediaHost: string | null): Promise<MediaPlace> {
  const { address } = await lookup(switchHost, { family: 4 });
  const remote = mediaHost === null ? (isLoopback(address) ? address : await facing(address)) : (await lookup(mediaHost, { family: 4 })).address;
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return { local: address, remote, shared: isLoopback(address) || own.some((each) => each.address === address) };
}
