import { describe, expect, it } from 'vitest'
import { andxChain } from '../../../dissectors/smb1/andx.ts'
import { SMB1_COMMAND } from '../../../dissectors/smb1/header.ts'
import { parseSessionSetupAndxRequest } from '../../../dissectors/smb1/session-setup-andx.ts'
import { parseTreeConnectAndxRequest } from '../../../dissectors/smb1/tree-connect-andx.ts'
import { patched } from '../../support/messages.ts'
import {
  logoffChain,
  logoffLoop,
  logoffRequest,
  negotiateRequest,
  sessionSetupRequestNt,
  sessionSetupResponseError,
  treeConnectRequestUnicode,
} from './fixtures.ts'

const { LOGOFF_ANDX, NEGOTIATE, SESSION_SETUP_ANDX, TREE_CONNECT_ANDX } = SMB1_COMMAND
const WORD_COUNT = 32
/** AndXCommand and AndXOffset of the first command. */
const NEXT = 33
const NEXT_OFFSET = 35

/** Session setup and tree connect in one message, as Windows sends them. */
const setupAndTree = Uint8Array.from([
  ...patched(sessionSetupRequestNt, { [NEXT]: '75', [NEXT_OFFSET]: 'a000' }),
  ...treeConnectRequestUnicode.subarray(WORD_COUNT),
])

describe('andxChain', () => {
  it('has one step where nothing is chained', () => {
    for (const [message, command] of [
      [logoffRequest, LOGOFF_ANDX],
      [negotiateRequest, NEGOTIATE],
      [sessionSetupResponseError, SESSION_SETUP_ANDX],
    ] as const) {
      expect(andxChain(message)).toEqual({ steps: [{ command, offset: WORD_COUNT }], anomalies: [] })
    }
  })

  it('follows a session setup to its tree connect, and reads each at its offset', () => {
    const { steps, anomalies } = andxChain(setupAndTree)
    expect(anomalies).toEqual([])
    expect(steps).toEqual([
      { command: SESSION_SETUP_ANDX, offset: 32 },
      { command: TREE_CONNECT_ANDX, offset: 160 },
    ])
    expect(parseSessionSetupAndxRequest(setupAndTree, 32)).toMatchObject({ ok: true, value: { accountName: 'alice' } })
    expect(parseTreeConnectAndxRequest(setupAndTree, 160)).toMatchObject({
      ok: true,
      value: { path: '\\\\10.77.0.2\\IPC$', service: 'IPC' },
    })
  })

  it('keeps a step that was not captured, as its command is known', () => {
    expect(andxChain(setupAndTree.subarray(0, 40), setupAndTree.length).steps).toEqual([
      { command: SESSION_SETUP_ANDX, offset: 32 },
      { command: TREE_CONNECT_ANDX, offset: 160 },
    ])
  })

  it('follows a chain of twelve', () => {
    const offsets = [32, 39, 46, 53, 60, 67, 74, 81, 88, 95, 102, 109]
    expect(andxChain(logoffChain)).toEqual({
      steps: offsets.map((offset) => ({ command: LOGOFF_ANDX, offset })),
      anomalies: [],
    })
  })

  it('ends a chain that does not advance', () => {
    const one = { steps: [{ command: LOGOFF_ANDX, offset: 32 }], anomalies: ['andx-no-advance'] }
    expect(andxChain(logoffLoop)).toEqual(one)
    expect(andxChain(patched(logoffChain, { [NEXT_OFFSET]: '0000' }))).toEqual(one)
    expect(andxChain(patched(logoffChain, { [NEXT_OFFSET]: '2000' }))).toEqual(one)
  })

  it('ends a chain that leads out of the message', () => {
    expect(andxChain(patched(logoffChain, { [NEXT_OFFSET]: 'ffff' }))).toEqual({
      steps: [{ command: LOGOFF_ANDX, offset: 32 }],
      anomalies: ['andx-beyond-message'],
    })
  })

  it('reads a command within the words of another, and reports it', () => {
    expect(andxChain(patched(logoffChain, { [NEXT_OFFSET]: '2400' }))).toMatchObject({
      steps: [
        { command: LOGOFF_ANDX, offset: 32 },
        { command: LOGOFF_ANDX, offset: 36 },
      ],
      anomalies: ['andx-overlap'],
    })
  })

  it('ends after sixteen', () => {
    const deep = new Uint8Array(1000)
    deep.set(logoffChain)
    for (let i = 0; i < 100; i++)
      deep.set([2, LOGOFF_ANDX, 0, (39 + i * 7) & 0xff, (39 + i * 7) >> 8, 0, 0], 32 + i * 7)
    const { steps, anomalies } = andxChain(deep)
    expect(steps).toHaveLength(16)
    expect(anomalies).toEqual(['andx-too-deep'])
  })

  it('reads nothing past the header of a message that ends there', () => {
    expect(andxChain(logoffRequest.subarray(0, 32))).toEqual({
      steps: [{ command: LOGOFF_ANDX, offset: 32 }],
      anomalies: [],
    })
  })
})
