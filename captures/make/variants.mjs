// Makes captures of everything that a mirror port, a network on the way or an attacker does to traffic, from two clean samples. They are not stored:
// test/golden/variants.test.ts makes them in memory and verifies that they give the same records.
//
// usage: node variants.mjs OUTDIR      writes all of them as OUTDIR/NAME.pcap or .pcapng, and says what each is
//
// It uses no code of the program that it tests. Its output was compared with tshark: see the README of the samples.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writePcap } from './pcap.mjs'
import * as c from './variants/conversation.mjs'
import * as e from './variants/encapsulations.mjs'
import * as ip from './variants/ip.mjs'
import * as l from './variants/links.mjs'
import { nested } from './variants/nesting.mjs'
import { pick, seeded } from './variants/random.mjs'
import * as q from './variants/sequences.mjs'

const { IPV4, IPV6, ORDER } = ip

/** The clean captures. */
export const BASES = { smb3: 'smb311-unsigned-data', smb1: 'smb1-unsigned' }

/**
 * Every variant: { name, what, base, ipv6, keeps, extension, bytes }.
 * - `base` is one of BASES; `ipv6`, whether the conversation's own addresses are fd00:77::1 and fd00:77::2 in place of 10.77.0.1 and .2.
 * - `keeps` says what must come out: 'frames', the same records with the same frame numbers and times; 'records', the same records apart from
 *   those; 'more', the same records and what the test adds; 'some', only what the test says.
 * - `bytes()` makes the file, the same in every run.
 */
export const VARIANTS = []

/** From the base to the file: `shape` changes segments, `stage` packets, `link` frames them, unless `file` makes the file of the packets. */
function add(name, what, options) {
  const {
    base = 'smb3',
    ipv6 = false,
    keeps = 'records',
    shape,
    stage,
    link = 'ethernet',
    file,
    extension = 'pcap',
  } = options
  const bytes = () => {
    const clean = c.conversation(BASES[base])
    const segments = ipv6 ? c.overIpv6(clean) : clean
    const packets = c.datagrams(shape ? shape(segments) : segments)
    const staged = stage ? stage(packets) : packets
    return file ? file(staged) : l.pcapFile(staged, l.LINKS[link])
  }
  VARIANTS.push({ name, what, base, ipv6, keeps, extension, bytes })
}

/** The same for both bases, and for the first one over IPv6, where the stage accepts them. */
function addAll(name, what, options, families = [IPV4, IPV6]) {
  if (families.includes(IPV4)) {
    add(name, what, options)
    add(`${name}-smb1`, `${what}; SMB1`, { ...options, base: 'smb1' })
  }
  if (families.includes(IPV6)) add(`${name}-ipv6`, `${what}; IPv6`, { ...options, ipv6: true })
}

const chain =
  (...stages) =>
  (packets) =>
    stages.reduce((all, stage) => stage(all), packets)

// --- link types and files

for (const [link, { number, takes }] of Object.entries(l.LINKS)) {
  addAll(`link-${link}`, `link type ${number}`, { keeps: 'frames', link }, [IPV4, IPV6].filter(takes))
}
{
  const file = (packets) => l.pcapFile(packets, l.EXPORTED_TCP)
  add('link-upper-pdu-tcp', 'exported PDUs of TCP', { keeps: 'frames', file })
  add('link-upper-pdu-tcp-ipv6', 'exported PDUs of TCP; IPv6', { keeps: 'frames', ipv6: true, file })
}
{
  const links = (names) => names.map((name) => l.LINKS[name])
  const some = ['ethernet', 'raw-101', 'sll', 'sll2', 'loop', 'ppp', 'pppoe-link', '80211', 'radiotap-fcs']
  const pcapng = { keeps: 'frames', extension: 'pcapng' }
  for (const bigEndian of [false, true]) {
    const order = bigEndian ? 'big' : 'little'
    addAll(`pcapng-${order}-endian`, `pcapng with ${some.length} interfaces, each of another link type`, {
      ...pcapng,
      file: (packets) => l.pcapngFile(packets, links(some), bigEndian),
    })
  }
  const file = (options) => ({ keeps: 'frames', file: (packets) => l.pcapFile(packets, l.LINKS.ethernet, options) })
  addAll('nanoseconds', 'nanosecond pcap', file({ nanoseconds: true }))
  addAll('big-endian', 'big-endian pcap', file({ bigEndian: true }))
  addAll('big-endian-nanoseconds', 'big-endian nanosecond pcap', file({ bigEndian: true, nanoseconds: true }))
}

// --- encapsulations

const frames = (stage) => ({ keeps: 'frames', stage })

