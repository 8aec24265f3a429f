/** The Kerberos messages of a session setup, RFC 4120 5.5 and 5.9, framed as dissectors/auth/kerberos.ts says. */
import { applicationTag, DER_TAG, DerReader, type Element } from '../../../dissectors/auth/der.ts'
import { GSS_TOKEN_TAG, readGssToken } from '../../../dissectors/auth/gss.ts'
import {
  AP_OPTION_MUTUAL_REQUIRED,
  AP_OPTION_USE_SESSION_KEY,
  etypeName,
  krbErrorName,
} from '../../../dissectors/auth/kerberos.ts'
import { mechanismName } from '../../../dissectors/auth/oids.ts'
import { utf8 } from '../../../dissectors/text.ts'
import { type FieldReader, note } from '../field/field.ts'
import { flags, hexadecimal } from '../field/names.ts'

const AP_OPTIONS = flags(8, [
  [AP_OPTION_USE_SESSION_KEY, 'use-session-key'],
  [AP_OPTION_MUTUAL_REQUIRED, 'mutual-required'],
])

type ShowField = (r: FieldReader, der: DerReader, value: Element) => void

const AP_REQ: readonly (ShowField | undefined)[] = [
  integer('pvno', String),
  integer('msg-type', String),
  (r, der, value) => void r.add('ap-options', AP_OPTIONS(der.flags(value, 'ap-options')), value.offset, value.end),
  (r, der, value) => sequence(r, der, 'ticket', der.inside(value, 'ticket'), value, TICKET),
  (r, der, value) => sequence(r, der, 'authenticator', value, value, ENCRYPTED_DATA),
]
const TICKET: readonly (ShowField | undefined)[] = [
  integer('tkt-vno', String),
  text('realm'),
  principal('sname'),
  (r, der, value) => sequence(r, der, 'enc-part', value, value, ENCRYPTED_DATA),
]
const AP_REP: readonly (ShowField | undefined)[] = [
  integer('pvno', String),
  integer('msg-type', String),
  (r, der, value) => sequence(r, der, 'enc-part', value, value, ENCRYPTED_DATA),
]
const ENCRYPTED_DATA: readonly (ShowField | undefined)[] = [
  integer('etype', etype),
  integer('kvno', String),
  bytes('cipher'),
]
const KRB_ERROR: readonly (ShowField | undefined)[] = [
  integer('pvno', String),
  integer('msg-type', String),
  text('ctime'),
  integer('cusec', String),
  text('stime'),
  integer('susec', String),
  integer('error-code', (code) => (krbErrorName(code) === null ? String(code) : `${code} (${krbErrorName(code)})`)),
  text('crealm'),
  principal('cname'),
  text('realm'),
  principal('sname'),
  text('e-text'),
  bytes('e-data'),
]

const TGT_REQ: readonly (ShowField | undefined)[] = [
  integer('pvno', String),
  integer('msg-type', String),
  undefined,
  text('realm'),
]
const IAKERB_HEADER: readonly (ShowField | undefined)[] = [undefined, text('target-realm'), bytes('cookie')]

const MESSAGES = new Map([
  [applicationTag(14), { name: 'AP-REQ', fields: AP_REQ }],
  [applicationTag(15), { name: 'AP-REP', fields: AP_REP }],
  [applicationTag(30), { name: 'KRB-ERROR', fields: KRB_ERROR }],
])

/** Reads a token that begins where `r` does, with its GSS frame or without. */
export function describeKerberos(r: FieldReader): void {
  const der = new DerReader(r.cursor)
  let start = 0
  let end = r.cursor.wireLength
  if (r.bytes[0] === GSS_TOKEN_TAG) {
    const frame = readGssToken(der, der.root('InitialContextToken'))
    r.add('thisMech', `${frame.thisMech} (${mechanismName(frame.thisMech)})`, 0, frame.start)
    start = frame.start
    end = frame.end
  }
  // A message may begin without its TOK_ID.
  if (!MESSAGES.has(r.bytes[start] ?? 0)) {
    r.offset = start
    r.u16be('TOK_ID', hexadecimal(4))
    start += 2
  }
  const message = der.elementAt(start, end, 'msg-type')
  if (message.tag === DER_TAG.SEQUENCE) {
    plainMessage(r, der, message, end)
    return
  }
  const known = MESSAGES.get(message.tag)
  if (known === undefined) note(r.rawAt('Token', start, end - start), 'no message of a session setup')
  else sequence(r, der, known.name, der.inside(message, known.name), message, known.fields)
}

/** What user-to-user and IAKERB put before the AP exchange has no tag: TOK_ID, read before, says which it is. */
function plainMessage(r: FieldReader, der: DerReader, message: Element, end: number): void {
  const proxied = message.end < end
  sequence(
    r,
    der,
    proxied ? 'IAKERB-HEADER' : 'TGT-REQ or TGT-REP',
    message,
    message,
    proxied ? IAKERB_HEADER : TGT_REQ,
  )
  if (proxied) r.rawAt('KDC message', message.end, end - message.end)
}

/** A SEQUENCE under a heading, with its explicitly tagged fields by number; `outer` is the element that the heading covers. */
function sequence(
  r: FieldReader,
  der: DerReader,
  name: string,
  value: Element,
  outer: Element,
  shows: readonly (ShowField | undefined)[],
): void {
  r.offset = outer.offset
  r.group(name, '', () => {
    const fields = der.fields(value, name)
    while (fields.advance()) shows[fields.number]?.(r, der, fields.value)
    r.offset = outer.end
  })
}

function integer(name: string, show: (value: number) => string): ShowField {
  return (r, der, value) => void r.add(name, show(der.integer(value, name)), value.offset, value.end)
}

function etype(value: number): string {
  return `${value} (${etypeName(value)})`
}

function text(name: string): ShowField {
  return (r, _der, value) => void r.rawAt(name, value.start, value.end - value.start, utf8)
}

function bytes(name: string): ShowField {
  return (r, _der, value) => void r.rawAt(name, value.start, value.end - value.start)
}

function principal(name: string): ShowField {
  return (r, der, value) => {
    const field = r.add(name, '', value.offset, value.end)
    const parts: string[] = []
    const fields = der.fields(value, name)
    while (fields.advance()) {
      if (fields.number !== 1) continue
      const names = der.children(der.expect(fields.value, DER_TAG.SEQUENCE, 'name-string'), 'name-string')
      while (names.advance()) parts.push(der.generalString(names.element, 'name-string'))
    }
    field.value = parts.join('/').slice(0, 256)
  }
}
