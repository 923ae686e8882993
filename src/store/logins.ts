/** Which user a login name means (CONTRACT, "Credentials"): names are unique within an organization, and among root users. */

interface Named {
  readonly organizationId: number | null;
}

interface LoginLookup<User extends Named> {
  readonly organizationByDomain: (domain: string) => { readonly id: number } | undefined;
  readonly within: (organizationId: number, username: string) => User | undefined;
  /** Of every organization, and root. */
  readonly named: (username: string) => readonly User[];
}

/** `eve@voice.acme.example` is eve of the organization with that domain; a bare name means every user who has it. */
export function usersMeant<User extends Named>(login: string, { organizationByDomain, within, named }: LoginLookup<User>): readonly User[] {
  const at = login.lastIndexOf("@");
  const organization = at <= 0 ? undefined : organizationByDomain(login.slice(at + 1));
  const known = organization === undefined ? undefined : (within(organization.id, login.slice(0, at)) ?? within(organization.id, login));
  return known === undefined ? named(login) : [known];
}

/** Of users with one name, the one who logs in by it: root, which has no domain to add, else the only one. */
export function whoLogsIn<User extends Named>(meant: readonly User[]): User | undefined {
  return meant.find(({ organizationId }) => organizationId === null) ?? (meant.length === 1 ? meant[0] : undefined);
}