addAll('vlan-8100', 'one tag, 0x8100', frames(e.vlan(0x8100)))
addAll('vlan-88a8', 'one tag, 0x88a8', frames(e.vlan(0x88a8)))
addAll('vlan-9100', 'one tag, 0x9100', frames(e.vlan(0x9100)))
addAll('vlan-88a8-8100', 'two tags', frames(e.vlan(0x88a8, 0x8100)))
addAll('vlan-8100-8100', 'two tags of one kind', frames(e.vlan(0x8100, 0x8100)))
addAll('vlan-9100-88a8-8100', 'three tags', frames(e.vlan(0x9100, 0x88a8, 0x8100)))
addAll('vlan-8200', 'one tag, 0x8200', frames(e.vlan(0x8200)))
addAll('vlan-9300-8100', 'two tags, 0x9300 outside', frames(e.vlan(0x9300, 0x8100)))
addAll('timestamp-tag', 'Cisco timestamp tag', frames(e.timestampTag))
addAll('meta-data', 'Cisco MetaData', frames(e.metaData))
addAll('e-tag', 'IEEE 802.1BR E-TAG', frames(e.eTag))
addAll('hsr', 'HSR', frames(e.hsr))
addAll('prp', 'PRP trailer', frames(e.prp))
addAll('edsa', 'Marvell EDSA', frames(e.edsa))
addAll('arista-64', 'Arista timestamp of 64 bits', frames(e.aristaTimestamp(64)))
addAll('arista-48', 'Arista timestamp of 48 bits', frames(e.aristaTimestamp(48)))
addAll('macsec', 'MACsec without encryption', frames(e.macsec(false)))
addAll('macsec-channel', 'MACsec without encryption, with a channel', frames(chain(e.vlan(0x8100), e.macsec(true))))
addAll('trill', 'TRILL', frames(e.trill(false)))
addAll('trill-options', 'TRILL with options', frames(e.trill(true)))
// A tag that a switch adds to what it receives, and not to what it sends.
const half = (stage) => (packets) => packets.map((p, i) => (p.fromClient ? p : stage([p], i)[0]))
addAll('timestamp-tag-half', 'Cisco timestamp tag on one direction', frames(half(e.timestampTag)))
addAll(
  'erspan-timestamp-tag-half',
  'ERSPAN II around a timestamp tag on one direction',
  frames(chain(half(e.timestampTag), e.erspan.two(IPV4))),
)
// 802.3 frames are no longer than 1500 bytes, LLC and SNAP included.
const shorter = (s) => c.inPieces(s, 1400)
addAll('snap', '802.3 with LLC and SNAP', { shape: shorter, stage: e.snap })
addAll('snap-vlan', '802.3 with SNAP, tagged', { shape: shorter, stage: chain(e.snap, e.vlan(0x8100)) })
addAll('mpls-1', 'MPLS, one label', frames(e.mpls([1000])))
addAll('mpls-2', 'MPLS, two labels', frames(e.mpls([1000, 17])))
addAll('mpls-3', 'MPLS, three labels', frames(e.mpls([1000, 17, 16])))
addAll('mpls-explicit-null', 'MPLS, explicit null below', frames(e.mpls([1000, 0])), [IPV4])
addAll('mpls-explicit-null-6', 'MPLS, IPv6 explicit null below', frames(e.mpls([1000, 2])), [IPV6])
addAll('mpls-ethernet', 'Ethernet over MPLS', frames(e.mpls([1000, 3000], 'ethernet')))
addAll('mpls-control-word', 'Ethernet over MPLS, control word', frames(e.mpls([1000, 4000], 'control word')))
addAll('snap-mpls-ethernet', 'SNAP in Ethernet over MPLS', {
  shape: shorter,
  stage: chain(e.snap, e.mpls([1000, 3000], 'ethernet')),
})
addAll('snap-mpls-control-word', 'SNAP in Ethernet over MPLS, control word', {
  shape: shorter,
  stage: chain(e.snap, e.mpls([1000, 4000], 'control word')),
})
addAll('pppoe', 'PPPoE', frames(e.pppoe()))
addAll('pppoe-compressed', 'PPPoE, PPP protocol in one byte', frames(e.pppoe(true)))
addAll('pppoe-vlan', 'PPPoE, tagged', frames(chain(e.pppoe(), e.vlan(0x8100))))

