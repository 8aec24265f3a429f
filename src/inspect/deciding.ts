/** Which fields of a frame made a finding: what its evidence says in words, found again in the bytes. */
import { allFields, type Field } from './field/field.ts'
import type { InspectedFrame, InspectedMessage } from './message-at.ts'

/** Names of fields under headings that match; `value` narrows the heading to what it says. */
interface Choice {
  under: RegExp
  value?: RegExp
  names: readonly string[]
}

interface Citation {
  /** What the evidence says. */
  what: RegExp
  /** Only of this rule. */
  rule?: string
  /** The first that finds something counts: the forms that a message can have. */
  choices: readonly Choice[]
}

const SMB2_HEADER = /^SMB2 header$/
const SMB1_HEADER = /^SMB header$/
const NTLM = /^NTLMSSP AUTHENTICATE$/
const SMB1_SETUP = /^SESSION_SETUP_ANDX request$/
/** Where share-level security has its passwords. */
const SHARE = /^TREE_CONNECT(_ANDX)? request$/
const PASSWORDS = [
  'PasswordLength',
  'OEMPasswordLen',
  'UnicodePasswordLen',
  'AccountPassword',
  'OEMPassword',
  'UnicodePassword',
]

const STATUS: readonly Choice[] = [
  { under: SMB2_HEADER, value: /response$/, names: ['Status'] },
  { under: SMB1_HEADER, value: /response$/, names: ['Status'] },
]
const COMMAND: readonly Choice[] = [
  { under: SMB2_HEADER, names: ['ProtocolId', 'Command'] },
  { under: SMB1_HEADER, names: ['Protocol', 'Command'] },
]
const RESPONSES: readonly Choice[] = [
  {
    under: NTLM,
    names: ['LmChallengeResponseFields', 'NtChallengeResponseFields', 'LmChallengeResponse', 'NtChallengeResponse'],
  },
  { under: SMB1_SETUP, names: PASSWORDS },
  { under: SHARE, names: ['PasswordLength', 'Password'] },
  { under: /^SESSION_SETUP.* request$/, names: ['SecurityBuffer', 'SecurityBlob'] },
]
const GRANT: readonly Choice[] = [
  { under: /^SESSION_SETUP response$/, names: ['SessionFlags'] },
  { under: /^SESSION_SETUP_ANDX response$/, names: ['Action'] },
  ...STATUS,
]
const ADDRESSES: Choice = { under: /^IPv[46]$/, names: ['Source address', 'Destination address'] }
const TCP: Choice = { under: /^UNSPECIFIED$|^TCP$/, names: ['Source port', 'Destination port', 'Flags'] }

