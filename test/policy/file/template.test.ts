import { expect, it } from 'vitest'
import { POLICY_TEMPLATE } from '../../../src/policy/file/template.ts'
import { documentOf } from '../../support/policy-file.ts'

it('is valid, and says nothing yet', async () => {
  expect(await documentOf(POLICY_TEMPLATE)).toEqual(await documentOf(''))
})

it('stays valid with all its examples, which say something in every section', async () => {
  const document = await documentOf(POLICY_TEMPLATE.replace(/^#(?=\S| {2})/gm, ''))
  const empty = await documentOf('')
  const same = ['minimumDialect', 'bruteForce']
  for (const [section, value] of Object.entries(document)) {
    if (same.includes(section)) expect(value).toEqual(empty[section as keyof typeof empty])
    else expect(value, section).not.toEqual(empty[section as keyof typeof empty])
  }
})
