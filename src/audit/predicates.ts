/** Conditions and wording that several rules share. A condition that hangs on a frame which was not seen is null or "unknown", never false. */
import type {
  ConnectionFacts,
  Endpoint,
  FrameRef,
  Ledger,
  LogonFacts,
  SessionFacts,
  SigningMode,
  TreeFacts,
} from '../track/ledger.ts'
import type { EvidenceDraft } from './rule.ts'

export const STATUS_SUCCESS = 0
export const STATUS_ACCESS_DENIED = 0xc0000022

export function cite(ref: FrameRef, what: string): EvidenceDraft {
  return { frame: ref.frame, time: ref.time, what }
}

/** Evidence without the parts that were not seen; where all are missing, the frame at which the thing itself begins. */
export function evidence(
  subject: SessionFacts | ConnectionFacts,
  ...items: (EvidenceDraft | null | false)[]
): EvidenceDraft[] {
  const seen = items.filter((item) => item !== null && item !== false)
  if (seen.length > 0) return seen
  const kind = 'connections' in subject ? 'session' : 'connection'
  return [{ frame: subject.firstFrame, time: subject.firstTime, what: `first frame of the ${kind}` }]
}

/** Unsigned, at least `digits` wide. */
export function hex(value: number, digits: number): string {
  return `0x${(value >>> 0).toString(16).toUpperCase().padStart(digits, '0')}`
}