for (const [family, name] of [
  [IPV4, 'v4'],
  [IPV6, 'v6'],
]) {
  addAll(`gre-${name}`, `GRE over IP${name}`, frames(e.gre(family)))
  addAll(`gre-sum-${name}`, `GRE with checksum over IP${name}`, frames(e.gre(family, { sum: true })))
  addAll(`gre-key-${name}`, `GRE with key over IP${name}`, frames(e.gre(family, { key: true })))
  addAll(`gre-sequence-${name}`, `GRE with sequence over IP${name}`, frames(e.gre(family, { sequence: true })))
  const every = { sum: true, key: true, sequence: true }
  addAll(`gre-all-${name}`, `GRE with checksum, key and sequence over IP${name}`, frames(e.gre(family, every)))
  addAll(`gre-ethernet-${name}`, `Ethernet in GRE over IP${name}`, frames(e.gre(family, { bridged: true })))
  addAll(
    `nvgre-${name}`,
    `Ethernet in GRE with key over IP${name}`,
    frames(e.gre(family, { bridged: true, key: true })),
  )
  addAll(`erspan-1-${name}`, `ERSPAN I over IP${name}`, frames(e.erspan.one(family)))
  addAll(`erspan-2-${name}`, `ERSPAN II over IP${name}`, frames(e.erspan.two(family)))
  addAll(`erspan-3-${name}`, `ERSPAN III over IP${name}`, frames(e.erspan.three(family, false)))
  addAll(`erspan-3-subheader-${name}`, `ERSPAN III with subheader over IP${name}`, frames(e.erspan.three(family, true)))
  addAll(`vxlan-${name}`, `VXLAN over IP${name}`, frames(e.vxlan(family)))
  addAll(`vxlan-no-sum-${name}`, `VXLAN over IP${name} without UDP checksum`, frames(e.vxlan(family, false)))
  addAll(`vxlan-gpe-${name}`, `IP in VXLAN-GPE over IP${name}`, frames(e.vxlanGpe(family, false)))
  addAll(`vxlan-gpe-ethernet-${name}`, `Ethernet in VXLAN-GPE over IP${name}`, frames(e.vxlanGpe(family, true)))
  addAll(`geneve-${name}`, `GENEVE over IP${name}`, frames(e.geneve(family)))
  addAll(`geneve-options-${name}`, `GENEVE with options over IP${name}`, frames(e.geneve(family, { options: true })))
  addAll(
    `geneve-ip-${name}`,
    `IP in GENEVE over IP${name}`,
    frames(e.geneve(family, { bridged: false, options: true })),
  )
  addAll(`tzsp-${name}`, `TZSP over IP${name}`, frames(e.tzsp(family)))
  addAll(`l2tp2-${name}`, `L2TPv2 over IP${name}`, frames(e.l2tp2(family)))
  addAll(`l2tp2-all-${name}`, `L2TPv2 with all fields over IP${name}`, frames(e.l2tp2(family, true)))
  addAll(`l2tp3-udp-${name}`, `L2TPv3 in UDP over IP${name}`, frames(e.l2tp3(family)))
  addAll(`l2tp3-ip-${name}`, `L2TPv3 over IP${name}`, frames(e.l2tp3(family, { inIp: true })))
  addAll(
    `l2tp3-cookie-${name}`,
    `L2TPv3 with cookie and sublayer over IP${name}`,
    frames(e.l2tp3(family, { inIp: true, cookie: 8, sublayer: 4 })),
  )
  addAll(`mpls-in-udp-${name}`, `MPLS in UDP over IP${name}`, frames(e.mplsInUdp(family)))
  addAll(`gre-in-udp-${name}`, `GRE in UDP over IP${name}`, frames(e.greInUdp(family)))
  addAll(`gue-${name}`, `GUE over IP${name}`, frames(e.gue(family)))
  addAll(`gue-bare-${name}`, `GUE without a header over IP${name}`, frames(e.gue(family, true)))
  addAll(`lisp-${name}`, `LISP over IP${name}`, frames(e.lisp(family)))
  addAll(`capwap-${name}`, `Ethernet in CAPWAP over IP${name}`, frames(e.capwap(family, 'ethernet')))
  addAll(`capwap-wireless-${name}`, `802.11 in CAPWAP over IP${name}`, frames(e.capwap(family, 'wireless')))
  addAll(`capwap-swapped-${name}`, `802.11 in CAPWAP, swapped, over IP${name}`, frames(e.capwap(family, 'swapped')))
  addAll(`capwap-fragments-${name}`, `802.11 in fragments of CAPWAP over IP${name}`, {
    stage: e.capwap(family, 'swapped', 160),
  })
  addAll(`hp-mirror-${name}`, `HP mirror over IP${name}`, frames(e.hpMirror(family)))
  addAll(`aruba-mirror-${name}`, `Aruba mirror over IP${name}`, frames(e.arubaMirror(family, false)))
  addAll(`aruba-mirror-radio-${name}`, `Aruba mirror with a rate over IP${name}`, frames(e.arubaMirror(family, true)))
  addAll(`wireless-in-gre-${name}`, `802.11 in GRE over IP${name}`, frames(e.wirelessInGre(family)))
  addAll(`ip-in-ip${name}`, `IP in IP${name}`, frames(e.inIp(family)))
  addAll(`ah-tunnel-${name}`, `AH, tunnel mode, over IP${name}`, frames(e.authenticatedTunnel(family, 1)))
}
addAll('ah', 'AH, transport mode', frames(ip.authenticated(1)))
for (const indications of ['none', 'origin', 'authentication', 'both']) {
  addAll(`teredo-${indications}`, `Teredo, indications: ${indications}`, frames(e.teredo(indications)), [IPV6])
}
{
  const { hopByHop, routing, destination } = ip.EXTENSIONS
  addAll('extensions', 'IPv6 extension headers', frames(ip.extended([hopByHop, destination, routing, destination])), [
    IPV6,
  ])
  const mirrored = chain(e.vxlan(IPV4), e.vlan(0x8100), e.erspan.two(IPV4), e.gre(IPV4), e.vlan(0x8100))
  addAll('vlan-gre-erspan-vlan-vxlan', 'VLAN, GRE, ERSPAN II, VLAN, VXLAN', frames(mirrored))
  const carried = chain(
    e.snap,
    e.geneve(IPV6),
    e.mpls([1000, 4000], 'control word'),
    e.erspan.three(IPV4, true),
    e.vlan(0x88a8, 0x8100),
  )
  addAll('qinq-erspan-mpls-geneve-snap', 'two tags, ERSPAN III, MPLS, Ethernet, GENEVE, SNAP', {
    shape: shorter,
    stage: carried,
  })
  const home = chain(e.teredo('both'), e.gre(IPV4, { sum: true }), ip.authenticated(2), e.pppoe(), e.vlan(0x8100))
  addAll('vlan-pppoe-ah-gre-teredo', 'VLAN, PPPoE, AH, GRE, Teredo', frames(home), [IPV6])
}

// --- what is behind a packet, what lengths say

{
  const toSixty = (length) => Math.max(0, 46 - length)
  const short = (stage) => ({ keeps: 'frames', shape: c.withoutOptions, stage })
  addAll('padding', 'short frames padded with bytes that are not zero', short(e.padded(1, toSixty)))
  const always = (length) => 68 + (length % 40)
  addAll('trailer', 'a trailer behind every frame, which begins as an SMB message', frames(e.padded(2, always)))
  addAll('trailer-in-vxlan', 'the same, in VXLAN', frames(chain(e.padded(3, always), e.vxlan(IPV4))))
  addAll('check-sequence', 'frame check sequence behind every frame', frames(e.checkSequence))
  addAll('check-sequence-vlan', 'frame check sequence, tagged', frames(chain(e.vlan(0x8100), e.checkSequence)))
  addAll('length-zero', 'IP length zero throughout', frames(ip.lengthZero))
  addAll('length-zero-in-vxlan', 'the same, in VXLAN', frames(chain(ip.lengthZero, e.vxlan(IPV4))))
  addAll('merged', 'segments that follow each other in one', { shape: (s) => c.merged(s, 60_000) })
  const large = (size, limit) => (s) => c.merged(c.inPieces(c.withLargeRead(s, size), 1448), limit)
  for (const ipv6 of [false, true]) {
    const suffix = ipv6 ? '-ipv6' : ''
    add(`large-read${suffix}`, '60,000 bytes read, as they were sent', { ipv6, shape: large(60_000, 0) })
    add(`offloaded${suffix}`, '60,000 bytes read, in segments of 60 KB', { ipv6, shape: large(60_000, 60_000) })
    add(`offloaded-vxlan${suffix}`, 'the same, in VXLAN', { ipv6, shape: large(60_000, 60_000), stage: e.vxlan(IPV4) })
    add(`over-64-kb${suffix}`, '65,536 bytes in one segment, IP length zero', { ipv6, shape: large(65_536, 131_072) })
  }
  add('jumbogram-ipv6', '65,536 bytes in one jumbogram', {
    ipv6: true,
    shape: large(65_536, 131_072),
    stage: (packets) => packets.flatMap((p) => (p.bytes.length > 65_535 ? ip.jumbogram([p]) : [p])),
  })
}

