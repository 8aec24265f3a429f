"""usage: KRB5CCNAME=FILE impacket-kerberos.py SERVER USER PASSWORD REALM TRIES

Logs on with the ticket in FILE and a clock that is an hour fast, TRIES times, each on a connection of its own; after the last refusal with NTLM on the
same connection, as a client that falls back.
"""
import datetime
import sys

from impacket.krb5 import types
from impacket.smbconnection import SMBConnection

server, user, password, realm, tries = sys.argv[1:]
exact = types.KerberosTime.to_asn1
types.KerberosTime.to_asn1 = staticmethod(lambda time: exact(time + datetime.timedelta(hours=1)))
for i in range(int(tries)):
    connection = SMBConnection(server, server, myName='DESK2')
    try:
        connection.kerberosLogin(user, password, realm)
        print('succeeded')
    except Exception as error:
        print(error)
    if i + 1 == int(tries):
        connection.login(user, password, 'EXAMPLE')
        connection.logoff()
    connection.close()
