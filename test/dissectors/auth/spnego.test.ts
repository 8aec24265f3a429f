import { describe, expect, it } from 'vitest'
import {
  OID_KRB5,
  OID_KRB5_U2U,
  OID_MS_KRB5,
  OID_NEGOEX,
  OID_NTLMSSP,
  OID_SPNEGO,
} from '../../../dissectors/auth/oids.ts'
import { innerToken, NEG_STATE, parseSecurityBlob, type SecurityBlob } from '../../../dissectors/auth/spnego.ts'
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
  padded,
  sequence,
  tlv,
} from '../../support/der-builder.ts'
import {
  bytes,
  CLIENT_KERBEROS_AP_REQ,
  CLIENT_NTLM_AUTHENTICATE,
  CLIENT_NTLM_NEGOTIATE,
  RAW_NTLM_AUTHENTICATE,
  SERVER_ACCEPT,
  SERVER_KERBEROS_AP_REP,
  SERVER_NTLM_CHALLENGE,
  SERVER_OFFER,
  SERVER_OFFER_NEGOEX,
  SERVER_OFFER_XP_HINTS,
} from './fixtures.ts'

function valueIn(blob: Uint8Array): SecurityBlob {
  const parsed = parseSecurityBlob(blob)
  if (!parsed.ok) throw new Error(`${parsed.fault.kind}: ${parsed.fault.field} at ${parsed.fault.offset}`)
  return parsed.value
}

/** A NegTokenInit in its GSS frame. */
function init(...fields: Uint8Array[]): Uint8Array {
  return application(0, oid(OID_SPNEGO), context(0, sequence(...fields)))
}

/** A bare NegTokenResp. */
function resp(...fields: Uint8Array[]): Uint8Array {
  return context(1, sequence(...fields))
}

const NTLM_TOKEN = concat(ascii('NTLMSSP\0'), bytes('01 00 00 00 00 00 00 00'))
const NO_INIT: SecurityBlob = {
  form: 'neg-token-init',
  mechTypes: [],
  mechTypesCut: false,
  mechToken: null,
  mechTokenLength: 0,
  negHints: null,
  mechListMic: false,
}
const NO_RESP: SecurityBlob = {
  form: 'neg-token-resp',
  negState: null,
  supportedMech: null,
  responseToken: null,
  responseTokenLength: 0,
  mechListMic: false,
}

