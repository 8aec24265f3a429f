import { describe, expect, it } from 'vitest'
import { createContext } from '../../../../src/track/core/context.ts'
import { DEFAULT_LIMITS } from '../../../../src/track/core/limits.ts'
import { ConnectionStore } from '../../../../src/track/smb/state/connection-store.ts'
import { SessionStore } from '../../../../src/track/smb/state/session-store.ts'

describe('unused sessions', () => {
  function newStore() {
    const context = createContext('test', DEFAULT_LIMITS, null)
    return { context, store: new SessionStore(context, new ConnectionStore(context)) }
  }
  const swept = (woken: number, store: SessionStore) => {
    store.woken = woken
    store.sweep(new Set(), 0)
    return store.sweepAt - store.awake.size
  }

  it('go to sleep after a while, which is longer where they wake again and again', () => {
    const { store } = newStore()
    const rooms = [0, 500, 1000, 2000, 4000, 8000, 8000].map((woken) => swept(woken, store))
    expect(rooms).toEqual([512, 1024, 2048, 4096, 4096, 4096, 4096])
    expect([1, 1, 1, 1, 1].map((woken) => swept(woken, store))).toEqual([2048, 1024, 512, 512, 512])
  })

  it('go to sleep soon where they hold much text', () => {
    const { context, store } = newStore()
    context.frame = 1
    const session = store.create('c', 'smb2', 'pending')
    session.facts.user = 'u'.repeat(17 << 20)
    expect(swept(500, store)).toBe(512)
    expect(store.awake.size).toBe(1)
    session.facts.user = 'u'
    expect(swept(500, store)).toBe(1024)
    context.frame = 2
    swept(0, store)
    swept(0, store)
    expect(store.awake.size).toBe(0)
    expect(session.facts.user).toBe('u')
    expect(store.woken).toBe(1)
  })
})
