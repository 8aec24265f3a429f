import { describe, expect, it } from 'vitest'
import { isInterfaceName, readOrder } from '../../../../src/capture/live/launcher/launcher-messages.ts'

const REQUEST = {
  interfaces: ['eth0', 'any'],
  with: 'auto',
  filter: 'tcp port 445',
  snapLength: 65_535,
  bufferBytes: 1 << 20,
  promiscuous: true,
}

describe('what the launcher accepts', () => {
  it('is a complete request', () => {
    expect(readOrder({ type: 'request', request: REQUEST }, 0)).toEqual({ type: 'request', request: REQUEST })
  })

  it.each([
    { interfaces: [] },
    { interfaces: ['-'] },
    { interfaces: ['eth0', 3] },
    { interfaces: 'eth0' },
    { interfaces: Array.from({ length: 65 }, () => 'eth0') },
    { with: 'sh' },
    { with: 'constructor' },
    { filter: 'tcp\0' },
    { filter: null },
    { snapLength: 0 },
    { snapLength: 262_145 },
    { snapLength: '65535' },
    { bufferBytes: 1.5 },
    { bufferBytes: 2 ** 31 },
    { promiscuous: 1 },
  ])('is not a request with %j', (wrong) => {
    expect(readOrder({ type: 'request', request: { ...REQUEST, ...wrong } }, 0)).toBeNull()
  })

  it('is an order about an interface of the request', () => {
    expect(readOrder({ type: 'start', index: 1, program: 'dumpcap' }, 2)).not.toBeNull()
    for (const type of ['count', 'stop', 'kill']) expect(readOrder({ type, index: 0 }, 1)).toEqual({ type, index: 0 })
    for (const index of [-1, 2, 0.5, '0', null]) expect(readOrder({ type: 'stop', index }, 2)).toBeNull()
  })

  it('is nothing else', () => {
    expect(readOrder({ type: 'start', index: 0, program: '/bin/sh' }, 1)).toBeNull()
    expect(readOrder({ type: 'start', index: 0, program: 'toString' }, 1)).toBeNull()
    for (const message of [null, 'stop', 7, {}, { type: 'exec', index: 0 }]) expect(readOrder(message, 1)).toBeNull()
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
