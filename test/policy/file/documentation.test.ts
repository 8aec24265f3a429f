import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { documentOf } from '../../support/policy-file.ts'

const page = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!)

it('docs/policy.md has an example of every section', async () => {
  const document = await documentOf('')
  expect(examples.length).toBeGreaterThan(4)
  const all = examples.join('\n')
  for (const section of ['internal', 'aliases', 'zones', 'unc-paths', 'minimum-dialect', 'severities', 'exemptions'])
    expect(all).toMatch(new RegExp(`^${section}:`, 'm'))
  expect(Object.keys(document)).toHaveLength(8)
})

it.each(examples)('can be pasted as it stands: %#', async (text) => {
  expect(await documentOf(text)).not.toEqual(await documentOf(''))
})

it('all of it can be pasted into one file', async () => {
  await documentOf(examples.join('\n'))
})
