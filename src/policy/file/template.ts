/**
 * The policy that `smblens policy init` writes. It is valid and says nothing yet: every example is a comment. A line of an example has no space behind
 * its #, or more than one, and stays valid without the #: a test takes them all away.
 */
export const POLICY_TEMPLATE = `# What smblens should know about this network. Use it with --policy, and check it with
# smblens policy check. Every section may be left out. docs/policy.md explains all of them.

# Your own public networks: SMB to them does not leave the network. Private, shared and local addresses are internal anyway.
internal:
#  - 203.0.113.0/24
#  - 2001:db8::/32

# Other names of a server, so that each of them means it.
aliases:
#  files1: [fs, files1-old.corp.example, 10.2.0.10]

# Parts of the network, and which may open SMB connections to which. A host is an address, a network or a name. Nothing is said about hosts in
# no zone, and about zones that are in neither list; "others" stands for all zones that may-reach does not name, the zone itself included.
zones:
#  clients:
#    hosts: [10.1.0.0/16]
#    may-reach: [servers, domain-controllers]
#    may-not-reach: others
#  servers:
#    hosts: [10.2.0.0/16, files1]
#    may-not-reach: [clients]
#  domain-controllers:
#    hosts: ['*.dc.corp.example', 10.2.0.1, 10.2.0.2]

# What access to a UNC path must have. SYSVOL and NETLOGON need mutual authentication and integrity unless you say otherwise, as in Windows.
# Write paths without quotes or in single quotes.
unc-paths:
#  \\\\*\\SYSVOL: { mutual-authentication: true, integrity: true, privacy: true }
#  \\\\files1\\payroll: { integrity: true, privacy: true }
#  \\\\files1\\*: { integrity: true }

# A lower dialect is a finding of old-dialect: 2.0.2, 2.1, 3.0, 3.0.2 or 3.1.1.
#minimum-dialect: 3.1.1

# How severe the findings of a rule are: critical, high, medium, low or info.
severities:
#  signing-not-required: high
#  smb1-offered: info

# How many refused logons are an attack, from one client: to one server, of different users, or at different servers.
logon-bruteforce:
#  within: 5m
#  logons: 10
#  users: 5
#  servers: 5

# What is known and accepted. It is hidden from the findings, counted, and found again after the end. Each needs a reason, and at least one of
# rules (or controls of readiness), client, server, user and share.
exemptions:
#  - reason: The scanner in hall 3 is replaced in March, ticket 412
#    until: 2027-03-31
#    rules: [smb1-negotiated, remove-smb1]
#    client: 10.1.4.20
#    server: files1
#  - reason: The backup is a service of its own, and moves to Kerberos with the next version
#    rules: ntlm-auth
#    user: CORP\\svc-backup
#    share: \\\\files1\\backup
`
