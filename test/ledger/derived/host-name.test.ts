import { describe, expect, it } from 'vitest'
import { hostOfPath, hostOfService, looksLikeAddress } from '../../../src/ledger/derived/host-name.ts'

describe('the host in', () => {
  it.each([
    ['cifs/files.corp.example/CORP.EXAMPLE', 'files.corp.example'],
    ['cifs/files', 'files'],
    ['krbtgt', null],
    ['cifs/', null],
    ['cifs/files/corp.example', 'files'],
    ['', null],
    ['cifs', null],
    [null, null],
  ])('the service %s', (service, host) => {
    expect(hostOfService(service)).toBe(host)
  })

  it.each([
    ['\\\\files\\team', 'files'],
    ['\\\\files', 'files'],
    ['\\\\\\team', null],
    ['team', null],
    ['', null],
  ])('the path %s', (path, host) => {
    expect(hostOfPath(path)).toBe(host)
  })
})

it('takes addresses for addresses', () => {
  for (const text of ['10.0.0.10', 'fe80::1', '1.2']) expect(looksLikeAddress(text)).toBe(true)
  for (const text of ['files', '10-0-0-10', 'files.corp.example']) expect(looksLikeAddress(text)).toBe(false)
})
