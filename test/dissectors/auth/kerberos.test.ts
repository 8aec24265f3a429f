import { describe, expect, it } from 'vitest'
import { etypeName, isKerberosToken, parseKerberosToken } from '../../../dissectors/auth/kerberos.ts'
import { OID_IAKERB, OID_KRB5, OID_KRB5_U2U, OID_MS_KRB5 } from '../../../dissectors/auth/oids.ts'
import { innerToken, parseSecurityBlob } from '../../../dissectors/auth/spnego.ts'
import { readable } from '../../../dissectors/cursor.ts'
import {
  application,
  ascii,
  concat,
  context,
  generalString,
  indefinite,
  integer,
  octetString,
  oid,
  sequence,
  tlv,
} from '../../support/der-builder.ts'
import { bytes, CLIENT_KERBEROS_AP_REQ, CLIENT_NTLM_NEGOTIATE, SERVER_KERBEROS_AP_REP } from './fixtures.ts'

function tokenOf(blob: Uint8Array): Uint8Array {
  return innerToken(readable(parseSecurityBlob(blob))).bytes ?? new Uint8Array(0)
}

const CIPHER = octetString(new Uint8Array(32).fill(0xcc))
const pvno = (number = 0, value = 5): Uint8Array => context(number, integer(value))
const msgType = (value: number): Uint8Array => context(1, integer(value))
const encrypted = (etype: number, kvno?: number): Uint8Array =>
  sequence(context(0, integer(etype)), ...(kvno === undefined ? [] : [context(1, integer(kvno))]), context(2, CIPHER))
const principal = (...parts: string[]): Uint8Array =>
  sequence(context(0, integer(2)), context(1, sequence(...parts.map(generalString))))
const options = (bits: string): Uint8Array => tlv(0x03, bytes('00'), bytes(bits))
const ticket = (encPart = encrypted(18, 3), sname = principal('cifs', 'fs.example')): Uint8Array =>
  application(1, sequence(pvno(), context(1, generalString('EXAMPLE')), context(2, sname), context(3, encPart)))
const apReq = (bits = '20000000', theTicket = ticket(), authenticator = encrypted(17)): Uint8Array =>
  application(
    14,
    sequence(pvno(), msgType(14), context(2, options(bits)), context(3, theTicket), context(4, authenticator)),
  )
const apRep = (etype: number): Uint8Array =>
  application(15, sequence(pvno(), msgType(15), context(2, encrypted(etype))))
const framed = (mechanism: string, tokenId: string, message: Uint8Array): Uint8Array =>
  application(0, oid(mechanism), bytes(tokenId), message)

/** Where `part` begins in `whole`, at or behind `from`. */
function indexOf(whole: Uint8Array, part: Uint8Array, from: number): number {
  for (let at = from; at + part.length <= whole.length; at++) {
    if (part.every((octet, i) => whole[at + i] === octet)) return at
  }
  throw new Error('not there')
}

const AP_REQ = {
  kind: 'ap-req',
  apOptions: 0x20000000,
  mutualRequired: true,
  ticket: { realm: 'EXAMPLE', serverName: 'cifs/fs.example', etype: 18, kvno: 3 },
  authenticatorEtype: 17,
}

