/** Applications by name (twilio.com/docs/usage/api/applications): where the document of a call comes from, so that calls need not say it each time. */

type HttpMethod = "GET" | "POST";

export interface TwimlAppSettings {
  readonly friendlyName: string;
  /** Null: there is none. */
  readonly voiceUrl: string | null;
  readonly voiceMethod: HttpMethod;
  readonly voiceFallbackUrl: string | null;
  readonly voiceFallbackMethod: HttpMethod;
  readonly statusCallback: string | null;
  readonly statusCallbackMethod: HttpMethod;
}

export interface TwimlApp extends TwimlAppSettings {
  /** `AP` and 32 hexadecimal digits. */
  readonly sid: string;
  readonly organizationId: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface TwimlAppRepository {
  /** Throws Conflict when the organization has its fill of them. */
  create(organizationId: number, settings: TwimlAppSettings): Promise<TwimlApp>;
  /** Sets what is given. Throws NotFound. */
  update(organizationId: number, sid: string, change: Partial<TwimlAppSettings>): Promise<TwimlApp>;
  /** Throws NotFound. */
  remove(organizationId: number, sid: string): Promise<void>;
  find(organizationId: number, sid: string): Promise<TwimlApp | undefined>;
  /** The oldest first. */
  list(organizationId: number, page: { readonly offset: number; readonly limit: number; readonly friendlyName?: string }): Promise<readonly TwimlApp[]>;
}