// --- fragments

{
  const one = () => 7
  const fragments = {
    '': ['in order', ip.fragmented(104)],
    '-8-bytes': ['of 8 bytes', ip.fragmented(8)],
    '-reversed': ['in reverse', ip.fragmented(56, ORDER.reversed)],
    '-shuffled': ['shuffled', ip.fragmented(24, ORDER.shuffled(1))],
    '-last-first': ['the last one first', ip.fragmented(104, ORDER.lastFirst)],
    '-twice': ['each twice', ip.fragmented(104, ORDER.twice)],
    '-sent-again': ['all again when all have come', ip.fragmented(104, (list) => [...list, ...list])],
    '-interleaved': ['of two datagrams by turns', ip.interleaved(56), (s) => c.inPieces(s, 200)],
    '-one-identification': ['of one identification, one datagram after another', ip.fragmented(104, undefined, one)],
    '-one-identification-slow': [
      'of one identification, a datagram every two seconds',
      chain(ip.fragmented(104, undefined, one), (packets) => c.slowed(packets, 2e6)),
    ],
    '-amid-others': ['amid those of others', chain(ip.fragmented(104), ip.amidOthers(1))],
    '-overlapping': ['that overlap with equal bytes', ip.fragmented(104, ORDER.overlapping)],
    '-overlapping-reversed': [
      'that overlap with equal bytes, in reverse',
      ip.fragmented(56, (list) => ORDER.reversed(ORDER.overlapping(list))),
    ],
  }
  for (const [name, [what, stage, shape]] of Object.entries(fragments)) {
    addAll(`fragments${name}`, `fragments ${what}`, { shape, stage })
    // The same inside a tunnel, and for the tunnel's datagrams.
    add(`fragments${name}-in-vxlan`, `fragments ${what}; in VXLAN`, { shape, stage: chain(stage, e.vxlan(IPV4)) })
    add(`vxlan-in-fragments${name}`, `VXLAN in fragments ${what}`, { shape, stage: chain(e.vxlan(IPV4), stage) })
  }
  add('gre-v6-in-fragments', 'GRE over IPv6 in fragments', { stage: chain(e.gre(IPV6), ip.fragmented(104)) })
  const both = chain(
    ip.fragmented(56),
    e.gre(IPV4),
    ip.fragmented(48, ORDER.reversed),
    e.vxlan(IPV6),
    ip.fragmented(80),
  )
  add('fragments-of-fragments', 'fragments in GRE in fragments in VXLAN in fragments', { stage: both })
  add('large-fragments', 'a datagram of 60 KB in fragments', {
    shape: (s) => c.merged(c.withLargeRead(s, 60_000), 60_000),
    stage: ip.fragmented(1480, ORDER.shuffled(2)),
  })

  const { hopByHop, routing, destination } = ip.EXTENSIONS
  const extended = ip.extended([hopByHop, routing, destination])
  addAll(
    'fragments-extensions',
    'fragments with extension headers before and behind',
    { stage: chain(extended, ip.fragmented(56)) },
    [IPV6],
  )
  addAll('atomic-fragments', 'atomic fragments of one identification', frames(ip.atomic), [IPV6])
  const amidAtomic = chain(ip.fragmented(104), ip.amidAtomic)
  addAll('fragments-amid-atomic', 'fragments amid atomic ones of their identification', { stage: amidAtomic }, [IPV6])

  addAll('fragments-amid-unfinished', 'fragments amid those of others that are not all there', {
    keeps: 'some',
    stage: chain(ip.fragmented(104), ip.amidOthers(2, 1)),
  })
  addAll('fragments-disagree', 'behind the first fragment a copy with other bytes', {
    keeps: 'some',
    stage: ip.fragmented(104, ORDER.forgedSecond),
  })
  addAll('fragments-disagree-in-vxlan', 'the same, in VXLAN', {
    keeps: 'some',
    stage: chain(ip.fragmented(104, ORDER.forgedSecond), e.vxlan(IPV4)),
  })
  // Of the NEGOTIATE answer: SecurityMode, behind TCP's header of 32 bytes and the message's prefix and header, requires signing. TCP's checksum
  // follows it (RFC 1624).
  const requiring = (data) => {
    data.writeUInt16LE(3, 32 + 4 + 64 + 2)
    const sum = (~data.readUInt16BE(16) & 0xffff) + 0x0200
    data.writeUInt16BE(~((sum & 0xffff) + (sum >> 16)) & 0xffff, 16)
  }
  const answer = c.find(c.conversation(BASES.smb3), c.SMB2_NEGOTIATE, true)
  const forgedAnswer = (list, n) => (n === answer ? [{ ...list[0], change: requiring }, ...list] : list)
  const forged = { keeps: 'some', stage: ip.fragmented(104, forgedAnswer) }
  add(
    'fragments-forged-first',
    'the first fragment of the NEGOTIATE answer requires signing; the true one follows',
    forged,
  )

  // The answer to a CREATE: nothing but a count hangs on it.
  for (const base of ['smb3', 'smb1']) {
    const at = c.find(c.conversation(BASES[base]), base === 'smb1' ? c.SMB1_NT_CREATE : c.SMB2_CREATE, true)
    const lossy = ip.fragmented(104, (list, n) => (n === at ? list.filter((_, i) => i !== 1) : list))
    const suffix = base === 'smb1' ? '-smb1' : ''
    const lost = { base, keeps: 'some' }
    add(`fragment-lost${suffix}`, 'one fragment of one datagram is missing', { ...lost, stage: lossy })
    add(`fragment-lost-in-vxlan${suffix}`, 'the same, in VXLAN', { ...lost, stage: chain(lossy, e.vxlan(IPV4)) })
    add(`vxlan-fragment-lost${suffix}`, 'one fragment of a VXLAN datagram is missing', {
      ...lost,
      stage: chain(e.vxlan(IPV4), lossy),
    })
  }
}

