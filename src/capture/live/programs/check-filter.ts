/** A filter can be compiled without any rights, if a program for that is installed. */
import { execFile } from 'node:child_process'
import { programEnvironment } from '../machine/environment.ts'
import { PROBE_LIMIT } from '../machine/find-program.ts'
import { CAPTURE_PROGRAMS } from './capture-programs.ts'
import { firstError } from './program-errors.ts'

/** libpcap's error message for a filter that is wrong for Ethernet; null for a correct one, and if no program can check it. */
export function checkFilter(filter: string): Promise<string | null> {
  if (filter === '') return Promise.resolve(null)
  for (const { find, compileFilter, parseMessage } of CAPTURE_PROGRAMS) {
    const found = compileFilter && find()
    if (compileFilter === null || found?.unusable !== null) continue
    const { file, args } = compileFilter(found.path, filter)
    return new Promise((resolve) => {
      execFile(file, args, { env: programEnvironment(), ...PROBE_LIMIT }, (error, _stdout, stderr) =>
        resolve(error && (firstError(stderr, parseMessage)?.text ?? null)),
      )
    })
  }
  return Promise.resolve(null)
}
