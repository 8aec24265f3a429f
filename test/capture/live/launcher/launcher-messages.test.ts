import { describe, expect, it } from 'vitest'
import { isInterfaceName, isMistaken, readOrder } from '../../../../src/capture/live/launcher/launcher-messages.ts'

const REQUEST = {
  interfaces: ['eth0', 'any'],
  with: 'auto',
  filter: 'tcp port 445',
  snapLength: 65_535,
  bufferBytes: 1 << 20,
  promiscuous: true,
}

describe('what the launcher takes', () => {
  it('is a whole request', () => {
    expect(readOrder({ type: 'request', request: REQUEST }, 0)).toEqual({ type: 'request', request: REQUEST })
  })

  it.each([
    { interfaces: [] },
    { interfaces: ['-'] },
    { interfaces: ['eth0', 3] },
    { interfaces: 'eth0' },
    { interfaces: Array.from({ length: 65 }, () => 'eth0') },
    { with: 'sh' },
    { filter: 'tcp\0' },
    { filter: null },
    { snapLength: 0 },
    { snapLength: 262_145 },
    { snapLength: '65535' },
    { bufferBytes: 1.5 },
    { bufferBytes: 2 ** 31 },
    { promiscuous: 1 },
  ])('is no request with %j', (wrong) => {
    expect(readOrder({ type: 'request', request: { ...REQUEST, ...wrong } }, 0)).toBeNull()
  })

  it('is an order about a place that there is', () => {
    expect(readOrder({ type: 'start', place: 1, program: 'dumpcap' }, 2)).not.toBeNull()
    for (const type of ['count', 'stop', 'kill']) expect(readOrder({ type, place: 0 }, 1)).toEqual({ type, place: 0 })
    for (const place of [-1, 2, 0.5, '0', null]) expect(readOrder({ type: 'stop', place }, 2)).toBeNull()
  })

  it('is nothing else', () => {
    expect(readOrder({ type: 'start', place: 0, program: '/bin/sh' }, 1)).toBeNull()
    for (const message of [null, 'stop', 7, {}, { type: 'exec', place: 0 }]) expect(readOrder(message, 1)).toBeNull()
  })
})

describe('a name of an interface', () => {
  it.each([
    'eth0',
    'any',
    'enp0s31f6',
    'br-lan',
    'vlan.100',
    'eth0:1',
    'nflog:5',
    'ж0',
    '1a',
    '42',
    'a@b',
    '-x',
    'TCP@a:80',
    'a,b',
    '%h',
    '\\',
  ])('%s can be one', (name) => {
    expect(isInterfaceName(name)).toBe(true)
  })

  it.each(['', '-', '.', '..', '/tmp/pipe', 'rpcap://x/y', 'a b', 'a\n', 'a\0b'])(
    '%j is something else to a capture program',
    (name) => {
      expect(isInterfaceName(name)).toBe(false)
    },
  )
})

describe('a name that a program takes for something else', () => {
  it('is a number to dumpcap, and to tcpdump where there is no such interface', () => {
    expect(isMistaken('dumpcap', '42', true)).toBe(true)
    expect(isMistaken('tcpdump', '42', true)).toBe(false)
    expect(isMistaken('tcpdump', '42', false)).toBe(true)
    expect(isMistaken('tcpdump', '42a', false)).toBe(false)
  })

  it('is a machine elsewhere to dumpcap', () => {
    expect(isMistaken('dumpcap', 'TCP@192.0.2.1:80', true)).toBe(true)
    expect(isMistaken('dumpcap', 'a@b', true)).toBe(false)
    expect(isMistaken('tcpdump', 'TCP@192.0.2.1:80', true)).toBe(false)
  })
})
