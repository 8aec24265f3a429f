import { expect, it } from 'vitest'
import { canonicalName, isHostName, namesHost, withAliases } from '../../src/policy/host-names.ts'

it.each([
  ['files1', 'FILES1', true],
  ['files1', 'files1.corp.example', true],
  ['files1', 'files10', false],
  ['files1.corp.example', 'files1', false],
  ['files1.corp.example', 'Files1.Corp.Example.', true],
  ['*.corp.example', 'dc01.corp.example', true],
  ['*.corp.example', 'a.b.corp.example', true],
  ['*.corp.example', 'corp.example', false],
  ['*.corp.example', 'evilcorp.example', false],
  ['10', '10.0.0.1', false],
])('%s names %s: %s', (entry, name, expected) => {
  expect(namesHost(entry, name)).toBe(expected)
})

it.each([
  ['files1', true],
  ['files-1_a.corp.example', true],
  ['*.corp.example', true],
  ['büro', true],
  ['*', false],
  ['a*b', false],
  ['a b', false],
  ['a..b', false],
  ['\\\\files1', false],
  ['a/b', false],
  ['', false],
  ['a'.repeat(256), false],
])('%j may be a name: %s', (text, expected) => {
  expect(isHostName(text)).toBe(expected)
})

it('knows a server by each of its aliases', () => {
  const all = new Set(['files1', 'fs'])
  const aliases = new Map([
    ['files1', all],
    ['fs', all],
  ])
  expect(withAliases(canonicalName('FS.'), aliases)).toEqual(['fs', 'files1'])
  expect(withAliases('other', aliases)).toEqual(['other'])
})
