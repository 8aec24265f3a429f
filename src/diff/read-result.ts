/** Reads a result record by record and keeps what a comparison needs. */
import { RANK, SEVERITIES } from '../audit/rule/rule.ts'
import type { FindingSubject } from '../audit/subject-key.ts'
import { SCHEMA_VERSION } from '../report/records/schema-version.ts'
import { limitText } from '../track/core/limits.ts'
import { HIDDEN_USER, judgeConnection, judgeSession } from './judgements.ts'
import { RecordFields } from './record-fields.ts'
import { type ReadinessResult, type Result, ResultError, type ScanResult } from './result.ts'
import { ResultLines } from './result-lines.ts'
import { comparableId, hostsKey, mostAtOnce, Sightings, sightingKey, type TimeSpan } from './sightings.ts'

/** About how many bytes may be kept of one result: a million findings and sessions. */
const MOST_KEPT = 256 * 1024 * 1024
/** About what the object of a finding, a host or a row takes beside its texts. */
const OBJECT_BYTES = 200

/**
 * @param path as the user named it; `-` for standard input
 * @param rest called for each chunk
 * @throws ResultError
 */
export async function readResult(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  rest: () => void = () => {},
): Promise<Result> {
  const reader = new ResultReader(path)
  const lines = new ResultLines(path, (record, line) => reader.take(record, line))
  for await (const chunk of chunks) {
    lines.push(chunk)
    rest()
  }
  lines.finish()
  reader.check(lines.schemaVersion)
  return reader.finish()
}

class ResultReader {
  private readonly path: string
  private readonly result: Result
  private scan: ScanResult | null = null
  private readiness: ReadinessResult | null = null
  /** By the path and the id of a capture: its number. */
  private readonly captures = new Map<string, number>()
  private readonly spans: TimeSpan[] = []
  /** By its id and its capture: the two hosts. */
  private readonly connections = new Map<string, { client: string; server: string }>()
  private hasSummary = false
  private kept = 0
  private exempted = 0

  constructor(path: string) {
    this.path = path
    this.result = {
      path,
      smblens: null,
      scope: { captures: 0, sessions: 0, firstTime: null, lastTime: null },
      doubts: { incomplete: 0, inputsUnread: 0, unreadPackets: 0, warnings: 0, limits: new Map() },
      scan: null,
      readiness: null,
      policy: null,
      hosts: new Map(),
    }
  }

  take(value: unknown, line: number | null): void {
    const type = new RecordFields(value, this.path, line).text('type')
    const record = new RecordFields(value, this.path, line, `a ${type} record`)
    if (this.hasSummary && SCAN_TYPES.has(type))
      throw record.error(`a ${type} record after the summary: are these several results?`)
    switch (type) {
      case 'capture':
        this.capture(record)
        break
      case 'connection':
        this.connection(record)
        break
      case 'session':
        this.session(record)
        break
      case 'host':
        this.host(record)
        break
      case 'finding':
        this.finding(record)
        break
      case 'summary':
        this.summary(record)
        break
      case 'policy':
        this.policy(record)
        break
      case 'control':
        this.control(record)
        break
      case 'readiness':
        this.row(record)
        break
      case 'heartbeat':
      case 'withdrawal':
        throw record.error(
          'this is a result of smblens live, which reports what is known so far: compare scans of captures',
        )
      case 'message':
        throw record.error('this is a list of messages: compare results of smblens scan or smblens readiness')
      default:
      // Of a newer version: a new type of record changes nothing in the others.
    }
  }

  check(schemaVersion: unknown): void {
    if (schemaVersion !== null && schemaVersion !== SCHEMA_VERSION) throw this.otherSchema(schemaVersion, null)
  }

  finish(): Result {
    const { scan, readiness, result, path } = this
    if (scan !== null && !this.hasSummary) {
      throw new ResultError(
        path,
        null,
        'the result ends without a summary: it was cut, or is still being written. Make it again',
      )
    }
    // The hosts come last.
    if (readiness !== null && result.hosts.size < readiness.hostsSeen) {
      throw new ResultError(path, null, 'the result ends before its last host: it was cut. Make it again')
    }
    if (scan === null && readiness === null) {
      throw new ResultError(path, null, 'no result of smblens scan or smblens readiness is in it')
    }
    return { ...result, scan, readiness }
  }

  private capture(record: RecordFields): void {
    const { scope, doubts } = this.result
    const [first, last] = [record.textOrNull('firstTime'), record.textOrNull('lastTime')]
    this.captures.set(`${record.textOrNull('captureId')} ${record.text('path')}`, this.spans.length)
    // Only the path, where no other capture has it.
    this.captures.set(`null ${record.text('path')}`, this.spans.length)
    this.spans.push({ from: timeOf(first, Number.NEGATIVE_INFINITY), to: timeOf(last, Number.POSITIVE_INFINITY) })
    this.keep(OBJECT_BYTES, record)
    scope.captures++
    scope.firstTime = earlier(scope.firstTime, first)
    scope.lastTime = later(scope.lastTime, last)
    if (!record.flag('complete')) doubts.incomplete++
    doubts.warnings += record.list('warnings').length
    for (const each of record.list('unreadPackets')) {
      doubts.unreadPackets += new RecordFields(each, this.path, record.line, 'an entry of "unreadPackets"').count(
        'packets',
      )
    }
    for (const [name, count] of record.object('limits').counts()) this.limit(name, count)
  }