// --- twice, again, in another order

{
  const router = (packets) =>
    c.repeated(packets, 1, (p) => ({
      ...p,
      ...e.vlan(0x8100)([{ ...p, bytes: ip.hopped(p) }])[0],
      macs: [Buffer.from('0200000002f1', 'hex'), Buffer.from('0200000002f2', 'hex')],
    }))
  const stages = {
    'span-adjacent': ['every frame twice, one behind the other', (packets) => c.repeated(packets, 0)],
    'span-later': ['every frame again three frames later', (packets) => c.repeated(packets, 3)],
    'span-routed': ['every frame again behind a router: other addresses, TTL and tag', router],
    'span-mirrored': [
      'every frame again in ERSPAN',
      (packets) =>
        e.erspan
          .two(IPV4)(packets)
          .flatMap((p, i) => [packets[i], p]),
    ],
    'span-one-side-later': ['what the server sends again three frames later', (packets) => oneSide(packets, 3)],
  }
  for (const [name, [what, stage]] of Object.entries(stages)) addAll(name, what, { stage })

  const shapes = {
    'retransmitted-at-once': ['data sent again at once', (s) => c.retransmitted(s, 0)],
    'retransmitted-later': ['data sent again four segments later', (s) => c.retransmitted(s, 4)],
    'retransmitted-otherwise': ['data sent again in other segments', (s) => c.resegmented(s, 333)],
    'retransmitted-in-bytes': ['data sent again in segments of 1 byte', (s) => c.resegmented(s, 1)],
    'retransmitted-merged': ['data sent again in longer segments', (s) => c.resegmented(s, 60_000)],
    'segments-1': ['segments of 1 byte', (s) => c.inPieces(s, 1)],
    'segments-3': ['segments of 3 bytes', (s) => c.inPieces(s, 3)],
    'segments-7': ['segments of 7 bytes', (s) => c.inPieces(s, 7)],
    'reordered-2': [
      'segments of 100 bytes, up to 2 out of order',
      (s) => c.reorderedInFlight(c.inPieces(s, 100), 2, 1),
    ],
    'reordered-5': ['segments of 50 bytes, up to 5 out of order', (s) => c.reorderedInFlight(c.inPieces(s, 50), 5, 2)],
    'answers-first': ['every answer before its question', c.answersFirst],
    'reordered-across-2': [
      'data up to 2 segments out of order, answers before questions',
      (s) => c.reorderedAcross(s, 2, 3),
    ],
    'reordered-across-5': [
      'data up to 5 segments out of order, answers before questions',
      (s) => c.reorderedAcross(s, 5, 3),
    ],
    'handshake-swapped': ['SYN+ACK before SYN', (s) => c.begunAs(s, [1, 0])],
    'handshake-rotated': ['SYN+ACK and ACK before SYN', (s) => c.begunAs(s, [1, 2, 0])],
    'handshake-late': ['the handshake behind the first data', (s) => c.begunAs(s, [2, 3, 0, 1])],
    'ended-early': ['FINs before the last two segments of data', (s) => c.endedEarly(s, 2)],
    'kept-alive': ['keep-alives without data', (s) => c.keptAlive(s, Buffer.alloc(0))],
    'kept-alive-byte': ['keep-alives with one byte, zero', (s) => c.keptAlive(s, Buffer.alloc(1))],
    'windows-closed': ['zero windows, and probes with one byte', c.windowsClosed],
    'reset-at-end': ['RST in place of FIN', c.resetAtEnd],
    'blindly-reset': ['RSTs with sequence numbers that cannot be', c.blindlyReset],
  }
  for (const [name, [what, shape]] of Object.entries(shapes)) addAll(name, what, { shape })

  for (const into of [0, 1, 2, 3, 4, 30, 68, 100]) {
    add(`wrap-negotiate-${into}`, `sequence numbers wrap ${into} bytes into the negotiate`, {
      shape: (s) => c.wrapping(s, c.find(s, c.SMB2_NEGOTIATE, false), c.find(s, c.SMB2_NEGOTIATE, true), into),
    })
    add(`wrap-data-${into}`, `sequence numbers wrap ${into} bytes into a WRITE and a READ answer`, {
      shape: (s) => c.wrapping(s, c.find(s, c.SMB2_WRITE, false), c.find(s, c.SMB2_READ, true), into),
    })
  }
  add('wrap-in-pieces', 'sequence numbers wrap, segments of 7 bytes out of order', {
    shape: (s) => {
      const wrapped = c.wrapping(s, c.find(s, c.SMB2_SESSION_SETUP, false), c.find(s, c.SMB2_SESSION_SETUP, true), 99)
      return c.reorderedInFlight(c.inPieces(wrapped, 7), 5, 5)
    },
  })

  addAll('kept-alive-span', 'keep-alives with one byte, and every frame again three frames later', {
    shape: (s) => c.keptAlive(s, Buffer.alloc(1)),
    stage: stages['span-later'][1],
  })

  const reuse = { keeps: 'some' }
  const other = (s) => c.twice(s, 0x20000000, 0x60000000)
  const near = (s) => c.twice(s, 5_000, 9_000)
  addAll('reused', 'the same ports again, other sequence numbers', { ...reuse, shape: other })
  addAll('reused-near', 'the same ports again, sequence numbers just beyond', { ...reuse, shape: near })
  addAll('reused-reset', 'the same ports again after a RST', { ...reuse, shape: (s) => other(c.resetAtEnd(s)) })
  addAll('reused-span', 'the same ports again, every frame twice', {
    ...reuse,
    shape: other,
    stage: stages['span-later'][1],
  })
}

