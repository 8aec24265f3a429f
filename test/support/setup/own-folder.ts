/** Each test file has its own folder for temporary files within that of the run: files that run at the same time do not see each other's. */
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const path = mkdtempSync(join(process.env['SMBLENS_RUN_FOLDER'] ?? tmpdir(), 'f-'))
chmodSync(path, 0o1777)
process.env['TMPDIR'] = path
