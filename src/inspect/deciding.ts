/** The bytes of a frame that decide a finding: the place of each field of evidence in SMB2, in SMB1 and in the headers before them. */
import type { EvidenceField } from '../audit/rule/evidence.ts'
import { allFields, type Field } from './field/field.ts'
import type { InspectedFrame, InspectedMessage } from './message-at.ts'

/** Fields of these names, under headings of these names. */
interface Place {
  under: readonly string[]
  /** Only in headers of a message in this direction. */
  direction?: 'request' | 'response'
  names: readonly string[]
}

const SMB2_HEADER = ['SMB2 header']
const SMB1_HEADER = ['SMB header']
const NTLM = ['NTLMSSP AUTHENTICATE']
const SMB1_SETUP = ['SESSION_SETUP_ANDX request']
const SETUP = ['SESSION_SETUP request', 'SESSION_SETUP_ANDX request']
/** Where share-level security has its passwords. */
const SHARE = ['TREE_CONNECT request', 'TREE_CONNECT_ANDX request']
const NEGOTIATE_RESPONSE = ['NEGOTIATE response']
const NEGOTIATE = ['NEGOTIATE request', ...NEGOTIATE_RESPONSE]
const PASSWORDS = [
  'PasswordLength',
  'OEMPasswordLen',
  'UnicodePasswordLen',
  'AccountPassword',
  'OEMPassword',
  'UnicodePassword',
]

const STATUS: readonly Place[] = [
  { under: SMB2_HEADER, direction: 'response', names: ['Status'] },
  { under: SMB1_HEADER, direction: 'response', names: ['Status'] },
]
const SECURITY_BLOB: Place = { under: SETUP, names: ['SecurityBuffer', 'SecurityBlob'] }
const SHARE_PASSWORD: Place = { under: SHARE, names: ['PasswordLength', 'Password'] }
const RESPONSES: readonly Place[] = [
  {
    under: NTLM,
    names: ['LmChallengeResponseFields', 'NtChallengeResponseFields', 'LmChallengeResponse', 'NtChallengeResponse'],
  },
  { under: SMB1_SETUP, names: PASSWORDS },
  SHARE_PASSWORD,
  SECURITY_BLOB,
]
const ADDRESSES: Place = { under: ['IPv4', 'IPv6'], names: ['Source address', 'Destination address'] }
const TCP: Place = { under: ['TCP'], names: ['Source port', 'Destination port', 'Flags'] }

/** Evidence that is in the headers of the frame: it carries no message, or none that counts. */
const HEADERS = 'headers'

