import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createNetworks, defaultPolicy, RULES } from '../../src/index.ts'
import { FileFeed } from '../../src/view/file-feed.ts'
import type { Details, Snapshot } from '../../src/view/store.ts'
import { ViewStore } from '../../src/view/store.ts'
import { SAMPLES, scanSample } from '../golden/records.ts'
import { cases, some } from '../support/cases.ts'
import { temporaryFolder } from '../support/frames.ts'
import { ROOT } from '../support/smblens.ts'
import { copyOf, viewOf } from '../support/view.ts'

const { writeSessions }: { writeSessions: (path: string, options: { sessions: number }) => object } = await import(
  join(ROOT, 'bench/sessions.mjs')
)

const folder = temporaryFolder()
const generated = join(folder.path, 'generated.pcap')
beforeAll(() => void writeSessions(generated, { sessions: cases(6000) }))
afterAll(() => folder.remove())
afterEach(() => void vi.restoreAllMocks())
// Modules note when they last let the event loop run: those that saw a false clock are of no use to the files that follow in the same process.
afterAll(() => void vi.resetModules())

function feed(store: ViewStore, paths: readonly string[], signal = new AbortController().signal): FileFeed {
  const inputs = paths.map((path) => ({ path, size: null }))
  return new FileFeed(store, inputs, { policy: defaultPolicy(createNetworks()), rules: RULES, limits: {}, signal })
}

/** Whatever looks at the clock takes its time. */
function slowClock(milliseconds: number): void {
  let now = performance.now()
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += milliseconds
    return now
  })
}

const shown = ({ findings, sessions, hosts, overview, captures, warnings, unread, messages }: Snapshot) => ({
  findings: [...findings].map(copyOf),
  sessions: [...sessions].map(copyOf),
  hosts: [...hosts].map(copyOf),
  overview,
  captures,
  warnings,
  unread,
  messages: messages.length,
})

describe('what is shown of a capture', () => {
  it.each(some(SAMPLES))('%s: is what a scan reports', async (sample) => {
    const store = await viewOf(sample)
    const { findings, sessions, hosts, captures, reading } = store.snapshot()
    const records = await scanSample(sample)
    const of = <T extends string>(type: T) => records.filter((record) => record.type === type)
    expect(reading.done).toBe(true)
    expect(findings).toHaveLength(of('finding').length)
    for (const record of records) {
      if (record.type === 'finding') {
        const row = [...findings].find(({ id }) => id === record.id)
        expect(row).toMatchObject({
          rule: record.rule,
          severity: record.severity,
          message: record.message,
          client: record.client?.ip ?? null,
          server: record.server?.ip ?? null,
          user: record.user,
          count: record.count,
          frame: record.evidence[0]?.frame,
          session: record.session,
        })
        const details = store.details.finding(record.id)
        expect(details?.evidence.map(({ frame }) => frame)).toEqual(record.evidence.map(({ frame }) => frame))
        expect(details?.wiresharkFilter).toBe(record.wiresharkFilter)
      } else if (record.type === 'session') {
        const row = [...sessions].find(({ id }) => id === record.id)
        expect(row).toMatchObject({ auth: record.auth, user: record.user, guest: record.guest, status: record.status })
        expect(store.details.session(record.id)?.id).toBe(record.id)
        expect(store.details.connection(row!.connection)).toMatchObject({
          client: { ip: row!.client, port: row!.clientPort },
        })
      } else if (record.type === 'host') {
        const row = [...hosts].find(({ ip }) => ip === record.ip)
        expect(row).toMatchObject({
          names: record.names,
          os: record.os,
          signing: record.signing,
          sessions: record.sessions,
        })
      }
    }
    expect(sessions).toHaveLength(of('session').length)
    expect(hosts).toHaveLength(of('host').length)
    expect(captures).toHaveLength(1)
  })

  it('covers all captures in the order of their paths, and reports those that cannot be read', async () => {
    const store = new ViewStore()
    const text = folder.write('text.pcap', 'this is no capture at all, only text\n')
    const paths = ['captures/guest-fallback.pcap', join(folder.path, 'absent.pcap'), text, 'captures/ntlmv1.pcap']
    await feed(store, paths).run()
    const { sessions, findings, captures, unread, messages, reading } = store.snapshot()
    const alone = await Promise.all(['guest-fallback.pcap', 'ntlmv1.pcap'].map((name) => viewOf(name)))
    expect(sessions).toHaveLength(alone.reduce((sum, one) => sum + one.snapshot().sessions.length, 0))
    expect(messages.length).toBe(alone.reduce((sum, one) => sum + one.snapshot().messages.length, 0))
    expect(new Set([...findings].map(({ capture }) => capture)).size).toBe(2)
    expect(captures.map(({ path }) => path)).toEqual([paths[0], paths[3]])
    expect(unread).toHaveLength(2)
    expect(unread[0]).toContain('absent.pcap')
    expect(reading).toMatchObject({ done: true, index: 3, count: 4 })
    expect(messages.at(messages.length - 1)?.capture).toBe(paths[3])
    expect(messages.at(messages.length)).toBeUndefined()
  })

  it('ends with "done" also where the last capture cannot be read', async () => {
    const store = new ViewStore()
    await feed(store, ['captures/ntlmv1.pcap', join(folder.path, 'absent.pcap')]).run()
    expect(store.snapshot().reading.done).toBe(true)
    expect(store.snapshot().sessions.length).toBeGreaterThan(0)
  })

  it('reports damage, and shows what was before it', async () => {
    const store = await viewOf('cut.pcap')
    const { captures, warnings, sessions } = store.snapshot()
    expect(captures[0]?.complete).toBe(false)
    expect(warnings.length).toBeGreaterThan(0)
    expect(warnings[0]?.capture).toBe('captures/cut.pcap')
    expect(sessions.length).toBeGreaterThan(0)
  })
})

