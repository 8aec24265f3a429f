import { etypeName } from '../../../dissectors/auth/kerberos.ts'
import { cite, type EvidenceDraft } from '../../audit/rule/evidence.ts'
import { place, who, whose } from '../../audit/rule/wording.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { breaks, type Observation, ready, unseenOf } from '../judging/observation.ts'
import type { Unit } from '../judging/unit.ts'

/** DES, 3DES and RC4 with their older numbers ([MS-KILE] 3.1.5.2, RFC 8429). */
const WEAK: ReadonlySet<number> = new Set([1, 2, 3, 5, 7, 16, 23, 24, -128, -133, -135])
/** AES, RFC 3962 and RFC 8009. */
const AES: ReadonlySet<number> = new Set([17, 18, 19, 20])

/** Decided by the tickets inside SMB alone. Pre-authentication and the tickets for other services are not read. */
export const kerberosAesOnly: Control = {
  id: 'kerberos-aes-only',
  title: CONTROL_TITLES['kerberos-aes-only'],
  guide: 'Beyond SMB',
  combines: 'behaviour',
  sided: false,
  hosts: ['client', 'server'],
  unobservable: null,
  *judge(unit) {
    yield judgeTickets(unit)
  },
}

function judgeTickets({ connection, session }: Unit): Observation {
  const from = `${connection.client.ip} on ${place(connection.server)}`
  const keys = (session?.logons ?? []).flatMap((logon) => keysOf(logon))
  const weak = keys.find(({ etype }) => etype !== null && WEAK.has(etype))
  if (weak !== undefined) {
    const { logon, kind, etype } = weak
    const name = etypeName(etype!)
    return breaks(isDes(etype!) ? 'des-key' : 'rc4-key', () => ({
      message: `The ${kind} of the logon ${whose(logon)} from ${from} is ${name}.`,
      evidence: [citeKey(weak.at, kind, name)],
      change:
        kind === 'ticket key'
          ? `Give the account of ${connection.server.ip} AES keys: allow AES in msDS-SupportedEncryptionTypes, then change its password.`
          : `Update ${connection.client.ip}, or allow AES in its Kerberos settings.`,
    }))
  }
  if (keys.length > 0 && keys.every(({ etype }) => etype !== null && AES.has(etype))) {
    const { at, kind, etype } = keys[0]!
    return ready('aes-in-smb', () => ({
      message:
        `The tickets of ${who(session!)} from ${from} use ${etypeName(etype!)}. What goes between the client and the KDC is not observed ` +
        'until that traffic is read.',
      evidence: [citeKey(at, kind, etypeName(etype!))],
    }))
  }
  const missing = keys.length > 0 ? 'the keys of the Kerberos ticket' : 'a Kerberos ticket'
  return unseenOf(session)(
    keys.length > 0 ? 'keys-not-seen' : 'no-ticket-seen',
    () =>
      `Of ${from} ${missing} ${keys.length > 0 ? 'were' : 'was'} not seen in SMB; other Kerberos traffic is not observed until it is read.`,
  )
}

interface Key {
  logon: LogonFacts
  kind: 'ticket key' | 'session key'
  etype: number | null
  at: FrameRef
}

function keysOf(logon: LogonFacts): Key[] {
  const { apReq, apRep } = logon.kerberos ?? { apReq: null, apRep: null }
  const keys: Key[] = []
  if (apReq !== null) {
    keys.push({ logon, kind: 'ticket key', etype: apReq.ticketEtype, at: apReq })
    keys.push({ logon, kind: 'session key', etype: apReq.authenticatorEtype, at: apReq })
  }
  if (apRep !== null) keys.push({ logon, kind: 'session key', etype: apRep.etype, at: apRep })
  return keys
}

function isDes(etype: number): boolean {
  return etype > 0 && etype < 23
}

function citeKey(at: FrameRef, kind: Key['kind'], name: string): EvidenceDraft {
  return cite(at, 'Ticket', `${kind} ${name}`)
}
