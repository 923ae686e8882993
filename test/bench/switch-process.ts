/** Simulated switches in a process of their own. */
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { createSimulator, type Simulator } from "../../src/simulator/index.js";
import { serve } from "./support/child.js";

/** As FreeSWITCH's sessions see changes: in the recordings both legs are parked 22 ms after `uuid_transfer -both`, and bridged 41 to 64 ms after `uuid_bridge`. */
const FRAME_MS = 20;

const open = z.object({ domain: z.string(), phones: z.array(z.string()).optional() });
const wait = z.object({ switchId: z.number(), numbers: z.array(z.string()), departments: z.array(z.string()) });
const free = z.object({ switchId: z.number(), extensions: z.array(z.string()) });
const load = z.object({ switchId: z.number(), domain: z.string(), count: z.number(), extensions: z.array(z.string()) });
const disturb = z.object({ switchId: z.number(), domain: z.string(), ended: z.number(), begun: z.number(), extensions: z.array(z.string()) });
const traffic = z.object({ switchId: z.number(), departments: z.array(z.string()), perSecond: z.number(), seconds: z.number(), talkMs: z.number() });
const register = z.object({ switchId: z.number(), extensions: z.array(z.string()), count: z.number(), perSecond: z.number() });

const switches: Simulator[] = [];
/** The customers' channels of each switch, oldest first. */
const customers: string[][] = [];

function simulator(id: number): Simulator {
  const found = switches[id];
  if (found === undefined) throw new Error(`there is no switch ${id}`);
  return found;
}

const loadCalls = (id: number, options: { domain: string; count: number; extensions: readonly string[] }): readonly string[] => {
  const made = simulator(id).loadCalls({ kind: "bridged", ...options });
  customers[id]?.push(...made);
  return made;
};

serve(
  {
    open: async (argument) => {
      const { domain, phones } = open.parse(argument);
      const made = await createSimulator({ password: "bench", domain, frameMs: FRAME_MS, ...(phones === undefined ? {} : { phones }) });
      customers.push([]);
      return { switchId: switches.push(made) - 1, eslUrl: made.eslUrl, port: made.port };
    },
    /** Bridged calls; gives each call's customer and agent channel. */
    load: (argument) => {
      const { switchId, ...options } = load.parse(argument);
      const made = new Set(loadCalls(switchId, options));
      return simulator(switchId).channels().filter((channel) => made.has(channel.uuid)).map((channel) => ({ customer: channel.uuid, agent: channel.bridgedTo ?? "" }));
    },
    /** Callers wait, one after the other, in the departments in turn; answers when the last one does. */
    wait: async (argument) => {
      const { switchId, numbers, departments } = wait.parse(argument);
      const called = simulator(switchId);
      let last = "";
      for (const [index, from] of numbers.entries()) {
        last = called.callIn({ from, to: `queue:${departments[index % departments.length] ?? ""}` });
        await setTimeout(2);
      }
      while (called.channel(last)?.parked === false) await setTimeout(5);
    },
    /** Callers come at a steady rate, to the departments in turn, and hang up after a while. Answers when the last one has. */
    traffic: async (argument) => {
      const { switchId, departments, perSecond, seconds, talkMs } = traffic.parse(argument);
      const called = simulator(switchId);
      const began = performance.now();
      const left: { readonly from: string; readonly at: number }[] = [];
      for (let begun = 0; begun < perSecond * seconds || left.length > 0; ) {
        const passed = performance.now() - began;
        for (const due = Math.min(perSecond * seconds, (passed / 1000) * perSecond); begun < due; begun++) {
          const from = `1777${String(begun).padStart(7, "0")}`;
          called.callIn({ from, to: `queue:${departments[begun % departments.length] ?? ""}` });
          left.push({ from, at: passed + talkMs });
        }
        for (; left[0] !== undefined && left[0].at <= passed; left.shift()) called.hangUp(left[0].from);
        await setTimeout(5);
      }
    },
    /** Whoever these phones talk with hangs up. */
    free: (argument) => {
      const { switchId, extensions } = free.parse(argument);
      const channels = simulator(switchId).channels();
      for (const extension of extensions) {
        const other = channels.find(({ party, bridgedTo }) => party === extension && bridgedTo !== undefined)?.bridgedTo;
        simulator(switchId).hangUp(channels.find(({ uuid }) => uuid === other)?.party ?? extension);
      }
    },
    /** Everybody hangs up. */
    endAll: async (id) => {
      const ended = simulator(z.number().parse(id));
      while (ended.channels().length > 0) {
        for (const { party } of ended.channels()) ended.hangUp(party);
        await setTimeout(20);
      }
    },
    /** Phones register, and register anew, at a steady rate. Gives the rate that was reached. */
    register: async (argument) => {
      const { switchId, extensions, count, perSecond } = register.parse(argument);
      const began = performance.now();
      for (let done = 0; done < count; ) {
        const due = Math.min(count, Math.floor(((performance.now() - began) / 1000) * perSecond));
        for (; done < due; done++) simulator(switchId).register(extensions[done % extensions.length] ?? "", true);
        await setTimeout(5);
      }
      return count / ((performance.now() - began) / 1000);
    },
    /** The uuids of all channels. */
    channels: (id) => simulator(z.number().parse(id)).channels().map((channel) => channel.uuid),
    /** Drops all clients without a word; before one can be back, the oldest calls end and new ones begin. Gives the time at which a client is connected again. */
    disturb: async (argument) => {
      const { switchId, ended, begun, ...options } = disturb.parse(argument);
      const disturbed = simulator(switchId);
      disturbed.dropClients({ abrupt: true });
      const gone = customers[switchId]?.splice(0, ended) ?? [];
      for (const uuid of gone) {
        const party = disturbed.channel(uuid)?.party;
        if (party !== undefined) disturbed.hangUp(party);
      }
      loadCalls(switchId, { ...options, count: begun });
      while (disturbed.clientCount === 0) await setTimeout(1);
      return { backAt: Date.now(), gone };
    },
  },
  async () => {
    await Promise.all(switches.map((each) => each.close()));
  },
);
