import { describe, expect, it } from 'vitest'
import { hostEntry } from '../../src/policy/host-matcher.ts'
import { createZones, type Zone } from '../../src/policy/zones.ts'

const zone = (name: string, hosts: string[], more: Partial<Zone> = {}): Zone => ({
  name,
  hosts: hosts.map((text) => hostEntry(text, new Map())),
  mayReach: new Set(),
  mayNotReach: new Set(),
  mayReachNoOther: false,
  ...more,
})

const zones = createZones([
  zone('clients', ['10.1.0.0/16'], { mayReach: new Set(['servers']), mayReachNoOther: true }),
  zone('servers', ['10.2.0.0/16', '10.1.0.9', 'dc01'], { mayNotReach: new Set(['clients']) }),
  zone('printers', ['10.1.7.0/24']),
])

describe('a host', () => {
  it.each([
    ['10.1.2.3', [], 'clients'],
    ['10.1.7.3', [], 'printers'],
    ['10.1.0.9', [], 'servers'],
    ['10.1.2.3', ['dc01'], 'clients'],
    ['10.99.0.1', ['DC01.corp.example'], 'servers'],
    ['10.99.0.1', ['dc02'], null],
  ] as const)('%s %j is in %s', (ip, names, expected) => {
    expect(zones.zoneOf(ip, names)).toBe(expected)
  })
})

describe('a zone', () => {
  it.each([
    ['clients', 'servers', true],
    ['clients', 'printers', false],
    ['clients', 'clients', false],
    ['servers', 'clients', false],
    ['servers', 'servers', null],
    ['servers', 'printers', null],
    ['printers', 'servers', null],
    ['unknown', 'servers', null],
  ])('%s may reach %s: %s', (client, server, expected) => {
    expect(zones.mayReach(client, server)).toBe(expected)
  })
})
