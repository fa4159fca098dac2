"""E-mail in: a letter becomes a ticket, or a reply in the ticket whose number it carries.

quotes        what the writer wrote, without quotation and signature (pure)
html_text     a letter's page as text (pure)
auto_replies  which letters are answered by nobody: bounces, out-of-office, lists, our own (pure)
intake        one letter, one verb, idempotent on its Message-ID
fetching      reading the mailbox over IMAP
"""