/** The address alone where the port is SMB's own. */
export function place({ ip, port }: Endpoint): string {
  if (port === 445 || port === 139) return ip
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

/** DOMAIN\user as the client gave it. */
export function who({ user, domain }: Pick<SessionFacts, 'user' | 'domain'>): string {
  if (user === null) return 'a user whose name was not seen'
  if (user === '') return 'a user without a name'
  return domain === null || domain === '' ? user : `${domain}\\${user}`
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** The statuses that refuse credentials, [MS-ERREF] 2.3.1; the last is SMB1's ERRSRV/ERRbadpw. */
const LOGON_REFUSALS = new Map([
  [STATUS_ACCESS_DENIED, 'STATUS_ACCESS_DENIED'],
  [0xc0000064, 'STATUS_NO_SUCH_USER'],
  [0xc000006a, 'STATUS_WRONG_PASSWORD'],
  [0xc000006d, 'STATUS_LOGON_FAILURE'],
  [0xc000006e, 'STATUS_ACCOUNT_RESTRICTION'],
  [0xc000006f, 'STATUS_INVALID_LOGON_HOURS'],
  [0xc0000070, 'STATUS_INVALID_WORKSTATION'],
  [0xc0000071, 'STATUS_PASSWORD_EXPIRED'],
  [0xc0000072, 'STATUS_ACCOUNT_DISABLED'],
  [0xc000015b, 'STATUS_LOGON_TYPE_NOT_GRANTED'],
  [0xc0000193, 'STATUS_ACCOUNT_EXPIRED'],
  [0xc0000224, 'STATUS_PASSWORD_MUST_CHANGE'],
  [0xc0000234, 'STATUS_ACCOUNT_LOCKED_OUT'],
  [0x00020002, 'ERRSRV/ERRbadpw'],
])

export function statusText(status: number): string {
  return status === STATUS_SUCCESS ? 'STATUS_SUCCESS' : (LOGON_REFUSALS.get(status) ?? hex(status, 8))
}

export function refusesCredentials(status: number | null): boolean {
  return status !== null && LOGON_REFUSALS.has(status)
}

// Dialects

const DIALECT_NAMES = new Map([
  [0x0202, '2.0.2'],
  [0x0210, '2.1'],
  [0x0300, '3.0'],
  [0x0302, '3.0.2'],
  [0x0311, '3.1.1'],
])

export function dialectName(revision: number): string {
  return DIALECT_NAMES.get(revision) ?? hex(revision, 4)
}

export function dialectNames(revisions: readonly number[]): string {
  return listed(revisions.map(dialectName))
}

/** The SMB2 dialects that an SMB1 NEGOTIATE may list beside SMB1's own, [MS-SMB2] 3.3.5.3. */
export function isSmb2DialectString(dialect: string): boolean {
  return dialect.startsWith('SMB 2.')
}

export function quoted(texts: readonly string[]): string {
  return listed(texts.map((t) => `"${t}"`))
}

/** No list is longer than the longest that a real client sends. */
function listed(texts: readonly string[], limit = 12): string {
  return texts.length <= limit
    ? texts.join(', ')
    : `${texts.slice(0, limit).join(', ')} and ${texts.length - limit} more`
}

/** What made this an SMB1 connection, and null where nothing shows that it is one. */
export function smb1Use(connection: ConnectionFacts): { how: 'selected' | 'used'; at: FrameRef } | null {
  const { smb1 } = connection
  if (smb1 === null) return null
  const { negotiateResponse: response, firstUse, firstCommand } = smb1
  if (response !== null && response.dialectIndex !== 0xffff && !isSmb2DialectString(response.dialect ?? '')) {
    return { how: 'selected', at: response }
  }
  if (firstUse !== null) return { how: 'used', at: firstUse }
  // Requests alone, as one direction of the traffic shows them: no client goes on in SMB1 unless the server picked it.
  if (firstCommand !== null && response === null && connection.negotiateResponse === null) {
    return { how: 'used', at: firstCommand }
  }
  return null
}

// Sessions

/** Guest and null sessions have no key: nothing in them can be signed or encrypted, and no other rule repeats that. */
export function hasKey(session: SessionFacts): boolean {
  return !session.guest && !session.anonymous
}

/** Messages outside of encryption, signed or not, after those that are exempt. */
export function clearMessages({ requests, responses }: SessionFacts): number {
  return requests.signed + requests.unsigned + responses.signed + responses.unsigned
}

export function setupNotSeen(session: SessionFacts): boolean {
  return session.status === 'unknown'
}

function earliest(...refs: (FrameRef | null)[]): FrameRef | null {
  let first: FrameRef | null = null
  for (const ref of refs) if (ref !== null && (first === null || ref.frame < first.frame)) first = ref
  return first
}

export function firstClearMessage({ firstUnsigned, firstSigned }: SessionFacts): FrameRef | null {
  return earliest(firstUnsigned.request, firstUnsigned.response, firstSigned.request, firstSigned.response)
}

const LM_KINDS: ReadonlySet<string> = new Set(['lm', 'ntlmv1', 'ntlmv1-ess', 'lm+ntlmv1'])

/** An LM or NTLMv1 response was sent, whatever became of it. */
export function sentNtlmv1({ auth, ntlm }: LogonFacts): boolean {
  const kind = ntlm?.authenticate?.kind
  return kind === undefined ? auth === 'lm' || auth === 'ntlmv1' : LM_KINDS.has(kind)
}

export function usedNtlm(session: SessionFacts): boolean {
  return session.logons.some((logon) => logon.auth === 'ntlmv2' || sentNtlmv1(logon))
}

/** What an eavesdropper, or the server itself, got to work on; null where nothing of value was sent. */
export function credentialsSent(logon: LogonFacts): { what: string; at: FrameRef } | null {
  const authenticate = logon.ntlm?.authenticate
  if (logon.auth === 'plaintext') return { what: 'a password in clear text', at: authenticate ?? logon }
  if (authenticate != null) {
    if (authenticate.kind === 'anonymous') return null
    const what = authenticate.kind === 'ntlmv2' ? 'an NTLMv2 response' : 'an NTLM response'
    return { what: LM_KINDS.has(authenticate.kind) ? 'an LM or NTLMv1 response' : what, at: authenticate }
  }
  if (logon.kerberos?.apReq != null) return { what: 'a Kerberos ticket', at: logon.kerberos.apReq }
  return null
}

// Trees

function shareName(path: string): string {
  return path.slice(path.lastIndexOf('\\') + 1).toUpperCase()
}

export function isIpc(tree: TreeFacts): boolean {
  return tree.shareType === 'pipe' || (tree.path !== null && shareName(tree.path) === 'IPC$')
}

/** SYSVOL and NETLOGON: what domain members take their policies and logon scripts from. */
export function isPolicyShare({ path }: TreeFacts): boolean {
  if (path === null) return false
  const name = shareName(path)
  return name === 'SYSVOL' || name === 'NETLOGON'
}

/** The hosts of each capture that serve SYSVOL or NETLOGON: look one up by `hostKey`. */
export function domainControllers(
  ledger: Ledger,
  connectionOf: (session: SessionFacts) => ConnectionFacts,
): Set<string> {
  const found = new Set<string>()
  for (const session of ledger.sessions) {
    if (session.trees.some((tree) => tree.ntStatus === STATUS_SUCCESS && isPolicyShare(tree))) {
      found.add(hostKey(session.capture, connectionOf(session).server.ip))
    }
  }
  return found
}

/** Private addresses repeat from site to site, so a host is only the same host within its capture. */
export function hostKey(capture: string, ip: string): string {
  return `${ip} ${capture}`
}

export function pairKey({ capture, client, server }: ConnectionFacts): string {
  return `${client.ip} ${server.ip} ${capture}`
}

// Signing policy

const SMB2_SIGNING_REQUIRED = 0x02
const SMB1_SIGNATURES_ENABLED = 0x04
const SMB1_SIGNATURES_REQUIRED = 0x08

/** SecurityMode of an SMB2 NEGOTIATE, [MS-SMB2] 2.2.3 and 2.2.4. */
function smb2Signing(securityMode: number): SigningMode {
  if ((securityMode & SMB2_SIGNING_REQUIRED) !== 0) return 'required'
  return (securityMode & 0x01) !== 0 ? 'enabled' : 'none'
}

/** SecurityMode of an SMB1 NEGOTIATE response, [MS-CIFS] 2.2.4.52.2. */
function smb1Signing(securityMode: number): SigningMode {
  if ((securityMode & SMB1_SIGNATURES_REQUIRED) !== 0) return 'required'
  return (securityMode & SMB1_SIGNATURES_ENABLED) !== 0 ? 'enabled' : 'none'
}

/** What the server says of signing in the NEGOTIATE response that counts; null where that was not seen. */
export function serverSigning(connection: ConnectionFacts): { mode: SigningMode; at: EvidenceDraft } | null {
  const smb1 = connection.smb1?.negotiateResponse
  if (smb1 != null && smb1Use(connection)?.how === 'selected') {
    if (smb1.securityMode === null) return null
    return { mode: smb1Signing(smb1.securityMode), at: cite(smb1, `SecurityMode ${hex(smb1.securityMode, 2)}`) }
  }
  const smb2 = connection.negotiateResponse
  if (smb2 === null) return null
  return { mode: smb2Signing(smb2.securityMode), at: cite(smb2, `SecurityMode ${hex(smb2.securityMode, 4)}`) }
}

/** What the client says of signing, for the connection or for this session alone; null where neither was seen. */
export function clientSigning(connection: ConnectionFacts, session: SessionFacts): SigningMode | null {
  if (session.setupSigning === 'required') return 'required'
  if (session.family === 'smb1') return connection.smb1?.negotiateRequest?.signing ?? session.setupSigning
  const request = connection.negotiateRequest
  return request === null ? session.setupSigning : smb2Signing(request.securityMode)
}
