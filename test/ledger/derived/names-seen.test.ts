import { expect, it } from 'vitest'
import { NamesSeen } from '../../../src/ledger/derived/names-seen.ts'
import { connection, negotiateRequest, session, tree } from '../../support/facts.ts'

const on = connection({ negotiateRequest: negotiateRequest({ netname: 'Files1' }) })

it('knows a host by what its connections and logons call it', () => {
  const names = new NamesSeen()
  names.note(on, [session({ on, workstation: 'WS1', trees: [tree({ path: '\\\\files1.corp.example\\data' })] })])
  expect(names.of(on, on.client.ip)).toEqual(['ws1'])
  expect(names.of(on, on.server.ip)).toEqual(expect.arrayContaining(['files1', 'files1.corp.example']))
})

it('takes no address and no empty text for a name', () => {
  const names = new NamesSeen()
  const bare = connection({ negotiateRequest: negotiateRequest({ netname: '10.0.0.10' }) })
  names.note(bare, [
    session({
      on: bare,
      logons: [],
      workstation: '',
      trees: [tree({ path: '\\\\10.0.0.10\\data' }), tree({ path: null })],
    }),
  ])
  expect(names.of(bare, bare.server.ip)).toEqual([])
})

it('keeps hosts of two captures apart', () => {
  const names = new NamesSeen()
  names.note(on, [])
  expect(names.of({ ...on, captureId: 'ffffffffffffffff' }, on.server.ip)).toEqual([])
})

it('has a limit on the names of a host', () => {
  const names = new NamesSeen()
  const trees = Array.from({ length: 100 }, (_, i) => tree({ path: `\\\\name${i}\\data` }))
  names.note(on, [session({ on, logons: [], trees })])
  expect(names.of(on, on.server.ip)).toHaveLength(16)
})
