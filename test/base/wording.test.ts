import { expect, it } from 'vitest'
import { total } from '../../src/base/total.ts'
import { alternatives, endpointText, listed, number, plural } from '../../src/base/wording.ts'

it('writes numbers with their nouns', () => {
  expect([0, 1, 2, 1234567].map((n) => plural(n, 'packet'))).toEqual([
    '0 packets',
    '1 packet',
    '2 packets',
    '1,234,567 packets',
  ])
  expect([1, 2].map((n) => plural(n, 'capture is', 'captures are'))).toEqual(['1 capture is', '2 captures are'])
  expect([999, 1000, 12_345].map(number)).toEqual(['999', '1,000', '12,345'])
})

it('writes lists', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c'])
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(alternatives)).toEqual(['', 'a', 'a or b', 'a, b or c'])
})

it('writes endpoints, an IPv6 address in brackets', () => {
  expect(endpointText({ ip: '10.0.0.9', port: 445 })).toBe('10.0.0.9:445')
  expect(endpointText({ ip: '2001:db8::9', port: 445 })).toBe('[2001:db8::9]:445')
  expect(endpointText({ ip: '2001:db8::9', port: null })).toBe('2001:db8::9')
})

it('adds up', () => {
  expect(total([{ n: 1 }, { n: 20 }], ({ n }) => n)).toBe(21)
  expect(total(new Set<number>(), (n) => n)).toBe(0)
})
