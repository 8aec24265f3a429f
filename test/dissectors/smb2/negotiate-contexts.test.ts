import { describe, expect, it } from 'vitest'
import {
  cipherName,
  hashAlgorithmName,
  type NegotiateContexts,
  readNegotiateContexts,
  signingAlgorithmName,
} from '../../../dissectors/smb2/negotiate-contexts.ts'
import { bytes } from '../../support/messages.ts'

const NONE: NegotiateContexts = {
  hashAlgorithms: null,
  saltLength: null,
  ciphers: null,
  compressionAlgorithms: null,
  compressionFlags: null,
  netname: null,
  transportFlags: null,
  rdmaTransforms: null,
  signingAlgorithms: null,
  posix: false,
  unknown: [],
  anomalies: [],
  fault: null,
}

const PREAUTH = '0100 0800 00000000  0100 0200 0100 abcd'
const CIPHERS = '0200 0600 00000000  0200 0400 0300 0000'
const COMPRESSION = '0300 0a00 00000000  0100 0000 01000000 0500 000000000000'
const NETNAME = '0500 0600 00000000  730072007600 0000'
const TRANSPORT = '0600 0400 00000000  01000000 00000000'
const RDMA = '0700 0c00 00000000  0200 0000 00000000 0100 0200 00000000'
const SIGNING = '0800 0400 00000000  0100 0200 00000000'
const POSIX = '0001 1000 00000000  93ad25509cb411e7b42383de968bcd7c'
const UNKNOWN = '4242 0300 00000000  ffffff 0000000000'

/** The contexts stand alone here, at 0, which is as aligned as any other place. */
function read(hexadecimal: string, count: number, options: { offset?: number; wireLength?: number } = {}) {
  const list = bytes(hexadecimal)
  return readNegotiateContexts(list, options.wireLength ?? list.length, options.offset ?? 0, count)
}

describe('readNegotiateContexts', () => {
  it('reads every type of the specification, and counts those it does not know', () => {
    const all = [PREAUTH, CIPHERS, COMPRESSION, NETNAME, TRANSPORT, RDMA, SIGNING, POSIX, UNKNOWN]
    expect(read(all.join(''), all.length)).toEqual({
      hashAlgorithms: [1],
      saltLength: 2,
      ciphers: [4, 3],
      compressionAlgorithms: [5],
      compressionFlags: 1,
      netname: 'srv',
      transportFlags: 1,
      rdmaTransforms: [1, 2],
      signingAlgorithms: [2],
      posix: true,
      unknown: [{ type: 0x4242, length: 3 }],
      anomalies: [],
      fault: null,
    })
  })

  it('needs no padding behind the last one', () => {
    expect(read('4242 0300 00000000 ffffff', 1)).toEqual({ ...NONE, unknown: [{ type: 0x4242, length: 3 }] })
  })

  it('reads as many as the count says', () => {
    expect(read(CIPHERS + SIGNING, 1)).toEqual({ ...NONE, ciphers: [4, 3] })
    expect(read(CIPHERS, 0)).toEqual(NONE)
  })

  it('keeps an answer of no common cipher', () => {
    expect(read('0200 0400 00000000 0100 0000', 1)).toEqual({ ...NONE, ciphers: [0] })
  })

  it('keeps empty lists', () => {
    expect(read('0200 0200 00000000 0000', 1)).toEqual({ ...NONE, ciphers: [] })
    expect(read('0500 0000 00000000', 1)).toEqual({ ...NONE, netname: '' })
  })

  it('continues behind a context whose list is longer than itself', () => {
    const twoInOne = '0200 0400 00000000  0200 0100  00000000'
    expect(read(twoInOne + SIGNING, 2)).toEqual({
      ...NONE,
      ciphers: [1],
      signingAlgorithms: [2],
      fault: { kind: 'malformed', field: 'Ciphers', offset: 12 },
    })
  })

  it('stops at a context beyond the end of the message', () => {
    expect(read(`${CIPHERS}0800 0500 00000000 0100 0200`, 2)).toEqual({
      ...NONE,
      ciphers: [4, 3],
      fault: { kind: 'malformed', field: 'DataLength', offset: 18 },
    })
  })

  it('distinguishes a cut capture from a cut message', () => {
    const cut = `${CIPHERS}0800 0400 00000000 0100`
    const wireLength = bytes(CIPHERS + SIGNING).length
    expect(read(cut, 2, { wireLength })).toEqual({
      ...NONE,
      ciphers: [4, 3],
      signingAlgorithms: [],
      fault: { kind: 'truncated', field: 'SigningAlgorithms', offset: 26 },
    })
  })

  it('keeps what was captured of a list', () => {
    const wireLength = bytes(CIPHERS).length
    expect(read('0200 0600 00000000 0200 0400', 1, { wireLength })).toEqual({
      ...NONE,
      ciphers: [4],
      fault: { kind: 'truncated', field: 'Ciphers', offset: 12 },
    })
  })

  it('knows the hash algorithms where their salt was cut', () => {
    expect(read('0100 2600 00000000 0100 2000 0100 aabb', 1, { wireLength: 46 })).toEqual({
      ...NONE,
      hashAlgorithms: [1],
      fault: { kind: 'truncated', field: 'Salt', offset: 14 },
    })
  })

  it('uses the first of two of a type, and reports it once', () => {
    const weaker = '0200 0400 00000000 0100 0100 00000000'
    expect(read(CIPHERS + weaker + weaker, 3)).toEqual({ ...NONE, ciphers: [4, 3], anomalies: ['duplicate-context'] })
  })

  it('keeps 64 entries of a list', () => {
    const long = `0200 ca00 00000000 6400${'0200'.repeat(100)}`
    const contexts = read(`${long}${'00'.repeat(6)}${SIGNING}`, 2)
    expect(contexts.ciphers).toHaveLength(64)
    expect(contexts).toMatchObject({ signingAlgorithms: [2], anomalies: ['list-too-long'], fault: null })
  })

  it('reads 32 contexts of 65535', () => {
    const empty = Array.from({ length: 40 }, (_, i) => `${(0x80 + i).toString(16)}42000000000000`).join('')
    const contexts = read(empty, 0xffff)
    expect(contexts.unknown).toHaveLength(32)
    expect(contexts).toMatchObject({ anomalies: ['too-many-contexts'], fault: null })
  })

  it('reads a list at an unaligned offset, padded from there, and reports it', () => {
    expect(read(`000000${CIPHERS}${SIGNING}`, 2, { offset: 3 })).toEqual({
      ...NONE,
      ciphers: [4, 3],
      signingAlgorithms: [2],
      anomalies: ['unaligned-contexts'],
    })
  })

  it('finds nothing beyond the message', () => {
    expect(read(CIPHERS, 1, { offset: 0xffffffff })).toMatchObject({
      fault: { kind: 'malformed', field: 'ContextType', offset: 0xffffffff },
    })
  })
})

describe('names of algorithms', () => {
  it('are the specification’s', () => {
    expect([1, 2, 3, 4].map(cipherName)).toEqual(['AES-128-CCM', 'AES-128-GCM', 'AES-256-CCM', 'AES-256-GCM'])
    expect([0, 1, 2].map(signingAlgorithmName)).toEqual(['HMAC-SHA256', 'AES-CMAC', 'AES-GMAC'])
    expect(hashAlgorithmName(1)).toBe('SHA-512')
  })

  it('are null for the rest', () => {
    expect([0, 5].map(cipherName)).toEqual([null, null])
    expect([signingAlgorithmName(3), hashAlgorithmName(0)]).toEqual([null, null])
  })
})