describe('NegTokenInit', () => {
  it('is the offer of a Windows server, with its hints', () => {
    expect(valueIn(SERVER_OFFER)).toEqual({
      ...NO_INIT,
      mechTypes: [OID_MS_KRB5, OID_KRB5, OID_KRB5_U2U, OID_NTLMSSP],
      negHints: 'not_defined_in_RFC4178@please_ignore',
    })
    expect(valueIn(SERVER_OFFER_XP_HINTS)).toEqual({
      ...NO_INIT,
      mechTypes: [OID_MS_KRB5, OID_NTLMSSP],
      negHints: 'edisk03a$@HOUSING.HKSARG',
    })
  })

  it('is the offer of a Windows server that sends a NEGOEX token with it', () => {
    const mechToken = SERVER_OFFER_NEGOEX.subarray(56)
    expect(valueIn(SERVER_OFFER_NEGOEX)).toEqual({
      ...NO_INIT,
      mechTypes: [OID_NEGOEX, OID_NTLMSSP],
      mechToken,
      mechTokenLength: 264,
    })
    expect(innerToken(valueIn(SERVER_OFFER_NEGOEX))).toEqual({ kind: 'negoex', bytes: mechToken, wireLength: 264 })
  })

  it('is the first token of a client', () => {
    const ntlm = CLIENT_NTLM_NEGOTIATE.subarray(34)
    expect(valueIn(CLIENT_NTLM_NEGOTIATE)).toEqual({
      ...NO_INIT,
      mechTypes: [OID_NTLMSSP],
      mechToken: ntlm,
      mechTokenLength: 40,
    })
    expect(innerToken(valueIn(CLIENT_NTLM_NEGOTIATE))).toEqual({ kind: 'ntlmssp', bytes: ntlm, wireLength: 40 })

    const kerberos = CLIENT_KERBEROS_AP_REQ.subarray(55)
    expect(valueIn(CLIENT_KERBEROS_AP_REQ)).toEqual({
      ...NO_INIT,
      mechTypes: [OID_MS_KRB5, OID_NTLMSSP],
      mechToken: kerberos,
      mechTokenLength: 1336,
    })
    expect(innerToken(valueIn(CLIENT_KERBEROS_AP_REQ))).toEqual({ kind: 'kerberos', bytes: kerberos, wireLength: 1336 })
  })

  it('distinguishes the mechListMIC of RFC 4178 at [3] from the hints of NegTokenInit2, whose MIC is at [4]', () => {
    const mechTypes = context(0, sequence(oid(OID_NTLMSSP)))
    const mic = octetString(bytes('01 00 00 00'))
    const hints = sequence(context(0, generalString('hint')), context(1, octetString(bytes('0a 00 00 01'))))
    expect(valueIn(init(mechTypes, context(3, mic)))).toEqual({
      ...NO_INIT,
      mechTypes: [OID_NTLMSSP],
      mechListMic: true,
    })
    expect(valueIn(init(mechTypes, context(3, hints), context(4, mic)))).toEqual({
      ...NO_INIT,
      mechTypes: [OID_NTLMSSP],
      negHints: 'hint',
      mechListMic: true,
    })
    expect(valueIn(init(mechTypes, context(3, octetString(bytes('')))))).toEqual({
      ...NO_INIT,
      mechTypes: [OID_NTLMSSP],
    })
  })

  it('may have flags, unknown fields, or nothing in it', () => {
    const flags = context(1, tlv(0x03, bytes('01 02')))
    expect(valueIn(init(flags, context(2, octetString(NTLM_TOKEN)), context(9, integer(1))))).toEqual({
      ...NO_INIT,
      mechToken: NTLM_TOKEN,
      mechTokenLength: 16,
    })
    expect(valueIn(init())).toEqual(NO_INIT)
  })

  it('may come without its GSS frame, with indefinite lengths, with padded lengths, and with padding behind it', () => {
    const mechTypes = indefinite(0xa0, indefinite(0x30, oid(OID_NTLMSSP), oid(OID_KRB5)))
    const token = indefinite(0xa2, octetString(NTLM_TOKEN))
    const expected = { ...NO_INIT, mechTypes: [OID_NTLMSSP, OID_KRB5], mechToken: NTLM_TOKEN, mechTokenLength: 16 }
    const inner = indefinite(0xa0, indefinite(0x30, mechTypes, token))
    expect(valueIn(inner)).toEqual(expected)
    expect(valueIn(application(0, oid(OID_SPNEGO), inner))).toEqual(expected)
    expect(valueIn(concat(padded(0x60, 4, oid(OID_SPNEGO), inner), bytes('00 00 00')))).toEqual(expected)
  })
})

describe('NegTokenResp', () => {
  it('carries the challenge, the response and the end of NTLM', () => {
    const challenge = SERVER_NTLM_CHALLENGE.subarray(31)
    expect(valueIn(SERVER_NTLM_CHALLENGE)).toEqual({
      ...NO_RESP,
      negState: NEG_STATE.ACCEPT_INCOMPLETE,
      supportedMech: OID_NTLMSSP,
      responseToken: challenge,
      responseTokenLength: 224,
    })
    expect(innerToken(valueIn(SERVER_NTLM_CHALLENGE))).toEqual({ kind: 'ntlmssp', bytes: challenge, wireLength: 224 })

    const authenticate = CLIENT_NTLM_AUTHENTICATE.subarray(21, 471)
    expect(valueIn(CLIENT_NTLM_AUTHENTICATE)).toEqual({
      ...NO_RESP,
      negState: NEG_STATE.ACCEPT_INCOMPLETE,
      responseToken: authenticate,
      responseTokenLength: 450,
      mechListMic: true,
    })
    expect(valueIn(SERVER_ACCEPT)).toEqual({ ...NO_RESP, negState: NEG_STATE.ACCEPT_COMPLETED, mechListMic: true })
    expect(innerToken(valueIn(SERVER_ACCEPT))).toEqual({ kind: 'none', bytes: null, wireLength: 0 })
  })

  it('has no MIC where the field only repeats the token', () => {
    const token = SERVER_KERBEROS_AP_REP.subarray(17, 140)
    const value = valueIn(SERVER_KERBEROS_AP_REP)
    expect(value).toEqual({
      ...NO_RESP,
      negState: NEG_STATE.ACCEPT_COMPLETED,
      responseToken: token,
      responseTokenLength: 123,
    })
    expect(innerToken(value)).toEqual({ kind: 'kerberos', bytes: token, wireLength: 123 })
  })

  it('may leave everything out, or refuse', () => {
    expect(valueIn(resp())).toEqual(NO_RESP)
    expect(valueIn(resp(context(0, integer(2, 0x0a))))).toEqual({ ...NO_RESP, negState: NEG_STATE.REJECT })
    expect(valueIn(application(0, oid(OID_SPNEGO), resp()))).toEqual(NO_RESP)
  })

  it('may have an empty token, which counts as none', () => {
    const value = valueIn(resp(context(2, octetString(bytes('')))))
    expect(value).toEqual({ ...NO_RESP, responseToken: bytes('') })
    expect(innerToken(value)).toEqual({ kind: 'none', bytes: null, wireLength: 0 })
  })
})