/** In this order: the first whose words fit is the one. */
const CITATIONS: readonly Citation[] = [
  { what: /^(SessionFlags|Action) |^granted as/, choices: GRANT },
  {
    what: /^unsigned request answered/,
    choices: [
      { under: SMB2_HEADER, value: /response$/, names: ['Status', 'Flags'] },
      { under: SMB1_HEADER, value: /response$/, names: ['Status', 'Flags2'] },
    ],
  },
  { what: /answered with |^session granted/, choices: STATUS },
  {
    what: /^AUTHENTICATE/,
    rule: 'ntlm-auth',
    choices: [
      { under: NTLM, names: ['NtChallengeResponseFields', 'NtChallengeResponse'] },
      { under: SMB1_SETUP, names: ['UnicodePasswordLen', 'UnicodePassword'] },
      ...RESPONSES,
    ],
  },
  {
    what: /Kerberos ticket/,
    choices: [
      { under: /^ticket$/, names: ['realm', 'sname', 'etype'] },
      { under: /^SESSION_SETUP.* request$/, names: ['SecurityBuffer', 'SecurityBlob'] },
    ],
  },
  {
    what: /password in clear text/,
    choices: [
      { under: SMB1_SETUP, names: PASSWORDS },
      { under: SHARE, names: ['PasswordLength', 'Password'] },
    ],
  },
  {
    what: /^user name empty/,
    choices: [
      { under: NTLM, names: ['LmChallengeResponseFields', 'NtChallengeResponseFields', 'UserNameFields'] },
      { under: SMB1_SETUP, names: [...PASSWORDS, 'AccountName'] },
    ],
  },
  { what: /^AUTHENTICATE|^SESSION_SETUP with |^NT response|^LM or NTLMv1/, choices: RESPONSES },
  { what: /SecurityMode /, choices: [{ under: /^NEGOTIATE response$/, names: ['SecurityMode'] }] },
  {
    what: /^DialectRevision |^NEGOTIATE response/,
    choices: [{ under: /^NEGOTIATE response$/, names: ['DialectRevision'] }],
  },
  {
    what: /^NEGOTIATE (offers|lists) /,
    choices: [{ under: /^NEGOTIATE request$/, names: ['Dialect', 'DialectString'] }],
  },
  { what: /^DialectIndex /, choices: [{ under: /^NEGOTIATE response$/, names: ['DialectIndex'] }] },
  { what: /^not signed: .* requests?$/, choices: unsigned(/request$/) },
  { what: /^not signed: .* responses?$/, choices: unsigned(/response$/) },
  {
    what: /^file data in clear text/,
    choices: [
      { under: /^(READ response|WRITE request)$/, names: ['DataLength', 'Length', 'Data'] },
      { under: /^(READ_ANDX response|WRITE_ANDX request)$/, names: ['DataLength', 'DataLengthHigh', 'Data'] },
      { under: SMB1_HEADER, names: ['Protocol', 'Command'] },
    ],
  },
  {
    what: /^TREE_CONNECT /,
    choices: [{ under: SHARE, names: ['PathName', 'Path'] }, ...STATUS],
  },
  {
    what: /^session in use/,
    choices: [
      { under: SMB2_HEADER, names: ['SessionId'] },
      { under: /^SMB2 TRANSFORM_HEADER$/, names: ['SessionId'] },
      { under: SMB1_HEADER, names: ['UID'] },
    ],
  },
  { what: /^not encrypted|^SMB1 command|^SMB2 NEGOTIATE|^first SMB2 message|^LOGOFF/, choices: COMMAND },
]

function unsigned(direction: RegExp): readonly Choice[] {
  return [
    { under: SMB2_HEADER, value: direction, names: ['Flags', 'Signature'] },
    { under: SMB1_HEADER, value: direction, names: ['Flags2', 'SecurityFeatures'] },
  ]
}

/** Evidence that is in the headers of the frame: it carries no message, or none that counts. */
const IN_HEADERS = /^TCP |^first frame of the connection/

/**
 * The fields among `fields`, of one message or of the headers of a frame, that decide a piece of evidence of a finding; empty where these are not
 * the ones.
 * @param rule its id
 * @param what as the evidence says it
 */
export function decidingFields(rule: string, what: string, fields: readonly Field[]): Field[] {
  if (IN_HEADERS.test(what)) return inHeaders(fields)
  const citation = CITATIONS.find((each) => (each.rule ?? rule) === rule && each.what.test(what))
  for (const choice of citation?.choices ?? []) {
    const chosen = choose(fields, choice)
    if (chosen.length > 0) return chosen
  }
  return []
}

/** Of tunnels the innermost addresses are those of the connection. */
function inHeaders(fields: readonly Field[]): Field[] {
  const tcp = choose(fields, TCP)
  return tcp.length === 0 ? [] : [...choose(fields, ADDRESSES).slice(-2), ...tcp]
}

function choose(fields: readonly Field[], { under, value, names }: Choice): Field[] {
  const chosen: Field[] = []
  for (const heading of allFields(fields)) {
    if (!under.test(heading.name) || (value !== undefined && !value.test(heading.value))) continue
    for (const field of allFields(heading.children)) if (names.includes(field.name)) chosen.push(field)
  }
  return chosen
}

export interface Deciding {
  /** The message that they are in; null where they are in the frame's headers. */
  message: InspectedMessage | null
  /** At least one, unless `message` is null and the frame shows nothing of the evidence. */
  fields: Field[]
}

/** The message of a frame, or its headers, that a piece of evidence speaks of, and the fields in it that decide. */
export function decidingIn(rule: string, what: string, frame: InspectedFrame): Deciding {
  const unsignedOnly = what.startsWith('not signed')
  for (const message of frame.messages) {
    if (unsignedOnly && message.row.signed === true && message.row.family === 'smb2') continue
    const fields = decidingFields(rule, what, message.fields)
    if (fields.length > 0) return { message, fields }
  }
  return { message: null, fields: decidingFields(rule, what, frame.headers) }
}
