import { expect, it } from 'vitest'
import { uncMatcher, uncPathOf } from '../../src/policy/unc-pattern.ts'

it.each([
  ['\\\\SRV\\Share', { server: 'srv', share: 'share' }],
  ['\\\\srv\\share\\deeper\\path', { server: 'srv', share: 'share' }],
  ['\\\\srv', { server: 'srv', share: '' }],
  ['\\\\srv\\', { server: 'srv', share: '' }],
  ['\\\\fe80::1\\share', { server: 'fe80::1', share: 'share' }],
  ['\\\\\\share', null],
  ['\\srv\\share', null],
  ['share', null],
  ['', null],
])('%j is read', (text, expected) => {
  expect(uncPathOf(text)).toEqual(expected)
})

const aliases = new Map([['srv', new Set(['srv', 'alias'])]])

it.each([
  ['\\\\*\\SYSVOL', '\\\\dc\\sysvol', true],
  ['\\\\*\\SYSVOL', '\\\\dc\\sysvol2', false],
  ['\\\\*\\SYSVOL', '\\\\sysvol\\data', false],
  ['\\\\srv\\*', '\\\\SRV\\anything', true],
  ['\\\\srv\\*', '\\\\srv2\\anything', false],
  ['\\\\srv\\*', '\\\\srv.corp.example\\anything', true],
  ['\\\\srv.corp.example\\*', '\\\\srv\\anything', false],
  ['\\\\srv\\pay', '\\\\alias\\PAY', true],
  ['\\\\*\\*', 'no path', false],
])('%s over %s: %s', (pattern, path, expected) => {
  expect(uncMatcher(uncPathOf(pattern)!, aliases)(path)).toBe(expected)
})
