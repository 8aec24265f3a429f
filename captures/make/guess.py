"""usage: guess.py "SERVER USER PASSWORD"...

Tries one logon after another, each on a connection of its own; a logon that succeeds is ended at once.
"""
import sys

from impacket.smbconnection import SMBConnection

for line in sys.argv[1:]:
    server, user, password = line.split(' ')
    connection = SMBConnection('FILESRV', server, myName='DESK2')
    try:
        connection.login(user, password, 'EXAMPLE')
        print(server, user, 'succeeded')
        connection.logoff()
    except Exception as error:
        print(server, user, error)
    connection.close()