// --- where streams stand

{
  const shapes = {
    'answered-twice-ahead': ['a stray SYN-ACK before the true one', (s) => q.answeredTwice(s, 0x11117111, -1)],
    'answered-twice-behind': ['a stray SYN-ACK behind the true one', (s) => q.answeredTwice(s, 0x71117111, 0)],
    'answered-twice-below': ['a stray SYN-ACK with a lower number', (s) => q.answeredTwice(s, -0x21117111, -1)],
    'answered-twice-near': ['a stray SYN-ACK with a number just beyond', (s) => q.answeredTwice(s, 70_000, -1)],
    'answered-late': ['a stray SYN-ACK in the midst of the data', (s) => q.answeredTwice(s, 0x31117111, 9)],
    proxied: ['both sides of a proxy that changes sequence numbers', (s) => q.proxied(s, 0x41234567)],
    'proxied-below': ['both sides of a proxy, lower numbers', (s) => q.proxied(s, -0x01234567)],
    'fast-open': ['data in the SYN, taken by the server', (s) => q.fastOpened(s, { taken: true })],
    'fast-open-refused': ['data in the SYN, sent again', (s) => q.fastOpened(s, { taken: false })],
    'server-early-1s': ['the clock of the server tap a second ahead', (s) => q.clocksApart(s, false, 1e6)],
    'server-early-3ms': ['the clock of the server tap 3 ms ahead', (s) => q.clocksApart(s, false, 3e3)],
    'server-early-5s': ['the clock of the server tap five seconds ahead', (s) => q.clocksApart(s, false, 5e6)],
    'client-early-1s': ['the clock of the client tap a second ahead', (s) => q.clocksApart(s, true, 1e6)],
    'client-early-3ms': ['the clock of the client tap 3 ms ahead', (s) => q.clocksApart(s, true, 3e3)],
  }
  for (const [name, [what, shape]] of Object.entries(shapes)) addAll(name, what, { shape })

  const garbage = {
    one: [0x0a],
    two: [0x0d, 0x0a],
    three: [1, 2, 3],
    zeros: [0, 0],
    control: [0x85],
    controls: [0x85, 0, 0],
  }
  for (const [name, bytes] of Object.entries(garbage)) {
    for (const nth of [0, 3]) {
      const where = nth === 0 ? 'the first message' : 'a message'
      add(`bytes-before-${name}-${nth}`, `${bytes.length} bytes in a segment before ${where}`, {
        shape: (s) => q.bytesBefore(s, nth, bytes, true),
      })
      add(`bytes-before-${name}-joined-${nth}`, `${bytes.length} bytes in the segment of ${where}`, {
        shape: (s) => q.bytesBefore(s, nth, bytes, false),
      })
    }
  }

  const more = {
    'stray-syn': ['a SYN in the midst of the data', (s) => q.straySyn(s)],
    'stray-syns': ['six SYNs in the midst of the data', (s) => q.straySyn(s, { count: 6 })],
    'stray-syn-answered': ['a SYN in the midst of the data, answered', (s) => q.straySyn(s, { answered: true })],
    'stray-segment-first': [
      'a segment that fits nowhere comes first',
      (s) => q.straySegment(s, 2, { seq: 0x2000_0000 }),
    ],
    'stray-segment-below': ['one with a lower number', (s) => q.straySegment(s, 12, { seq: -0x2000_0000 })],
    'stray-segment-both': [
      'one whose acknowledgement fits nowhere either',
      (s) => q.straySegment(s, 12, { seq: 0x5000_0000, ack: 0x3000_0000 }),
    ],
  }
  for (const [name, [what, shape]] of Object.entries(more)) addAll(name, what, { keeps: 'more', shape })

  const reuse = { keeps: 'some' }
  const without = (...lost) => ({ ...reuse, shape: (s) => q.reusedWithout(s, -0x10000000, -0x20000000, lost) })
  addAll('reused-syn-lost', 'the same ports again, the second SYN is missing', without(0))
  addAll('reused-answer-lost', 'the same ports again, the second SYN-ACK is missing', without(1))
  const below = (s) => q.reusedWithout(s, -50_000, -90_000, [0])
  addAll('reused-syn-lost-below', 'the same ports again, numbers just below, the second SYN is missing', {
    ...reuse,
    shape: below,
  })

  const tagged = (packets) => packets.flatMap((p) => e.vlan(0x8100)([p]))
  for (const [name, client, server, lag] of [
    ['tenants', -0x2b000000, 0x40000000, 0.5],
    ['tenants-near', 40_000, 90_000, 0.5],
    ['tenants-later', 0x31000000, -0x40000000, 4.5],
    ['tenants-overlapping', 0x31000000, 0x50000000, 15.5],
  ]) {
    const what = 'two conversations at a time between the same addresses and ports'
    addAll(name, what, { keeps: 'some', shape: (s) => q.tenants(s, client, server, lag) })
    add(`${name}-tagged`, `${what}, in a VLAN`, {
      keeps: 'some',
      shape: (s) => q.tenants(s, client, server, lag),
      stage: tagged,
    })
  }
  const midstream = (s) => c.withoutHandshake(s)
  add('tenants-midstream', 'the same, from their midst', {
    keeps: 'some',
    shape: (s) => midstream(q.tenants(s, -0x2b000000, 0x40000000, 0.5)).slice(1),
  })
  add('stray-segment-midstream', 'a capture that begins with a segment that fits nowhere', {
    keeps: 'some',
    shape: (s) => q.straySegment(midstream(s), -1, { seq: 0x2000_0000 }),
  })
  add('stray-segment-midstream-both', 'the same, its acknowledgement fits nowhere either', {
    keeps: 'some',
    shape: (s) => q.straySegment(midstream(s), -1, { seq: 0x2000_0000, ack: -0x3000_0000 }),
  })
  // The request is missing, and so are its response and the next one: each side waits for the other.
  add('midstream-holes', 'a capture that begins in the midst, with holes on both sides', {
    keeps: 'some',
    shape: (s) => {
      const data = q.withoutAcknowledgements(midstream(s)).filter((x) => x.payload.length > 0)
      return data.filter((_, i) => i !== 1 && i !== 2)
    },
  })
}