describe('tokens without SPNEGO', () => {
  it('NTLMSSP', () => {
    const value = valueIn(RAW_NTLM_AUTHENTICATE)
    expect(value).toEqual({ form: 'raw-ntlmssp', token: RAW_NTLM_AUTHENTICATE, tokenLength: 440 })
    expect(innerToken(value)).toEqual({ kind: 'ntlmssp', bytes: RAW_NTLM_AUTHENTICATE, wireLength: 440 })
  })

  it('NTLMSSP in a GSS frame', () => {
    const value = valueIn(application(0, oid(OID_NTLMSSP), NTLM_TOKEN))
    expect(value).toEqual({ form: 'raw-ntlmssp', token: NTLM_TOKEN, tokenLength: 16 })
  })

  it('Kerberos, which keeps its frame', () => {
    const frame = CLIENT_KERBEROS_AP_REQ.subarray(55)
    const value = valueIn(concat(frame, bytes('00 00')))
    expect(value).toEqual({ form: 'raw-kerberos', token: frame, tokenLength: 1336 })
    expect(innerToken(value)).toEqual({ kind: 'kerberos', bytes: frame, wireLength: 1336 })
  })

  it('nothing at all', () => {
    expect(valueIn(bytes(''))).toEqual({ form: 'empty' })
    expect(innerToken({ form: 'empty' })).toEqual({ kind: 'none', bytes: null, wireLength: 0 })
  })
})

describe('the token decides, not the offer', () => {
  it.each([
    ['ntlmssp', NTLM_TOKEN],
    ['negoex', concat(ascii('NEGOEXTS'), new Uint8Array(8))],
    ['kerberos', application(0, oid(OID_KRB5_U2U), bytes('04 00 00'))],
    ['kerberos', concat(bytes('03 00'), application(30, sequence()))],
    ['kerberos', application(15, sequence())],
    ['unknown', ascii('NTLMSSP')],
    ['unknown', application(0, oid('1.2.3.4'), bytes('01 00'))],
    ['unknown', bytes('01 00 00')],
    ['none', bytes('')],
  ])('%s', (kind, token) => {
    const mechTypes = context(0, sequence(oid(OID_KRB5), oid(OID_NTLMSSP)))
    expect(innerToken(valueIn(init(mechTypes, context(2, octetString(token))))).kind).toBe(kind)
  })
})

