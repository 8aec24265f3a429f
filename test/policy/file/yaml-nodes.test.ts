import { describe, expect, it } from 'vitest'
import { Problems } from '../../../src/policy/file/problems.ts'
import { readYaml } from '../../../src/policy/file/yaml-nodes.ts'
import { problemsOf } from '../../support/policy-file.ts'

it('reads all scalars as text', async () => {
  const problems = new Problems()
  const root = await readYaml('a: no\nb: 3.0\nc: 2027-03-31\nd: "~"\ne:\n', problems)
  expect(problems.list).toEqual([])
  const values = root?.kind === 'map' ? root.entries.map(({ value }) => value) : []
  expect(values.map((value) => (value.kind === 'text' ? value.text : null))).toEqual([
    'no',
    '3.0',
    '2027-03-31',
    '~',
    '',
  ])
})

describe('refuses', () => {
  it.each([
    ['an alias', 'internal: &a [10.0.0.0/8]\naliases: *a', 'an alias (*) is not allowed'],
    ['an anchor', 'internal: &a [10.0.0.0/8]', '1:14 internal: an anchor (&) is not allowed'],
    ['a tag', 'internal: !!js/function x', 'Unresolved tag'],
    ['a tag of YAML', 'internal: !!str 10.0.0.0/8', '1:17 internal: a tag (!) is not allowed'],
    ['a name that is no alias but looks like one', 'internal: *.corp.example', 'text that begins with * in quotes'],
    [
      'a key that is there twice',
      'zones:\n  a: { hosts: x }\n  a: { hosts: y }',
      '3:3 zones.a: this key is here twice, first in line 2',
    ],
    ['a key that is a list', '[a]: b', '1:1 : a key must be a word'],
    ['several documents', 'zones:\n---\nzones:', 'this is no valid YAML'],
    ['tabs', 'zones:\n\ta: b', '2:1 : this is no valid YAML: Tabs'],
    ['a bomb of aliases', `a: &a [x]\n${'b: &b [*a, *a]\n'.repeat(3)}`, 'not allowed'],
  ])('%s', async (_, text, problem) => {
    expect((await problemsOf(text)).join('\n')).toContain(problem)
  })

  it.each([
    ['[', '['.repeat(100_000)],
    ['{', '{'.repeat(100_000)],
    ['a: [', `a: ${'['.repeat(17)}`],
    ['- -', '- '.repeat(100_000)],
    ['? ?', '? '.repeat(100_000)],
    ['a: a:', 'a: '.repeat(80_000)],
    ['steps', Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['a long list', '- a\n'.repeat(60_000)],
  ])('what is deeper or longer than a policy: %s', async (_, text) => {
    const [first, ...others] = await problemsOf(text)
    expect(first).toMatch(/for a policy$/)
    expect(others).toEqual([])
  })
})
