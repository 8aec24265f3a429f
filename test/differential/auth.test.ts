/** @module-tag long */
/**
 * Security blobs and NTLMSSP messages of outside captures, compared with tshark field by field. tshark also extracts them from their packets: from SMB,
 * and from LDAP and DCE/RPC, which carry the same.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AvPairs } from '../../dissectors/auth/av-pairs.ts'
import { parseKerberosToken } from '../../dissectors/auth/kerberos.ts'
import {
  messageType,
  type NtlmAuthenticate,
  type OsVersion,
  parseNtlmAuthenticate,
  parseNtlmChallenge,
  parseNtlmNegotiate,
} from '../../dissectors/auth/ntlmssp.ts'
import { innerToken, parseSecurityBlob } from '../../dissectors/auth/spnego.ts'
import { hex } from '../../dissectors/bytes.ts'
import type { Parsed } from '../../dissectors/cursor.ts'
import { bytes } from '../dissectors/auth/fixtures.ts'
import { captureFiles, capturesFolder } from '../support/captures.ts'

const TSHARK = 'tshark'
const noTshark = spawnSync(TSHARK, ['--version']).status !== 0
const folder = capturesFolder()
const noCaptures = folder === null || !existsSync(join(folder, 'smb'))
const files = noCaptures ? [] : captureFiles('smb')

type Json = string | Json[] | { [key: string]: Json }

/** A layer as tshark shows it: its bytes, and for every field below it the bytes and the text of each time it occurs. */
interface Layer {
  frame: string
  bytes: Uint8Array
  raw: Map<string, string[]>
  shown: Map<string, string[]>
}

/** Every layer of NTLMSSP and of GSS-API in a capture. */
function layersOf(path: string): { ntlmssp: Layer[]; gss: Layer[] } {
  const args = ['-r', path, '-Y', 'ntlmssp || gss-api', '-T', 'json', '-x', '--no-duplicate-keys']
  const { stdout } = spawnSync(TSHARK, args, { maxBuffer: 2 ** 30, encoding: 'utf8' })
  const packets = JSON.parse(stdout || '[]') as { _source: { layers: { [key: string]: Json } } }[]
  const ntlmssp: Layer[] = []
  const gss: Layer[] = []
  for (const { _source } of packets) {
    const { frame } = _source.layers as { frame: { 'frame.number': string } }
    collectLayers(_source.layers, 'ntlmssp', `frame ${frame['frame.number']}`, ntlmssp)
    collectLayers(_source.layers, 'gss-api', `frame ${frame['frame.number']}`, gss)
  }
  return {
    ntlmssp: ntlmssp.filter(({ raw }) => raw.has('ntlmssp.messagetype')),
    gss: gss.filter(({ raw }) => raw.has('spnego')),
  }
}

function collectLayers(json: Json, protocol: string, frame: string, layers: Layer[]): void {
  if (typeof json === 'string' || json === null) return
  if (Array.isArray(json)) {
    for (const item of json) collectLayers(item, protocol, frame, layers)
    return
  }
  for (const [key, value] of Object.entries(json)) {
    if (key === protocol) {
      const digits = rawDigits(json[`${key}_raw`] ?? [])
      for (const [i, tree] of (Array.isArray(value) ? value : [value]).entries()) {
        const layer: Layer = { frame, bytes: bytes(digits[i] ?? ''), raw: new Map(), shown: new Map() }
        collectFields(tree, layer)
        layers.push(layer)
      }
    }
    collectLayers(value, protocol, frame, layers)
  }
}

function collectFields(json: Json, layer: Layer): void {
  if (typeof json === 'string' || json === null) return
  for (const [key, value] of Object.entries(json)) {
    if (key.endsWith('_raw')) append(layer.raw, key.slice(0, -4), rawDigits(value))
    else if (typeof value === 'string') append(layer.shown, key, [value])
    else if (Array.isArray(value) && value.every((item) => typeof item === 'string')) append(layer.shown, key, value)
    else collectFields(value, layer)
  }
}

