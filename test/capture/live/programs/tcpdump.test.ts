/** Messages of tcpdump 4.99.3 with libpcap 1.10.3, and of tcpdump 4.9.3, as they were printed. */
import { describe, expect, it } from 'vitest'
import { TCPDUMP, tcpdumpArgs } from '../../../../src/capture/live/programs/tcpdump.ts'
import { CAPTURE_OPTIONS } from '../../../support/capture-options.ts'

describe('the command line of tcpdump', () => {
  it('has sizes in KiB, and the filter as one argument', () => {
    const args = tcpdumpArgs('eth0', CAPTURE_OPTIONS, null)
    expect(args.join(' ')).toBe('-i eth0 -U -n -w - -s 262144 -B 65536 -- tcp port 445')
    expect(args.at(-1)).toBe('tcp port 445')
  })

  it('has no argument for no filter, and -p where the capture is not promiscuous', () => {
    const quiet = { ...CAPTURE_OPTIONS, filter: '', promiscuous: false, bufferBytes: 1 }
    expect(tcpdumpArgs('eth0', quiet, 'tcpdump').join(' ')).toBe('-i eth0 -U -n -w - -s 262144 -B 1 -p -Z tcpdump')
  })

  it('keeps a filter that looks like an option a filter', () => {
    const sly = { ...CAPTURE_OPTIONS, filter: '-z reboot' }
    expect(tcpdumpArgs('eth0', sly, null).slice(-2)).toEqual(['--', '-z reboot'])
  })
})

describe('tcpdump', () => {
  it('reads a number as an index in its list, but only if there is no such interface', () => {
    const { isMistaken } = TCPDUMP.command
    expect(isMistaken('42', true)).toBe(false)
    expect(isMistaken('42', false)).toBe(true)
    expect(isMistaken('42a', false)).toBe(false)
    expect(isMistaken('TCP@192.0.2.1:80', true)).toBe(false)
  })
})

describe('a message of tcpdump', () => {
  const read = (line: string) => TCPDUMP.parseMessage(line)

  it('says that it is ready when it listens', () => {
    expect(read('tcpdump: listening on vb, link-type EN10MB (Ethernet), snapshot length 262144 bytes')).toEqual({
      kind: 'ready',
    })
    expect(read('tcpdump: listening on eth0, link-type EN10MB (Ethernet), capture size 262144 bytes')).toEqual({
      kind: 'ready',
    })
  })

  it('has all counts in one line when it is asked', () => {
    const asked = (received: number, droppedByKernel: number, droppedByInterface: number, taken: number) => ({
      kind: 'counts',
      counts: { received, taken, droppedByKernel, droppedByInterface },
      isFinal: false,
    })
    expect(read('tcpdump: 2 packets captured, 6 packets received by filter, 0 packets dropped by kernel')).toEqual(
      asked(6, 0, 0, 2),
    )
    expect(read('tcpdump: 1 packet captured, 1 packet received by filter, 1 packet dropped by kernel')).toEqual(
      asked(1, 1, 0, 1),
    )
    expect(
      read(
        'tcpdump: 10 packets captured, 4294967295 packets received by filter, 7 packets dropped by kernel, 3 packets dropped by interface',
      ),
    ).toEqual(asked(4294967295, 7, 3, 10))
  })

  it('has one count a line at its end', () => {
    expect(read('8 packets captured')).toBeNull()
    expect(read('8 packets received by filter')).toEqual({ kind: 'counts', counts: { received: 8 }, isFinal: true })
    expect(read('1 packet dropped by kernel')).toEqual({
      kind: 'counts',
      counts: { droppedByKernel: 1 },
      isFinal: true,
    })
    expect(read('5 packets dropped by interface')).toEqual({
      kind: 'counts',
      counts: { droppedByInterface: 5 },
      isFinal: true,
    })
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
  ])('"%s" is the error %s', (line, code) => {
    expect(read(line)).toEqual({ kind: 'error', code, text: line.slice('tcpdump: '.length) })
  })

  it.each([
    '',
    '(socket: Operation not permitted)',
    'tcpdump: WARNING: eth0: no IPv4 address assigned',
    'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode',
    '9 packets eaten by kernel',
    '-8 packets received by filter',
  ])('"%s" has no meaning here', (line) => {
    expect(read(line)).toBeNull()
  })
})
