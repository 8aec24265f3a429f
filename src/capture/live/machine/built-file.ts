/** The location of the built programs of smblens that hold rights. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** In dist/ the programs are beside this file. Tests run from the sources, and find them from there. */
export function builtFile(name: 'capture-launcher.cjs' | 'capture-cap.cjs'): string {
  const beside = join(import.meta.dirname, name)
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../../../dist', name)
}
