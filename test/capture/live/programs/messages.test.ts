/** Texts of tcpdump 4.99.3 with libpcap 1.10.3, of tcpdump 4.9.3, and of dumpcap 4.0.17, as they were printed. */
import { describe, expect, it } from 'vitest'
import { readWords } from '../../../../src/capture/live/programs/messages.ts'

const figures = (
  received: number,
  droppedByKernel: number | null,
  droppedByInterface: number | null,
  more: { taken?: number } = {},
) => ({
  kind: 'figures',
  figures: { received, droppedByKernel, droppedByInterface, ...more },
})

describe('tcpdump', () => {
  const read = (line: string) => readWords('tcpdump', line)

  it('is ready when it listens', () => {
    expect(read('tcpdump: listening on vb, link-type EN10MB (Ethernet), snapshot length 262144 bytes')).toEqual({
      kind: 'ready',
    })
    expect(read('tcpdump: listening on eth0, link-type EN10MB (Ethernet), capture size 262144 bytes')).toEqual({
      kind: 'ready',
    })
  })

  it('counts when it is asked', () => {
    expect(read('tcpdump: 2 packets captured, 6 packets received by filter, 0 packets dropped by kernel')).toEqual(
      figures(6, 0, 0, { taken: 2 }),
    )
    expect(read('tcpdump: 1 packet captured, 1 packet received by filter, 1 packet dropped by kernel')).toEqual(
      figures(1, 1, 0, { taken: 1 }),
    )
    expect(
      read(
        'tcpdump: 10 packets captured, 4294967295 packets received by filter, 7 packets dropped by kernel, 3 packets dropped by interface',
      ),
    ).toEqual(figures(4294967295, 7, 3, { taken: 10 }))
  })

  it('counts at its end, a line each', () => {
    expect(read('8 packets captured')).toBeNull()
    expect(read('8 packets received by filter')).toEqual({ kind: 'part', figures: { received: 8 } })
    expect(read('1 packet dropped by kernel')).toEqual({
      kind: 'part',
      figures: { droppedByKernel: 1 },
    })
    expect(read('5 packets dropped by interface')).toEqual({ kind: 'part', figures: { droppedByInterface: 5 } })
  })

  it.each([
    ['tcpdump: nope: No such device exists', 'no-interface'],
    ['tcpdump: nope: No such device exists\u001b[31m', 'no-interface'],
    ["tcpdump: lo: You don't have permission to perform this capture on that device", 'no-rights'],
    ["tcpdump: eth0: You don't have permission to capture on that device", 'no-rights'],
    ["tcpdump: can't parse filter expression: syntax error", 'bad-filter'],
    ['tcpdump: syntax error in filter expression: syntax error', 'bad-filter'],
    ['tcpdump: pcap_loop: The interface disappeared', 'failed'],
    ['tcpdump: lo: That device is not up', 'failed'],
  ])('"%s" is %s', (line, code) => {
    expect(read(line)).toEqual({ kind: 'error', code, text: line.slice('tcpdump: '.length) })
  })

  it.each([
    '',
    '(socket: Operation not permitted)',
    'tcpdump: WARNING: eth0: no IPv4 address assigned',
    'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode',
    '9 packets eaten by kernel',
    '-8 packets received by filter',
  ])('"%s" tells nothing', (line) => {
    expect(read(line)).toBeNull()
  })
})

describe('dumpcap', () => {
  const read = (line: string) => readWords('dumpcap', line)

  it('is ready when it has a file, not when it says that it captures', () => {
    expect(read("Capturing on 'vb'")).toBeNull()
    expect(read('File: -')).toEqual({ kind: 'ready' })
  })

  it('counts at its end: what it took and what it dropped make what it received', () => {
    const line = (name: string, counts: string) => `Packets received/dropped on interface '${name}': ${counts}`
    expect(read(line('vb', '6/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)'))).toEqual(figures(6, 0, 0))
    expect(read(line("a': 9/9 (pcap:9", '100/7 (pcap:4/dumpcap:2/flushed:1/ps_ifdrop:3) (93.5%)'))).toEqual(
      figures(107, 7, 3),
    )
    expect(read('Packets captured: 8')).toBeNull()
  })

  it.each([
    ['dumpcap: There is no device named "nope".', 'no-interface', 'There is no device named "nope".'],
    [
      'dumpcap: You do not have permission to capture on device "lo".',
      'no-rights',
      'You do not have permission to capture on device "lo".',
    ],
    [
      'dumpcap: The capabilities of the capture device "lo" could not be obtained (pcap_activate() failed: socket: Operation not permitted).',
      'no-rights',
      'The capabilities of the capture device "lo" could not be obtained (pcap_activate() failed: socket: Operation not permitted).',
    ],
    [
      'dumpcap: Invalid capture filter "tcp prt 4" for interface \'lo\'.',
      'bad-filter',
      'Invalid capture filter "tcp prt 4" for interface \'lo\'.',
    ],
    [
      "That string isn't a valid capture filter (can't parse filter expression: syntax error).",
      'bad-filter',
      "can't parse filter expression: syntax error",
    ],
    [
      'dumpcap: The network adapter "vb" is no longer attached; the capture has stopped.',
      'failed',
      'The network adapter "vb" is no longer attached; the capture has stopped.',
    ],
  ])('"%s" is %s', (line, code, text) => {
    expect(read(line)).toEqual({ kind: 'error', code, text })
  })
})

describe('our helper', () => {
  const read = (line: string) => readWords('cap', line)

  it('says what it does in words of its own', () => {
    expect(read('smblens ready')).toEqual({ kind: 'ready' })
    expect(read('smblens received 12')).toEqual(figures(12, null, null))
    expect(read('smblens no-rights: socket: Operation not permitted')).toEqual({
      kind: 'error',
      code: 'no-rights',
      text: 'socket: Operation not permitted',
    })
  })

  it('shares its standard error with others, who tell nothing', () => {
    expect(read('Warning: lo: no IPv4 address assigned - This may not actually work')).toBeNull()
    expect(read('smblens everything: is fine')).toBeNull()
  })
})
