import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NEGOEX_MESSAGE, parseNegoex } from '../../../dissectors/auth/negoex.ts'
import { innerToken, parseSecurityBlob } from '../../../dissectors/auth/spnego.ts'
import { readable } from '../../../dissectors/cursor.ts'
import { ascii, concat } from '../../support/der-builder.ts'
import { expectPlaceNoMatter, expectPrefixFaults, mutations, type Sample } from '../../support/messages.ts'
import { SERVER_OFFER_NEGOEX } from './fixtures.ts'

const SCHEME = Uint8Array.from({ length: 16 }, (_, i) => i)

/** A message of this type with a body behind its header. */
function message(type: number, body: Uint8Array = new Uint8Array(0), length = 40 + body.length): Uint8Array {
  const header = new Uint8Array(40)
  const view = new DataView(header.buffer)
  header.set(ascii('NEGOEXTS'))
  view.setUint32(8, type, true)
  view.setUint32(16, 40, true)
  view.setUint32(20, length, true)
  return concat(header, body)
}

const TOKEN = concat(
  message(NEGOEX_MESSAGE.INITIATOR_META_DATA, SCHEME),
  message(NEGOEX_MESSAGE.AP_REQUEST, concat(SCHEME, new Uint8Array(8))),
)

const SAMPLE: Sample = {
  name: 'NEGOEX',
  message: TOKEN,
  parse: parseNegoex,
}

describe('parseNegoex', () => {
  it('reads what a Windows server sends with its offer', () => {
    const { bytes, kind } = innerToken(readable(parseSecurityBlob(SERVER_OFFER_NEGOEX)))
    expect(kind).toBe('negoex')
    expect(parseNegoex(bytes!)).toMatchObject({
      ok: true,
      value: { messages: [{ messageType: NEGOEX_MESSAGE.ACCEPTOR_NEGO }, { messageType: 3 }], anomalies: [] },
    })
  })

  it('names the scheme of an exchange, which is the one in use', () => {
    expect(parseNegoex(TOKEN)).toMatchObject({
      value: {
        messages: [
          { messageType: 2, length: 56, authScheme: null },
          { messageType: 5, length: 64, authScheme: '03020100-0504-0706-0809-0a0b0c0d0e0f' },
        ],
      },
    })
  })

  it.each([
    ['a length that leads nowhere', message(0, SCHEME, 0), 'cbMessageLength'],
    ['a length beyond the token', message(0, SCHEME, 57), 'cbMessageLength'],
    ['no second message', concat(message(0), ascii('nothing like it........................')), 'Signature'],
  ])('is malformed with %s', (_, token, field) => {
    expect(parseNegoex(token)).toMatchObject({ ok: false, fault: { kind: 'malformed', field } })
  })

  it('reads only a limited number', () => {
    const many = concat(...Array.from({ length: 40 }, () => message(0)))
    const value = readable(parseNegoex(many))
    expect(value.messages).toHaveLength(32)
    expect(value.anomalies).toEqual(['too-many-messages'])
  })

  it('keeps the laws of every dissector', () => {
    expectPrefixFaults({ ...SAMPLE, message: message(NEGOEX_MESSAGE.AP_REQUEST, SCHEME) })
    expectPlaceNoMatter(SAMPLE)
    fc.assert(
      fc.property(mutations(SAMPLE), ({ mutant, wireLength }) => {
        const parsed = parseNegoex(mutant, wireLength)
        expect((readable(parsed).messages ?? []).length).toBeLessThanOrEqual(32)
        if (!parsed.ok && wireLength === mutant.length) expect(parsed.fault.kind).not.toBe('truncated')
      }),
    )
  })
})
