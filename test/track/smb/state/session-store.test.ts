import { describe, expect, it } from 'vitest'
import { createContext } from '../../../../src/track/core/context.ts'
import { DEFAULT_LIMITS } from '../../../../src/track/core/limits.ts'
import { createSession } from '../../../../src/track/smb/state/live-session.ts'
import { sweepSessions } from '../../../../src/track/smb/state/session-store.ts'

describe('sessions that nobody has touched', () => {
  const swept = (woken: number, context = createContext('test', DEFAULT_LIMITS, null)) => {
    context.woken = woken
    sweepSessions(context, new Set(), 0)
    return context.sweepAt - context.awake.size
  }

  it('go to sleep after a while, which is longer where they wake again and again', () => {
    const context = createContext('test', DEFAULT_LIMITS, null)
    const rooms = [0, 500, 1000, 2000, 4000, 8000, 8000].map((woken) => swept(woken, context))
    expect(rooms).toEqual([512, 1024, 2048, 4096, 4096, 4096, 4096])
    expect([1, 1, 1, 1, 1].map((woken) => swept(woken, context))).toEqual([2048, 1024, 512, 512, 512])
  })

  it('go to sleep soon where they hold much text', () => {
    const context = createContext('test', DEFAULT_LIMITS, null)
    context.frame = 1
    const session = createSession(context, 'c', 'smb2', 'pending')
    session.facts.user = 'u'.repeat(17 << 20)
    expect(swept(500, context)).toBe(512)
    expect(context.awake.size).toBe(1)
    session.facts.user = 'u'
    expect(swept(500, context)).toBe(1024)
    context.frame = 2
    swept(0, context)
    swept(0, context)
    expect(context.awake.size).toBe(0)
    expect(session.facts.user).toBe('u')
    expect(context.woken).toBe(1)
  })
})
