// Encapsulations nested in any order that a network could make.
import * as e from './encapsulations.mjs'
import * as ip from './ip.mjs'
import { LINKS } from './links.mjs'
import { below, pick, seeded } from './random.mjs'

const { IPV4, IPV6 } = ip
const isIp = (type) => type === IPV4 || type === IPV6
const isEtherType = (type) => type >= 0x0600
/** What GRE carries besides Ethernet: RFC 2784, RFC 4023. */
const isRoutable = (type) => isIp(type) || type === e.MPLS
const any = () => true
const isUntagged = (type) => ![0x8100, 0x88a8, 0x9100].includes(type)
const anyIp = (random) => pick(random, [IPV4, IPV6])

/**
 * What may be drawn: the types it takes, and the stage. Tunnels with Ethernet inside carry anything.
 * `headers`: what it adds to the depth, which has a limit. `whole`: takes no fragments.
 */
const LAYERS = [
  { name: 'vlan', headers: 1, takes: isUntagged, stage: () => e.vlan(0x8100) },
  { name: 'qinq', headers: 2, takes: isUntagged, stage: () => e.vlan(0x88a8, 0x8100) },
  { name: 'three-tags', headers: 3, takes: isUntagged, stage: () => e.vlan(0x9100, 0x88a8, 0x8100) },
  { name: 'snap', headers: 1, takes: isEtherType, stage: () => e.snap, longest: 1400 },
  { name: 'mpls', headers: 2, takes: isIp, stage: () => e.mpls([1000, 17]) },
  { name: 'mpls-ethernet', headers: 2, takes: any, stage: () => e.mpls([3000], 'ethernet') },
  { name: 'mpls-control-word', headers: 4, takes: any, stage: () => e.mpls([18, 19, 4000], 'control word') },
  { name: 'pppoe', headers: 2, takes: isIp, stage: () => e.pppoe() },
  { name: 'gre', headers: 2, takes: isRoutable, stage: (random) => e.gre(anyIp(random)) },
  {
    name: 'gre-options',
    headers: 2,
    takes: isRoutable,
    stage: (random) => e.gre(anyIp(random), { sum: true, key: true, sequence: true }),
  },
  {
    name: 'gre-ethernet',
    headers: 3,
    takes: any,
    stage: (random) => e.gre(anyIp(random), { bridged: true, key: true }),
  },
  { name: 'erspan-1', headers: 3, takes: any, stage: (random) => e.erspan.one(anyIp(random)) },
  { name: 'erspan-2', headers: 3, takes: any, stage: (random) => e.erspan.two(anyIp(random)) },
  { name: 'erspan-3', headers: 3, takes: any, stage: (random) => e.erspan.three(anyIp(random), random() < 0.5) },
  { name: 'vxlan', headers: 4, takes: any, stage: (random) => e.vxlan(anyIp(random)) },
  { name: 'vxlan-gpe', headers: 3, takes: isIp, stage: (random) => e.vxlanGpe(anyIp(random), false) },
  { name: 'geneve', headers: 4, takes: any, stage: (random) => e.geneve(anyIp(random), { options: random() < 0.5 }) },
  { name: 'ip-in-ip', headers: 1, takes: isIp, stage: (random) => e.inIp(anyIp(random)) },
  { name: 'timestamp-tag', headers: 1, takes: isUntagged, stage: () => e.timestampTag },
  { name: 'e-tag', headers: 1, takes: isUntagged, stage: () => e.eTag },
  { name: 'macsec', headers: 1, takes: isUntagged, stage: () => e.macsec(true) },
  { name: 'gue', headers: 3, takes: isIp, stage: (random) => e.gue(anyIp(random), random() < 0.5) },
  { name: 'lisp', headers: 3, takes: isIp, stage: (random) => e.lisp(anyIp(random)) },
  {
    name: 'teredo',
    headers: 3,
    takes: (type) => type === IPV6,
    stage: (random) => e.teredo(pick(random, ['none', 'both'])),
  },
  { name: 'ah', headers: 1, takes: isIp, whole: true, stage: () => ip.authenticated(5) },
  { name: 'ah-tunnel', headers: 2, takes: isIp, stage: (random) => e.authenticatedTunnel(anyIp(random), 6) },
  {
    name: 'fragments',
    headers: 1,
    takes: isIp,
    whole: true,
    stage: (random) => ip.fragmented(8 * (4 + below(random, 20))),
  },
  {
    name: 'fragments-shuffled',
    headers: 1,
    takes: isIp,
    whole: true,
    stage: (random) => ip.fragmented(8 * (4 + below(random, 20)), ip.ORDER.shuffled(below(random, 1000))),
  },
]

/** Besides those of the link, of IP and of TCP, which are five at most. */
const MOST_HEADERS = 11

/**
 * Between one and four random layers around packets, and a link that can carry the result.
 * @returns the names of the layers from the inside out, the packets, and the link's name
 */
export function nested(packets, seed) {
  const random = seeded(seed)
  const names = []
  let headers = MOST_HEADERS
  let around = packets
  for (let depth = 1 + below(random, 4); depth > 0; depth--) {
    const longest = around.reduce((most, p) => Math.max(most, p.bytes.length), 0)
    const { type } = around[0]
    const inFragments = names.at(-1)?.startsWith('fragments')
    const fitting = LAYERS.filter(
      ({ takes, longest: limit = 60_000, whole, headers: more }) =>
        takes(type) && longest <= limit && !(whole && inFragments) && more <= headers,
    )
    if (fitting.length === 0) break
    const layer = pick(random, fitting)
    names.push(layer.name)
    headers -= layer.headers
    around = layer.stage(random)(around)
  }
  const links = Object.keys(LINKS).filter((name) => LINKS[name].takes(around[0].type))
  return { names, packets: around, link: pick(random, links) }
}
