import { describe, expect, it } from 'vitest'
import { createProgress } from '../../../src/cli/output/progress.ts'

function recorded(isTerminal: boolean) {
  let time = 0
  const written: string[] = []
  const progress = createProgress(
    (text) => written.push(text),
    isTerminal,
    () => time,
  )
  return { written, progress, at: (milliseconds: number) => (time = milliseconds) }
}

describe('progress', () => {
  it('is silent without a terminal', () => {
    const { written, progress, at } = recorded(false)
    progress.input('a.pcap', 0, 1)
    at(1000)
    progress.advance(5e6, 1e7)
    progress.end()
    expect(written).toEqual([])
  })

  it('shows how far it is, how fast, and in which file', () => {
    const { written, progress, at } = recorded(true)
    progress.input('a.pcap', 1, 3)
    at(1000)
    progress.advance(50e6, 100e6)
    progress.end()
    expect(written).toEqual(['\r[2/3] 50%  50 MB/s  a.pcap\x1b[K', '\r\x1b[K'])
  })

  it('counts bytes if the size is not known', () => {
    const { written, progress, at } = recorded(true)
    progress.input('-', 0, 1)
    at(500)
    progress.advance(12e6, null)
    progress.end()
    expect(written[0]).toBe('\r12 MB  24 MB/s  -\x1b[K')
  })

  it('redraws ten times a second at most, and leaves nothing on the screen of a short run', () => {
    const { written, progress, at } = recorded(true)
    progress.input('a.pcap', 0, 1)
    for (let i = 0; i < 99; i++) {
      at(i)
      progress.advance(i, 100)
    }
    progress.end()
    expect(written).toEqual([])
  })

  it('escapes the name of the file and stays on one line', () => {
    const { written, progress, at } = recorded(true)
    progress.input(`\x1b[31m${'x'.repeat(500)}\n`, 0, 1)
    at(1000)
    progress.advance(1, 2)
    progress.end()
    expect(written[0]).toContain('\\x1b[31m')
    expect(written[0]!.length).toBeLessThan(100)
  })
})