/** A raw field is [digits, position, length, mask, type], or a list of those. */
function rawDigits(value: Json): string[] {
  if (!Array.isArray(value)) return []
  return Array.isArray(value[0]) ? value.flatMap(rawDigits) : [String(value[0])]
}

function append(map: Map<string, string[]>, key: string, values: string[]): void {
  map.set(key, [...(map.get(key) ?? []), ...values])
}

function valueIn<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(`${parsed.fault.kind}: ${parsed.fault.field} at ${parsed.fault.offset}`)
  return parsed.value
}

function maybeHex(value: Uint8Array | null | undefined): string | null {
  return value ? hex(value) : null
}

const missing = noTshark ? ' (tshark is not installed)' : noCaptures ? ' (no outside captures)' : ''

describe.skipIf(missing !== '')(`beside tshark${missing}`, () => {
  const compared = { negotiate: 0, challenge: 0, authenticate: 0, blob: 0, kerberos: 0 }

  const alike = new Set<string>()

  it.each(files.map((path) => [relative(folder ?? '', path), path]))('%s', (_, path) => compareFile(path))

  it('had enough to compare', () => {
    for (const path of files) compareFile(path)
    expect(Object.entries(compared).filter(([, count]) => count < 10)).toEqual([])
  })

  /** Once, whichever test comes first. */
  function compareFile(path: string): void {
    if (alike.has(path)) return
    const { ntlmssp, gss } = layersOf(path)
    for (const layer of ntlmssp) compareToken(layer)
    for (const layer of gss) {
      compareBlob(layer)
      if (layer.raw.has('kerberos')) compareKerberos(layer)
    }
    alike.add(path)
  }

  function compareToken(layer: Layer): void {
    switch (messageType(layer.bytes)) {
      case 1:
        compared.negotiate++
        compareNegotiate(layer)
        break
      case 2:
        compared.challenge++
        compareChallenge(layer)
        break
      case 3:
        compared.authenticate++
        compareAuthenticate(layer)
        break
      default:
        throw new Error(`${layer.frame}: no NTLMSSP`)
    }
  }

  function compareNegotiate(layer: Layer): void {
    const { anomalies, ...ours } = valueIn(parseNtlmNegotiate(layer.bytes))
    expect(ours, layer.frame).toEqual({
      negotiateFlags: number(layer, 'ntlmssp.negotiateflags'),
      domainName: text(layer, 'ntlmssp.negotiate.domain'),
      workstation: text(layer, 'ntlmssp.negotiate.callingworkstation'),
      version: version(layer),
    })
    expect(anomalies, layer.frame).toEqual([])
  }

  function compareChallenge(layer: Layer): void {
    const { anomalies, targetInfo, ...ours } = valueIn(parseNtlmChallenge(layer.bytes))
    expect({ ...ours, targetInfo: targetInfo && avPairs(targetInfo) }, layer.frame).toEqual({
      negotiateFlags: number(layer, 'ntlmssp.negotiateflags'),
      serverChallenge: layer.raw.get('ntlmssp.ntlmserverchallenge')?.[0],
      targetName: text(layer, 'ntlmssp.challenge.target_name'),
      targetInfo: layer.raw.has('ntlmssp.challenge.target_info')
        ? theirAvPairs(layer, 'ntlmssp.challenge.target_info')
        : null,
      version: version(layer),
    })
    expect(anomalies, layer.frame).toEqual([])
  }

  function compareAuthenticate(layer: Layer): void {
    const ours = valueIn(parseNtlmAuthenticate(layer.bytes))
    if (ours.anomalies.some((anomaly) => anomaly.endsWith('-out-of-bounds'))) {
      // tshark stops at the first buffer that leaves the message, and shows nothing of what follows.
      expect(layer.shown.has('ntlmssp.auth.username'), layer.frame).toBe(false)
      return
    }
    expect(authenticateFields(ours), layer.frame).toEqual(theirAuthenticateFields(layer, ours))
  }

  function compareBlob(layer: Layer): void {
    compared.blob++
    const ours = valueIn(parseSecurityBlob(layer.bytes))
    const raw = (field: string): string | null => layer.raw.get(field)?.[0] ?? null
    const oids = (field: string): string[] => (layer.shown.get(field) ?? []).map((shown) => shown.split(' ')[0]!)
    if (ours.form === 'neg-token-init') {
      expect({ ...ours, mechToken: maybeHex(ours.mechToken) }, layer.frame).toEqual({
        form: 'neg-token-init',
        mechTypes: oids('spnego.MechType'),
        mechTypesCut: false,
        mechToken: raw('spnego.mechToken'),
        mechTokenLength: (raw('spnego.mechToken')?.length ?? 0) / 2,
        negHints: layer.shown.get('spnego.hintName')?.[0] ?? null,
        mechListMic: layer.raw.has('spnego.mechListMIC'),
      })
    } else {
      const mic = raw('spnego.mechListMIC')
      expect(
        { ...ours, responseToken: ours.form === 'neg-token-resp' && maybeHex(ours.responseToken) },
        layer.frame,
      ).toEqual({
        form: 'neg-token-resp',
        negState: layer.raw.has('spnego.negResult') ? Number.parseInt(raw('spnego.negResult')!, 16) : null,
        supportedMech: oids('spnego.supportedMech')[0] ?? null,
        responseToken: raw('spnego.responseToken'),
        responseTokenLength: (raw('spnego.responseToken')?.length ?? 0) / 2,
        mechListMic: mic !== null && mic !== raw('spnego.responseToken'),
      })
    }
  }

  function compareKerberos(layer: Layer): void {
    compared.kerberos++
    const token = innerToken(valueIn(parseSecurityBlob(layer.bytes)))
    expect(token.kind, layer.frame).toBe('kerberos')
    const ours = valueIn(parseKerberosToken(token.bytes!, token.wireLength))
    const etypes = (layer.shown.get('kerberos.etype') ?? []).map(Number)
    if (layer.raw.has('kerberos.ap_req_element')) {
      expect(ours, layer.frame).toEqual({
        kind: 'ap-req',
        apOptions: Number.parseInt(layer.raw.get('kerberos.ap_options')![0]!, 16),
        mutualRequired: layer.shown.get('kerberos.APOptions.mutual.required')![0] === '1',
        ticket: {
          realm: layer.shown.get('kerberos.realm')![0],
          serverName: layer.shown.get('kerberos.SNameString')!.join('/'),
          etype: etypes[0],
          kvno: layer.shown.has('kerberos.kvno') ? Number(layer.shown.get('kerberos.kvno')![0]) : null,
        },
        authenticatorEtype: etypes[1],
      })
    } else if (layer.raw.has('kerberos.ap_rep_element'))
      expect(ours, layer.frame).toEqual({ kind: 'ap-rep', etype: etypes[0] })
    else {
      expect(ours, layer.frame).toMatchObject({
        kind: 'krb-error',
        code: Number(layer.shown.get('kerberos.error_code')![0]),
        realm: layer.shown.get('kerberos.realm')?.[0] ?? null,
        serverName: layer.shown.get('kerberos.SNameString')?.join('/') ?? null,
      })
    }
  }
})

