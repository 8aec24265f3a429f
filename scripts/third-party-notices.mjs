// The licences of bundled packages: each requires that its notice goes with every copy.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Names of licence files. */
const NOTICE_FILE = /^(licen[cs]e|notice|copying)([-.].*)?$/i
/** For packages that only name their licence, with the copyright in their sources. */
const STANDARD_TEXTS = {
  MIT: `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`,
}

/**
 * @param {readonly { inputs: Record<string, unknown> }[]} metafiles of esbuild; their paths are relative to `root`
 * @returns the text of THIRD-PARTY-NOTICES: every package with a bundled file, with its version and its notices
 * @throws if no licence of a package can be found: it must not be shipped
 */
export function thirdPartyNotices(metafiles, root) {
  const files = metafiles.flatMap(({ inputs }) => Object.keys(inputs))
  const filesOf = groupBy(files, packageFolder)
  filesOf.delete(null)
  const packages = [...filesOf].map(([folder, its]) =>
    describe(
      join(root, folder),
      its.map((file) => join(root, file)),
    ),
  )
  packages.sort((a, b) => (a.title < b.title ? -1 : 1))
  const unique = packages.filter(({ title }, i) => title !== packages[i - 1]?.title)
  const list = unique.map(({ title, licence }) => `  ${title}  ${licence}`).join('\n')
  const texts = unique
    .map(({ title, notices }) => `${'-'.repeat(80)}\n${title}\n\n${notices.join('\n\n')}\n`)
    .join('\n')
  return `smblens holds code of these packages. Their licences follow.\n\n${list}\n\n${texts}`
}

/** node_modules/a/node_modules/@b/c for a file in it; null for the project's own files. */
function packageFolder(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? null
}

function groupBy(items, keyOf) {
  const groups = new Map()
  for (const item of items) {
    const key = keyOf(item)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return groups
}

function describe(folder, files) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const notices = noticesIn(folder)
  if (notices.length === 0) {
    const inReadme = readmeSection(folder)
    const standard = STANDARD_TEXTS[license]
    if (inReadme !== null) notices.push(inReadme)
    else if (standard !== undefined) notices.push(`${copyrightOf(files, author)}\n\n${standard}`)
    else throw new Error(`${name} ${version} is in a bundle, and its licence (${license}) has no text`)
  }
  return { title: `${name} ${version}`, licence: license, notices }
}

function noticesIn(folder) {
  const names = readdirSync(folder).filter((file) => NOTICE_FILE.test(file))
  return names.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim())
}

/** The section on the licence, if it has more than a name. */
function readmeSection(folder) {
  const readme = readdirSync(folder).find((file) => /^readme(\.|$)/i.test(file))
  if (readme === undefined) return null
  const text = readFileSync(join(folder, readme), 'utf8')
  const section = /^#+\s*licen[cs]e\s*\n([\s\S]*?)(?=^#|$(?![\s\S]))/im.exec(text)?.[1]?.trim() ?? ''
  return section.length > 300 ? section : null
}

/** The first source line that claims the copyright; else the author. */
function copyrightOf(files, author) {
  for (const file of files) {
    const line = /^[\s/*#]*(Copyright .+)$/m.exec(readFileSync(file, 'utf8').slice(0, 2000))?.[1]
    if (line !== undefined) return line.trim()
  }
  const by = typeof author === 'string' ? author : author?.name
  if (by === undefined) throw new Error(`${dirname(files[0])}: no copyright holder is named`)
  return `Copyright (c) ${by}`
}
