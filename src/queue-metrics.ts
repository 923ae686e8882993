/** What Prometheus is told of the departments, read when it asks. */
import { Counter, Gauge, type Registry } from "prom-client";
import type { DepartmentReport } from "./queues/index.js";

type Source = () => readonly DepartmentReport[];

export interface QueueMetrics {
  readonly observe: (reports: Source, nameOf: (organizationId: number) => string) => void;
}

const labelNames = ["organization", "department"] as const;

export function createQueueMetrics(registers: Registry[]): QueueMetrics {
  let source: Source = () => [];
  let nameOf = (organizationId: number): string => String(organizationId);

  const gauge = (name: string, help: string, value: (report: DepartmentReport) => number | null): void => {
    new Gauge({
      name: `callplane_queue_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const report of source()) {
          const now = value(report);
          if (now !== null) this.set({ organization: nameOf(report.organizationId), department: report.department }, now);
        }
      },
    });
  };
  const counter = (name: string, help: string, value: (report: DepartmentReport) => number): void => {
    new Counter({
      name: `callplane_queue_${name}_total`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const report of source()) this.inc({ organization: nameOf(report.organizationId), department: report.department }, value(report));
      },
    });
  };
  gauge("waiting", "Callers who wait.", ({ figures }) => figures.waiting);
  gauge("longest_wait_seconds", "How long the longest waiting caller has waited.", ({ figures }) => figures.longestWaitS);
  gauge("callbacks", "Callers who wait to be called back.", ({ figures }) => figures.callbacks);
  gauge("service_level", "Answered in time, of all answered and abandoned of the last 60 minutes, 0 to 1; absent when there were none.", ({ figures }) => figures.serviceLevel);
  gauge("agents_free", "Agents who could be offered a caller.", ({ figures }) => figures.agents.free);
  gauge("agents_busy", "Agents in a call, or rung.", ({ figures }) => figures.agents.busy);
  counter("answered", "Callers who were answered.", ({ totals }) => totals.answered);
  counter("answered_in_time", "Callers who were answered within the department's limit.", ({ totals }) => totals.answeredInTime);
  counter("abandoned", "Callers who hung up while they waited.", ({ totals }) => totals.abandoned);
  counter("overflowed", "Callers who were sent elsewhere, left a message or asked to be called back.", ({ totals }) => totals.overflowed);
  counter("missed_offers", "Offers that an agent let ring in vain.", ({ totals }) => totals.missed);
  counter("answered_wait_seconds", "Seconds that the answered callers had waited, added up.", ({ totals }) => totals.waitSeconds);
  return {
    observe: (reports, name) => {
      source = reports;
      nameOf = name;
    },
  };
}