describe('AP-REQ', () => {
  it('of Windows XP', () => {
    expect(parseKerberosToken(tokenOf(CLIENT_KERBEROS_AP_REQ))).toEqual({
      ok: true,
      value: {
        kind: 'ap-req',
        apOptions: 0x20000000,
        mutualRequired: true,
        ticket: { realm: 'HOUSING.HKSARG', serverName: 'cifs/EDISK03A.housing.hksarg', etype: 23, kvno: null },
        authenticatorEtype: 23,
      },
    })
  })

  it.each([
    ['in a GSS frame', framed(OID_KRB5, '01 00', apReq())],
    ['in the frame of Windows 2000', framed(OID_MS_KRB5, '01 00', apReq())],
    ['in a frame without a token id', framed(OID_KRB5, '', apReq())],
    ['with its token id alone', concat(bytes('01 00'), apReq())],
    ['bare', apReq()],
    ['bare, with padding behind it', concat(apReq(), bytes('00 00'))],
    [
      'of indefinite lengths',
      indefinite(
        0x6e,
        indefinite(
          0x30,
          indefinite(0xa0, integer(5)),
          indefinite(0xa1, integer(14)),
          indefinite(0xa2, options('20000000')),
          indefinite(0xa3, ticket()),
          indefinite(0xa4, encrypted(17)),
        ),
      ),
    ],
  ])('%s', (_, token) => {
    expect(isKerberosToken(token)).toBe(true)
    expect(parseKerberosToken(token)).toEqual({ ok: true, value: AP_REQ })
  })

  it('may do without mutual authentication', () => {
    expect(parseKerberosToken(apReq('00000000'))).toEqual({
      ok: true,
      value: { ...AP_REQ, apOptions: 0, mutualRequired: false },
    })
    expect(parseKerberosToken(apReq('40000000'))).toEqual({
      ok: true,
      value: { ...AP_REQ, apOptions: 0x40000000, mutualRequired: false },
    })
  })

  it('has etypes that are signed', () => {
    expect(parseKerberosToken(apReq('20000000', ticket(encrypted(-133)), encrypted(-128)))).toEqual({
      ok: true,
      value: { ...AP_REQ, ticket: { ...AP_REQ.ticket, etype: -133, kvno: null }, authenticatorEtype: -128 },
    })
  })

  it('has all parts of a name', () => {
    const names: [string[], string][] = [
      [['krbtgt'], 'krbtgt'],
      [['ldap', 'dc.example', 'example'], 'ldap/dc.example/example'],
      [[], ''],
    ]
    for (const [parts, serverName] of names) {
      expect(parseKerberosToken(apReq('20000000', ticket(encrypted(18, 3), principal(...parts))))).toEqual({
        ok: true,
        value: { ...AP_REQ, ticket: { ...AP_REQ.ticket, serverName } },
      })
    }
  })

  it('that was captured up to its ticket gives the ticket', () => {
    const token = framed(OID_KRB5, '01 00', apReq())
    const authenticator = 0xa4
    const cut = token.lastIndexOf(authenticator)
    expect(parseKerberosToken(token.subarray(0, cut), token.length)).toEqual({
      ok: false,
      fault: { kind: 'truncated', field: 'AP-REQ', offset: cut },
      partial: { kind: 'ap-req', apOptions: 0x20000000, mutualRequired: true, ticket: AP_REQ.ticket },
    })
  })

  it('that was captured up to a field of its ticket gives the fields before it', () => {
    const token = framed(OID_KRB5, '01 00', apReq())
    const upTo = (...ends: Uint8Array[]) => {
      const end = ends.reduce((at, part) => indexOf(token, part, at) + part.length, 0)
      return readable(parseKerberosToken(token.subarray(0, end), token.length))
    }
    expect(upTo(oid(OID_KRB5))).toEqual({})
    expect(upTo(oid(OID_KRB5), bytes('01 00'))).toEqual({ kind: 'ap-req' })
    const before = { kind: 'ap-req', apOptions: 0x20000000, mutualRequired: true }
    expect(upTo(options('20000000'))).toEqual(before)
    expect(upTo(generalString('EXAMPLE'))).toEqual({ ...before, ticket: { realm: 'EXAMPLE' } })
    const named = { realm: 'EXAMPLE', serverName: 'cifs/fs.example' }
    expect(upTo(generalString('EXAMPLE'), principal('cifs', 'fs.example'))).toEqual({ ...before, ticket: named })
    expect(upTo(principal('cifs', 'fs.example'), integer(18))).toEqual({ ...before, ticket: { ...named, etype: 18 } })
  })

  it('that was captured up to its authenticator gives everything', () => {
    const token = framed(OID_KRB5, '01 00', apReq())
    expect(parseKerberosToken(token.subarray(0, token.length - 20), token.length)).toEqual({ ok: true, value: AP_REQ })
  })
})

describe('AP-REP', () => {
  it('of Windows Server 2003', () => {
    expect(parseKerberosToken(tokenOf(SERVER_KERBEROS_AP_REP))).toEqual({
      ok: true,
      value: { kind: 'ap-rep', etype: 23 },
    })
  })

  it('bare, as with DCE style', () => {
    expect(parseKerberosToken(apRep(18))).toEqual({ ok: true, value: { kind: 'ap-rep', etype: 18 } })
  })
})

