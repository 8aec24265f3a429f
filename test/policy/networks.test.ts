import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { createNetworks, parseCidrs } from '../../src/policy/networks.ts'

const networks = createNetworks()

describe('addresses that no one routes on the internet are internal', () => {
  const internal = [
    ['RFC 1918', '10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.255'],
    ['RFC 6598', '100.64.0.0', '100.127.255.255'],
    ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
    ['link-local', '169.254.0.1', '169.254.255.255', 'fe80::1', 'febf::1'],
    ['unique-local', 'fc00::1', 'fdff:ffff::1'],
    ['multicast', '224.0.0.251', '239.255.255.255', 'ff02::fb'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '0.0.0.0', '0.255.255.255', '::'],
  ]
  it.each(internal.flatMap(([name, ...ips]) => ips.map((ip) => [name, ip])))('%s: %s', (_, ip) => {
    expect(networks.isInternal(ip!)).toBe(true)
  })
})

describe('every other address is external', () => {
  const external = [
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '169.253.0.1',
    '192.167.255.255',
    '223.255.255.255',
    '2001:db8::1',
    '3fff::1',
    'fec0::1',
    '::2',
    '1::',
    '192.0.2.1',
    '198.51.100.7',
    '203.0.113.200',
    '198.18.0.1',
    '240.0.0.1',
    '255.255.255.254',
  ]
  it.each(external)('%s', (ip) => {
    expect(networks.isInternal(ip)).toBe(false)
  })
})

describe('IPv6 addresses that carry an IPv4 address are judged by it', () => {
  it.each([
    ['::ffff:10.0.0.1', true],
    ['::ffff:a00:1', true],
    ['::ffff:8.8.8.8', false],
    ['64:ff9b::192.168.1.1', true],
    ['64:ff9b::808:808', false],
    ['2002:a00:1::1', true],
    ['2002:c000:201::', false],
    // Near misses, which carry none.
    ['64:ff9b:1::a00:1', false],
    ['::fffe:a00:1', false],
    ['0:0:0:0:1:ffff:a00:1', false],
  ])('%s', (ip, internal) => {
    expect(networks.isInternal(ip)).toBe(internal)
  })
})

describe('direction', () => {
  it.each([
    ['10.0.0.1', '10.0.0.2', 'internal'],
    ['10.0.0.1', '8.8.8.8', 'outbound'],
    ['8.8.8.8', '10.0.0.1', 'inbound'],
    ['8.8.8.8', '2001:db8::1', 'external'],
  ] as const)('%s to %s is %s', (client, server, direction) => {
    expect(networks.direction(client, server)).toBe(direction)
  })
})

describe('own networks', () => {
  it('make public addresses internal', () => {
    const own = createNetworks(['203.0.113.0/24', '2001:db8::/33', '198.51.100.7/32'])
    expect(own.isInternal('203.0.113.255')).toBe(true)
    expect(own.isInternal('203.0.114.0')).toBe(false)
    expect(own.isInternal('198.51.100.7')).toBe(true)
    expect(own.isInternal('198.51.100.6')).toBe(false)
    expect(own.isInternal('2001:db8:7fff::1')).toBe(true)
    expect(own.isInternal('2001:db8:8000::1')).toBe(false)
  })

  it('match an address by the embedded one and by itself', () => {
    expect(createNetworks(['203.0.113.0/24']).isInternal('2002:cb00:7105::1')).toBe(true)
    expect(createNetworks(['2002::/16']).isInternal('2002:cb00:7105::1')).toBe(true)
    expect(createNetworks(['::ffff:203.0.113.0/120']).isInternal('203.0.113.9')).toBe(true)
  })

  it('of prefix 0 hold every address of their family', () => {
    const all = createNetworks(['0.0.0.0/0'])
    expect(all.isInternal('8.8.8.8')).toBe(true)
    expect(all.isInternal('2001:db8::1')).toBe(false)
    expect(createNetworks(['::/0']).isInternal('2001:db8::1')).toBe(true)
  })

  it.each(['', '10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '::/129', 'fe80::%eth0/64', '10.0.0/8', 'x/8'])(
    'that are none are refused: "%s"',
    (text) => {
      expect(() => createNetworks([text])).toThrow(RangeError)
    },
  )
})

describe('text that is no address', () => {
  it.each([
    '',
    'host',
    '10.0.0',
    '10.0.0.1.2',
    '256.1.1.1',
    '010.1.1.1',
    '1',
    '1..2.3',
    '.1.2.3',
    '1.2.3.',
    ' 8.8.8.8',
  ])('has no finding hang on it: "%s"', (text) => {
    expect(networks.isInternal(text)).toBe(true)
  })

  it.each([
    ':',
    ':::',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::1.2.3',
    '1.2.3.4::',
    'g::',
    '::1%eth0',
  ])('has no finding hang on it: "%s"', (text) => {
    expect(networks.isInternal(text)).toBe(true)
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789abcdef:.%/') })), (text) => {
        expect(typeof networks.isInternal(text)).toBe('boolean')
      }),
    )
  })
})

