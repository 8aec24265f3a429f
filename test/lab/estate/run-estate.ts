/** Runs the clients of the estate against servers that permit everything, and again with each control enforced. */
import { enforcementKey, type Outcomes } from '../outcomes.ts'
import { CLIENTS, type Client } from './clients.ts'
import { ENFORCEMENTS, type Enforcement } from './enforcements.ts'
import { impacketPython, makePlace } from './jobs.ts'
import { makeRealm, startKdc } from './kerberos.ts'
import {
  allowOutbound,
  blockOutbound,
  clientAddress,
  makeNetwork,
  OUTSIDE_HOST,
  record,
  SERVER_HOST,
} from './network.ts'
import { hasProgram, inParallel } from './run.ts'
import { makeAccounts, startSamba } from './servers.ts'

export interface EstateOptions {
  /** Where the capture of the permissive servers goes. */
  capture: string
  /** Clients that run at the same time. */
  jobs: number
  /** Called with lines for people who wait: each control, and how each client that breaks says so. */
  onProgress(line: string): void
}

/** Must run in namespaces of its own, see makeNetwork. */
export async function runEstate({ capture, jobs, onProgress }: EstateOptions): Promise<Outcomes> {
  const present = CLIENTS.map(({ program }) =>
    program === 'impacket' ? impacketPython() !== null : hasProgram(program),
  )
  makeNetwork(CLIENTS.length)
  makeRealm()
  makeAccounts()

  const round = async (enforcement: Enforcement | null, file: string | null) => {
    const started = Date.now()
    const stop = await enforce(enforcement)
    const recorder = file === null ? null : await record(file)
    const failures = await inParallel(
      jobs,
      CLIENTS.map((client, i) => async () => {
        if (!present[i] || (enforcement !== null && !concerns(enforcement, client))) return null
        const enforced = enforcement?.at === 'client' ? enforcement.settings : []
        const once = () => client.job(makePlace(i + 1, enforced))
        // The second try is for a machine that is too busy: a control refuses every one.
        return (await once()) === null ? '' : ((await once()) ?? '')
      }),
    )
    await recorder?.stop()
    await stop()
    const title = enforcement === null ? 'permissive' : enforcementKey(enforcement)
    const count = failures.filter((failure) => failure !== null && failure !== '').length
    onProgress(`${title}: ${count} clients break, ${((Date.now() - started) / 1000).toFixed(1)} s`)
    for (const [i, failure] of failures.entries()) if (failure) onProgress(`  ${CLIENTS[i]!.id}: ${lastLine(failure)}`)
    return failures
  }

  const permissive = await round(null, capture)
  const columns: (string | null)[][] = []
  for (const enforcement of ENFORCEMENTS) columns.push(await round(enforcement, null))
  return {
    clients: CLIENTS.flatMap(({ id, program }, i) => {
      if (permissive[i] !== '') return []
      const cells = ENFORCEMENTS.map(
        (enforcement, c) => [enforcementKey(enforcement), outcomeOf(columns[c]![i]!)] as const,
      )
      return [{ id, program, address: clientAddress(i + 1), outcomes: Object.fromEntries(cells) }]
    }),
    leftOut: CLIENTS.flatMap(({ id, program }, i) => {
      if (!present[i]) return [`${id} (${program} is not installed)`]
      return permissive[i] === '' ? [] : [`${id} (it fails on the permissive servers too)`]
    }),
  }
}

/** @param failure what the client printed, '' where it did its job, null where it was not run */
const outcomeOf = (failure: string | null) => (failure === null ? null : failure === '' ? 'works' : 'breaks')

/** Starts all servers with the control enforced. @returns what stops them and takes the control away */
async function enforce(enforcement: Enforcement | null): Promise<() => Promise<void>> {
  const at = (where: Enforcement['at']) => (enforcement?.at === where ? enforcement.settings : [])
  const kdc = await startKdc(at('KDC'))
  const servers = await Promise.all(
    [SERVER_HOST, OUTSIDE_HOST].map((host) => startSamba(host, CLIENTS.length, at('server'))),
  )
  if (enforcement?.at === 'router') blockOutbound()
  return async () => {
    if (enforcement?.at === 'router') allowOutbound()
    await Promise.all([kdc, ...servers].map((each) => each.stop()))
  }
}

/** Only Samba's programs have settings that enforce a control, and a requirement for hardened paths concerns those who use one. */
function concerns({ control, at }: Enforcement, { program, hardenedPath }: Client): boolean {
  if (at !== 'client') return true
  if (control === 'unc-hardening') return hardenedPath
  return program === 'smbclient' || program === 'smbget' || program === 'rpcclient'
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)!.slice(0, 200)
