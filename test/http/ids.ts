/** Calls of the world: alice's, bob's, one that waits, and one of the other organization. */
export const CALLS = {
  alice: "aaaaaaaa-0000-4000-8000-000000000001",
  bob: "bbbbbbbb-0000-4000-8000-000000000002",
  queued: "cccccccc-0000-4000-8000-000000000003",
  other: "dddddddd-0000-4000-8000-000000000004",
  unknown: "eeeeeeee-0000-4000-8000-000000000005",
} as const;
