/**
 * What the records of a result must show for the absence of a finding to mean something. A finding is gone for two reasons: it was fixed, or its hosts
 * did nothing this time that its rule judges. Each rule has an entry here; a rule without one is never fixed, only not seen.
 *
 * The rules cannot state it themselves: they judge the ledger, and a result has records, which show less of it.
 */
import { dialectName } from '../../dissectors/smb2/dialects.ts'

/** What a connection record shows. */
export interface SeenConnection {
  state: string
  gaps: number
  offered: readonly unknown[]
  offeredCut: boolean
  dialect: string | null
  serverSigning: string | null
  cipher: string | null
}

/** What a session record shows. `named`: the user is known, and it is no null session. */
export interface SeenSession {
  named: boolean
  auth: string
  guest: boolean | null
  anonymous: boolean | null
  encryptData: boolean | null
  status: string
  ntStatus: string | null
  signed: number
  unsigned: number
  encrypted: number
  unread: number
}

/** True: all is well here. False: what the rule reports is here. Null: this shows nothing about it. */
type Verdict = boolean | null

export type Judgement = ConnectionJudgement | SessionJudgement | NoJudgement

type SubjectKind = 'pair' | 'server' | 'client'

interface ConnectionJudgement {
  of: 'connection'
  /** Whose it is, as in the rule's findings. */
  subject: SubjectKind | readonly SubjectKind[]
  /** What shows that it is fixed, to be read after "fixed where". */
  fixed: string
  judge(connection: SeenConnection): Verdict
}

interface SessionJudgement {
  of: 'session'
  fixed: string
  judge(session: SeenSession): Verdict
}

interface NoJudgement {
  of: null
  /** Why no record shows it, to be read after "never fixed:". */
  never: string
}

export const JUDGEMENTS: Readonly<Record<string, Judgement>> = {
  'smb1-negotiated': {
    of: 'connection',
    subject: 'pair',
    fixed: 'a connection of the pair chose an SMB2 or SMB3 dialect, and none chose SMB1',
    judge: ({ dialect }) => (isFinal(dialect) ? isSmb2(dialect) : null),
  },
  'smb1-offered': {
    of: 'connection',
    subject: 'client',
    fixed: 'the complete offer of the client was seen, and it lists SMB2 and SMB3 dialects in an SMB2 NEGOTIATE alone',
    judge: ({ offered, offeredCut, gaps, state }) => {
      // Also where SMB1 was chosen, which smb1-negotiated reports instead.
      if (!offered.every(isSmb2)) return false
      return offered.length > 0 && !offeredCut && gaps === 0 && state === 'established' ? true : null
    },
  },
  'guest-session': {
    of: 'session',
    fixed: 'the same user got a session on the same server that is no guest session, or was refused',
    judge: ({ status, guest, ntStatus }) => {
      if (status === 'failed') return refusesLogon(ntStatus) ? true : null
      return status === 'established' && guest !== null ? !guest : null
    },
  },
  'anonymous-session': {
    of: 'session',
    fixed: 'the server refused the client a null session',
    judge: ({ anonymous, guest, auth, status, ntStatus }) => {
      if (anonymous === true && guest !== true) return false
      return auth === 'anonymous' && status === 'failed' && refusesLogon(ntStatus) ? true : null
    },
  },
  'guest-fallback': {
    of: null,
    never:
      'records do not show what a client did in the ten seconds after a refusal; guest-session shows whether it still becomes a guest',
  },
  'unsigned-session': {
    of: 'session',
    fixed: 'a session of the same user carried messages, all of them signed or encrypted',
    judge: (session) => {
      const { unsigned, encrypted, signed, unread, encryptData } = session
      if (!hasKey(session)) return null
      if (unsigned > 0) return encryptData ? null : false
      return unread === 0 && signed + encrypted > 0 ? true : null
    },
  },
  'signing-not-required': {
    of: 'connection',
    subject: 'server',
    fixed: 'a NEGOTIATE response of the server, which chose the dialect, requires signing',
    judge: ({ dialect, serverSigning }) =>
      isFinal(dialect) && serverSigning !== null ? serverSigning === 'required' : null,
  },
  'unencrypted-session': {
    of: 'session',
    fixed: 'a session of the same user carried messages, all of them encrypted',
    judge: (session) => {
      const { signed, unsigned, unread, encrypted } = session
      if (!hasKey(session)) return null
      return signed + unsigned + unread > 0 ? false : encrypted > 0 ? true : null
    },
  },
  'encryption-unsupported': {
    of: 'connection',
    subject: ['pair', 'server', 'client'],
    fixed: 'a connection of the same side, or the same pair, agreed on a cipher',
    judge: ({ dialect, cipher }) => (isFinal(dialect) && cipher !== null ? true : null),
  },
  'ntlm-auth': {
    of: 'session',
    fixed:
      'the server refused the NTLM logon of the same user because it blocks NTLM (a Kerberos ticket hides its user)',
    judge: (session) => {
      const { named, auth, status, ntStatus } = session
      if (auth !== 'ntlmv2' || !named) return null
      if (status === 'failed') return ntStatus === 'STATUS_NTLM_BLOCKED' ? true : null
      return hasKey(session) ? false : null
    },
  },
  'ntlm-fallback': {
    of: 'session',
    fixed: 'as for ntlm-auth',
    judge: ({ named, auth, status, ntStatus }) =>
      named && auth === 'ntlmv2' && status === 'failed' && ntStatus === 'STATUS_NTLM_BLOCKED' ? true : null,
  },
  'ntlm-unprotected': {
    of: null,
    never: 'records do not show the MIC and the target name of a logon',
  },
  'kerberos-weak-etype': {
    of: null,
    never: 'records do not show the encryption types of a ticket',
  },
  'ntlmv1-auth': {
    of: 'session',
    fixed: 'the same user sent an NTLMv2 response to the same server, and no LM or NTLMv1 response',
    judge: ({ named, auth }) => (auth === 'ntlmv1' || auth === 'lm' ? false : named && auth === 'ntlmv2' ? true : null),
  },
  'plaintext-password': {
    of: 'session',
    fixed: 'the same user sent an LM or NTLM response to the same server, and no password',
    judge: ({ named, auth }) => (auth === 'plaintext' ? false : named && HASHED.has(auth) ? true : null),
  },
  'outbound-smb': {
    of: null,
    never:
      'SMB that no longer leaves the network leaves no trace; an attempt that is now refused makes the finding better',
  },
  'inbound-smb': {
    of: null,
    never:
      'SMB that no longer enters the network leaves no trace; an attempt that is now refused makes the finding better',
  },
  'old-dialect': {
    of: 'connection',
    subject: 'pair',
    fixed: 'a connection of the pair chose 3.1.1',
    judge: ({ dialect }) => (dialect === '3.1.1' ? true : null),
  },
  'segmentation-violation': {
    of: null,
    never: 'SMB between zones that stopped leaves no trace; an attempt that is now refused makes the finding better',
  },
  'hardened-path-unprotected': {
    of: null,
    never: 'records do not show whether a client asked the server to prove who it is',
  },
  'logon-bruteforce': {
    of: null,
    never: 'attempts that did not come while the capture ran may come again',
  },
  'end-of-life-os': {
    of: null,
    never: 'an address with a newer release may be another host, and records do not say which releases had updates',
  },
}