/** Repeats what the server sends, `lag` packets later. */
function oneSide(packets, lag) {
  return c.repeated(packets, lag, (p) => ({ ...p, copy: true })).filter((p) => !(p.copy && p.fromClient))
}

// --- bytes that disagree

{
  const some = (name, what, shape, more) => add(name, what, { keeps: 'some', shape, ...more })
  /** SecurityMode of an SMB2 NEGOTIATE answer: required where it was not. */
  const required = (p) => p.writeUInt16LE(3, 4 + 64 + 2)
  const answer = (s) => c.find(s, c.SMB2_NEGOTIATE, true)
  const forgedAnswer = (s) => c.forged(s[answer(s)], required)

  some('disagrees-behind', 'a NEGOTIATE answer, then one that requires signing in its place', (s) =>
    c.insertedAfter(s, answer(s), forgedAnswer(s)),
  )
  some('disagrees-before', 'a NEGOTIATE answer that requires signing, then the true one', (s) =>
    c.replaced(s, answer(s), forgedAnswer(s), s[answer(s)]),
  )
  some('disagrees-later', 'the same as the first, three segments later', (s) =>
    c.insertedAfter(s, answer(s) + 3, forgedAnswer(s)),
  )
  some('disagrees-in-part', 'its second half comes behind other bytes in place of the first', (s) => {
    const [at, whole] = [answer(s), s[answer(s)]]
    const lie = c.inverted(c.part(whole, 60, 100))
    const rest = c.part(whole, 100)
    const both = { ...lie, payload: Buffer.concat([lie.payload, rest.payload]) }
    return c.replaced(s, at, c.part(whole, 0, 100), both)
  })
  some(
    'disagrees-behind-hole',
    'its second half waits for the first; other bytes in its place, then the first',
    (s) => {
      const [at, whole] = [answer(s), s[answer(s)]]
      return c.replaced(s, at, c.part(whole, 60), c.inverted(c.part(whole, 60)), c.part(whole, 0, 60))
    },
  )
  some('disagrees-longer-behind-hole', 'the same, and the other bytes go beyond on either side', (s) => {
    const [at, whole] = [answer(s), s[answer(s)]]
    const lie = c.inverted(c.part(whole, 60, 200))
    const before = c.part(whole, 30, 60)
    const around = { ...before, payload: Buffer.concat([before.payload, lie.payload, c.part(whole, 200).payload]) }
    return c.replaced(s, at, c.part(whole, 60, 200), around, c.part(whole, 0, 30), c.part(whole, 200))
  })
  some('disagrees-fills-hole', 'what fills the hole has other bytes for what waits behind it', (s) => {
    const [at, whole] = [answer(s), s[answer(s)]]
    const lie = c.inverted(c.part(whole, 60))
    const around = { ...whole, payload: Buffer.concat([whole.payload.subarray(0, 60), lie.payload]) }
    return c.replaced(s, at, c.part(whole, 60), around)
  })
  some('disagrees-in-ipv6', 'as the first, IPv6', (s) => c.insertedAfter(s, answer(s), forgedAnswer(s)), { ipv6: true })
  const smb1Answer = (s) => c.find(s, c.SMB1_NEGOTIATE, true)
  some(
    'disagrees-smb1',
    'a NEGOTIATE answer, then one that requires signing in its place; SMB1',
    (s) =>
      c.insertedAfter(
        s,
        smb1Answer(s),
        c.forged(s[smb1Answer(s)], (p) => p.writeUInt8(0x0f, 4 + 32 + 3)),
      ),
    { base: 'smb1' },
  )
}

// --- what was not captured

