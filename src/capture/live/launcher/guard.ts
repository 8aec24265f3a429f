/**
 * Ends the launcher's process group when the launcher or main is gone, however they went: killed, out of memory, or stopped for good. A program that
 * captures would otherwise run on, with nobody to read it, until its next packet. It is a shell that waits for the end of two pipes, and has nothing
 * in it that could fail; the launcher starts another where somebody ends it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { programEnvironment } from '../machine/environment.ts'

/** Where main's end of a pipe that nothing is ever written to arrives in the launcher. */
export const MAIN_IS_ALIVE = 4

/** $1 is the group. Standard input ends with the launcher, descriptor 3 with main. */
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
