/** A filter can be compiled without any right, if tcpdump is there to do it. */
import { execFile } from 'node:child_process'
import { programEnvironment } from '../machine/environment.ts'
import { findProgram, PROBE_LIMIT } from '../machine/find-program.ts'
import { readWords } from './messages.ts'

/** libpcap's words about a filter that is wrong for Ethernet; null for one that is right, and where nobody can tell. */
export function checkFilter(filter: string): Promise<string | null> {
  const tcpdump = findProgram('tcpdump')
  if (filter === '' || tcpdump?.unusable !== null) return Promise.resolve(null)
  const args = ['-y', 'EN10MB', '-d', '--', filter]
  return new Promise((resolve) => {
    execFile(tcpdump.path, args, { env: programEnvironment(), ...PROBE_LIMIT }, (error, _stdout, stderr) => {
      const said = stderr.split('\n').map((line) => readWords('tcpdump', line))
      const problem = said.find((each) => each?.kind === 'error')
      resolve(error !== null && problem?.kind === 'error' ? problem.text : null)
    })
  })
}
