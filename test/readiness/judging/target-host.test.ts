import { expect, it } from 'vitest'
import { targetHost } from '../../../src/readiness/judging/target-host.ts'

it('gives the host of a service principal name', () => {
  expect(targetHost('cifs/files.corp.example')).toBe('files.corp.example')
  expect(targetHost('cifs/files/corp.example')).toBe('files')
})

it('gives null where there is no host', () => {
  for (const name of [null, '', 'cifs', 'cifs/']) expect(targetHost(name)).toBe(null)
})
