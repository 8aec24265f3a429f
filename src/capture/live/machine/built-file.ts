/** Where the built programs of smblens are that hold rights. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Beside this file in dist/. Only tests run from the sources: then it is found from there. */
export function builtFile(name: 'capture-launcher.cjs' | 'capture-cap.cjs'): string {
  const beside = join(import.meta.dirname, name)
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../../../dist', name)
}
