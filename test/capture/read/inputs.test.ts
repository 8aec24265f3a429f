import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expandInputs } from '../../../src/capture/read/inputs.ts'
import { temporaryFolder } from '../../support/frames.ts'
import { pcapFile, pcapngFile } from '../../support/pcap-builder.ts'

const PCAP = pcapFile({ packets: [Uint8Array.of(1)] })
const PCAPNG = pcapngFile({ packets: [Uint8Array.of(1)] })

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

/** The files found, relative to the test's folder, and the codes of the errors. */
async function expand(...paths: string[]): Promise<{ files: string[]; errors: string[] }> {
  const { files, errors } = await expandInputs(paths)
  return {
    files: files.map((file) => (file === '-' ? file : relative(folder.path, file).replaceAll('\\', '/'))),
    errors: errors.map((error) => error.code),
  }
}

function makeFolder(name: string): string {
  const path = join(folder.path, name)
  mkdirSync(path, { recursive: true })
  return path
}

describe('expandInputs', () => {
  it('accepts named files without looking into them, in their order', async () => {
    const b = folder.write('b.pcap', PCAP)
    const a = folder.write('a.txt', 'no capture, which readCapture will say')
    expect(await expand(b, a)).toEqual({ files: ['b.pcap', 'a.txt'], errors: [] })
  })

  it('finds captures in folders by their bytes, in the order of names', async () => {
    makeFolder('caps/2024/empty')
    makeFolder('caps/.hidden')
    folder.write('caps/z.pcap', PCAP)
    folder.write('caps/no-suffix', PCAPNG)
    folder.write('caps/2024/b.gz', gzipSync(PCAP))
    folder.write('caps/2024/a.dat', PCAP.subarray(0, 24))
    folder.write('caps/.hidden/c', PCAPNG)
    folder.write('caps/notes.pcap', 'this is text')
    folder.write('caps/empty.pcap', '')
    folder.write('caps/text.gz', gzipSync('this is text'))
    folder.write('caps/broken.gz', Uint8Array.of(0x1f, 0x8b, 8, 0, 0xff, 0xff))
    expect(await expand(join(folder.path, 'caps'))).toEqual({
      // What is packed and damaged from its start may be a capture: readCapture says what is wrong.
      files: ['caps/.hidden/c', 'caps/2024/a.dat', 'caps/2024/b.gz', 'caps/broken.gz', 'caps/no-suffix', 'caps/z.pcap'],
      errors: [],
    })
  })

  it('looks into more files than it opens at the same time', async () => {
    makeFolder('many')
    for (let i = 0; i < 100; i++) folder.write(`many/${String(i).padStart(3, '0')}`, i % 3 === 0 ? PCAP : 'text')
    const { files } = await expand(join(folder.path, 'many'))
    expect(files).toHaveLength(34)
    expect(files).toEqual([...files].sort())
  })

  it('reports a folder without captures', async () => {
    const path = makeFolder('empty')
    folder.write('empty/readme.txt', 'nothing here')
    const { files, errors } = await expandInputs([path])
    expect(files).toEqual([])
    expect(errors).toMatchObject([{ code: 'no-captures', path }])
    expect(errors[0]?.message).toBe(`${path}: contains no capture: give a folder with pcap or pcapng files`)
  })

  it('reports files that are packed in an unsupported way, with any name', async () => {
    makeFolder('packed')
    const xz = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4)
    folder.write('packed/a.pcapng.xz', xz)
    folder.write('packed/notes.txt.xz', xz)
    folder.write('packed/b.pcap', PCAP)
    expect(await expand(join(folder.path, 'packed'))).toEqual({
      files: ['packed/b.pcap'],
      errors: ['unsupported-compression', 'unsupported-compression'],
    })
  })

  it('reports a missing path, and continues', async () => {
    const good = folder.write('good.pcap', PCAP)
    expect(await expand(join(folder.path, 'missing.pcap'), good)).toEqual({
      files: ['good.pcap'],
      errors: ['not-found'],
    })
    expect(await expand('')).toEqual({ files: [], errors: ['not-found'] })
    expect(await expand('a\0b')).toEqual({ files: [], errors: ['unreadable'] })
  })

  it('accepts standard input once', async () => {
    expect(await expand('-', '-')).toEqual({ files: ['-'], errors: ['repeated-stdin'] })
  })

  it('reads no file twice, even if it has several names', async () => {
    makeFolder('caps/sub')
    const a = folder.write('caps/a.pcap', PCAP)
    folder.write('caps/sub/b.pcap', PCAP)
    const caps = join(folder.path, 'caps')
    expect(await expand(a, caps, join(caps, 'sub'), `${caps}/./a.pcap`)).toEqual({
      files: ['caps/a.pcap', 'caps/sub/b.pcap'],
      errors: [],
    })
    expect(await expand(join(caps, 'sub'), caps, caps)).toEqual({
      files: ['caps/sub/b.pcap', 'caps/a.pcap'],
      errors: [],
    })
    expect(await expand(join(caps, '*'), caps)).toEqual({ files: ['caps/a.pcap', 'caps/sub/b.pcap'], errors: [] })
  })

  it('follows links to files and folders, not in circles', async () => {
    makeFolder('real')
    const caps = makeFolder('caps')
    folder.write('real/a.pcap', PCAP)
    symlinkSync(join(folder.path, 'real'), join(caps, 'linked'))
    for (const name of ['myself', 'again', 'once-more']) symlinkSync(caps, join(caps, name))
    symlinkSync(join(folder.path, 'real', 'a.pcap'), join(caps, 'same.pcap'))
    symlinkSync(join(folder.path, 'nowhere'), join(caps, 'dangling'))
    symlinkSync(join(caps, 'loop'), join(caps, 'loop'))
    expect(await expand(caps)).toEqual({ files: ['caps/linked/a.pcap'], errors: [] })
  })

  it('finds no capture in a folder that contains only a link to itself', async () => {
    const caps = makeFolder('caps')
    symlinkSync(caps, join(caps, 'myself'))
    expect(await expand(caps)).toEqual({ files: [], errors: ['no-captures'] })
  })

  it('expands a pattern that the shell did not expand', async () => {
    makeFolder('caps/sub')
    folder.write('caps/a.pcap', PCAP)
    folder.write('caps/b.pcap', 'text, but it was named')
    folder.write('caps/c.txt', 'text')
    folder.write('caps/sub/d.pcap', PCAP)
    const caps = join(folder.path, 'caps')
    expect(await expand(join(caps, '*.pcap'))).toEqual({ files: ['caps/a.pcap', 'caps/b.pcap'], errors: [] })
    expect(await expand(join(caps, '**', '[ad].pcap'))).toEqual({
      files: ['caps/a.pcap', 'caps/sub/d.pcap'],
      errors: [],
    })
    expect(await expand(join(caps, '{s*,nothing}'))).toEqual({ files: ['caps/sub/d.pcap'], errors: [] })
    expect(await expand(join(caps, '*.none'))).toEqual({ files: [], errors: ['no-match'] })
  })

  it('reads a file whose name looks like a pattern', async () => {
    const odd = folder.write('a[1]*.pcap', PCAP)
    folder.write('a1b.pcap', PCAP)
    expect(await expand(odd)).toEqual({ files: ['a[1]*.pcap'], errors: [] })
  })

  it.skipIf(process.getuid?.() === 0)(
    'reports what may not be read in a folder (root may read everything)',
    async () => {
      makeFolder('caps/closed')
      folder.write('caps/a.pcap', PCAP)
      folder.write('caps/secret.pcap', PCAP)
      chmodSync(join(folder.path, 'caps/secret.pcap'), 0)
      chmodSync(join(folder.path, 'caps/closed'), 0)
      expect(await expand(join(folder.path, 'caps'))).toEqual({
        files: ['caps/a.pcap'],
        errors: ['no-permission', 'no-permission'],
      })
      chmodSync(join(folder.path, 'caps/closed'), 0o700)
    },
  )
})