describe('a capture that is being read', () => {
  it('is shown several times, and at the end as if it had been read at once', { tags: 'long' }, async () => {
    const atOnce = new ViewStore()
    await feed(atOnce, [generated, 'captures/ntlmv1.pcap']).run()

    const store = new ViewStore()
    const pictures: { snapshot: Snapshot; details: Details }[] = []
    let version = 0
    store.subscribe(() => {
      const snapshot = store.snapshot()
      if (snapshot.version === version) return
      version = snapshot.version
      pictures.push({ snapshot, details: store.details })
      // What somebody may open now is there.
      for (const { id } of snapshot.findings) expect(store.details.finding(id)?.id).toBe(id)
      const session = snapshot.sessions.at(-1)
      if (session !== undefined) expect(store.details.session(session.id)?.id).toBe(session.id)
      const frame = snapshot.messages.at(snapshot.messages.length - 1)
      expect(frame === undefined).toBe(snapshot.messages.length === 0)
    })
    slowClock(40)
    await feed(store, [generated, 'captures/ntlmv1.pcap']).run()
    vi.restoreAllMocks()

    expect(pictures.length).toBeGreaterThan(2)
    const counts = pictures.map(({ snapshot }) => snapshot.sessions.length)
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
    expect(counts[0]).toBeLessThan(counts.at(-1)!)
    expect(shown(store.snapshot())).toEqual(shown(atOnce.snapshot()))
    for (const picture of pictures) {
      // A snapshot stays what it was.
      expect(picture.snapshot.sessions.length).toBe(counts[pictures.indexOf(picture)])
      const { severities } = picture.snapshot.overview
      expect(Object.values(severities).reduce((a, b) => a + b)).toBe(picture.snapshot.findings.length)
    }
  })

  it('reports its progress, which never goes back', async () => {
    const store = new ViewStore()
    const told: number[] = []
    let last: Snapshot['reading'] | null = null
    store.subscribe(() => {
      const { reading } = store.snapshot()
      if (reading === last) return
      last = reading
      told.push(reading.bytes)
    })
    slowClock(60)
    await feed(store, [generated, 'captures/ntlmv1.pcap']).run()
    expect(told.length).toBeGreaterThan(4)
    expect(told).toEqual([...told].sort((a, b) => a - b))
  })

  it('stops when the signal is aborted, even during a picture', async () => {
    for (const at of [1, 2, 5, 9]) {
      const stop = new AbortController()
      const store = new ViewStore()
      let calls = 0
      store.subscribe(() => {
        if (++calls === at) stop.abort(new Error('enough'))
      })
      slowClock(40)
      await expect(feed(store, [generated, generated], stop.signal).run()).rejects.toThrow('enough')
      vi.restoreAllMocks()
      const { version } = store.snapshot()
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(store.snapshot().version).toBe(version)
      expect(store.snapshot().reading.done).toBe(false)
    }
  })

  it('does not hide internal errors', async () => {
    const store = new ViewStore()
    store.subscribe(() => {
      if (store.snapshot().version > 0) throw new TypeError('a fault')
    })
    await expect(feed(store, ['captures/ntlmv1.pcap']).run()).rejects.toThrow('a fault')
  })
})
