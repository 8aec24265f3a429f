import { describe, expect, it } from 'vitest'
import { HostNames, MAX_NAMES } from '../../../src/report/hosts/host-names.ts'

describe('names of a host', () => {
  it('come from several sources, and differ in case only', () => {
    const names = new HostNames()
    names.add('FILES', 'tree-path')
    names.add('files', 'ntlm-challenge-netbios')
    names.add('files.corp.example', 'kerberos-sname')
    names.add('FILES', 'tree-path')
    expect(names.list()).toEqual([
      { name: 'FILES', sources: ['ntlm-challenge-netbios', 'tree-path'] },
      { name: 'files.corp.example', sources: ['kerberos-sname'] },
    ])
  })

  it('are no addresses, and not many', () => {
    const names = new HostNames()
    for (const address of ['10.0.0.1', 'fe80::1', '0', '1.2']) names.add(address, 'netname')
    expect(names.list()).toEqual([])
    for (let i = 0; i < 100; i++) names.add(`host${i}`, 'netname')
    names.add('host99', 'tree-path')
    expect(names.list()).toHaveLength(MAX_NAMES)
  })
})
