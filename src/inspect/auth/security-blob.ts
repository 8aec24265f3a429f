/**
 * The security blob of NEGOTIATE and SESSION_SETUP: SPNEGO (RFC 4178 4.2, [MS-SPNG] 2.2.1), or one mechanism's token without it, distinguished as
 * dissectors/auth/spnego.ts does it.
 */
import { contextTag, DER_TAG, DerReader, type Element } from '../../../dissectors/auth/der.ts'
import { GSS_TOKEN_TAG, readGssToken } from '../../../dissectors/auth/gss.ts'
import { isKerberosToken } from '../../../dissectors/auth/kerberos.ts'
import { NEGOEX_MESSAGE, NEGOEX_SIGNATURE, parseNegoex } from '../../../dissectors/auth/negoex.ts'
import { isNtlmssp } from '../../../dissectors/auth/ntlmssp.ts'
import { mechanismName, OID_SPNEGO, oidText } from '../../../dissectors/auth/oids.ts'
import { NEG_STATE } from '../../../dissectors/auth/spnego.ts'
import { startsWith } from '../../../dissectors/bytes.ts'
import { readable } from '../../../dissectors/cursor.ts'
import { utf8 } from '../../../dissectors/text.ts'
import { type BufferReader, type FieldReader, note } from '../field/field.ts'
import { flags, nameIn } from '../field/names.ts'
import { describeKerberos } from './kerberos.ts'
import { describeNtlmssp } from './ntlmssp.ts'

export const securityBuffer: BufferReader = {
  show: (bytes) => (isNtlmssp(bytes) ? 'NTLMSSP' : isKerberosToken(bytes) ? 'Kerberos' : 'SPNEGO'),
  inside: describeSecurityBlob,
}

const stateName = nameIn(NEG_STATE)
const negoexName = nameIn(NEGOEX_MESSAGE)
const REQ_FLAGS = flags(2, [
  [0x80, 'delegFlag'],
  [0x40, 'mutualFlag'],
  [0x20, 'replayFlag'],
  [0x10, 'sequenceFlag'],
  [0x08, 'anonFlag'],
  [0x04, 'confFlag'],
  [0x02, 'integFlag'],
])

/** Reads a blob that begins where `r` does. */
function describeSecurityBlob(r: FieldReader): void {
  const { cursor } = r
  if (isNtlmssp(r.bytes)) {
    describeNtlmssp(r)
    return
  }
  if (startsWith(r.bytes, NEGOEX_SIGNATURE) || (r.bytes[0] !== GSS_TOKEN_TAG && isKerberosToken(r.bytes))) {
    describeToken(r, 'Token', 0, cursor.wireLength)
    return
  }
  const der = new DerReader(cursor)
  const root = der.root('SecurityBuffer')
  if (root.tag === contextTag(0)) {
    negTokenInit(r, der, root)
    return
  }
  if (root.tag === contextTag(1)) {
    negTokenResp(r, der, root)
    return
  }
  if (root.tag !== GSS_TOKEN_TAG) {
    describeToken(r, 'Token', 0, cursor.wireLength)
    return
  }
  const { thisMech, start, end } = readGssToken(der, root)
  if (thisMech !== OID_SPNEGO) {
    describeToken(r, 'Token', 0, cursor.wireLength)
    return
  }
  r.add('thisMech', `${thisMech} (SPNEGO)`, root.start, start)
  const token = der.elementAt(start, end, 'NegotiationToken', 1)
  if (token.tag === contextTag(1)) negTokenResp(r, der, token)
  else negTokenInit(r, der, token)
}

