/** Where the programs of smblens that hold rights are once they are built. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** In dist/, or of a run from the sources, which only tests make. */
export function builtFile(name: 'capture-launcher.cjs' | 'capture-cap.cjs'): string {
  const beside = join(import.meta.dirname, name)
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../../../dist', name)
}
