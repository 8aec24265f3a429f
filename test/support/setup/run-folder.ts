/**
 * A run has its own folder for temporary files, in TMPDIR, and every program that a test starts inherits it. So no test sees what another run or
 * another program has in the system's folder, and what a test leaves behind is gone with the run.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Called by Vitest once, before the workers start; what it returns is called after they have ended. */
export function setup(): () => void {
  const path = mkdtempSync(join(tmpdir(), 'smblens-run-'))
  // The mode of /tmp: a live capture that root started continues as the user nobody, and stores packets there.
  chmodSync(path, 0o1777)
  process.env['TMPDIR'] = path
  process.env['SMBLENS_RUN_FOLDER'] = path
  return () => rmSync(path, { recursive: true, force: true })
}