{
  const some = (name, what, shape, more) => add(name, what, { keeps: 'some', shape, ...more })
  const lost = (command, response, nth) => (s) => c.without(s, c.find(s, command, response, nth))
  const SETUP = c.SMB2_SESSION_SETUP

  some('client-only', 'what the client sends', (s) => s.filter(c.isClient))
  some('server-only', 'what the server sends', (s) => s.filter((each) => !c.isClient(each)))
  some('client-only-smb1', 'what the client sends; SMB1', (s) => s.filter(c.isClient), { base: 'smb1' })
  some('server-only-smb1', 'what the server sends; SMB1', (s) => s.filter((each) => !c.isClient(each)), {
    base: 'smb1',
  })
  some('no-handshake', 'all but the handshake', c.withoutHandshake)
  some('no-handshake-smb1', 'all but the handshake; SMB1', c.withoutHandshake, { base: 'smb1' })
  some('no-setup', 'all behind the session setup', (s) => s.slice(c.find(s, c.SMB2_TREE_CONNECT, false)))
  some('no-trees', 'all behind the tree connects', (s) => s.slice(c.find(s, c.SMB2_CREATE, false)))
  some('segment-lost', 'the second segment of a READ answer', (s) => c.without(s, c.find(s, c.SMB2_READ, true) + 1))
  some('message-lost', 'a CREATE request', lost(c.SMB2_CREATE, false, 2))
  some('header-lost', 'bytes 40 to 80 of a CREATE request', (s) =>
    c.withLoss(s, c.find(s, c.SMB2_CREATE, false, 2), [40, 80], [1]),
  )
  some('prefix-lost', 'the first 20 bytes of a CREATE request', (s) =>
    c.withLoss(s, c.find(s, c.SMB2_CREATE, false, 2), [20], [0]),
  )
  some('negotiate-request-lost', 'the NEGOTIATE request', lost(c.SMB2_NEGOTIATE, false))
  some('negotiate-answer-lost', 'the NEGOTIATE answer', lost(c.SMB2_NEGOTIATE, true))
  some('negotiate-lost', 'both', (s) => lost(c.SMB2_NEGOTIATE, false)(lost(c.SMB2_NEGOTIATE, true)(s)))
  some('negotiate-answer-lost-smb1', 'the NEGOTIATE answer; SMB1', lost(c.SMB1_NEGOTIATE, true), { base: 'smb1' })
  some('challenge-lost', 'the first SESSION_SETUP answer', lost(SETUP, true, 0))
  some('authenticate-lost', 'the second SESSION_SETUP request', lost(SETUP, false, 1))
  some('setup-answer-lost', 'the second SESSION_SETUP answer', lost(SETUP, true, 1))
  some('setup-lost', 'all of the session setup', (s) => {
    const [from, to] = [c.find(s, SETUP, false), c.find(s, SETUP, true, 1)]
    return c.without(s, ...Array.from({ length: to - from + 1 }, (_, i) => from + i))
  })
  some('tree-request-lost', 'the second TREE_CONNECT request', lost(c.SMB2_TREE_CONNECT, false, 1))
  some('tree-answer-lost', 'the second TREE_CONNECT answer', lost(c.SMB2_TREE_CONNECT, true, 1))

  const cut = (length) => ({ file: (packets) => cutFile(packets, length) })
  for (const length of [96, 128, 200]) {
    addAll(`snap-${length}`, `${length} bytes of each frame`, { keeps: 'some', ...cut(length) }, [IPV4])
    const sliced = { file: (packets) => cutFile(packets, length, true) }
    addAll(`sliced-${length}`, `${length} bytes of each frame, called whole`, { keeps: 'some', ...sliced }, [IPV4])
  }
  addAll('snap-262144', '262,144 bytes of each frame', { keeps: 'frames', ...cut(262_144) })
}

/** `sliced`: a mirror port cut the packets, and the capture file does not record that. */
function cutFile(packets, length, sliced = false) {
  const { number } = l.LINKS.ethernet
  const frames = l.cutTo(l.framed(packets, l.LINKS.ethernet), length)
  if (sliced) for (const frame of frames) frame.original = frame.bytes.length
  return writePcap({ linkType: number, packets: frames }, sliced ? {} : { snapLength: length })
}

// --- all at once

/** What TCP does to a stream without any effect on the records. */
const SHAPES = {
  plain: (s) => s,
  'pieces of 100': (s) => c.inPieces(s, 100),
  merged: (s) => c.merged(s, 60_000),
  reordered: (s) => c.reorderedInFlight(c.inPieces(s, 300), 4, 6),
  retransmitted: (s) => c.retransmitted(s, 3),
  resegmented: (s) => c.resegmented(s, 200),
  wrapped: (s) => c.shifted(s, 2 ** 32 - s[3].seq - 300, 2 ** 32 - s[5].seq - 500),
  'kept alive': (s) => c.keptAlive(s, Buffer.alloc(0)),
}
const COMBINATIONS = 60

for (let seed = 1; seed <= COMBINATIONS; seed++) {
  const random = seeded(seed * 1000)
  const base = pick(random, ['smb3', 'smb3', 'smb1'])
  const ipv6 = random() < 0.4
  const shape = pick(random, Object.keys(SHAPES))
  const span = random() < 0.2
  const make = () => {
    const clean = c.conversation(BASES[base])
    const packets = c.datagrams(SHAPES[shape](ipv6 ? c.overIpv6(clean) : clean))
    return nested(span ? c.repeated(packets, 2) : packets, seed)
  }
  const { names, link } = make()
  const what = [ipv6 ? 'IPv6' : 'IPv4', shape, ...(span ? ['twice'] : []), ...names, link].join(', ')
  const bytes = () => {
    const { packets } = make()
    return l.pcapFile(packets, l.LINKS[link])
  }
  VARIANTS.push({ name: `nested-${seed}`, what, base, ipv6, keeps: 'records', extension: 'pcap', bytes })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2)
  if (folder === undefined) throw new Error('usage: node variants.mjs OUTDIR')
  mkdirSync(folder, { recursive: true })
  for (const { name, what, extension, bytes } of VARIANTS) {
    const file = `${name}.${extension}`
    writeFileSync(join(folder, file), bytes())
    console.log(`${file}: ${what}`)
  }
}
