/**
 * Ends the launcher's process group when the launcher or main ends, for any reason: killed, out of memory, or stopped for good. Otherwise a
 * capture program would run on, unread, until its next packet. The guard is a shell that waits for the end of two pipes, so that nothing in it can
 * fail; if somebody ends it, the launcher starts another one.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { programEnvironment } from '../machine/environment.ts'

/** The launcher's descriptor of a pipe to which main never writes: it ends with main. */
export const MAIN_IS_ALIVE = 4

/** $1 is the process group. Standard input ends with the launcher, descriptor 3 with main. */
const SCRIPT = '(read -r _ <&3; kill -9 "-$1") & read -r _; kill -9 "-$1"'
const RETRY_MS = 1000

/** Keeps a guard of this process's group running until this process ends. */
export function keepGuard(): void {
  const child: ChildProcess = spawn('/bin/sh', ['-c', SCRIPT, 'smblens-guard', `${process.pid}`], {
    stdio: ['pipe', 'ignore', 'ignore', MAIN_IS_ALIVE],
    env: programEnvironment(),
    cwd: '/',
  })
  const again = () => setTimeout(keepGuard, RETRY_MS)
  child.once('error', again)
  child.once('exit', again)
}
