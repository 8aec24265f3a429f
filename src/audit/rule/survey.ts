/** What rules must have seen of the whole capture before they can speak of a part of it. Each rule notes its own in `survey` and reads it later. */
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { SessionFacts } from '../../ledger/smb-facts.ts'

export interface Survey {
  /** Hosts that serve SYSVOL or NETLOGON, as `hostKey` names them. */
  controllers: Set<string>
  /** By server, as `serverKey` names it: must all of the sessions that it granted be encrypted? */
  encryptsAll: Map<string, boolean>
  /** Servers that answered in SMB2, as `hostKey` names them. */
  smb2Servers: Set<string>
  /** Refused logons of named users, by pair of hosts. */
  refusals: Map<string, Refusals>
  /** By pair of hosts on either side of the border, how far any of their connections came. */
  furthest: Map<string, Stage>
}

/** In order: how far a connection came. */
export const STAGES = ['refused', 'attempted', 'established', 'credentials'] as const
export type Stage = (typeof STAGES)[number]

export interface Refusals {
  list: Refusal[]
  /** By time. */
  sorted: boolean
}

export interface Refusal
  extends FrameRef,
    Pick<SessionFacts, 'id' | 'user' | 'domain' | 'auth' | 'family' | 'ntStatus'> {}

export function emptySurvey(): Survey {
  return {
    controllers: new Set(),
    encryptsAll: new Map(),
    smb2Servers: new Set(),
    refusals: new Map(),
    furthest: new Map(),
  }
}