function number(layer: Layer, field: string): number | null {
  const shown = layer.shown.get(field)?.[0]
  return shown === undefined ? null : Number(shown)
}

/** tshark prints NULL for an empty text. */
function text(layer: Layer, field: string): string | null {
  const shown = layer.shown.get(field)?.[0]
  return shown === 'NULL' ? '' : (shown ?? null)
}

function version(layer: Layer): OsVersion | null {
  const build = number(layer, 'ntlmssp.version.build_number')
  if (build === null) return null
  return { major: number(layer, 'ntlmssp.version.major')!, minor: number(layer, 'ntlmssp.version.minor')!, build }
}

/** tshark leaves an empty text out of these lists, so it is left out here too. */
function avPairs(pairs: AvPairs): object {
  return {
    nbComputerName: pairs.nbComputerName || null,
    nbDomainName: pairs.nbDomainName || null,
    dnsComputerName: pairs.dnsComputerName || null,
    dnsDomainName: pairs.dnsDomainName || null,
    dnsTreeName: pairs.dnsTreeName || null,
    flags: pairs.flags,
    timestamp: pairs.timestamp === null ? null : littleEndian(pairs.timestamp),
    singleHost: maybeHex(pairs.singleHost),
    targetName: pairs.targetName || null,
    channelBindings: maybeHex(pairs.channelBindings),
    unknown: pairs.unknown.length,
    anomalies: pairs.anomalies,
  }
}