/** ipaddr.js has its own tables: an independent opinion on ranges that mean the same in both. */
const INTERNAL_RANGES = new Set([
  'unspecified',
  'multicast',
  'linkLocal',
  'loopback',
  'broadcast',
  'carrierGradeNat',
  'private',
  'uniqueLocal',
])

describe('ipaddr.js agrees', () => {
  it('on IPv4', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), interestingIpv4()), (ip) => {
        expect(networks.isInternal(ip)).toBe(INTERNAL_RANGES.has(ipaddr.IPv4.parse(ip).range()))
      }),
    )
  })

  it('on IPv6 that carries no IPv4', () => {
    fc.assert(
      fc.property(fc.ipV6(), (ip) => {
        const address = ipaddr.IPv6.parse(ip)
        fc.pre(!['ipv4Mapped', 'rfc6052', '6to4'].includes(address.range()))
        expect(networks.isInternal(ip)).toBe(INTERNAL_RANGES.has(address.range()))
      }),
    )
  })

  it('but not on ::a.b.c.d, which is a different address', () => {
    const own = createNetworks(['2001:db8::/81', '::/81'])
    expect(own.isInternal('::0.0.0.2')).toBe(true)
    expect(ipaddr.IPv6.parse('::0.0.0.2').toString()).toBe('::ffff:0:2')
  })

  it('on what is inside a network', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), fc.nat(128), (ip, other, prefix) => {
        // ipaddr.js takes ::a.b.c.d for the mapped ::ffff:a.b.c.d, which it is not (RFC 4291 2.5.5.1).
        fc.pre(!ip.includes('.') && !other.includes('.'))
        const network = ipaddr.IPv6.networkAddressFromCIDR(`${ip}/${prefix}`)
        const own = createNetworks([`${network.toRFC5952String()}/${prefix}`])
        const inside = ipaddr.IPv6.parse(other).match(network, prefix)
        expect(own.isInternal(other)).toBe(inside || networks.isInternal(other))
        expect(own.isInternal(ip)).toBe(true)
      }),
    )
  })
})

function interestingIpv4() {
  const octet = fc.constantFrom(
    0,
    1,
    9,
    10,
    11,
    63,
    64,
    127,
    128,
    100,
    169,
    172,
    192,
    168,
    254,
    223,
    224,
    239,
    255,
    16,
    15,
    31,
    32,
  )
  return fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'))
}

describe('parseCidrs', () => {
  it.each([
    ['203.0.113.0/24', ['203.0.113.0/24']],
    [' 203.0.113.0/24 , 2001:DB8:0:0::/32', ['203.0.113.0/24', '2001:db8::/32']],
    ['203.0.113.7', ['203.0.113.7/32']],
    ['2001:db8::7', ['2001:db8::7/128']],
    ['0.0.0.0/0,::/0', ['0.0.0.0/0', '::/0']],
    ['0064:ff9b::/96', ['64:ff9b::/96']],
  ])('reads "%s"', async (text, cidrs) => {
    expect(await parseCidrs(text)).toEqual(cidrs)
    expect(() => createNetworks(cidrs)).not.toThrow()
  })

  it.each([
    ['', /empty entry/],
    ['10.0.0.0/8,', /empty entry/],
    ['office', /"office" is not a network: write CIDRs such as/],
    ['10.0.0/8', /"10.0.0\/8" is not a network/],
    ['1', /"1" is not a network/],
    ['0x0a000000/8', /is not a network/],
    ['256.0.0.0/8', /"256.0.0.0\/8" is not a network/],
    ['10.0.0.0/33', /"10.0.0.0\/33" is not a network/],
    ['2001:db8::/129', /is not a network/],
    ['fe80::1%eth0', /is not a network/],
    ['10.0.0.0/8 11.0.0.0/8', /is not a network/],
    ['010.1.1.1', /leading zero/],
    ['10.0.0.0/08', /leading zero/],
    ['2001:db8::/032', /leading zero/],
    ['203.0.113.77/24', /write 203\.0\.113\.0\/24/],
    ['2001:db8::1/32', /write 2001:db8::\/32/],
  ])('refuses "%s" and says why', async (text, message) => {
    const error = await parseCidrs(text).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(RangeError)
    expect((error as RangeError).message).toMatch(message)
  })

  it('returns what createNetworks accepts, or throws a RangeError, for any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789abcdef:./,') }), fc.ipV4(), fc.ipV6()),
        async (text) => {
          try {
            createNetworks(await parseCidrs(text))
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError)
            expect((error as RangeError).message).not.toMatch(/ipaddr/)
          }
        },
      ),
    )
  })
})
