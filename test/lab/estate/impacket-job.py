"""usage: impacket-job.py DIALECT SERVER USER PASSWORD SHARE FOLDER

Lists a folder of a share, reads report.txt from it into got.txt, writes note.txt there and reads that back into back.txt. DIALECT is "NT LM 0.12",
a DialectRevision such as 0x0300, or "any": then it begins with SMB1's multi-protocol negotiate, as impacket's tools do.
"""
import sys

from impacket.smbconnection import SMBConnection

dialect, server, user, password, share, folder = sys.argv[1:]
preferred = None if dialect == 'any' else int(dialect, 16) if dialect.startswith('0x') else dialect
connection = SMBConnection('FILESRV', server, myName='DESK', preferredDialect=preferred, timeout=20)
connection.login(user, password, 'EXAMPLE')
connection.listPath(share, folder + '\\*')
with open('got.txt', 'wb') as got:
    connection.getFile(share, folder + '\\report.txt', got.write)
with open('note.txt', 'rb') as note:
    connection.putFile(share, folder + '\\note.txt', note.read)
with open('back.txt', 'wb') as back:
    connection.getFile(share, folder + '\\note.txt', back.write)
connection.logoff()
connection.close()
