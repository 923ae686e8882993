/** What it costs Callplane to follow a thousand registrations a second: the part of them that is its own, whatever FreeSWITCH can take. */
import { z } from "zod";
import { eventually } from "../lab/wait.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { HttpConnection } from "./support/http-client.js";
import { median } from "./support/measure.js";
import { openSwitch, settled, startCallplane, startSwitches } from "./support/stage.js";

const DOMAIN = "lab.test";
const PHONES = 2000;
const PER_SECOND = 1000;
const SECONDS = 5;
const ROUNDS = 3;

const extensions = Array.from({ length: PHONES }, (_, index) => String(2000 + index));
const eventsIn = (metrics: string): number => Number(/^callplane_events_total\{[^}]*name="CUSTOM"[^}]*\} (\d+)$/m.exec(metrics)?.[1] ?? 0);

export const registrationEvents: Benchmark = {
  title: `Following ${PER_SECOND} registrations a second of ${PHONES} agents' phones`,
  async run(): Promise<readonly Finding[]> {
    const switches = startSwitches();
    const callplane = await startCallplane();
    try {
      const { switchId, eslUrl } = await openSwitch(switches, [{ domain: DOMAIN, extensions, calls: 0 }], extensions);
      const { port, tokens } = await callplane.ask("start", { eslUrl, organizations: [{ domain: DOMAIN, extensions }] }, z.object({ port: z.number(), tokens: z.array(z.string()) }));
      const http = await HttpConnection.open(port, tokens[0] ?? "");
      const metrics = async (): Promise<string> => (await http.expect(200, "GET", "/metrics", { keepBody: true })).body;
      const share: number[] = [];
      const rates: number[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        await settled(http);
        const seen = eventsIn(await metrics());
        const before = await callplane.ask("cpuMs", null, z.number());
        const rate = await switches.ask("register", { switchId, extensions, count: PER_SECOND * SECONDS, perSecond: PER_SECOND }, z.number());
        await eventually("every registration to be taken in", async () => eventsIn(await metrics()) - seen >= PER_SECOND * SECONDS);
        const cpuMs = (await callplane.ask("cpuMs", null, z.number())) - before;
        // The first round compiles what the others run.
        if (round === 0) continue;
        rates.push(rate);
        share.push(cpuMs / 1000 / SECONDS);
      }
      http.close();
      return [{ what: `processor time of Callplane for a second's registrations`, measured: `${Math.round(median(rates))} a second, all taken in`, value: median(share), unit: "x of a second", target: { atMost: 0.5 } }];
    } finally {
      await callplane.close();
      await switches.close();
    }
  },
};
