/** The worker that fuzzes the engine. */
import type { Engine } from './outcome.ts'
import type { Job } from './protocol.ts'
import { serve } from './serve.ts'
import { engineTarget } from './target.ts'

const job: Job = JSON.parse(process.argv[2] ?? '')
// Two engines, each with its own hash seed, so that a result that depends on the seed is found.
const first: Engine = await import(`${job.engine}?first`)
const second: Engine = await import(`${job.engine}?second`)
await serve(engineTarget(first, second), job)