  private limit(name: string, count: number): void {
    const { limits } = this.result.doubts
    limits.set(name, (limits.get(name) ?? 0) + count)
  }

  private connection(record: RecordFields): void {
    const { seen } = this.scanResult()
    const client = record.object('client').address('ip')
    const server = record.object('server')
    const [ip, port] = [server.address('ip'), server.count('port')]
    const id = connectionKey(record, 'id')
    this.connections.set(id, { client, server: ip })
    this.keep(id.length + OBJECT_BYTES, record)
    const shows = {
      state: record.text('state'),
      gaps: record.count('gaps'),
      offered: record.list('offeredDialects'),
      offeredCut: record.flag('offeredDialectsCut'),
      dialect: record.textOrNull('dialect'),
      serverSigning: record.textOrNull('serverSigning'),
      cipher: record.textOrNull('cipher'),
    }
    const capture = this.captureOf(record)
    const nobody = { domain: null, user: null }
    seen.note(hostsKey(client, ip), capture, judgeConnection(shows, 'pair'))
    const serverSubject = { kind: 'server', client: null, server: ip, port, ...nobody } as const
    seen.note(sightingKey(serverSubject), capture, judgeConnection(shows, 'server'))
    const clientSubject = { kind: 'client', client, server: null, port: null, ...nobody } as const
    seen.note(sightingKey(clientSubject), capture, judgeConnection(shows, 'client'))
  }

  private session(record: RecordFields): void {
    const { seen } = this.scanResult()
    this.result.scope.sessions++
    const hosts = this.connections.get(connectionKey(record, 'connection'))
    if (hosts === undefined) throw record.error('a session whose connection is not in the result: it was damaged')
    const [requests, responses] = [record.object('requests'), record.object('responses')]
    const both = (name: string) => requests.count(name) + responses.count(name)
    const [auth, anonymous] = [record.text('auth'), record.flagOrNull('anonymous')]
    // A null session may claim any name: its findings name nobody either.
    const isNull = anonymous === true || auth === 'anonymous'
    const user = isNull ? null : (record.textOrNull('user')?.toLowerCase() ?? null)
    const domain = isNull ? null : (record.textOrNull('domain')?.toLowerCase() ?? null)
    const shown = judgeSession({
      named: user !== null,
      auth,
      anonymous,
      guest: record.flagOrNull('guest'),
      encryptData: record.flagOrNull('encryptData'),
      status: record.text('status'),
      ntStatus: record.textOrNull('ntStatus'),
      signed: both('signed'),
      unsigned: both('unsigned'),
      encrypted: both('encrypted'),
      unread: both('unread'),
    })
    const hidden = user === null && (auth === 'kerberos' || auth === 'negoex') ? HIDDEN_USER : 0
    const key = sightingKey({ kind: 'pair', ...hosts, port: null, domain, user })
    seen.note(key, this.captureOf(record), { good: shown.good | hidden, bad: shown.bad })
    this.keep(0, record)
  }

  private host(record: RecordFields): void {
    const [ip, names] = [record.address('ip'), record.texts('names')]
    this.result.hosts.set(ip, names)
    this.keep(ip.length + names.reduce((sum, name) => sum + name.length, OBJECT_BYTES), record)
  }

  private finding(record: RecordFields): void {
    const { findings, titles } = this.scanResult()
    if (!record.has('subject'))
      throw record.error('a finding without a subject: an older smblens made it. Make the result again')
    const rule = record.text('rule')
    const subject = subjectOf(record.object('subject'))
    const key = comparableId(rule, subject)
    const severity = record.oneOf('severity', SEVERITIES)
    const count = record.count('count')
    const id = record.text('id')
    const lastTime = record.textOrNull('lastTime')
    const title = record.text('title')
    const user = record.textOrNull('user')
    titles.set(rule, title)
    const known = findings.get(key)
    if (known === undefined) {
      findings.set(key, { rule, subject, user, severity, count, id, lastTime })
      this.keep(key.length + id.length + (user?.length ?? 0) + OBJECT_BYTES, record)
      return
    }
    known.count += count
    known.lastTime = later(known.lastTime, lastTime)
    if (RANK[severity] < RANK[known.severity]) Object.assign(known, { severity, id, user })
  }

