/** Between the browser and Callplane: all of Callplane's own but the stream of events, which tells of a day made from Callplane's own snapshot. */
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import { envelopeSchema, EVENTS } from "../../src/http/live/schemas.js";
import { serve } from "./support/child.js";
import { Day, type Shown, type Told } from "./support/day.js";

const opened = z.object({ port: z.number(), token: z.string(), calls: z.number(), perSecond: z.number() });
const EVENTS_OF_TURN = 10;

let day: Day | null = null;
let seq = 0;
let told = 0;
let timers: NodeJS.Timeout[] = [];
const pages = new WebSocketServer({ noServer: true });

/** The whole snapshot that Callplane sends to whoever connects. */
const capture = (port: number, token: string): Promise<Shown> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { authorization: `Bearer ${token}` } });
    let shown: Shown = { calls: [], agents: [], queues: [], switches: [] };
    socket.on("error", reject);
    socket.on("message", (text: Buffer) => {
      const { type, data } = envelopeSchema.parse(JSON.parse(text.toString("utf8")));
      if (type !== "snapshot") return;
      const part = EVENTS.snapshot.data.parse(data);
      shown = { calls: [...shown.calls, ...part.calls], agents: [...shown.agents, ...part.agents], queues: [...shown.queues, ...part.queues], switches: [...shown.switches, ...part.switches] };
      if (!part.last) return;
      socket.close();
      resolve(shown);
    });
  });

const text = ({ type, data }: Told, hasId: boolean): string => JSON.stringify({ id: hasId ? `bench-${++seq}` : null, type, at: new Date().toISOString(), organization: "lab.test", data });

function tell(events: readonly Told[]): void {
  if (pages.clients.size === 0) return;
  for (const event of events) {
    const line = text(event, true);
    told++;
    for (const page of pages.clients) page.send(line);
  }
}

/** Keeps the pace however late the timer is. */
function atRate(perSecond: number, run: () => void): void {
  const began = performance.now();
  let done = 0;
  timers.push(
    setInterval(() => {
      for (const due = ((performance.now() - began) / 1000) * perSecond; done < due; done++) run();
    }, 25),
  );
}

const relay = (port: number) => (from: IncomingMessage, to: ServerResponse): void => {
  const asked = request({ port, host: "127.0.0.1", method: from.method, path: from.url, headers: from.headers }, (reply) => {
    to.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(to);
  });
  asked.on("error", () => to.destroy());
  from.pipe(asked);
};

const server = createServer();

serve(
  {
    /** Gives the address for the browser. The day goes on whether anybody looks or not. */
    open: async (argument) => {
      const { port, token, calls, perSecond } = opened.parse(argument);
      const made = new Day(await capture(port, token), calls);
      day = made;
      server.on("request", relay(port));
      server.on("upgrade", (asked, socket, head) => {
        pages.handleUpgrade(asked, socket, head, (page) => {
          const parts = made.snapshot();
          for (const [index, part] of parts.entries()) page.send(text(part, index === parts.length - 1));
        });
      });
      await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
      atRate(perSecond / EVENTS_OF_TURN, () => tell(made.turn()));
      let department = 0;
      atRate(made.departments, () => {
        const figures = made.figures(department++);
        if (figures !== null) tell([figures]);
      });
      const address = server.address() as AddressInfo;
      return { port: address.port };
    },
    /** How many events were told until now, and how many calls are live. */
    told: () => ({ told, calls: day?.calls ?? 0 }),
  },
  () => {
    for (const timer of timers) clearInterval(timer);
    timers = [];
    for (const page of pages.clients) page.terminate();
    server.closeAllConnections();
    server.close();
  },
);
