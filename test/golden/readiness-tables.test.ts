/**
 * What people read of some samples: the table and the plan as they were reviewed. `npm run golden:update` writes them again; read the difference before
 * you commit it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, smblens } from '../support/smblens.ts'

const FOLDER = join(ROOT, 'test/golden/readiness')
const update = process.env['UPDATE_GOLDEN'] === 'yes'

/** By the name of the golden file, what is read and how. */
const REPORTS: Record<string, string[]> = {
  'guest-silent-mapping.txt': ['captures/guest-silent-mapping.pcap'],
  'kerberos-rc4.txt': ['captures/kerberos-rc4.pcap'],
  'midstream.txt': ['captures/midstream.pcap'],
  'outbound.txt': ['captures/outbound.pcap'],
  'smb1-refused.txt': ['captures/smb1-refused.pcap'],
  'ntlmv1-plan.txt': ['captures/ntlmv1.pcap', '--plan'],
  'attempts.txt': ['captures/attempts.pcap'],
}

describe('the readiness of samples, in words', () => {
  it.each(Object.entries(REPORTS))('%s', (name, args) => {
    const { stdout } = smblens(['readiness', ...args])
    const path = join(FOLDER, name)
    if (update) {
      mkdirSync(FOLDER, { recursive: true })
      writeFileSync(path, stdout)
    }
    expect(existsSync(path), `${name} is missing: npm run golden:update`).toBe(true)
    expect(stdout).toBe(readFileSync(path, 'utf8'))
  })

  it('has no golden text that nothing compares', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(REPORTS).sort())
  })
})