  private summary(record: RecordFields): void {
    const scan = this.scanResult()
    const { doubts } = this.result
    this.hasSummary = true
    if (record.has('schemaVersion') && record.count('schemaVersion') !== SCHEMA_VERSION) {
      throw this.otherSchema(record.count('schemaVersion'), record)
    }
    if (record.has('loss')) throw record.error('this is a result of smblens live: compare scans of captures')
    if (record.has('smblens')) this.result.smblens = record.text('smblens')
    if (record.has('rules')) scan.rules = new Set(record.texts('rules'))
    scan.findingsHidden = record.count('findingsHidden')
    doubts.inputsUnread = record.count('inputsUnread')
    for (const [name, count] of record.object('limits').counts()) {
      if (name === limitText('findingBytes')) scan.findingsLeftOut = count
      doubts.limits.set(name, count)
    }
  }

  private policy(record: RecordFields): void {
    const [path, hash] = [record.textOrNull('path'), record.textOrNull('hash')]
    this.result.policy = path === null || hash === null ? null : { path, hash }
    for (const each of record.list('exemptions')) {
      const exemption = new RecordFields(each, this.path, record.line, 'an entry of "exemptions"')
      this.exempted += exemption.countOrNull('hidden') ?? 0
    }
  }

  private control(record: RecordFields): void {
    const readiness = this.readinessResult()
    const { controls } = readiness
    const control = record.text('control')
    readiness.hostsSeen = Math.max(readiness.hostsSeen, record.count('hostsSeen'))
    controls.set(control, {
      control,
      title: record.text('title'),
      ready: record.count('ready'),
      breaks: record.count('breaks'),
      exempt: record.count('exempt'),
      notObserved: record.count('notObserved'),
      observable: record.flag('observable'),
    })
    this.keep(control.length + OBJECT_BYTES, record)
  }

  private row(record: RecordFields): void {
    const { rows } = this.readinessResult()
    const [client, server] = [record.objectOrNull('client'), record.objectOrNull('server')]
    const row = {
      id: record.text('id'),
      control: record.text('control'),
      scope: record.oneOf('scope', ['pair', 'host']),
      side: record.textOrNull('side'),
      client: client?.address('ip') ?? null,
      server: server?.address('ip') ?? null,
      user: record.textOrNull('user'),
      share: record.textOrNull('share'),
      state: record.oneOf('state', READINESS_STATES),
      reason: record.textOrNull('reason'),
    }
    rows.set(row.id, row)
    this.keep(row.id.length + (row.user?.length ?? 0) + (row.share?.length ?? 0) + OBJECT_BYTES, record)
  }

  /** The capture records come first, so that the times of all captures are known here. */
  private scanResult(): ScanResult {
    this.scan ??= {
      rules: null,
      findingsHidden: 0,
      findingsLeftOut: 0,
      exempted: this.exempted,
      findings: new Map(),
      titles: new Map(),
      seen: new Sightings(mostAtOnce(this.spans) > 1 ? this.spans : []),
    }
    return this.scan
  }

  private readinessResult(): ReadinessResult {
    this.readiness ??= { hostsSeen: 0, controls: new Map(), rows: new Map() }
    return this.readiness
  }

  private captureOf(record: RecordFields): number {
    const id = record.has('captureId') ? record.textOrNull('captureId') : null
    const number = this.captures.get(`${id} ${record.text('capture')}`)
    if (number === undefined) throw record.error('its capture is not in the result: it was damaged')
    return number
  }

  private keep(bytes: number, record: RecordFields): void {
    this.kept += bytes
    if (this.kept + (this.scan?.seen.bytes ?? 0) > MOST_KEPT) {
      throw record.error(
        'the result is too large to be compared: make both results with --min-severity, --rule, or of fewer captures',
      )
    }
  }

  private otherSchema(schemaVersion: unknown, record: RecordFields | null): ResultError {
    const problem = `its records have another form (schemaVersion ${schemaVersion}, this smblens reads ${SCHEMA_VERSION}): make both results with one version`
    return record?.error(problem) ?? new ResultError(this.path, null, problem)
  }
}

/** Types that stand before the summary. */
const SCAN_TYPES: ReadonlySet<string> = new Set(['connection', 'session', 'finding', 'summary'])

const READINESS_STATES = ['ready', 'breaks', 'exempt', 'not-observed'] as const
const SUBJECT_KINDS = ['pair', 'server', 'client', 'capture', 'network'] as const

function subjectOf(fields: RecordFields): FindingSubject {
  return {
    kind: fields.oneOf('kind', SUBJECT_KINDS),
    client: fields.addressOrNull('client'),
    server: fields.addressOrNull('server'),
    port: fields.countOrNull('port'),
    domain: fields.textOrNull('domain'),
    user: fields.textOrNull('user'),
    about: fields.textOrNull('about'),
  }
}

/** The ids of connections are unique in one capture; records name it where two captures share a path. */
function connectionKey(record: RecordFields, name: string): string {
  const capture = record.has('captureId') ? record.textOrNull('captureId') : null
  return capture === null ? record.text(name) : `${record.text(name)} ${capture}`
}

function timeOf(time: string | null, otherwise: number): number {
  const milliseconds = time === null ? Number.NaN : Date.parse(time)
  return Number.isNaN(milliseconds) ? otherwise : milliseconds
}

/** ISO 8601 in UTC sorts as text. */
function earlier(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b < a) ? b : a
}

function later(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a
}
