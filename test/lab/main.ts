/** The program of scripts/prove-readiness.mjs. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LEGEND, plainExplanations, plainTable, totals } from './comparison-text.ts'
import { proofDocument, withProof } from './proof-doc.ts'
import { prove, runInside, whyNoProof } from './prove.ts'
import { type Recorded, recordedProof } from './recorded.ts'

const USAGE = `usage: npm run prove-readiness -- [--jobs N] [--save DIR] [--json]
       npm run prove-readiness -- --recorded [--json | --docs]

Runs real SMB clients against a permissive Samba server, predicts with "smblens readiness" what each control would break, then enforces each control
and runs the same clients again. Prints predictions and outcomes. Needs root; all of it happens in network namespaces.

  --jobs N     clients that run at the same time (default: 4)
  --save DIR   keep the capture and the outcomes: DIR/estate.pcap.gz, DIR/outcomes.json
  --recorded   run no client: take the capture and the outcomes from captures/estate/
  --docs       write docs/readiness-proof.md and the table in README.md
  --json       print outcomes and comparison as JSON`

/** @param self path of the program that calls it @returns the exit status: 0 if no prediction is wrong, 1 if one is, 2 if the proof cannot be made */
export async function main(self: string, root: string, argv: readonly string[]): Promise<number> {
  if (await runInside(argv)) return 0
  const { values } = parseArgs({
    args: [...argv],
    options: {
      jobs: { type: 'string', default: '4' },
      save: { type: 'string' },
      recorded: { type: 'boolean', default: false },
      docs: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const jobs = Number(values.jobs)
  if (values.help || !(jobs >= 1) || (values.docs && !values.recorded)) {
    console.error(USAGE)
    return values.help ? 0 : 2
  }
  const why = values.recorded ? null : whyNoProof()
  if (why !== null) {
    console.error(`The proof ${why}. With --recorded it takes a recorded run.`)
    return 2
  }
  const onProgress = (line: string) => console.error(line)
  const save = values.save ?? null
  const proof = values.recorded ? recordedProof(root) : await prove({ root, self, jobs, save, onProgress })
  if (values.docs) writeDocs(root, proof)
  else console.log(values.json ? JSON.stringify(proof) : plainProof(proof))
  return proof.comparison.wrong.length === 0 ? 0 : 1
}

function plainProof({ comparison, outcomes }: Recorded): string {
  const parts = [plainTable(comparison), LEGEND.join('\n'), plainExplanations(comparison), totals(comparison, outcomes)]
  return parts.join('\n\n')
}

function writeDocs(root: string, proof: Recorded): void {
  writeFileSync(join(root, 'docs/readiness-proof.md'), proofDocument(proof))
  const readme = join(root, 'README.md')
  writeFileSync(readme, withProof(readFileSync(readme, 'utf8'), proof))
}
