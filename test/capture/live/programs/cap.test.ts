import { describe, expect, it } from 'vitest'
import { CAP } from '../../../../src/capture/live/programs/cap.ts'
import { CAPTURE_OPTIONS } from '../../../support/capture-options.ts'

describe('cap', () => {
  it('runs in its own process, with its options as one argument', () => {
    const { file, args } = CAP.command.commandLine('eth0', CAPTURE_OPTIONS)
    expect(file).toBe(process.execPath)
    expect(args.at(-2)).toMatch(/capture-cap\.cjs$/)
    expect(JSON.parse(args.at(-1)!)).toEqual({
      interface: 'eth0',
      filter: 'tcp port 445',
      snapLength: 262_144,
      bufferBytes: 64 << 20,
    })
  })

  it('captures only in promiscuous mode', () => {
    expect(CAP.refusal(CAPTURE_OPTIONS)).toBeNull()
    expect(CAP.refusal({ ...CAPTURE_OPTIONS, promiscuous: false })).toMatch(/only in promiscuous mode/)
  })

  it('reads a number as an index in its list, but only if there is no such interface', () => {
    expect(CAP.command.isMistaken('42', true)).toBe(false)
    expect(CAP.command.isMistaken('42', false)).toBe(true)
  })

  it('is aborted when the interface goes down', () => {
    expect(CAP.endReason('SIGABRT')).toBe('the interface went down, which ends cap')
    expect(CAP.endReason('status 1')).toBe('cap ended (status 1)')
  })
})

describe('a message of the helper', () => {
  const read = (line: string) => CAP.parseMessage(line)

  it('begins with smblens', () => {
    expect(read('smblens ready')).toEqual({ kind: 'ready' })
    expect(read('smblens received 12')).toEqual({
      kind: 'counts',
      counts: { received: 12, droppedByKernel: null, droppedByInterface: null },
      isFinal: true,
    })
    expect(read('smblens no-rights: socket: Operation not permitted')).toEqual({
      kind: 'error',
      code: 'no-rights',
      text: 'socket: Operation not permitted',
    })
  })

  it('is not what libpcap prints on the same standard error', () => {
    expect(read('Warning: lo: no IPv4 address assigned - This may not actually work')).toBeNull()
    expect(read('smblens everything: is fine')).toBeNull()
  })
})
