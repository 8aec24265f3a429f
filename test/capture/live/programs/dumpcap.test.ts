/** Messages of dumpcap 4.0.17, as they were printed. */
import { describe, expect, it } from 'vitest'
import { DUMPCAP, dumpcapArgs } from '../../../../src/capture/live/programs/dumpcap.ts'
import { CAPTURE_OPTIONS } from '../../../support/capture-options.ts'

describe('the command line of dumpcap', () => {
  it('asks for pcap, and has sizes in MiB', () => {
    const args = dumpcapArgs('eth0', CAPTURE_OPTIONS)
    expect(args.join(' ')).toBe('-i eth0 -P -q -w - -s 262144 -B 64 -f tcp port 445')
    expect(args.at(-1)).toBe('tcp port 445')
  })

  it('has no argument for no filter, and -p where the capture is not promiscuous', () => {
    const quiet = { ...CAPTURE_OPTIONS, filter: '', promiscuous: false, bufferBytes: 1 }
    expect(dumpcapArgs('eth0', quiet).join(' ')).toBe('-i eth0 -P -q -w - -s 262144 -B 1 -p')
  })

  it('keeps a filter that looks like an option a filter', () => {
    expect(dumpcapArgs('eth0', { ...CAPTURE_OPTIONS, filter: '-z reboot' }).slice(-2)).toEqual(['-f', '-z reboot'])
  })
})

describe('dumpcap', () => {
  const { isMistaken } = DUMPCAP.command

  it('takes a number for an index in its list, always', () => {
    expect(isMistaken('42', true)).toBe(true)
    expect(isMistaken('42', false)).toBe(true)
    expect(isMistaken('42a', true)).toBe(false)
  })

  it('takes TCP@ for another machine', () => {
    expect(isMistaken('TCP@192.0.2.1:80', true)).toBe(true)
    expect(isMistaken('tcp@x', true)).toBe(true)
    expect(isMistaken('a@b', true)).toBe(false)
  })
})

describe('a message of dumpcap', () => {
  const read = (line: string) => DUMPCAP.parseMessage(line)

  it('says that it is ready when it has a file, not when it says that it captures', () => {
    expect(read("Capturing on 'vb'")).toBeNull()
    expect(read('File: -')).toEqual({ kind: 'ready' })
  })

  it('has counts at its end: what it took and what it dropped make what it received', () => {
    const line = (name: string, text: string) => `Packets received/dropped on interface '${name}': ${text}`
    expect(read(line('vb', '6/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)'))).toEqual({
      kind: 'counts',
      counts: { received: 6, droppedByKernel: 0, droppedByInterface: 0 },
      isFinal: true,
    })
    expect(read(line("a': 9/9 (pcap:9", '100/7 (pcap:4/dumpcap:2/flushed:1/ps_ifdrop:3) (93.5%)'))).toEqual({
      kind: 'counts',
      counts: { received: 107, droppedByKernel: 7, droppedByInterface: 3 },
      isFinal: true,
    })
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
  ])('"%s" is the error %s', (line, code, text) => {
    expect(read(line)).toEqual({ kind: 'error', code, text })
  })
})
