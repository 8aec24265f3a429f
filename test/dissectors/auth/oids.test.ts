import { describe, expect, it } from 'vitest'
import {
  isKerberosMechanism,
  mechanismName,
  OID_IAKERB,
  OID_KRB5,
  OID_KRB5_U2U,
  OID_MS_KRB5,
  OID_NEGOEX,
  OID_NTLMSSP,
  OID_SPNEGO,
  oidText,
} from '../../../dissectors/auth/oids.ts'
import { concat, oid } from '../../support/der-builder.ts'
import { bytes } from './fixtures.ts'

describe('oidText', () => {
  it.each([
    ['2b 06 01 05 05 02', OID_SPNEGO],
    ['2b 06 01 04 01 82 37 02 02 0a', OID_NTLMSSP],
    ['2b 06 01 04 01 82 37 02 02 1e', OID_NEGOEX],
    ['2a 86 48 86 f7 12 01 02 02', OID_KRB5],
    ['2a 86 48 82 f7 12 01 02 02', OID_MS_KRB5],
    ['2a 86 48 86 f7 12 01 02 02 03', OID_KRB5_U2U],
    ['2b 06 01 05 02 05', OID_IAKERB],
  ])('reads the mechanisms as they are on the wire: %s', (hex, dotted) => {
    expect(oidText(bytes(hex))).toBe(dotted)
  })

  it.each([
    ['00', '0.0'],
    ['27', '0.39'],
    ['28', '1.0'],
    ['4f', '1.39'],
    ['50', '2.0'],
    ['88 37', '2.999'],
  ])('takes the first two arcs from the first number: %s', (hex, dotted) => {
    expect(oidText(bytes(hex))).toBe(dotted)
  })

  it.each([OID_SPNEGO, OID_NTLMSSP, OID_NEGOEX, OID_KRB5, OID_MS_KRB5, OID_KRB5_U2U, OID_IAKERB])(
    'distinguishes %s from its neighbour, at any offset',
    (text) => {
      const content = oid(text).subarray(2)
      const message = concat(bytes('06 2b'), content, bytes('2b 06'))
      expect(oidText(message, 2, 2 + content.length)).toBe(text)
      message[1 + content.length] ^= 0x40
      const last = Number(text.split('.').at(-1))
      expect(oidText(message, 2, 2 + content.length)).toBe(text.replace(/\d+$/, String(last ^ 0x40)))
    },
  )

  it('keeps arcs of more than 53 bits exact', () => {
    // The UUID of the example in X.667: f81d4fae-7dec-11d0-a765-00a0c91e6bf6.
    const uuid = oidText(bytes('69 83 f0 9d a7 eb cf de e0 c7 a1 a7 b2 c0 94 8c c8 f9 d7 76'))
    expect(uuid).toBe('2.25.329800735698586629295641978511506172918')
    expect(oidText(bytes('2b 8f ff ff ff ff ff ff 7f'))).toBe('1.3.9007199254740991')
    expect(oidText(bytes('2b 90 80 80 80 80 80 80 00'))).toBe('1.3.9007199254740992')
    expect(oidText(bytes('ff ff ff ff ff ff ff ff 7f'))).toBe('2.9223372036854775727')
  })

  it.each([
    ['nothing', ''],
    ['an arc that goes on past the end', '2b 86'],
    ['an arc with padding in front', '2b 80 01'],
    ['a first arc with padding in front', '80 2b'],
    ['more than 64 octets', '2b'.repeat(65)],
  ])('has no text for %s', (_, hex) => {
    expect(oidText(bytes(hex))).toBeNull()
  })
})

describe('mechanismName', () => {
  it('names what SMB negotiates, and leaves the rest unchanged', () => {
    const names = [OID_NTLMSSP, OID_MS_KRB5, OID_KRB5, OID_KRB5_U2U, OID_NEGOEX, OID_IAKERB, OID_SPNEGO].map(
      mechanismName,
    )
    expect(names).toEqual(['NTLMSSP', 'MS-KRB5', 'KRB5', 'KRB5-U2U', 'NEGOEX', 'IAKERB', 'SPNEGO'])
    expect(mechanismName('1.2.3')).toBe('1.2.3')
  })

  it('knows the family of Kerberos', () => {
    expect([OID_KRB5, OID_MS_KRB5, OID_KRB5_U2U, OID_IAKERB].every(isKerberosMechanism)).toBe(true)
    expect([OID_NTLMSSP, OID_NEGOEX, OID_SPNEGO, '1.2.840.113554.1.2.2.30'].some(isKerberosMechanism)).toBe(false)
  })
})