describe('KRB-ERROR', () => {
  const error = (...fields: Uint8Array[]): Uint8Array =>
    framed(OID_KRB5, '03 00', application(30, sequence(pvno(), msgType(30), ...fields)))
  const time = (text: string): Uint8Array => tlv(0x18, ascii(text))

  it('with everything in it', () => {
    const token = error(
      context(2, time('20010101000000Z')),
      context(3, integer(1)),
      context(4, time('20240229123456Z')),
      context(5, integer(123456)),
      context(6, integer(41)),
      context(7, generalString('CLIENT.EXAMPLE')),
      context(8, principal('client')),
      context(9, generalString('EXAMPLE')),
      context(10, principal('cifs', 'fs.example')),
      context(11, generalString('what went wrong')),
      context(12, octetString(bytes('00'))),
    )
    expect(parseKerberosToken(token)).toEqual({
      ok: true,
      value: {
        kind: 'krb-error',
        code: 41,
        realm: 'EXAMPLE',
        serverName: 'cifs/fs.example',
        serverTime: 1709210096_123456,
      },
    })
  })

  it('with its code alone', () => {
    expect(parseKerberosToken(error(context(6, integer(37))))).toEqual({
      ok: true,
      value: { kind: 'krb-error', code: 37, realm: null, serverName: null, serverTime: null },
    })
  })

  it.each([
    ['20240229123456', 'no zone'],
    ['20240230123456Z', 'no such day'],
    ['20241301000000Z', 'no such month'],
    ['20240229240000Z', 'no such hour'],
    ['2024022912345Z', 'a digit too few'],
    ['', 'nothing'],
  ])('whose time is none: %s, %s', (text) => {
    expect(
      parseKerberosToken(error(context(4, time(text)), context(5, integer(1)), context(6, integer(37)))),
    ).toMatchObject({
      ok: true,
      value: { code: 37, serverTime: null },
    })
  })

  it('whose microseconds are invalid', () => {
    for (const susec of [-1, 1_000_000]) {
      expect(
        parseKerberosToken(
          error(context(4, time('20240229123456Z')), context(5, integer(susec)), context(6, integer(37))),
        ),
      ).toMatchObject({
        value: { serverTime: 1709210096_000000 },
      })
    }
  })

  it('without a code is malformed', () => {
    expect(parseKerberosToken(error(context(9, generalString('EXAMPLE'))))).toEqual({
      ok: false,
      fault: { kind: 'malformed', field: 'error-code', offset: 15 },
      partial: { kind: 'krb-error', realm: 'EXAMPLE' },
    })
  })
})

describe('user-to-user', () => {
  const name = sequence(context(0, integer(2)), context(1, sequence(generalString('cifs'), generalString('pc2'))))
  const fields = sequence(pvno(), msgType(16), context(2, name), context(3, generalString('EXAMPLE')))

  it.each([
    ['a SEQUENCE', fields],
    ['an application tag', application(16, fields)],
  ])('asks for the ticket of the other side, in %s', (_, request) => {
    const expected = { kind: 'tgt-req', serverName: 'cifs/pc2', realm: 'EXAMPLE' }
    expect(parseKerberosToken(framed(OID_KRB5_U2U, '04 00', request))).toEqual({ ok: true, value: expected })
  })

  it('may omit the server', () => {
    const request = framed(OID_KRB5_U2U, '04 00', sequence(pvno(), msgType(16)))
    expect(parseKerberosToken(request)).toMatchObject({ value: { serverName: null, realm: null } })
  })

  it('is answered, and followed by an AP-REQ of the same mechanism', () => {
    const answer = framed(OID_KRB5_U2U, '04 01', sequence(pvno(), msgType(17)))
    expect(parseKerberosToken(answer)).toEqual({ ok: true, value: { kind: 'tgt-rep' } })
    expect(parseKerberosToken(framed(OID_KRB5_U2U, '01 00', apReq()))).toMatchObject({ value: { kind: 'ap-req' } })
  })
})

describe('IAKERB', () => {
  const asReq = application(10, sequence())
  const header = (realm: Uint8Array) => concat(sequence(context(1, realm), context(2, octetString(bytes('01')))), asReq)

  it.each([
    ['UTF8String', tlv(0x0c, ascii('EXAMPLE'))],
    ['OCTET STRING', octetString(ascii('EXAMPLE'))],
  ])('names the realm of the KDC, as %s', (_, realm) => {
    const expected = { ok: true, value: { kind: 'iakerb-proxy', realm: 'EXAMPLE' } }
    expect(parseKerberosToken(framed(OID_IAKERB, '05 01', header(realm)))).toEqual(expected)
    // Later tokens have no frame.
    expect(parseKerberosToken(concat(bytes('05 01'), header(realm)))).toEqual(expected)
  })

  it('comes to an AP-REQ in the end', () => {
    expect(parseKerberosToken(framed(OID_IAKERB, '01 00', apReq()))).toMatchObject({ value: { kind: 'ap-req' } })
  })
})

