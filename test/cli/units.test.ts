/** Each command that writes does all that it says, its entry in the audit log included, or nothing. */
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import { seedDemo } from "../../src/auth/index.js";
import { cliWorld, type CliWorld } from "./support.js";

let world: CliWorld;
beforeEach(async () => {
  world = cliWorld();
  for (const line of [
    "org create acme --domain acme.example --departments support",
    "org create spare --domain spare.example",
    "user create alice --org acme --role agent --agent 1001 --password correct-horse-battery",
    "user create bob --org acme --role agent --agent 1002 --password correct-horse-battery",
    "user disable bob --org acme",
    "line create +12125550101 --org acme --department support",
    "trunk create out --org acme --proxy sip.example.com",
    "token create --org acme --role service --expires 1d --name crm",
  ])
    expect(await cli(line)).toMatchObject({ code: 0 });
});
afterEach(() => world.close());

const cli = (line: string) => world.callplane(line.split(" "));

/** As of a disk that is full in the middle. */
function refuse(table: string): void {
  const sqlite = new Sqlite(world.databasePath);
  sqlite.exec(`CREATE TRIGGER refuse_${table} BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'no room'); END`);
  sqlite.close();
}

/** Every row of the tables that commands write. */
function everything(): unknown {
  const sqlite = new Sqlite(world.databasePath, { readonly: true });
  try {
    const tables = sqlite.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").pluck().all();
    return Object.fromEntries(tables.map((table) => [table, sqlite.prepare(`SELECT * FROM "${table}"`).all()]));
  } finally {
    sqlite.close();
  }
}

it.each([
  "org create other --domain other.example",
  "org set acme --departments support,sales --max-calls 5",
  "org remove spare",
  "user create carol --org acme --role supervisor --password correct-horse-battery",
  "user passwd alice --org acme --password another-horse-battery",
  "user disable alice --org acme",
  "user enable bob --org acme",
  "user delete alice --org acme",
  "user delete alice --org acme --with-agent",
  "line create +12125550102 --org acme --department support",
  "line remove +12125550101 --org acme",
  "trunk create in --org acme --proxy sip.example.net",
  "trunk remove out --org acme",
  "token create --org acme --role service --expires 1d --name other",
  "token revoke crm",
])("%s: nothing is changed when it cannot be noted", async (line) => {
  refuse("audit_log");
  const before = everything();
  expect(await cli(line)).toMatchObject({ code: 1, out: "" });
  expect(everything()).toEqual(before);
});

it("an organization is made with its departments, and noted, or not at all", async () => {
  expect(await cli("org create other --domain other.example --country gb --departments support,sales --json")).toMatchObject({ code: 0, err: "" });
  const store = await world.store();
  expect(await store.organizations.findByName("other")).toMatchObject({ country: "GB", departments: ["sales", "support"] });
  expect(await store.audit.list({ action: "org.create", target: "other" })).toMatchObject([{ detail: { domain: "other.example", country: "GB", departments: "sales,support" } }]);
  refuse("departments");
  const before = everything();
  expect(await cli("org create third --domain third.example --departments support")).toMatchObject({ code: 1, out: "" });
  expect(everything()).toEqual(before);
});

it("the demonstration's people are made together, or none of them", async () => {
  const store = await world.store();
  refuse("departments");
  await expect(seedDemo(store, { ln: 1, r: 1, p: 1 })).rejects.toThrow("no room");
  expect(await store.organizations.findByName("demo")).toBeNull();
});
