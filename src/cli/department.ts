import type { Command } from "commander";
import { notFound } from "../errors.js";
import type { DepartmentSettings } from "../queues/index.js";
import { present } from "../present.js";
import type { DepartmentRecord } from "../store/index.js";
import { organizationNamed, withStore } from "./context.js";
import { UsageError, type CliIo } from "./io.js";
import { json } from "./output.js";
import { addList } from "./owned.js";

interface SetOptions {
  readonly org: string;
  readonly serviceLevelS?: string;
  readonly serviceLevelTarget?: string;
  readonly alarmLongestWaitS?: string;
  readonly alarmWaiting?: string;
  readonly alarmTalkS?: string;
  readonly alarmAwayS?: string;
  readonly json?: true;
}

const shown = ({ name, settings }: DepartmentRecord, organization: string | null) => ({ name, organization, ...settings });

function number(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value)) throw new UsageError(`${option}: "${text}" is not a number.`);
  return value;
}

const limit = (text: string | undefined, option: string): number | null | undefined => (text === "none" ? null : number(text, option));

/** What is set of a department; alarms that are not named stay as they are. */
function changeOf(options: SetOptions, { alarms }: DepartmentSettings): Partial<DepartmentSettings> {
  const changed = present({
    longestWaitS: limit(options.alarmLongestWaitS, "--alarm-longest-wait-s"),
    waiting: limit(options.alarmWaiting, "--alarm-waiting"),
    talkS: limit(options.alarmTalkS, "--alarm-talk-s"),
    awayS: limit(options.alarmAwayS, "--alarm-away-s"),
  });
  const change = present({
    serviceLevelS: number(options.serviceLevelS, "--service-level-s"),
    serviceLevelTarget: number(options.serviceLevelTarget, "--service-level-target"),
    alarms: Object.keys(changed).length === 0 ? undefined : { ...alarms, ...changed },
  });
  if (Object.keys(change).length === 0) throw new UsageError("Nothing to set: give --service-level-s, --service-level-target, --alarm-longest-wait-s, --alarm-waiting, --alarm-talk-s or --alarm-away-s.");
  return change;
}

/** `department set` and `department list`; they are made and removed by `org set --departments`. */
export function addDepartmentCommands(program: Command, io: CliIo): void {
  const department = program.command("department").description("departments: what their service is measured by");

  department
    .command("set")
    .description("set what is given; an alarm ends with the word none")
    .argument("<name>", "the department")
    .requiredOption("--org <name>", "whose department it is")
    .option("--service-level-s <seconds>", "within how many seconds a call is answered in time")
    .option("--service-level-target <part>", "which part of the callers is to be answered in time, 0 to 1")
    .option("--alarm-longest-wait-s <seconds>", "alarm when a caller has waited so long")
    .option("--alarm-waiting <callers>", "alarm when so many wait")
    .option("--alarm-talk-s <seconds>", "alarm when a conversation has lasted so long")
    .option("--alarm-away-s <seconds>", "alarm when an agent has been away so long")
    .option("--json", "print JSON")
    .action(async (name: string, options: SetOptions) => {
      await withStore(io, async ({ unit }) => {
        const { set, organization } = await unit(async (tx, note) => {
          const owner = await organizationNamed(tx, options.org);
          const before = (await tx.departments.list(owner.id)).find((each) => each.name === name);
          if (before === undefined) throw notFound(`The department ${name}`);
          const change = changeOf(options, before.settings);
          const changed = await tx.departments.update(owner.id, name, change);
          await note(owner.id, "department.update", name, { changed: Object.keys(change).join(",") });
          return { set: changed, organization: owner };
        });
        io.out(options.json ? json(shown(set, organization.name)) : `Department ${name} set.\n`);
      });
    });

  addList(department, io, {
    description: "list the departments",
    of: (store) => store.departments,
    shown,
    columns: {
      NAME: (d) => d.name,
      ORGANIZATION: (d) => d.organization,
      "SERVICE LEVEL": (d) => `${Math.round(d.serviceLevelTarget * 1000) / 10} % in ${d.serviceLevelS} s`,
      ALARMS: (d) => Object.entries(d.alarms).flatMap(([alarm, from]) => (from === null ? [] : `${alarm} ${from}`)).join(", ") || null,
    },
  });
}