describe('faults', () => {
  const req = (...fields: Uint8Array[]): Uint8Array => application(14, sequence(...fields))

  it.each([
    ['malformed', 'msg-type', 'a TGT-REQ that is something else', framed(OID_KRB5_U2U, '04 00', application(14))],
    ['malformed', 'msg-type', 'an IAKERB-HEADER that is something else', framed(OID_IAKERB, '05 01', application(14))],
    ['malformed', 'IAKERB-HEADER', 'one whose fields are none', framed(OID_IAKERB, '05 01', sequence(bytes('30 00')))],
    ['unsupported', 'thisMech', 'another mechanism', framed('1.2.3.4', '01 00', apReq())],
    ['unsupported', 'TOK_ID', 'a wrap token', framed(OID_KRB5, '02 01', new Uint8Array(8))],
    ['unsupported', 'TOK_ID', 'a message that has no business here', application(10, sequence())],
    ['unsupported', 'pvno', 'version 4', req(pvno(0, 4), msgType(14))],
    ['unsupported', 'tkt-vno', 'a ticket of version 4', apReq('20000000', application(1, sequence(pvno(0, 4))))],
    ['malformed', 'msg-type', 'another message than announced', framed(OID_KRB5, '01 00', apRep(18))],
    ['malformed', 'msg-type', 'another type than its tag', req(pvno(), msgType(15))],
    ['malformed', 'ap-options', 'nothing in it', req()],
    ['malformed', 'ticket', 'no ticket', req(pvno(), msgType(14), context(2, options('20000000')))],
    [
      'malformed',
      'authenticator',
      'no authenticator',
      req(pvno(), msgType(14), context(2, options('20000000')), context(3, ticket())),
    ],
    ['malformed', 'ticket', 'a ticket that is none', apReq('20000000', sequence())],
    ['malformed', 'realm', 'a ticket without a realm', apReq('20000000', application(1, sequence(pvno())))],
    [
      'malformed',
      'sname',
      'a ticket without a name',
      apReq('20000000', application(1, sequence(context(1, generalString('R'))))),
    ],
    [
      'malformed',
      'name-string',
      'a name without parts',
      apReq('20000000', ticket(encrypted(18), sequence(context(0, integer(2))))),
    ],
    ['malformed', 'etype', 'a cipher without an etype', apReq('20000000', ticket(sequence(context(2, CIPHER))))],
    ['malformed', 'TOK_ID', 'a frame with nothing in it', framed(OID_KRB5, '', bytes(''))],
    ['malformed', 'InitialContextToken', 'nothing', bytes('')],
  ])('%s %s: %s', (kind, field, _, token) => {
    const parsed = parseKerberosToken(token)
    expect(parsed.ok ? null : parsed.fault).toMatchObject({ kind, field })
  })
})

describe('isKerberosToken', () => {
  it.each([
    ['user-to-user', framed(OID_KRB5_U2U, '04 00', bytes('')), true],
    ['IAKERB', framed(OID_IAKERB, '05 01', bytes('')), true],
    ['a KRB-ERROR with its token id', concat(bytes('03 00'), application(30)), true],
    ['a token id before another message', concat(bytes('03 00'), application(14)), false],
    ['another mechanism', framed('1.2.3.4', '01 00', apReq()), false],
    ['NTLMSSP', tokenOf(CLIENT_NTLM_NEGOTIATE), false],
    ['a broken frame', bytes('60 84 ff ff ff ff'), false],
    ['nothing', bytes(''), false],
  ])('%s', (_, token, expected) => {
    expect(isKerberosToken(token)).toBe(expected)
  })
})

describe('etypeName', () => {
  it('have names where they are in use, otherwise numbers', () => {
    expect([17, 18, 23, 3, -133, 4711, -1].map(etypeName)).toEqual([
      'aes128-cts-hmac-sha1-96',
      'aes256-cts-hmac-sha1-96',
      'rc4-hmac',
      'des-cbc-md5',
      'rc4-hmac-old',
      'etype 4711',
      'etype -1',
    ])
  })
})