describe('faults', () => {
  it.each([
    ['unsupported', 'SecurityBuffer', 0, 'a blob that starts with anything else', sequence(integer(1))],
    ['unsupported', 'SecurityBuffer', 0, 'text', ascii('NOT NTLMSSP')],
    ['unsupported', 'thisMech', 2, 'another mechanism', application(0, oid('1.2.3.4'), bytes('00'))],
    ['unsupported', 'mechToken', 16, 'a token in pieces', init(context(2, tlv(0x24, octetString(NTLM_TOKEN))))],
    ['malformed', 'Signature', 0, 'NTLMSSP that ends in its signature', ascii('NTLM')],
    ['malformed', 'SecurityBuffer', 0, 'a length that passes the blob', bytes('60 84 ff ff ff ff 06 06')],
    [
      'malformed',
      'InitialContextToken',
      0,
      'a GSS frame of indefinite length',
      indefinite(0x60, oid(OID_SPNEGO), context(0, sequence())),
    ],
    ['malformed', 'thisMech', 2, 'a GSS frame without a mechanism', application(0, context(0, sequence()))],
    ['malformed', 'NegotiationToken', 10, 'a GSS frame without a token', application(0, oid(OID_SPNEGO))],
    [
      'malformed',
      'NegTokenInit',
      10,
      'a GSS frame with another token',
      application(0, oid(OID_SPNEGO), context(2, sequence())),
    ],
    ['malformed', 'mechTypes', 18, 'a mechanism that is no identifier', init(context(0, sequence(integer(1))))],
    ['malformed', 'mechToken', 16, 'a token that is no string', init(context(2, integer(1)))],
    ['malformed', 'mechListMIC', 16, 'a MIC that is no string', init(context(3, integer(1)))],
    [
      'malformed',
      'NegTokenInit',
      19,
      'a second token',
      init(context(2, octetString(bytes('aa'))), context(2, octetString(NTLM_TOKEN))),
    ],
    ['malformed', 'negState', 6, 'a state that is no enumeration', resp(context(0, integer(1)))],
    ['malformed', 'NegTokenResp', 2, 'a response that is no sequence', context(1, integer(1))],
  ])('%s %s at %i: %s', (kind, field, offset, _, blob) => {
    const parsed = parseSecurityBlob(blob)
    expect(parsed.ok ? null : parsed.fault).toEqual({ kind, field, offset })
  })

  it('leave what was read before them', () => {
    const blob = init(
      context(0, sequence(oid(OID_KRB5), oid(OID_NTLMSSP))),
      context(2, octetString(NTLM_TOKEN)),
      context(1, integer(1)),
    )
    const parsed = parseSecurityBlob(blob)
    expect(parsed).toEqual({
      ok: false,
      fault: { kind: 'malformed', field: 'NegTokenInit', offset: 61 },
      partial: {
        form: 'neg-token-init',
        mechTypes: [OID_KRB5, OID_NTLMSSP],
        mechTypesCut: false,
        mechToken: NTLM_TOKEN,
        mechTokenLength: 16,
      },
    })
    expect(innerToken(readable(parsed)).kind).toBe('ntlmssp')
  })

  it('keep the mechanisms that were captured, and report that there are more', () => {
    const blob = init(context(0, sequence(oid(OID_KRB5), oid(OID_NTLMSSP))))
    const first = oid(OID_KRB5).length
    const list = blob.length - first - oid(OID_NTLMSSP).length
    const upTo = (length: number) => readable(parseSecurityBlob(blob.subarray(0, length), blob.length))
    expect(upTo(list)).toMatchObject({ mechTypes: [], mechTypesCut: true })
    expect(upTo(list + first)).toMatchObject({ mechTypes: [OID_KRB5], mechTypesCut: true })
    expect(upTo(blob.length - 1)).toMatchObject({ mechTypes: [OID_KRB5], mechTypesCut: true })
    expect(upTo(blob.length)).toMatchObject({ mechTypes: [OID_KRB5, OID_NTLMSSP], mechTypesCut: false })
  })

  it('leave what was captured of a token, with the length it has', () => {
    const cut = CLIENT_NTLM_AUTHENTICATE.subarray(0, 200)
    const parsed = parseSecurityBlob(cut, CLIENT_NTLM_AUTHENTICATE.length)
    expect(parsed).toEqual({
      ok: false,
      fault: { kind: 'truncated', field: 'responseToken', offset: 21 },
      partial: { form: 'neg-token-resp', negState: 1, responseToken: cut.subarray(21), responseTokenLength: 450 },
    })
    expect(innerToken(readable(parsed))).toEqual({ kind: 'ntlmssp', bytes: cut.subarray(21), wireLength: 450 })

    expect(parseSecurityBlob(RAW_NTLM_AUTHENTICATE.subarray(0, 30), 440)).toEqual({
      ok: false,
      fault: { kind: 'truncated', field: 'SecurityBuffer', offset: 0 },
      partial: { form: 'raw-ntlmssp', token: RAW_NTLM_AUTHENTICATE.subarray(0, 30), tokenLength: 440 },
    })
  })
})