function theirAvPairs(layer: Layer, prefix: string): object {
  const raw = (field: string): string | null => layer.raw.get(`${prefix}.${field}`)?.[0] ?? null
  const name = (field: string): string | null => layer.shown.get(`${prefix}.${field}`)?.[0] || null
  return {
    nbComputerName: name('nb_computer_name'),
    nbDomainName: name('nb_domain_name'),
    dnsComputerName: name('dns_computer_name'),
    dnsDomainName: name('dns_domain_name'),
    dnsTreeName: name('dns_tree_name'),
    flags: number(layer, `${prefix}.flags`),
    timestamp: raw('timestamp'),
    singleHost: raw('restrictions'),
    targetName: name('target_name'),
    channelBindings: raw('channel_bindings'),
    unknown: 0,
    anomalies: [],
  }
}

function littleEndian(value: bigint): string {
  return hex(Uint8Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)))
}

function authenticateFields(ours: NtlmAuthenticate): object {
  return {
    negotiateFlags: ours.negotiateFlags,
    domainName: ours.domainName,
    userName: ours.userName,
    workstation: ours.workstation,
    lm: maybeHex(ours.lmChallengeResponse),
    nt: maybeHex(ours.ntChallengeResponse),
    version: ours.version,
    mic: maybeHex(ours.mic),
    ntProofStr: ours.ntlmv2?.ntProofStr ?? null,
    timeStamp: ours.ntlmv2?.timeStamp === undefined ? null : littleEndian(ours.ntlmv2.timeStamp),
    challengeFromClient: ours.ntlmv2?.challengeFromClient ?? null,
    avPairs: ours.ntlmv2?.avPairs === undefined ? null : avPairs(ours.ntlmv2.avPairs),
    anomalies: ours.anomalies,
  }
}

function theirAuthenticateFields(layer: Layer, ours: NtlmAuthenticate): object {
  const raw = (field: string): string | null => layer.raw.get(field)?.[0] ?? null
  // For an empty response tshark shows the eight bytes of its fields in the header.
  const response = (field: string, length: number): string | null => (length === 0 ? '' : raw(field))
  const v2 = layer.raw.has('ntlmssp.ntlmv2_response.ntproofstr')
  return {
    negotiateFlags: number(layer, 'ntlmssp.negotiateflags'),
    domainName: text(layer, 'ntlmssp.auth.domain'),
    userName: text(layer, 'ntlmssp.auth.username'),
    workstation: text(layer, 'ntlmssp.auth.hostname'),
    lm: response('ntlmssp.auth.lmresponse', ours.lmChallengeResponseLength),
    nt: response('ntlmssp.auth.ntresponse', ours.ntChallengeResponseLength),
    version: version(layer),
    mic: raw('ntlmssp.authenticate.mic'),
    ntProofStr: raw('ntlmssp.ntlmv2_response.ntproofstr'),
    timeStamp: raw('ntlmssp.ntlmv2_response.time'),
    challengeFromClient: raw('ntlmssp.ntlmv2_response.chal'),
    avPairs: v2 ? theirAvPairs(layer, 'ntlmssp.ntlmv2_response') : null,
    anomalies: [],
  }
}
