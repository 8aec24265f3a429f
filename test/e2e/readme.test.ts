/** README.md shows what the program prints. `UPDATE_README=1 npx vitest run test/e2e/readme.test.ts` updates it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasProgram, ROOT, shell } from '../support/smblens.ts'

const PATH = join(ROOT, 'README.md')
const EXAMPLE = /```console\n\$ (.+)\n([\s\S]*?)```/g

if (process.env['UPDATE_README']) {
  const updated = readFileSync(PATH, 'utf8').replace(
    EXAMPLE,
    (_, command: string) => `\`\`\`console\n$ ${command}\n${shell(command).stdout}\`\`\``,
  )
  writeFileSync(PATH, updated)
}

const examples = [...readFileSync(PATH, 'utf8').matchAll(EXAMPLE)]

describe('README.md', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(3)
  })

  const jq = hasProgram('jq')
  for (const [, command = '', output] of examples) {
    const skip = command.includes('| jq') && !jq
    it.skipIf(skip)(`${command}${skip ? ' (skipped: no jq program)' : ''}`, () => {
      expect(shell(command).stdout).toBe(output)
    })
  }
})
