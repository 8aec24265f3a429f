import { describe, expect, it } from 'vitest'
import { linkTypeName } from '../../../src/capture/format/link-type-names.ts'

describe('linkTypeName', () => {
  it.each([
    [0, 'null'],
    [1, 'ethernet'],
    [9, 'ppp'],
    [12, 'raw-ip'],
    [101, 'raw-ip'],
    [108, 'loop'],
    [113, 'linux-sll'],
    [127, 'ieee802-11-radiotap'],
    [276, 'linux-sll2'],
  ])('%i is %s', (number, name) => {
    expect(linkTypeName(number)).toBe(name)
  })

  it('has a number for types without a name: 147 to 162 are for private use', () => {
    expect(linkTypeName(302)).toBe('linktype-302')
    expect(linkTypeName(65_535)).toBe('linktype-65535')
  })
})