/** The first place that has any of its fields counts: a message has one of several forms. */
const PLACES: Readonly<Record<EvidenceField, readonly Place[] | typeof HEADERS>> = {
  SessionFlags: [
    { under: ['SESSION_SETUP response'], names: ['SessionFlags'] },
    { under: ['SESSION_SETUP_ANDX response'], names: ['Action'] },
    ...STATUS,
  ],
  Status: STATUS,
  NtChallengeResponse: [
    { under: NTLM, names: ['NtChallengeResponseFields', 'NtChallengeResponse'] },
    { under: SMB1_SETUP, names: ['UnicodePasswordLen', 'UnicodePassword'] },
    ...RESPONSES,
  ],
  ChallengeResponses: RESPONSES,
  EmptyCredentials: [
    { under: NTLM, names: ['LmChallengeResponseFields', 'NtChallengeResponseFields', 'UserNameFields'] },
    { under: SMB1_SETUP, names: [...PASSWORDS, 'AccountName'] },
  ],
  Ticket: [{ under: ['ticket'], names: ['realm', 'sname', 'etype'] }, SECURITY_BLOB],
  Authenticator: [{ under: ['authenticator'], names: ['etype'] }, SECURITY_BLOB],
  KerberosError: [{ under: ['KRB-ERROR'], names: ['error-code'] }, SECURITY_BLOB],
  Mechanisms: [{ under: ['mechTypes'], names: ['MechType'] }, SECURITY_BLOB],
  TargetName: [{ under: NTLM, names: ['MsvAvTargetName'] }, { under: NTLM, names: ['AvPairs'] }, SECURITY_BLOB],
  Mic: [{ under: NTLM, names: ['MIC', 'MsvAvFlags'] }, SECURITY_BLOB],
  AvFlags: [{ under: NTLM, names: ['MsvAvFlags'] }, { under: NTLM, names: ['AvPairs'] }, SECURITY_BLOB],
  Timestamp: [{ under: ['NTLMSSP CHALLENGE'], names: ['MsvAvTimestamp'] }],
  Netname: [{ under: ['NEGOTIATE request'], names: ['NetName'] }],
  Cipher: [
    { under: NEGOTIATE, names: ['CipherCount', 'Cipher'] },
    { under: NEGOTIATE, names: ['NegotiateContextCount'] },
  ],
  Capabilities: [{ under: NEGOTIATE, names: ['Capabilities'] }],
  Password: [{ under: SMB1_SETUP, names: PASSWORDS }, SHARE_PASSWORD],
  SecurityMode: [{ under: NEGOTIATE_RESPONSE, names: ['SecurityMode'] }],
  DialectRevision: [{ under: NEGOTIATE_RESPONSE, names: ['DialectRevision'] }],
  DialectIndex: [{ under: NEGOTIATE_RESPONSE, names: ['DialectIndex'] }],
  Dialects: [{ under: ['NEGOTIATE request'], names: ['Dialect', 'DialectString'] }],
  RequestSignature: signature('request'),
  ResponseSignature: signature('response'),
  Data: [
    { under: ['READ response', 'WRITE request'], names: ['DataLength', 'Length', 'Data'] },
    { under: ['READ_ANDX response', 'WRITE_ANDX request'], names: ['DataLength', 'DataLengthHigh', 'Data'] },
    { under: SMB1_HEADER, names: ['Protocol', 'Command'] },
  ],
  PathName: [{ under: SHARE, names: ['PathName', 'Path'] }, ...STATUS],
  SessionId: [
    { under: SMB2_HEADER, names: ['SessionId'] },
    { under: ['SMB2 TRANSFORM_HEADER'], names: ['SessionId'] },
    { under: SMB1_HEADER, names: ['UID'] },
  ],
  OsVersion: [
    { under: ['NTLMSSP NEGOTIATE', 'NTLMSSP CHALLENGE', 'NTLMSSP AUTHENTICATE'], names: ['Version'] },
    SECURITY_BLOB,
  ],
  NativeOS: [
    { under: ['SESSION_SETUP_ANDX request', 'SESSION_SETUP_ANDX response'], names: ['NativeOS', 'NativeLanMan'] },
  ],
  Command: [
    { under: SMB2_HEADER, names: ['ProtocolId', 'Command'] },
    { under: SMB1_HEADER, names: ['Protocol', 'Command'] },
  ],
  TcpFlags: HEADERS,
  Endpoints: HEADERS,
}

function signature(direction: 'request' | 'response'): readonly Place[] {
  return [
    { under: SMB2_HEADER, direction, names: ['Flags', 'Signature'] },
    { under: SMB1_HEADER, direction, names: ['Flags2', 'SecurityFeatures'] },
  ]
}

/** The fields among `fields`, of one message or of the headers of a frame, that evidence means; empty if they are not among them. */
export function decidingFields(field: EvidenceField, fields: readonly Field[]): Field[] {
  const places = PLACES[field]
  if (places === HEADERS) return inHeaders(fields)
  for (const place of places) {
    const chosen = fieldsAt(place, fields)
    if (chosen.length > 0) return chosen
  }
  return []
}

/** Of tunnels the innermost addresses are those of the connection. */
function inHeaders(fields: readonly Field[]): Field[] {
  const tcp = fieldsAt(TCP, fields)
  return tcp.length === 0 ? [] : [...fieldsAt(ADDRESSES, fields).slice(-2), ...tcp]
}

function fieldsAt({ under, direction, names }: Place, fields: readonly Field[]): Field[] {
  const chosen: Field[] = []
  for (const heading of allFields(fields)) {
    if (!under.includes(heading.name)) continue
    // The value of a header is the command and its direction (smb2/header.ts).
    if (direction !== undefined && !heading.value.endsWith(` ${direction}`)) continue
    for (const field of allFields(heading.children)) if (names.includes(field.name)) chosen.push(field)
  }
  return chosen
}

export interface Deciding {
  /** The message that they are in; null if they are in the frame's headers. */
  message: InspectedMessage | null
  /** At least one, unless `message` is null and the frame shows nothing of the evidence. */
  fields: Field[]
}

/** The message of a frame, or its headers, that a piece of evidence is about, and the fields in it that decide. */
export function decidingIn(field: EvidenceField, frame: InspectedFrame): Deciding {
  const unsignedOnly = field === 'RequestSignature' || field === 'ResponseSignature'
  for (const message of frame.messages) {
    if (unsignedOnly && message.row.signed === true && message.row.family === 'smb2') continue
    const fields = decidingFields(field, message.fields)
    if (fields.length > 0) return { message, fields }
  }
  return { message: null, fields: decidingFields(field, frame.headers) }
}
