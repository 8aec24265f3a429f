/** What a host did in one role, as client or as server, in numbers. */
import { DIALECT_3_0, DIALECT_3_0_2 } from '../../../dissectors/smb2/dialects.ts'
import { SMB2_GLOBAL_CAP } from '../../../dissectors/smb2/negotiate.ts'
import { agreedCipher } from '../../ledger/derived/encryption.ts'
import { noProtection, type ProtectionCounts, protectionOf } from '../../ledger/derived/protection.ts'
import type { AuthKind } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts, SigningMode, Smb2NegotiateRequestFacts } from '../../ledger/smb-facts.ts'

export interface RoleRecord {
  connections: number
  sessions: number
  /** Of a client: what it offered, as reports name dialects. Of a server: empty. */
  offeredDialects: string[]
  /** What was agreed. */
  dialects: string[]
  /** Connections by what the host said of signing; the rest did not show it. */
  signing: Record<SigningMode, number>
  encryption: {
    /** Connections in which the host offered a cipher (client), or agreed to one (server). */
    offered: number
    /** Those in which it did not, and all of its offer was seen. */
    notOffered: number
    /** Sessions that the server wanted encrypted, and those with a share that it wanted encrypted. */
    required: number
    requiredForShares: number
  }
  /** Sessions by how their traffic was protected: what was observed, whatever was offered. */
  protection: ProtectionCounts
  /** Authentications by kind, refused ones too; kinds that were not seen are left out. */
  logons: Partial<Record<AuthKind, number>>
  guestSessions: number
  nullSessions: number
  /** ClientGuid or ServerGuid. */
  guids: string[]
  /** There were more of them: several machines, or one that was started again. */
  moreGuids: boolean
}

const MAX_DIALECTS = 24
const MAX_GUIDS = 4
const NO_GUID = '00000000-0000-0000-0000-000000000000'

const NONE: readonly string[] = []

/** Made for every host, of which there may be many: lists are made when they get their first entry. */
export class RoleTally {
  connections = 0
  sessions = 0
  private offeredDialects: string[] | null = null
  private dialects: string[] | null = null
  private signing: Record<SigningMode, number> | null = null
  private cipherOffered = 0
  private cipherNotOffered = 0
  private encryptionRequired = 0
  private encryptionForShares = 0
  private protection: ProtectionCounts | null = null
  private logons: Partial<Record<AuthKind, number>> | null = null
  private guestSessions = 0
  private nullSessions = 0
  private guids: string[] | null = null
  private moreGuids = false

  /** @param chosen the dialect that was agreed, as reports name it */
  addConnection(chosen: string | null, signing: SigningMode | null, cipher: boolean | null, guid: string | null): void {
    this.connections++
    if (chosen !== null) this.dialects = withDialect(this.dialects, chosen)
    if (signing !== null) {
      this.signing ??= { none: 0, enabled: 0, required: 0 }
      this.signing[signing]++
    }
    if (cipher === true) this.cipherOffered++
    if (cipher === false) this.cipherNotOffered++
    if (guid !== null && guid !== NO_GUID) this.addGuid(guid)
  }

  /** @param dialects kept, unless there were others before */
  addOffers(dialects: string[]): void {
    if (this.offeredDialects === null && dialects.length <= MAX_DIALECTS) this.offeredDialects = dialects
    else for (const dialect of dialects) this.offeredDialects = withDialect(this.offeredDialects, dialect)
  }

  addSession(session: SessionFacts): void {
    this.sessions++
    this.protection ??= noProtection()
    this.protection[protectionOf(session)]++
    if (session.guest === true) this.guestSessions++
    if (session.anonymous === true) this.nullSessions++
    if (session.encryptData === true) this.encryptionRequired++
    for (const { encryptData } of session.trees) {
      if (encryptData !== true) continue
      this.encryptionForShares++
      break
    }
    if (session.logons.length === 0) return
    this.logons ??= {}
    for (const { auth } of session.logons) this.logons[auth] = (this.logons[auth] ?? 0) + 1
  }

  /** All dialects that were agreed. */
  get agreed(): readonly string[] {
    return this.dialects ?? NONE
  }

  record(): RoleRecord {
    return {
      connections: this.connections,
      sessions: this.sessions,
      offeredDialects: [...(this.offeredDialects ?? NONE)].sort(),
      dialects: [...this.agreed].sort(),
      signing: { none: 0, enabled: 0, required: 0, ...this.signing },
      encryption: {
        offered: this.cipherOffered,
        notOffered: this.cipherNotOffered,
        required: this.encryptionRequired,
        requiredForShares: this.encryptionForShares,
      },
      protection: { ...noProtection(), ...this.protection },
      logons: { ...this.logons },
      guestSessions: this.guestSessions,
      nullSessions: this.nullSessions,
      guids: [...(this.guids ?? NONE)],
      moreGuids: this.moreGuids,
    }
  }

  private addGuid(guid: string): void {
    this.guids ??= []
    if (this.guids.includes(guid)) return
    if (this.guids.length < MAX_GUIDS) this.guids.push(guid)
    else this.moreGuids = true
  }
}

function withDialect(list: string[] | null, dialect: string): string[] {
  if (list === null) return [dialect]
  if (list.length < MAX_DIALECTS && !list.includes(dialect)) list.push(dialect)
  return list
}

/** Did the client offer a cipher? 3.1.1 lists them, 3.0 and 3.0.2 have a capability ([MS-SMB2] 2.2.3). Null where its offer was not seen to the end. */
export function offersCipher(request: Smb2NegotiateRequestFacts | null): boolean | null {
  if (request === null) return null
  if ((request.ciphers?.length ?? 0) > 0) return true
  const { dialects, capabilities } = request
  const has30 = dialects.includes(DIALECT_3_0) || dialects.includes(DIALECT_3_0_2)
  if (has30 && ((capabilities ?? 0) & SMB2_GLOBAL_CAP.ENCRYPTION) !== 0) return true
  return request.contextsCut || request.dialectsCut || (has30 && capabilities === null) ? null : false
}

/** Did the server agree to a cipher? Null where it was not asked for one. */
export function agreesToCipher(connection: ConnectionFacts): boolean | null {
  const { negotiateRequest, negotiateResponse: response } = connection
  if (response === null) return null
  if (agreedCipher(connection) !== null) return true
  if (response.contextsCut || response.capabilities === null) return null
  return offersCipher(negotiateRequest) === true ? false : null
}
