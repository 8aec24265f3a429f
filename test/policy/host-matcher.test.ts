import { expect, it } from 'vitest'
import { hostEntry, matchesHost, prefixFor } from '../../src/policy/host-matcher.ts'

const files = new Set(['files1', 'fs', '10.9.0.1'])
const aliases = new Map([...files].map((name) => [name, files]))

it.each([
  ['10.1.0.0/16', '10.1.2.3', [], true],
  ['10.1.0.0/16', '10.2.2.3', ['10.1.2.3'], false],
  ['10.1.2.3', '10.1.2.3', [], true],
  ['2001:db8::/32', '2001:db8::5', [], true],
  ['2001:db8::/32', '10.1.2.3', [], false],
  ['::ffff:10.1.0.0/112', '10.1.2.3', [], true],
  ['dc01', '10.1.2.3', ['DC01.corp.example'], true],
  ['dc01', '10.1.2.3', [], false],
  ['FS', '10.1.2.3', ['files1'], true],
  ['files1', '10.9.0.1', [], true],
  ['10.9.0.1', '10.1.2.3', ['fs'], true],
  ['10.1.0.0/16', 'no address', [], false],
] as const)('%s matches %s %j: %s', (text, ip, names, expected) => {
  expect(matchesHost(hostEntry(text, aliases), ip, names)).toBe(expected)
})

it('compares prefixes of both families by one measure', () => {
  expect(prefixFor(hostEntry('10.0.0.0/8', new Map()), '10.1.2.3')).toBe(104)
  expect(prefixFor(hostEntry('2001:db8::/32', new Map()), '2001:db8::1')).toBe(32)
  expect(prefixFor(hostEntry('10.0.0.0/8', new Map()), '11.1.2.3')).toBe(-1)
})
