/** How the entries of each table become records during a capture. A table without an entry here has no records. */
import type { ConnectionFacts, SessionFacts } from '../ledger/smb-facts.ts'
import type { TableName, Tables } from '../ledger/tables.ts'
import type { Networks } from '../policy/networks.ts'
import { type ConnectionRecord, connectionRecord } from '../report/records/connection.ts'
import { type SessionRecord, sessionRecord } from '../report/records/session.ts'

export type EntryRecord = ConnectionRecord | SessionRecord

export interface LiveTable<T> {
  /** Does an entry that may still change contain anything of use? */
  isReportable(facts: T): boolean
  /**
   * Fields that are no reason for another record of an entry that may still change: they change with every few packets, or with another field. A new
   * field is a reason until it is listed here.
   */
  readonly unwatched: ReadonlySet<keyof T>
  record(facts: T, networks: Networks): EntryRecord
}

export const LIVE_TABLES: { readonly [N in TableName]?: LiveTable<Tables[N]> } = {
  connections: {
    isReportable: ({ negotiateResponse, firstSmb2, firstTransform, smb1 }) =>
      negotiateResponse !== null || firstSmb2 !== null || firstTransform !== null || smb1 !== null,
    unwatched: new Set<keyof ConnectionFacts>([
      'firstFrame',
      'lastFrame',
      'firstTime',
      'lastTime',
      'gaps',
      'missedBytes',
      'serverSeen',
      'unread',
      'validateNegotiate',
      'firstSmb2',
      'firstTransform',
    ]),
    record: connectionRecord,
  },
  sessions: {
    isReportable: ({ status }) => status !== 'pending',
    unwatched: new Set<keyof SessionFacts>([
      'logons',
      'decided',
      'setupSigning',
      'requests',
      'responses',
      'firstUnsigned',
      'firstSigned',
      'firstSignature',
      'firstEncrypted',
      'firstUnread',
      'firstClearData',
      'unsignedAccepted',
      'nativeOs',
      'treesNotKept',
      'firstFrame',
      'lastFrame',
      'firstTime',
      'lastTime',
    ]),
    record: sessionRecord,
  },
}

/** The values of all fields that are a reason for another record. */
export function watchedValues<T extends object>(facts: T, { unwatched }: LiveTable<T>): unknown[] {
  const values: unknown[] = []
  for (const key of Object.keys(facts) as (keyof T)[]) if (!unwatched.has(key)) values.push(facts[key])
  return values
}
