/** What the desk asks of the API. Each resolves when the server has confirmed, and throws ApiProblem. */
import type { Api } from "../../api/client.js";
import type { CallLog, CallLogDetail, Contact } from "../../api/types.js";
import { noteText, type OutcomeChange } from "./outcome.js";
import type { Target } from "./directory-search.js";

export type PhoneTarget = { readonly type: "client" | "phonenumber"; readonly to: string };

const path = (id: string): { readonly path: { readonly id: string } } => ({ path: { id } });

export function deskApi(api: Api) {
  return {
    hold: (id: string) => api.POST("/voicechannel/calls/{id}:hold", { params: path(id) }),
    resume: (id: string) => api.POST("/voicechannel/calls/{id}:resume", { params: path(id) }),
    hangup: (id: string) => api.POST("/voicechannel/calls/{id}:hangup", { params: path(id) }),
    mute: (id: string, on: boolean) => (on ? api.POST("/voicechannel/calls/{id}:mute", { params: path(id) }) : api.POST("/voicechannel/calls/{id}:unmute", { params: path(id) })),
    park: (id: string) => api.POST("/voicechannel/calls/{id}:park", { params: path(id) }),
    pickup: (id: string) => api.POST("/voicechannel/calls/{id}:pickup", { params: path(id) }),
    swap: (id: string) => api.POST("/voicechannel/calls/{id}:swap", { params: path(id) }),
    complete: (id: string) => api.POST("/voicechannel/calls/{id}:complete", { params: path(id) }),
    /** Ends the ringing of somebody for the call at once, or the consultation. */
    cancel: (id: string) => api.POST("/voicechannel/calls/{id}:cancel", { params: path(id) }),
    leave: (id: string) => api.POST("/voicechannel/calls/{id}:leave", { params: path(id) }),
    transfer: (id: string, body: Target) => api.POST("/voicechannel/calls/{id}:transfer", { params: path(id), body }),
    consult: (id: string, body: PhoneTarget) => api.POST("/voicechannel/calls/{id}:consult", { params: path(id), body }),
    add: (id: string, add: PhoneTarget) => api.POST("/voicechannel/calls/{id}:conference", { params: path(id), body: { add } }),
    record: (id: string, action: "start" | "pause" | "resume") => api.POST("/voicechannel/calls/{id}:record", { params: path(id), body: { action } }),
    dtmf: (id: string, digits: string) => api.POST("/voicechannel/calls/{id}:dtmf", { params: path(id), body: { digits } }),
    call: (body: PhoneTarget) => api.POST("/voicechannel/calls", { body }),
    muteLeg: (id: string, leg: string, on: boolean) =>
      on ? api.POST("/voicechannel/calls/{id}/legs/{leg}:mute", { params: { path: { id, leg } } }) : api.POST("/voicechannel/calls/{id}/legs/{leg}:unmute", { params: { path: { id, leg } } }),
    /** Has the phone answer; it is asked to, and one that does not is a refusal. */
    answerLeg: (id: string, leg: string) => api.POST("/voicechannel/calls/{id}/legs/{leg}:answer", { params: { path: { id, leg } } }),
    dropLeg: (id: string, leg: string) => api.POST("/voicechannel/calls/{id}/legs/{leg}:hangup", { params: { path: { id, leg } } }),
    /** A value of null takes the attribute away. */
    setAttributes: (id: string, body: Readonly<Record<string, string | null>>) => api.PATCH("/voicechannel/calls/{id}/attributes", { params: path(id), body }),
    setStatus: (agentid: string, status: "online" | "away" | "offline", reason?: string) => api.POST("/voicechannel/agents/{agentid}/status", { params: { path: { agentid } }, body: { status, ...(reason === undefined ? {} : { reason }) } }),
    /** What the agent chose to be after the call, or after the time that follows it. */
    withdrawNext: (agentid: string) => api.DELETE("/voicechannel/agents/{agentid}/next", { params: { path: { agentid } } }),
    extendWrapUp: (agentid: string) => api.POST("/voicechannel/agents/{agentid}/wrapup:extend", { params: { path: { agentid } }, body: { byS: 30 } }),

    /** A note without an outcome goes into the record directly. One that was emptied is sent too: it is taken out of the record. */
    async close(id: string, { code, note }: OutcomeChange): Promise<void> {
      const said = note === null ? {} : { note: noteText(note) };
      if (code !== "") await api.POST("/voicechannel/calls/{id}:disposition", { params: path(id), body: { code, ...said } });
      else if (note !== null) await api.PUT("/voiceconfig/calllogs/{id}", { params: path(id), body: said });
    },
    async logOf(id: string): Promise<CallLogDetail | null> {
      return (await api.GET("/voiceconfig/calllogs/{id}", { params: path(id) })).data ?? null;
    },
    async recent(agent: string, limit: number): Promise<readonly CallLog[]> {
      return (await api.GET("/voiceconfig/calllogs", { params: { query: { agent, limit } } })).data?.items ?? [];
    },
    async withNumber(number: string, limit: number): Promise<readonly CallLog[]> {
      return (await api.GET("/voiceconfig/calllogs", { params: { query: { number, limit } } })).data?.items ?? [];
    },
    async directory(query: { readonly q?: string; readonly type?: Contact["type"]; readonly limit: number }, signal?: AbortSignal): Promise<readonly Contact[]> {
      return (await api.GET("/voicechannel/directory", { params: { query }, ...(signal === undefined ? {} : { signal }) })).data?.items ?? [];
    },
  };
}
export type DeskApi = ReturnType<typeof deskApi>;
