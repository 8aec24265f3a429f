import { describe, expect, it } from 'vitest'
import { hexGaps, hexLineCount, hexLines, hexText } from '../../../src/inspect/field/hex-lines.ts'
import { bytes } from '../../support/messages.ts'

const MESSAGE = bytes('fe534d4240000100160000c001000100110000000000000041')

describe('hexLines', () => {
  it('gives offset, cells and text of each line', () => {
    const [first, second] = hexLines(MESSAGE)
    expect(first!.offsetText).toBe('0000')
    expect(first!.cells).toHaveLength(16)
    expect(first!.cells[1]).toEqual({ offset: 1, byte: 0x53, hex: '53', ascii: 'S', marked: false })
    expect(second!.cells.map(({ ascii }) => ascii).join('')).toBe('........A')
    expect(hexLineCount(MESSAGE.length)).toBe(2)
  })

  it('shows marks without colour, and closes them at the end of a line', () => {
    const lines = hexLines(MESSAGE, {
      marks: [
        { start: 0, end: 2 },
        { start: 14, end: 18 },
        { start: 24, end: 99 },
      ],
    })
    expect(hexText(lines)).toBe(
      '0000 [fe 53]4d 42 40 00 01 00 16 00 00 c0 01 00[01 00] .SMB@...........\n' +
        '0010 [11 00]00 00 00 00 00 00[41]                      ........A\n',
    )
    expect(hexGaps(lines[1]!)).toEqual(['[', ' ', ']', ' ', ' ', ' ', ' ', ' ', '[', ']'])
  })

  it('keeps marks that touch together, and shows none that are empty', () => {
    const marks = [
      { start: 2, end: 3 },
      { start: 3, end: 4 },
      { start: 6, end: 6 },
    ]
    expect(hexText(hexLines(MESSAGE.slice(0, 8), { marks, width: 8 }), 8)).toBe(
      '0000  fe 53[4d 42]40 00 01 00  .SMB@...\n',
    )
  })

  it('gives a window of many lines, with offsets as wide as the last one', () => {
    const many = new Uint8Array(0x10001)
    const lines = hexLines(many, { from: 4095, count: 3 })
    expect(lines.map(({ offsetText }) => offsetText)).toEqual(['0fff0', '10000'])
    expect(hexLines(many, { from: 9000, count: 2 })).toEqual([])
    expect(hexLines(new Uint8Array(0))).toEqual([])
  })
})
