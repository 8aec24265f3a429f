import { describe, expect, it, vi } from 'vitest'

/** As in another bundle: the same class, from a copy of its module. */
async function copies<T>(load: () => Promise<T>): Promise<[T, T]> {
  const first = await load()
  vi.resetModules()
  return [first, await load()]
}

describe('an error of our own from another bundle', () => {
  it('is recognised by its name', async () => {
    const [a, b] = await copies(() => import('../../src/capture/write/new-file.ts'))
    expect(a.NewFileError).not.toBe(b.NewFileError)
    expect(new a.NewFileError('exists', 'x', 'exists') instanceof b.NewFileError).toBe(true)
    const [c, d] = await copies(() => import('../../src/capture/capture-error.ts'))
    expect(new c.CaptureError('empty-file', 'x', 'is empty') instanceof d.CaptureError).toBe(true)
    const [e, f] = await copies(() => import('../../src/cli/output/descriptor-sink.ts'))
    expect(new e.ReaderGone() instanceof f.ReaderGone).toBe(true)
    expect(new e.OutputError('full') instanceof f.OutputError).toBe(true)
    const [g, h] = await copies(() => import('../../src/live/spool-folder.ts'))
    expect(new g.SpoolError('/tmp', null) instanceof h.SpoolError).toBe(true)
    const [i, j] = await copies(() => import('../../src/capture/start-error.ts'))
    expect(new i.CaptureStartError('failed', 'x') instanceof j.CaptureStartError).toBe(true)
  })

  it('is not taken for another error, and no other value is taken for it', async () => {
    const { NewFileError } = await import('../../src/capture/write/new-file.ts')
    const { CaptureError } = await import('../../src/capture/capture-error.ts')
    expect(new CaptureError('empty-file', 'x', 'is empty') instanceof NewFileError).toBe(false)
    for (const other of [new Error('x'), { name: 'NewFileError' }, null, 'NewFileError'])
      expect((other as object) instanceof NewFileError).toBe(false)
  })
})