const HASHED: ReadonlySet<string> = new Set(['lm', 'ntlmv1', 'ntlmv2'])

const SMB2_DIALECTS: ReadonlySet<unknown> = new Set([0x0202, 0x0210, 0x02ff, 0x0300, 0x0302, 0x0311].map(dialectName))

/** A dialect of SMB2 or SMB3, by the name that records have for it; the numbers of unreleased ones among them. */
function isSmb2(dialect: unknown): boolean {
  return SMB2_DIALECTS.has(dialect) || (typeof dialect === 'string' && /^0x[0-9a-f]{4}$/.test(dialect))
}

/** A server that answers "SMB 2.???" in SMB1 has chosen nothing yet. */
function isFinal(dialect: string | null): boolean {
  return dialect !== null && !dialect.startsWith('SMB 2.')
}

/** Known to be a session of a user: guest and null sessions have no key. */
function hasKey({ status, guest, anonymous, auth }: SeenSession): boolean {
  return status === 'established' && guest === false && anonymous !== true && auth !== 'anonymous'
}

/** Statuses that refuse the credentials, or the kind of logon. Others may have any cause. */
const REFUSALS: ReadonlySet<string | null> = new Set(
  [
    'ACCESS_DENIED',
    'LOGON_FAILURE',
    'NO_SUCH_USER',
    'WRONG_PASSWORD',
    'ACCOUNT_RESTRICTION',
    'ACCOUNT_DISABLED',
    'LOGON_TYPE_NOT_GRANTED',
    'NETWORK_ACCESS_DENIED',
  ].map((name) => `STATUS_${name}`),
)

function refusesLogon(ntStatus: string | null): boolean {
  return REFUSALS.has(ntStatus)
}

/** Of a session whose user a Kerberos ticket hides. */
export const HIDDEN_USER = 1

/** The bit of each rule that has a judgement; null where none has. */
export function judgementBit(rule: string): number | null {
  return BITS.get(rule) ?? null
}

const JUDGING = Object.entries(JUDGEMENTS).filter(([, { of }]) => of !== null)
const BITS: ReadonlyMap<string, number> = new Map(JUDGING.map(([rule], i) => [rule, 2 << i]))

interface Shown {
  good: number
  bad: number
}

/** What a connection shows to the rules whose findings are about this kind of subject. */
export function judgeConnection(connection: SeenConnection, kind: SubjectKind): Shown {
  const shown = { good: 0, bad: 0 }
  for (const [rule, judgement] of JUDGING) {
    if (judgement.of !== 'connection') continue
    const { subject } = judgement
    if (subject === kind || subject.includes(kind)) add(shown, rule, judgement.judge(connection))
  }
  return shown
}

export function judgeSession(session: SeenSession): Shown {
  const shown = { good: 0, bad: 0 }
  for (const [rule, judgement] of JUDGING) {
    if (judgement.of === 'session') add(shown, rule, judgement.judge(session))
  }
  return shown
}

function add(shown: Shown, rule: string, verdict: Verdict): void {
  const bit = BITS.get(rule) ?? 0
  if (verdict === true) shown.good |= bit
  if (verdict === false) shown.bad |= bit
}
