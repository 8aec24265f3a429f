import { describe, expect, it } from 'vitest'
import { dumpcapArgs, tcpdumpArgs } from '../../../../src/capture/live/programs/command-line.ts'
import type { CaptureRequest } from '../../../../src/capture/live/request/live-capture.ts'

const REQUEST: CaptureRequest = {
  interfaces: ['eth0'],
  with: 'auto',
  filter: 'tcp port 445',
  snapLength: 262_144,
  bufferBytes: 64 << 20,
  promiscuous: true,
}

describe('what programs are told', () => {
  it('tcpdump: sizes in KiB, the filter as one argument', () => {
    expect(tcpdumpArgs('eth0', REQUEST, null).join(' ')).toBe('-i eth0 -U -n -w - -s 262144 -B 65536 -- tcp port 445')
    expect(tcpdumpArgs('eth0', REQUEST, null).at(-1)).toBe('tcp port 445')
  })

  it('dumpcap: sizes in MiB, pcap', () => {
    expect(dumpcapArgs('eth0', REQUEST).join(' ')).toBe('-i eth0 -P -q -w - -s 262144 -B 64 -f tcp port 445')
    expect(dumpcapArgs('eth0', REQUEST).at(-1)).toBe('tcp port 445')
  })

  it('no filter is no argument, and -p is not to be promiscuous', () => {
    const quiet = { ...REQUEST, filter: '', promiscuous: false, bufferBytes: 1 }
    expect(tcpdumpArgs('eth0', quiet, 'tcpdump').join(' ')).toBe('-i eth0 -U -n -w - -s 262144 -B 1 -p -Z tcpdump')
    expect(dumpcapArgs('eth0', quiet).join(' ')).toBe('-i eth0 -P -q -w - -s 262144 -B 1 -p')
  })

  it('a filter that looks like an option stays a filter', () => {
    const sly = { ...REQUEST, filter: '-z reboot' }
    expect(tcpdumpArgs('eth0', sly, null).slice(-2)).toEqual(['--', '-z reboot'])
    expect(dumpcapArgs('eth0', sly).slice(-2)).toEqual(['-f', '-z reboot'])
  })
})
