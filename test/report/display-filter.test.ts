import { describe, expect, it } from 'vitest'
import {
  connectionFilter,
  frameFilter,
  hostFilter,
  joinFilters,
  sessionFilter,
} from '../../src/report/display-filter.ts'

const CONNECTION = { client: { ip: '10.0.0.1', port: 50_000 }, server: { ip: '2001:db8::1', port: 445 } }

describe('display filters', () => {
  it('name hosts, connections, sessions and frames', () => {
    expect(hostFilter('10.0.0.1')).toBe('ip.addr == 10.0.0.1')
    expect(hostFilter('::1')).toBe('ipv6.addr == ::1')
    expect(frameFilter(7)).toBe('frame.number == 7')
    const traffic = 'ip.addr == 10.0.0.1 && ipv6.addr == 2001:db8::1 && tcp.port == 50000 && tcp.port == 445'
    expect(connectionFilter(CONNECTION)).toBe(traffic)
    expect(sessionFilter({ family: 'smb2', sessionId: '0x0000000000000001' }, CONNECTION)).toBe(
      `${traffic} && smb2.sesid == 0x0000000000000001`,
    )
    expect(sessionFilter({ family: 'smb1', sessionId: '0x0000000000000801' }, CONNECTION)).toBe(
      `${traffic} && smb.uid == 0x0801`,
    )
  })

  it('contain no other characters', () => {
    for (const ip of ['', 'x', '10.0.0.1 || 1', '::1} || {', 'fe80::1%eth0']) expect(hostFilter(ip)).toBeNull()
    expect(sessionFilter({ family: 'smb2', sessionId: '1 || 1' }, CONNECTION)).toBe(connectionFilter(CONNECTION))
  })

  it('are joined: frames in one set, the others side by side, none twice', () => {
    const frames = [9, 1, 2, 3, 1].map(frameFilter)
    expect(joinFilters([...frames, 'ip.addr == 10.0.0.1', 'smb && tcp', null, 'smb && tcp'])).toBe(
      'frame.number in {1..3, 9} || ip.addr == 10.0.0.1 || (smb && tcp)',
    )
  })

  it('become filters on hosts if there are too many, and then all SMB', () => {
    const frames = Array.from({ length: 5000 }, (_, i) => frameFilter(i * 2 + 1))
    expect(joinFilters(frames, ['10.0.0.1', '::1', '10.0.0.1', 'x'])).toBe('ip.addr == 10.0.0.1 || ipv6.addr == ::1')
    const hosts = Array.from({ length: 5000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`)
    expect(joinFilters(hosts.map(hostFilter), hosts)).toBe('smb || smb2')
    expect(joinFilters([])).toBe('smb || smb2')
  })
})
