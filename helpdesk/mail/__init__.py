"""E-mail in: a letter becomes a ticket, or a reply in the ticket whose number it carries.

trimming   what the writer wrote, without quotation and signature (pure)
guards     which letters are answered by nobody: bounces, out-of-office, lists, our own (pure)
post       one letter, one verb, idempotent on its Message-ID
fetching   reading the mailbox over IMAP
"""
