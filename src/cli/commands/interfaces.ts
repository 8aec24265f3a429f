/** `smblens interfaces`: the interfaces, which programs can capture on them, and what the other programs need. */

import { displayWidth, escapeText, pad, safeJson, wrap } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { type Interface, listInterfaces } from '../../capture/live/machine/interfaces.ts'
import { type CaptureAbility, captureAbilities } from '../../capture/live/programs/probe.ts'
import { SCHEMA_VERSION } from '../../report/records/schema-version.ts'
import type { PageOptions } from '../../report/text/page.ts'
import { createStyle } from '../../report/text/style.ts'
import { deliver, openOutput } from '../output/report-file.ts'
import { colorOnStdout, terminalWidth } from '../output/terminal.ts'
import { EXIT, type ExitStatus } from '../process/exit-status.ts'

export interface InterfacesOptions {
  format: 'table' | 'json'
}

/** Ends with INPUT if no program can capture. */
export async function showInterfaces({ format }: InterfacesOptions): Promise<ExitStatus> {
  const [interfaces, programs] = await Promise.all([listInterfaces(), captureAbilities()])
  const output = openOutput(undefined, [])
  deliver(output, () => {
    if (format === 'json') output.write(`${safeJson({ schemaVersion: SCHEMA_VERSION, interfaces, programs })}\n`)
    else writeInterfaces(interfaces, programs, output, { width: terminalWidth(), color: colorOnStdout() })
  })
  return programs.some(({ canCapture }) => canCapture) ? EXIT.DONE : EXIT.INPUT
}

export function writeInterfaces(
  interfaces: readonly Interface[],
  programs: readonly CaptureAbility[],
  sink: TextSink,
  { width, color }: PageOptions,
): void {
  const style = createStyle(color)
  const rows = interfaces.map(({ name, kind, state, promiscuous, addresses }) => [
    escapeText(name),
    kind === 'all' ? 'all of them' : kind,
    `${state ?? '-'}${promiscuous ? ', promiscuous' : ''}`,
    addresses.map(escapeText).join(' '),
  ])
  const titles = ['Interface', 'Kind', 'State', 'Addresses']
  const widths = titles.map((title, i) => Math.max(...[title, ...rows.map((row) => row[i]!)].map(displayWidth)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i < 3 ? pad(cell, widths[i]!) : cell))
      .join('  ')
      .trimEnd()
  sink.write(`${style.strong(line(titles))}\n`)
  for (const row of rows) sink.write(`${line(row)}\n`)

  sink.write('\n')
  for (const { program, canCapture, missing } of programs) {
    const label = pad(program, 7)
    if (canCapture) {
      sink.write(`${style.strong(label)}  ${style.good('can capture')}\n`)
      continue
    }
    const [first = '', ...rest] = wrap(missing ?? '', Math.max(20, width - 9))
    sink.write(`${style.strong(label)}  ${first}\n`)
    for (const more of rest) sink.write(`${' '.repeat(9)}${more}\n`)
  }
  const usable = programs.some(({ canCapture }) => canCapture)
  sink.write(
    `\n${style.quiet(usable ? 'smblens live -i NAME watches one of them.' : 'No program can capture yet: one of these is enough.')}\n`,
  )
}
