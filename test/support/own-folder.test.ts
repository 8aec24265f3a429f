import { readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'

it('is a folder for temporary files that no other test file has written to, and where every user may write', () => {
  expect(dirname(tmpdir())).toBe(process.env['SMBLENS_RUN_FOLDER'])
  expect(readdirSync(tmpdir())).toEqual([])
  expect(statSync(tmpdir()).mode & 0o1777).toBe(0o1777)
})