function negTokenInit(r: FieldReader, der: DerReader, token: Element): void {
  r.offset = token.offset
  r.group('NegTokenInit', '', () => {
    const fields = der.fields(der.inside(token, 'NegTokenInit'), 'NegTokenInit')
    while (fields.advance()) {
      const { number, value } = fields
      if (number === 0) mechTypes(r, der, value)
      else if (number === 1) r.add('reqFlags', REQ_FLAGS(r.bytes[value.start + 1] ?? 0), value.offset, value.end)
      else if (number === 2) describeToken(r, 'mechToken', value.start, value.end)
      else if (number === 3 && value.tag === DER_TAG.SEQUENCE) negHints(r, der, value)
      else if (number === 3 || number === 4) r.rawAt('mechListMIC', value.start, value.end - value.start)
    }
    r.offset = token.end
  })
}

function mechTypes(r: FieldReader, der: DerReader, sequence: Element): void {
  r.offset = sequence.offset
  r.group('mechTypes', '', (group) => {
    const list = der.children(der.expect(sequence, DER_TAG.SEQUENCE, 'mechTypes'), 'mechTypes')
    while (list.advance()) {
      const { offset, end } = list.element
      r.add('MechType', mechanism(r, list.element), offset, end)
      group.value = group.children.map((child) => mechanismName(child.value.split(' ')[0] ?? '')).join(', ')
    }
    r.offset = sequence.end
  })
}

function mechanism({ bytes }: FieldReader, { start, end }: Element): string {
  const oid = oidText(bytes, start, end)
  if (oid === null) return 'no object identifier'
  const name = mechanismName(oid)
  return name === oid ? oid : `${oid} (${name})`
}

function negHints(r: FieldReader, der: DerReader, hints: Element): void {
  const fields = der.fields(hints, 'negHints')
  while (fields.advance()) {
    const { number, value } = fields
    if (number === 0) r.rawAt('hintName', value.start, value.end - value.start, utf8)
    else r.rawAt('hintAddress', value.start, value.end - value.start)
  }
}

function negTokenResp(r: FieldReader, der: DerReader, token: Element): void {
  r.offset = token.offset
  r.group('NegTokenResp', '', (group) => {
    const fields = der.fields(der.inside(token, 'NegTokenResp'), 'NegTokenResp')
    while (fields.advance()) {
      const { number, value } = fields
      if (number === 0) {
        const state = der.integer(value, 'negState', DER_TAG.ENUMERATED)
        group.value = (stateName(state) ?? String(state)).toLowerCase().replaceAll('_', '-')
        r.add('negState', `${state} (${group.value})`, value.offset, value.end)
      } else if (number === 1) r.add('supportedMech', mechanism(r, value), value.offset, value.end)
      else if (number === 2) describeToken(r, 'responseToken', value.start, value.end)
      else if (number === 3) r.rawAt('mechListMIC', value.start, value.end - value.start)
    }
    r.offset = token.end
  })
}

/** The messages of NEGOEX by their types; what they carry is not read. */
function describeNegoex(r: FieldReader): void {
  let at = 0
  for (const { messageType, length, authScheme } of readable(parseNegoex(r.bytes, r.cursor.wireLength)).messages ??
    []) {
    const scheme = authScheme === null ? '' : `, scheme ${authScheme}`
    r.add('Message', `${negoexName(messageType) ?? `type ${messageType}`}${scheme}`, at, at + length)
    at += length
  }
  r.offset = at
}

/** The token of one mechanism. Its first bytes show which. */
function describeToken(r: FieldReader, name: string, start: number, end: number): void {
  const field = r.rawAt(name, start, end - start)
  const bytes = r.bytes.subarray(start, end)
  if (isNtlmssp(bytes)) {
    field.value = 'NTLMSSP'
    r.within(field, start, end - start, describeNtlmssp)
  } else if (isKerberosToken(bytes, end - start)) {
    field.value = 'Kerberos'
    r.within(field, start, end - start, describeKerberos)
  } else if (startsWith(bytes, NEGOEX_SIGNATURE)) {
    field.value = 'NEGOEX'
    r.within(field, start, end - start, describeNegoex)
  } else if (bytes.length > 0) note(field, 'a token of no known mechanism')
}
