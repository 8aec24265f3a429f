import { describe, expect, it } from 'vitest'
import { AV_PAIR_LIMIT, type AvPairs, parseAvPairs } from '../../../dissectors/auth/av-pairs.ts'
import { concat } from '../../support/der-builder.ts'
import { avPair, utf16 } from '../../support/ntlm-builder.ts'
import { bytes } from './fixtures.ts'

const END = bytes('00 00 00 00')

const NONE: AvPairs = {
  nbComputerName: null,
  nbDomainName: null,
  dnsComputerName: null,
  dnsDomainName: null,
  dnsTreeName: null,
  flags: null,
  timestamp: null,
  singleHost: null,
  targetName: null,
  channelBindings: null,
  unknown: [],
  cut: false,
  anomalies: [],
}

describe('parseAvPairs', () => {
  it('reads every id of the specification, and keeps those it does not know', () => {
    const bindings = bytes('0102030405060708090a0b0c0d0e0f10')
    const list = concat(
      avPair(2, utf16('DOMAIN')),
      avPair(1, utf16('SERVER')),
      avPair(4, utf16('domain.example')),
      avPair(3, utf16('server.domain.example')),
      avPair(5, utf16('example')),
      avPair(7, bytes('58 df 7b 2f 54 b4 cc 01')),
      avPair(6, bytes('06 00 00 00')),
      avPair(8, bytes('30 00 00 00')),
      avPair(10, bindings),
      avPair(9, utf16('cifs/server.domain.example')),
      avPair(0x4242, bytes('aa bb')),
      avPair(11, bytes('')),
      END,
      bytes('00 00 00 00'),
    )
    expect(parseAvPairs(list)).toEqual({
      nbComputerName: 'SERVER',
      nbDomainName: 'DOMAIN',
      dnsComputerName: 'server.domain.example',
      dnsDomainName: 'domain.example',
      dnsTreeName: 'example',
      flags: 6,
      timestamp: 129676762953801560n,
      singleHost: bytes('30 00 00 00'),
      targetName: 'cifs/server.domain.example',
      channelBindings: bindings,
      unknown: [
        { avId: 0x4242, value: bytes('aa bb') },
        { avId: 11, value: bytes('') },
      ],
      cut: false,
      anomalies: [],
    })
  })

  it('advances by AvLen also over channel bindings', () => {
    const list = concat(avPair(10, new Uint8Array(16)), avPair(9, utf16('cifs/a')), END)
    expect(parseAvPairs(list)).toEqual({ ...NONE, channelBindings: new Uint8Array(16), targetName: 'cifs/a' })
  })

  it('distinguishes an empty text from a missing one', () => {
    expect(parseAvPairs(concat(avPair(9, utf16('')), END))).toEqual({ ...NONE, targetName: '' })
  })

  it('leaves out the NUL that ends a text', () => {
    const list = concat(avPair(4, utf16('\0')), avPair(3, utf16('a\0b\0')), avPair(1, utf16('A\0\0')), END)
    expect(parseAvPairs(list)).toEqual({ ...NONE, dnsDomainName: '', dnsComputerName: 'a\0b', nbComputerName: 'A\0' })
  })

  it.each([
    ['nothing', ''],
    ['half a pair', '01 00'],
    ['a list that just stops', '06 00 04 00 02 00 00 00'],
  ])('says that the end is missing: %s', (_, hex) => {
    expect(parseAvPairs(bytes(hex)).anomalies).toEqual(['av-pair-without-end'])
  })

  it('keeps what came before a length beyond the end', () => {
    const list = concat(avPair(1, utf16('A')), bytes('02 00 ff ff 42 00'))
    expect(parseAvPairs(list)).toEqual({ ...NONE, nbComputerName: 'A', anomalies: ['av-pair-out-of-bounds'] })
  })

  it('keeps the pairs that were captured, and reports that there are more', () => {
    const list = concat(avPair(1, utf16('A')), avPair(3, utf16('a.example')), END)
    for (let length = 0; length < list.length; length++) {
      const pairs = parseAvPairs(list.subarray(0, length), list.length)
      const dnsComputerName = length < 28 ? null : 'a.example'
      expect(pairs, `${length} bytes`).toEqual({
        ...NONE,
        nbComputerName: length < 6 ? null : 'A',
        dnsComputerName,
        cut: true,
      })
    }
    expect(parseAvPairs(list, list.length).cut).toBe(false)
  })

  it('finds a length beyond the end of a list that was cut', () => {
    expect(parseAvPairs(bytes('02 00 ff ff 42 00'), 40)).toEqual({ ...NONE, anomalies: ['av-pair-out-of-bounds'] })
  })

  it('stops at the end marker, even if more follows', () => {
    expect(parseAvPairs(concat(END, avPair(1, utf16('A'))))).toEqual(NONE)
    expect(parseAvPairs(bytes('00 00 ff ff'))).toEqual({ ...NONE, anomalies: ['av-pair-length'] })
  })

  it('does not read values of the wrong length as numbers', () => {
    const list = concat(
      avPair(6, bytes('02')),
      avPair(7, bytes('00')),
      avPair(10, bytes('00 00')),
      avPair(1, bytes('41 00 42')),
      END,
    )
    expect(parseAvPairs(list)).toEqual({ ...NONE, nbComputerName: 'A', anomalies: ['av-pair-length'] })
  })

  it('keeps the first of a repeated id', () => {
    const list = concat(avPair(1, utf16('FIRST')), avPair(1, utf16('SECOND')), avPair(1, utf16('THIRD')), END)
    expect(parseAvPairs(list)).toEqual({ ...NONE, nbComputerName: 'FIRST', anomalies: ['av-pair-repeated'] })
  })

  it('keeps an impossible first of a repeated id from being replaced', () => {
    expect(parseAvPairs(concat(avPair(6, bytes('02')), avPair(6, bytes('02 00 00 00')), END))).toEqual({
      ...NONE,
      anomalies: ['av-pair-length', 'av-pair-repeated'],
    })
  })

  it('ends at its limit', () => {
    const list = (count: number): Uint8Array =>
      concat(...Array.from({ length: count }, (_, i) => avPair(100 + i, bytes(''))), END)
    expect(parseAvPairs(list(AV_PAIR_LIMIT - 1))).toMatchObject({
      unknown: { length: AV_PAIR_LIMIT - 1 },
      anomalies: [],
    })
    expect(parseAvPairs(list(16_000))).toMatchObject({
      unknown: { length: AV_PAIR_LIMIT },
      anomalies: ['av-pair-limit'],
    })
  })
})
